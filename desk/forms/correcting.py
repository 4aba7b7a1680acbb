"""更正立案信息: the filed data as they stand, each to be put right; what is left as it is stays."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.actions.correcting import Correction, PartyCorrection
from cases.models import ClaimItem
from desk.forms.act_form import ActForm, line_of
from desk.forms.fields import DayField, MoneyField, long_text
from desk.forms.filing import LOCATIONS
from regimes.vocabulary import load_vocabulary

PLAIN = ("cause", "basis", "claim_kind", "costs_amount", "filed_on")
OF_PARTY = ("name", "id_number", "id_reason", "location", "address", "phone")


class CorrectFilingForm(ActForm):
    """Fields of the case, one amount per item claimed, and the fields of each party."""

    on = DayField(label=_lazy("更正日期"))
    words = long_text(
        label=_lazy("哪里有误，依据什么更正"), rows=2, help_text=_lazy("写明材料名称，例如执行依据原件")
    )
    cause = forms.CharField(label=_lazy("案由"), max_length=60)
    basis = forms.CharField(label=_lazy("执行依据"), max_length=120)
    claim_kind = forms.ChoiceField(label=_lazy("执行内容"))
    costs_amount = MoneyField(label=_lazy("执行费用（元）"), required=False)
    filed_on = DayField(label=_lazy("立案日期"), help_text=_lazy("从立案起算的期限随之重算"))
    duplicate_reason = forms.CharField(
        label=_lazy("重复立案的理由"),
        max_length=200,
        required=False,
        help_text=_lazy("更正后与其他案件依据、当事人相同的，由立案部门负责人填写"),
    )

    made: ClassVar = ("claim_", "party_")
    spans: ClassVar = {"basis": "two", "duplicate_reason": "two"}
    verb_fields: ClassVar = {"parties": "", "claims": "", "correction": "words"}

    def prepare(self) -> None:
        """As filed; document numbers and addresses stay empty until they are corrected."""
        case = self.about.file.case
        self.fields["claim_kind"].choices = list(load_vocabulary().facts["claim_kind"].values.items())
        self.initial.setdefault("on", self.about.file.today)
        for name in PLAIN:
            self.initial.setdefault(name, getattr(case, name))
        self.items = list(ClaimItem.objects.filter(case=case).order_by("id"))
        for item in self.items:
            label = _("%(kind)s（元）") % {"kind": item.get_kind_display()}
            self.fields[f"claim_{item.pk}"] = MoneyField(label=label, help_text=item.words)
            self.initial.setdefault(f"claim_{item.pk}", item.amount)
        for party in self.about.file.parties:
            self._add_party(party)

    def _add_party(self, party: Any) -> None:
        standing = _("现为 %s，不改留空") % party.id_masked if party.id_masked else _("未登记")
        made: dict[str, forms.Field] = {
            "name": forms.CharField(label=_("姓名或名称"), max_length=120),
            "id_number": forms.CharField(
                label=_("证件号码"), max_length=40, required=False, help_text=standing,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            ),
            "id_reason": forms.CharField(
                label=_("证件号码存疑的保留理由"), max_length=120, required=False, help_text=_("核对无误、证件确系如此的填写")
            ),
            "location": forms.ChoiceField(label=_("所在地"), choices=[("", _("不填")), *LOCATIONS], required=False),
            "address": forms.CharField(label=_("住址"), max_length=200, required=False, help_text=_("不改留空")),
            "phone": forms.CharField(label=_("增加手机号码"), max_length=20, required=False),
        }  # fmt: skip
        for name, field in made.items():
            self.fields[f"party_{party.pk}_{name}"] = field
        self.initial.setdefault(f"party_{party.pk}_name", party.name)
        self.initial.setdefault(f"party_{party.pk}_location", party.location)

    def clean(self) -> dict[str, Any]:
        """What the verb takes, once every field is right."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors:
            cleaned["correction"] = self._correction(cleaned)
        return cleaned

    def lines(self) -> list[dict[str, Any]]:
        """What concerns the case; the parties stand apart."""
        return [
            line_of(field, self.spans, self.kept)
            for field in self.visible_fields()
            if not field.name.startswith("party_")
        ]

    def people(self) -> Iterator[dict[str, Any]]:
        """Each party with its lines, for the template. changed: whether something of it was typed."""
        for party in self.about.file.parties:
            fields = [self[f"party_{party.pk}_{name}"] for name in OF_PARTY]
            yield {
                "title": f"{party.get_role_display()} {party.name}",
                "lines": [line_of(field) for field in fields],
                "open": any(field.errors or field.name in self.changed_data for field in fields)
                if self.is_bound
                else False,
            }

    def _correction(self, given: dict[str, Any]) -> Correction:
        return Correction(
            words=given["words"],
            claims={item.pk: given[f"claim_{item.pk}"] for item in self.items},
            parties=[self._party(party.pk) for party in self.about.file.parties],
            duplicate_reason=given["duplicate_reason"],
            **{name: given[name] for name in PLAIN if name != "costs_amount"},
            costs_amount=given["costs_amount"] or Decimal("0.00"),
        )

    def _party(self, pk: int) -> PartyCorrection:
        given = {name: self.cleaned_data[f"party_{pk}_{name}"] for name in OF_PARTY}
        return PartyCorrection(party_id=pk, **given)
