"""What a correction of the filing changed, in words: 执行标的（本金） 300,000.00 元 → 299,999.00 元."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import ClaimItem
from kernel.money import format_yuan
from regimes.vocabulary import load_vocabulary

FIELDS = {
    "cause": _lazy("案由"),
    "basis": _lazy("执行依据"),
    "claim_kind": _lazy("执行内容"),
    "costs_amount": _lazy("执行费用"),
    "filed_on": _lazy("立案日期"),
    "name": _lazy("姓名或名称"),
    "id_number": _lazy("证件号码"),
    "address": _lazy("住址"),
    "location": _lazy("所在地"),
    "phone": _lazy("手机号码"),
}
FACTS = {"location": "respondent_location", "claim_kind": "claim_kind"}
AMOUNTS = ("claim", "costs_amount")


def change_words(change: Sequence[Any], labels: Mapping[int, str]) -> str:
    """One change of an event. labels: subject -> what it is called now."""
    label, old, new = change_parts(change, labels)
    if not old and not new:
        return _("%(what)s已更正") % {"what": label}
    return f"{label} {old or _('（空）')} → {new or _('（空）')}"


def change_parts(change: Sequence[Any], labels: Mapping[int, str]) -> tuple[str, str, str]:
    """(what, old, new) in words; of an address neither."""
    name, subject, old, new = change
    head, _sep, kind = str(name).partition(":")
    if head == "claim":
        label = _("执行标的（%s）") % ClaimItem.Kind(kind).label
    else:
        label = str(FIELDS.get(head, head))
    if subject is not None:
        label = f"{labels.get(subject, '')} {label}".strip()
    return label, _value(head, old), _value(head, new)


def _value(name: str, value: str) -> str:
    if name in AMOUNTS and value:
        return format_yuan(Decimal(value))
    if name in FACTS:
        values = load_vocabulary().facts[FACTS[name]].values
        return str(values.get(value, value))
    return value
