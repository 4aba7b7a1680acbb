"""The form of 案款分配: what each judgment owes, costs, and a decision that may differ from what the law gives."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.forms.act_form import ActForm, line_of
from desk.forms.fields import DayField, MoneyField, long_text

PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\s*(?:至|~|,|，)\s*(\d{4}-\d{2}-\d{2})")
MOST = 12
"""So many judgments one decision takes."""
FEE = "cost:fee"
PARTS = {
    "interest": _lazy("一般债务利息"),
    "principal": _lazy("本金"),
    "doubled": _lazy("加倍部分债务利息"),
}
"""The claims of one judgment, in the order in which they stand on the page."""


def claim_words(claim: str, claims: dict[str, Any]) -> str:
    """How a page calls "principal:d2": whose, by which judgment."""
    kind, _sep, name = claim.partition(":")
    if kind == "cost":
        return _("执行费等费用")
    debts = {each["id"]: each for each in claims["debts"]}
    if len(debts) == 1:
        return str(PARTS[kind])
    each = debts.get(name)
    if each is None:
        return str(PARTS.get(kind, claim))
    whose = "，".join(filter(None, (each["creditor"], each.get("title", ""))))
    return _("%(what)s（%(whose)s）") % {"what": PARTS[kind], "whose": whose}


class AllocationForm(ActForm):
    """案款分配. count: how many judgments it has; the fields of each begin with d1_, d2_ ..."""

    count = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=MOST, initial=1)
    valued_on = DayField(
        label=_lazy("计息截止日"),
        help_text=_lazy("到账、划拨或者拍卖成交裁定生效之日；早于已分配的款项时，已分配的重新计算"),
    )
    costs = MoneyField(label=_lazy("执行费等费用（元）"), required=False)
    changed = forms.BooleanField(label=_lazy("与依法计算不同"), required=False)
    to_costs = MoneyField(label=_lazy("分配给费用（元）"), required=False)
    reason = forms.CharField(label=_lazy("调整理由"), max_length=200, required=False)

    spans: ClassVar = {"reason": "two"}
    verb_fields: ClassVar = {"claims": "", "shares": "to_costs", FEE: "to_costs"}
    made: ClassVar = tuple(f"d{number}_" for number in range(1, MOST + 1))

    def __init__(
        self,
        *args: Any,
        arrived_on: dt.date,
        reading_words: str,
        last: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.arrived_on, self.reading_words, self.last = arrived_on, reading_words, last
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """One judgment with the applicant's claim; those of the decision before, where there is one."""
        self.initial.setdefault("valued_on", self.arrived_on)
        if "count" not in self.initial and self.last is not None:
            self.initial |= _first_values(self.last)
        asked = self.data.get("count", "") if self.is_bound else self.initial.get("count", 1)
        self.number = min(int(asked), MOST) if str(asked).isdigit() and int(asked) > 0 else 1
        self.initial["count"] = self.number
        self.initial.setdefault("d1_principal", f"{self.about.file.case.claim_amount:.2f}")
        taken = {self.initial.get(f"d{each}_id") for each in range(1, MOST + 1)}
        fresh = (name for name in (f"d{each}" for each in range(1, 2 * MOST)) if name not in taken)
        for each in range(1, self.number + 1):
            self.fields |= _judgment_fields(each)
            if not self.initial.get(f"d{each}_id"):
                self.initial[f"d{each}_id"] = next(fresh)

    @property
    def head(self) -> list[dict[str, Any]]:
        """What concerns all judgments."""
        return self._lines("valued_on", "costs")

    @property
    def judgments(self) -> list[dict[str, Any]]:
        """Each judgment: its number, its fields, and those of a decision that differs."""
        names = ("title", "creditor", "principal", "interest", "due_on", "order", "stays")
        return [
            {
                "number": each,
                "lines": self._lines(*(f"d{each}_{name}" for name in names)),
                "shares": self._lines(*(f"d{each}_to_{part}" for part in PARTS)),
            }
            for each in range(1, self.number + 1)
        ]

    @property
    def decision(self) -> list[dict[str, Any]]:
        """The officer's own decision."""
        return self._lines("changed", "to_costs", "reason")

    @property
    def is_changed(self) -> bool:
        """Whether a decision that differs is being filled in."""
        return bool(self["changed"].value())

    @property
    def may_add(self) -> bool:
        """Whether another judgment finds room."""
        return self.number < MOST

    def clean(self) -> dict[str, Any]:
        """Periods without interest, line by line."""
        given = super().clean() or self.cleaned_data
        for each in range(1, self.number + 1):
            name = f"d{each}_stays"
            try:
                given[name] = _periods(given.get(name, ""))
            except forms.ValidationError as error:
                self.add_error(name, error)
        return given

    def _lines(self, *names: str) -> list[dict[str, Any]]:
        wide = {name: "wide" for name in names if name.endswith("_stays")} | dict(self.spans)
        return [line_of(self[name], wide) for name in names]


def _judgment_fields(number: int) -> dict[str, forms.Field]:
    first = {
        "id": forms.CharField(widget=forms.HiddenInput, max_length=20),
        "title": forms.CharField(label=_("执行依据"), max_length=120, required=False, help_text=_("如（2023）云01民初1号")),
        "creditor": forms.CharField(label=_("债权人"), max_length=120, help_text=_("与登记的领款人同名才能发放")),
        "principal": MoneyField(label=_("本金（元）")),
        "interest": MoneyField(label=_("一般债务利息（元）"), required=False),
        "due_on": DayField(label=_("履行期间届满日")),
        "order": forms.IntegerField(
            label=_("优先受偿顺位"), required=False, min_value=1, max_value=99, help_text=_("普通债权不填；有抵押等优先权的填 1、2……")
        ),
        "stays": long_text(
            label=_("不计息的期间"), required=False,
            help_text=_("每行一段，如 2023-01-01 至 2023-02-01；中止、暂缓等非被执行人申请的期间"),
        ),
    }  # fmt: skip
    shares = {
        f"to_{part}": MoneyField(label=_("分配给%s（元）") % words, required=False)
        for part, words in PARTS.items()
    }
    return {f"d{number}_{name}": field for name, field in (first | shares).items()}


def _periods(text: str) -> list[list[str]]:
    found = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
        match = PERIOD.fullmatch(line)
        try:
            first, last = map(dt.date.fromisoformat, match.groups() if match else ("", ""))
        except ValueError:
            first, last = dt.date.max, dt.date.min
        if first > last:
            raise forms.ValidationError(_("第 %d 行不是“起日 至 止日”。") % number)
        found.append([first.isoformat(), last.isoformat()])
    return found


def _first_values(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims of the decision before as first values."""
    debts = claims["debts"][:MOST]
    values: dict[str, Any] = {"count": len(debts) or 1}
    for number, each in enumerate(debts, 1):
        values |= {
            f"d{number}_{name}": each.get(name, "")
            for name in ("id", "title", "creditor", "principal", "interest", "due_on")
        }
        values[f"d{number}_order"] = each.get("order") if each.get("preferred") else ""
        values[f"d{number}_stays"] = "\n".join(f"{first} 至 {last}" for first, last in each.get("stays", ()))
    values["costs"] = next((each["amount"] for each in claims["costs"] if each["id"] == "fee"), "")
    return values


def claims_of(given: dict[str, Any], first_day: str, receipt: int) -> dict[str, Any]:
    """The claims as funds.actions.allocating takes them. first_day: by the reading of the case's rules."""
    debts = [
        {
            "id": given[f"d{number}_id"],
            "title": given[f"d{number}_title"],
            "creditor": given[f"d{number}_creditor"],
            "principal": f"{given[f'd{number}_principal']:.2f}",
            "interest": f"{given[f'd{number}_interest'] or 0:.2f}",
            "due_on": given[f"d{number}_due_on"].isoformat(),
            "stays": given[f"d{number}_stays"],
            "preferred": given[f"d{number}_order"] is not None,
            "order": given[f"d{number}_order"] or 0,
        }
        for number in _numbers(given)
    ]
    cost = {"id": "fee", "creditor": _("本院"), "amount": f"{given['costs'] or 0:.2f}", "court": True}
    valued = {str(receipt): given["valued_on"].isoformat()}
    return {"first_day": first_day, "debts": debts, "costs": [cost], "valued": valued}


def shares_of(given: dict[str, Any]) -> dict[str, Any] | None:
    """The shares as decided; None where the law's stand."""
    if not given["changed"]:
        return None
    shares = {FEE: f"{given['to_costs'] or 0:.2f}"}
    for number in _numbers(given):
        shares |= {
            f"{part}:{given[f'd{number}_id']}": f"{given[f'd{number}_to_{part}'] or 0:.2f}" for part in PARTS
        }
    return shares


def _numbers(given: dict[str, Any]) -> Iterator[int]:
    return iter(range(1, given["count"] + 1))
