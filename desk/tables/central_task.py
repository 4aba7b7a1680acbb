"""A task sheet in words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.selectors.central_task import Sheet
from desk.tables.central import due_words, hands_words

DONE = {
    "claim": _lazy("已领办，由您办理。"),
    "accept": _lazy("已接收，由您办理。"),
    "refuse": _lazy("已拒绝接收，事项仍由对方办理，期限照常计算。"),
    "offer": _lazy("已发出移交，对方接收前仍由您办理。"),
    "settle": _lazy("已记录协商结果，争议了结，事项仍由原办理人办理。"),
    "return": _lazy("已退回。"),
    "sheet": _lazy("已分派任务单。"),
    "move": _lazy("已改派。"),
}
WORDS = {
    "accept": (_lazy("接收这一事项"), _lazy("接收")),
    "refuse": (_lazy("不接收"), _lazy("拒绝接收")),
    "claim": (_lazy("领办这一事项"), _lazy("领办")),
    "offer": (_lazy("移交给同事"), _lazy("移交")),
    "settle": (_lazy("协商结果：仍由原办理人办理"), _lazy("记录")),
    "return": (_lazy("退回"), _lazy("退回")),
    "sheet": (_lazy("分派任务单"), _lazy("分派")),
    "move": (_lazy("改派小组"), _lazy("改派")),
}


def facts(sheet: Sheet) -> list[dict[str, Any]]:
    """What the head of the sheet says."""
    due = due_words(sheet.item.limit, sheet.today, sheet.at)
    who, more = hands_words(sheet.hands, sheet.node.group)
    limit = sheet.item.limit
    rows = [
        (_("期限"), due["text"], due.get("sub", "")),
        (_("依据"), limit.statement if limit else _("规则没有规定期限"), limit.source if limit else ""),
        (_("归口"), sheet.group_name or _("承办人"), ""),
        (_("现在由"), who, more),
    ]
    return [{"label": label, "value": value, "note": note} for label, value, note in rows]


def parts(sheet: Sheet, offered: dict[str, forms.Form]) -> list[dict[str, Any]]:
    """One part a possible act: its title, its form if it asks anything, the word on its button."""
    return [
        {
            "name": name,
            "title": WORDS[name][0],
            "submit": WORDS[name][1],
            "form": offered.get(name),
            "primary": name in ("accept", "claim"),
        }
        for name in sheet.may
    ]
