"""A text from its template and the facts of the act: whole, or an error that names what is missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from kernel.errors import BadInput
from notices.topics import COURT_FACTS, placeholders, topics

_PLACE = re.compile(r"\{([^{}]*)\}")


def render(text: str, facts: Mapping[str, object]) -> str:
    """Fill every place of `text`.

    Raises BadInput (NOTICE-PLACEHOLDER) naming the first fact that is missing or empty.
    """

    def fill(place: re.Match[str]) -> str:
        name = place[1].strip()
        value = facts.get(name, facts.get(placeholders().get(name, "")))
        if value is None or str(value).strip() == "":
            raise BadInput(
                _("短信文本中的“{%(name)s}”没有内容可填。") % {"name": name},
                code="NOTICE-PLACEHOLDER",
                field=placeholders().get(name, name),
                fix=_("请补充该项信息，或请执行指挥中心修改文本。"),
            )
        return str(value)

    return _PLACE.sub(fill, text)


def places(text: str) -> list[str]:
    """The names of the places in a text, in order, as they are written."""
    return [name.strip() for name in _PLACE.findall(text)]


def check_text(text: str, *, topic: str) -> None:
    """Refuse a text that could not be rendered for its topic.

    Raises BadInput saying what is wrong and what is allowed.
    """
    known = topics().get(topic)
    if known is None:
        raise BadInput(_("没有“%(topic)s”这一推送事项。") % {"topic": topic}, field="topic")
    if not text.strip():
        raise BadInput(_("文本不能为空。"), field="text")
    allowed = (*known.facts, *COURT_FACTS)
    if re.search(r"[{}]", _PLACE.sub("", text)):
        raise BadInput(_("文本中的花括号不成对。"), field="text", fix=_("每一处都写成 {案号} 的样子。"))
    for name in places(text):
        if placeholders().get(name, name) not in allowed:
            raise BadInput(
                _("“%(label)s”的文本不能使用“{%(name)s}”。") % {"label": known.label, "name": name},
                field="text",
                fix=_("可以使用：%(names)s。") % {"names": _names(allowed)},
            )


def allowed_places(topic: str) -> str:
    """The places that a text of this topic may use, for people: {案号}、{日期}."""
    return _names((*topics()[topic].facts, *COURT_FACTS))


def _names(facts: Sequence[str]) -> str:
    chinese = {fact: name for name, fact in placeholders().items()}
    return "、".join("{" + chinese.get(fact, fact) + "}" for fact in facts)
