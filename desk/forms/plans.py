"""参与分配的表单: the draft with its creditors, and each step of a plan that is served, objected to, carried out."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _text
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from closing.actions.distributing import RANK_WORDS
from closing.distribution import Claimed
from closing.models import DistributionPlan
from desk.forms.act_form import ActForm, dress, line_of
from desk.forms.fields import DayField, MoneyField, long_text, with_blank
from desk.forms.property import check_rows
from desk.forms.rows import rows_of
from desk.forms.transfers import OfReceipt
from kernel.money import format_yuan

CLAIMS = "claims"


class ClaimRow(forms.Form):
    """One claim: the creditor's case in this court, its rank and what is still owed."""

    number = forms.CharField(label=_("债权人的案号"), max_length=60, help_text=_("须在本院立案"))
    rank = forms.ChoiceField(label=_("顺位"), choices=list(RANK_WORDS.items()), initial="debt")
    amount = MoneyField(label=_("债权额（元）"))
    order = forms.IntegerField(
        label=_("优先顺序"),
        min_value=0,
        max_value=99,
        required=False,
        help_text=_("优先受偿有先后的，填 1、2……"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self, dt.date.max)

    def lines(self) -> list[dict[str, Any]]:
        """The fields for _lines.html."""
        return [line_of(field) for field in self.visible_fields()]


ClaimRows = rows_of(ClaimRow, extra=0)


class PlanForm(OfReceipt):
    """拟定分配方案."""

    grounds = long_text(label=_("分配理由"), rows=3, help_text=_("可供分配的财产、各债权和顺位"))
    verb_fields: ClassVar = {"receipt_id": "receipt", "claims": ""}

    def prepare(self) -> None:
        """This case's own claim stands in the first row."""
        super().prepare()
        case = self.about.file.case
        own = {"number": case.number, "rank": "debt", "amount": f"{case.claim_amount:.2f}"}
        if self.is_bound:
            self.rows = ClaimRows(self.data, prefix=CLAIMS)
        else:
            self.rows = ClaimRows(initial=self.initial.pop(CLAIMS, None) or [own, {}], prefix=CLAIMS)

    def clean(self) -> dict[str, Any]:
        """The creditors by their cases' numbers, each a case of this court."""
        cleaned = super().clean() or self.cleaned_data
        check_rows(self, self.rows)
        if not self.rows.is_valid():
            return cleaned
        rows = [row for row in self.rows if row.has_changed()]
        if not rows:
            self.add_error(None, _text("没有填写债权，请至少填写一个债权人的案号和债权额。"))
        cleaned[CLAIMS] = self._claims(rows)
        return cleaned

    def _claims(self, rows: list[Any]) -> list[Claimed]:
        numbers = {row.cleaned_data["number"].strip() for row in rows}
        court = self.about.file.case.court_id
        found = Case.objects.filter(court_id=court, number__in=numbers).prefetch_related("parties")
        cases = {case.number: case for case in found}
        claims = []
        for row in rows:
            given = row.cleaned_data
            number = given["number"].strip()
            case = cases.get(number)
            if case is None:
                words = _text(
                    "本院没有案件“%s”。核对案号；债权人在外院的，先由其执行法院转交申请，在本院立案。"
                )
                row.add_error("number", words % number)
                self.add_error(None, words % number)
                continue
            name = "、".join(p.name for p in case.parties.all() if p.role == "applicant")
            claims.append(
                Claimed(case.pk, name or case.number, given["rank"], given["amount"], given["order"] or 0)
            )
        return claims


class OfPlan(ActForm):
    """A step of one plan, on a day."""

    on = DayField(label=_("日期"))
    plan: ClassVar[DistributionPlan]

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)

    def parties(self, *, served: bool | None = None) -> list[tuple[str, str]]:
        """Those of the plan; served: only those who have it, or have it not."""
        rows = [p for p in self.plan.parties.order_by("pk") if served is None or bool(p.served_on) == served]
        return [(str(p.pk), f"{p.name}（{p.get_side_display()}）") for p in rows]


class ServeForm(OfPlan):
    """送达分配方案."""

    party = forms.ChoiceField(label=_("受送达人"))
    field_order: ClassVar = ("party", "on")
    verb_fields: ClassVar = {"party_id": "party"}

    def prepare(self) -> None:
        """Who has it not yet."""
        super().prepare()
        found = self.parties(served=False)
        self.fields["party"].choices = found if len(found) == 1 else with_blank(found)


class ObjectForm(OfPlan):
    """分配方案异议."""

    party = forms.ChoiceField(label=_("异议人"))
    share = forms.ChoiceField(label=_("有异议的份额"))
    amount = MoneyField(label=_("异议金额（元）"), help_text=_("不超过该份额"))
    words = long_text(label=_("异议理由"))
    field_order: ClassVar = ("party", "share", "amount", "on", "words")
    verb_fields: ClassVar = {"party_id": "party", "share_id": "share"}

    def prepare(self) -> None:
        """Those who were served, and every share."""
        super().prepare()
        self.fields["party"].choices = with_blank(self.parties(served=True))
        shares = self.plan.shares.filter(amount__gt=0).select_related("party").order_by("pk")
        found = [(str(s.pk), f"{s.party.name} {RANK_WORDS[s.rank]} {format_yuan(s.amount)}") for s in shares]
        self.fields["share"].choices = with_blank(found)


class ObjectionForm(OfPlan):
    """A step of one objection."""

    objection = forms.ChoiceField(label=_("异议"))
    field_order: ClassVar = ("objection", "party", "on")
    verb_fields: ClassVar = {"objection_id": "objection", "party_id": "party"}

    def prepare(self) -> None:
        """Every objection of the plan."""
        super().prepare()
        rows = self.plan.objections.select_related("objector").order_by("pk")
        found = [(str(o.pk), f"{o.objector.name} {format_yuan(o.amount)}") for o in rows]
        self.fields["objection"].choices = found if len(found) == 1 else with_blank(found)


class CounterForm(ObjectionForm):
    """对异议提出反对意见."""

    party = forms.ChoiceField(label=_("提出反对意见的人"))

    def prepare(self) -> None:
        """Every party."""
        super().prepare()
        self.fields["party"].choices = with_blank(self.parties())
