"""Figures in words: with their unit, their change, and their standing to the target."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from regimes import formulas
from regimes.rules import Calculation

NONE = "—"


def value_words(value: Decimal | None, unit: str, reason: str = "") -> str:
    """92.00% / 75.0 日 / 3 件; — with the reason where there is none."""
    if value is None:
        return f"{NONE}（{reason}）" if reason else NONE
    exact = f"{formulas.rounded(Decimal(value), unit):,}"
    match unit:
        case "percent":
            return f"{exact}%"
        case "days":
            return _("%s 日") % exact
        case "count":
            return exact
    return exact


def change_words(now: Decimal | None, then: Decimal | None, unit: str) -> str:
    """+1.20 个百分点 / −3.0 日 against the period before; empty where one of them is missing."""
    if now is None or then is None:
        return ""
    change = formulas.rounded(Decimal(now) - Decimal(then), unit)
    sign = "+" if change > 0 else "−" if change < 0 else ""
    exact = f"{sign}{abs(change):,}"
    return _("%s 个百分点") % exact if unit == "percent" else _("%s 日") % exact if unit == "days" else exact


def target_words(calc: Calculation) -> str:
    """目标 不低于 90.05%; a reported result is no target: 参照. Empty without one."""
    target = formulas.target_of(calc)
    if target is None:
        return ""
    kind = _("参照") if calc.result else _("目标")
    side = (
        _("不低于") if calc.at_least is not None else _("不超过") if calc.at_most is not None else _("等于")
    )
    return f"{kind}{side} {value_words(target, calc.unit)}"


def direction_words(calc: Calculation) -> str:
    """越低越好 / 越高越好."""
    return _("越低越好") if formulas.is_lower_better(calc) else _("越高越好")


TONES = {"missed": "over", "near": "soon", "met": "done", "": ""}
STATES = {"missed": _lazy("未达标"), "near": _lazy("临近目标线"), "met": _lazy("达标"), "": ""}
