"""The form of 案款分配: what one judgment owes, by which reading of the first day, and a decision that may differ."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.forms.act_form import ActForm
from desk.forms.fields import DayField, MoneyField, long_text

PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:至|~|,|，)\s*(\d{4}-\d{2}-\d{2})")
PARTS = {
    "cost:fee": _lazy("执行费等费用"),
    "interest:debt": _lazy("一般债务利息"),
    "principal:debt": _lazy("本金"),
    "doubled:debt": _lazy("加倍部分债务利息"),
}
"""The claims of one judgment, in the order in which they stand on the page."""


class AllocationForm(ActForm):
    """案款分配."""

    creditor = forms.CharField(label=_lazy("债权人"), max_length=120)
    principal = MoneyField(label=_lazy("本金（元）"))
    interest = MoneyField(label=_lazy("一般债务利息（元）"), required=False)
    costs = MoneyField(label=_lazy("执行费等费用（元）"), required=False)
    due_on = DayField(label=_lazy("履行期间届满日"))
    first_day = forms.ChoiceField(
        label=_lazy("第一日"),
        choices=[("next", _lazy("自届满次日起算")), ("included", _lazy("自届满当日起算"))],
        help_text=_lazy("两种理解，按本院的做法选择，写入计算表"),
    )
    stays = long_text(
        label=_lazy("不计息的期间"),
        required=False,
        help_text=_lazy("每行一段，如 2023-01-01 至 2023-02-01；中止、暂缓等非被执行人申请的期间"),
    )
    changed = forms.BooleanField(label=_lazy("与依法计算不同"), required=False)
    to_costs = MoneyField(label=_lazy("分配给费用（元）"), required=False)
    to_interest = MoneyField(label=_lazy("分配给一般利息（元）"), required=False)
    to_principal = MoneyField(label=_lazy("分配给本金（元）"), required=False)
    to_doubled = MoneyField(label=_lazy("分配给加倍利息（元）"), required=False)
    reason = forms.CharField(label=_lazy("调整理由"), max_length=200, required=False)

    spans: ClassVar = {"stays": "wide", "reason": "two"}

    def prepare(self) -> None:
        """The applicant and the claim as they stand in the case."""
        self.initial.setdefault("principal", f"{self.about.file.case.claim_amount:.2f}")

    def clean_stays(self) -> list[list[str]]:
        """Lines as pairs of days."""
        found = []
        for number, line in enumerate(
            filter(None, map(str.strip, self.cleaned_data["stays"].splitlines())), 1
        ):
            match = PERIOD.fullmatch(line)
            try:
                first, last = map(dt.date.fromisoformat, match.groups() if match else ("", ""))
            except ValueError:
                first, last = dt.date.max, dt.date.min
            if first > last:
                raise forms.ValidationError(_("第 %d 行不是“起日 至 止日”。") % number)
            found.append([first.isoformat(), last.isoformat()])
        return found


def claims_of(given: dict[str, Any]) -> dict[str, Any]:
    """The claims as funds.actions.allocating takes them."""
    debt = {
        "id": "debt",
        "creditor": given["creditor"],
        "principal": f"{given['principal']:.2f}",
        "interest": f"{given['interest'] or 0:.2f}",
        "due_on": given["due_on"].isoformat(),
        "stays": given["stays"],
    }
    cost = {"id": "fee", "creditor": _("本院"), "amount": f"{given['costs'] or 0:.2f}"}
    return {"first_day": given["first_day"], "debts": [debt], "costs": [cost]}


def shares_of(given: dict[str, Any]) -> dict[str, Any] | None:
    """The shares as decided; None where the law's stand."""
    if not given["changed"]:
        return None
    names = ("to_costs", "to_interest", "to_principal", "to_doubled")
    return {claim: f"{given[name] or 0:.2f}" for claim, name in zip(PARTS, names, strict=True)}
