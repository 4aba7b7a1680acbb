"""Forms of property: what was found, how it is controlled, whether it can be disposed of."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.act_form import ActForm, dress, line_of
from desk.forms.fields import DayField, FilesField, MoneyField, long_text, with_blank
from desk.forms.rows import Rows, rows_of
from kernel.money import format_yuan
from measures.actions.controlling import DISPOSAL_CONDITIONS
from measures.models import CASH, Control, Property
from regimes.vocabulary import load_vocabulary

TAKEABLE = ("found", "not_controlled", "released")
QUERIED = [
    ("deposits", _("存款")),
    ("securities", _("证券、股权")),
    ("real_estate", _("不动产")),
    ("vehicles", _("车辆")),
    ("company", _("工商登记")),
]


class FoundRow(forms.Form):
    """One property item of a feedback. `party` gets its choices from the page."""

    party = forms.ChoiceField(label=_("被执行人"), error_messages={"required": _("请选择被执行人")})
    kind = forms.ChoiceField(
        label=_("种类"),
        choices=with_blank(Property.Kind.choices),
        error_messages={"required": _("请选择种类")},
    )
    label = forms.CharField(
        label=_("名称"), max_length=120, error_messages={"required": _("请填写名称，例如 尾号1001")}
    )
    value = MoneyField(label=_("价值（元）"), error_messages={"required": _("请填写价值，不明的填 0")})
    reference = forms.CharField(label=_("账号、车牌、证号"), max_length=60, required=False)
    holder = forms.CharField(label=_("存管单位"), max_length=80, required=False)
    protected_kind = forms.ChoiceField(label=_("须慎重对待"), required=False, initial="none")
    indivisible = forms.BooleanField(label=_("不可分"), required=False)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = people if len(people) == 1 else with_blank(people)
        if len(people) == 1:
            self.fields["party"].initial = people[0][0]
        self.fields["protected_kind"].choices = (
            load_vocabulary().facts["property_protected_kind"].values.items()
        )
        dress(self, dt.date.max)

    def lines(self) -> list[dict[str, Any]]:
        """The fields for _lines.html."""
        return [line_of(field) for field in self.visible_fields()]


FoundRows = rows_of(FoundRow, extra=0)


class FeedbackForm(ActForm):
    """网络查控反馈: what was asked; the items found stand in rows below."""

    on = DayField(label=_("反馈日期"))
    national = forms.BooleanField(label=_("属于总对总查询"), required=False, initial=True)
    queried = forms.MultipleChoiceField(
        label=_("反馈覆盖的项目"),
        choices=QUERIED,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选择一个已查询的项目")},
    )

    spans: ClassVar = {"queried": "wide"}
    verb_fields: ClassVar = {"items": "", "party": ""}

    def prepare(self) -> None:
        """A national query covers all five."""
        self.initial.setdefault("on", self.about.file.today)
        self.initial.setdefault("queried", [name for name, _label in QUERIED])
        self.found = found_rows(self)

    def clean(self) -> dict[str, Any]:
        """A wrong row stops the whole."""
        cleaned = super().clean() or self.cleaned_data
        check_rows(self, self.found)
        return cleaned


class FindingForm(ActForm):
    """发现财产 by declaration, clue or field investigation."""

    source = forms.ChoiceField(
        label=_("来源"), choices=[c for c in Property.Source.choices if c[0] != "network_feedback"]
    )
    on = DayField(label=_("发现日期"))

    verb_fields: ClassVar = {"items": "", "party": ""}

    def prepare(self) -> None:
        """Found today unless said otherwise; one item."""
        self.initial.setdefault("on", self.about.file.today)
        self.found = found_rows(self)

    def clean(self) -> dict[str, Any]:
        """One item, rightly filled in."""
        cleaned = super().clean() or self.cleaned_data
        check_rows(self, self.found)
        if self.found.is_valid() and not self.found.filled():
            self.add_error(None, _("没有填写财产，请填写下面一行。"))
        return cleaned


class TakingRow(forms.Form):
    """Whether and how one item is controlled."""

    take = forms.BooleanField(label=_("控制"), required=False)
    kind = forms.ChoiceField(label=_("措施"), choices=Control.Kind.choices, required=False)
    amount = MoneyField(label=_("控制金额（元）"), required=False)
    ends_on = DayField(label=_("届满日期"), required=False)
    waiting = forms.BooleanField(label=_("轮候"), required=False)

    def __init__(self, *args: Any, row: Property, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", f"item{row.pk}")
        super().__init__(*args, **kwargs)
        self.row = row
        self.worth = format_yuan(row.value)
        is_cash = row.kind in CASH
        self.initial = {"kind": "freeze" if is_cash else "seal", "amount": f"{row.value:.2f}", **self.initial}

    def lines(self) -> list[dict[str, Any]]:
        """How it is controlled, for _taking.html."""
        return [line_of(field) for field in self.visible_fields() if field.name != "take"]


class ControlForm(ActForm):
    """采取控制措施 on one or several items, or the reason for leaving the item free."""

    decision = forms.ChoiceField(
        label=_("处理"),
        choices=[("take", _("采取控制措施")), ("leave", _("不予控制，记录理由"))],
        widget=forms.RadioSelect,
        initial="take",
    )
    started_on = DayField(label=_("措施起始日期"))
    agency = forms.CharField(label=_("协助单位"), max_length=80, required=False)
    document = forms.CharField(label=_("文书或回执编号"), max_length=80, required=False)
    approval = forms.ChoiceField(
        label=_("超标的控制审批"), required=False, help_text=_("控制总额超过标的和费用时，须先获批准")
    )
    reason = long_text(label=_("不予控制的理由"), required=False, help_text=_("选择“不予控制”的填写"))
    files = FilesField(label=_("回执、笔录"), required=False)

    spans: ClassVar = {"decision": "wide"}
    verb_fields: ClassVar = {"on": "started_on", "takings": ""}

    def prepare(self) -> None:
        """One row for each item that is free; the item of the page first and ticked."""
        file, own = self.about.file, self.about.item
        free = [row for row in file.properties if row.state in TAKEABLE]
        mine = [row for row in file.properties if own is not None and row.pk == own.pk]
        rows = mine + [row for row in free if own is None or row.pk != own.pk]
        self.rows = [self._row(row, own) for row in rows]
        self.initial.setdefault("started_on", file.today)
        self._offer_approvals()
        if own is None:
            del self.fields["decision"], self.fields["reason"]

    def _row(self, row: Property, own: Property | None) -> TakingRow:
        data = self.data if self.is_bound else None
        form = TakingRow(data, row=row, initial={"take": own is not None and row.pk == own.pk})
        dress(form, self.about.file.today)
        return form

    def _offer_approvals(self) -> None:
        given = [r for r in self.about.file.given if r.kind == "over_limit"]
        if given:
            self.fields["approval"].choices = [
                ("", _("不使用")),
                *((str(r.pk), r.ground[:40]) for r in given),
            ]
        else:
            del self.fields["approval"]

    @property
    def own_rows(self) -> list[TakingRow]:
        """The item of the page; all items when the page is of the whole case."""
        own = self.about.item
        return [row for row in self.rows if own is None or row.row.pk == own.pk]

    @property
    def other_rows(self) -> list[TakingRow]:
        """Further items that may be controlled in the same act."""
        own = self.about.item
        return [row for row in self.rows if own is not None and row.row.pk != own.pk]

    @property
    def leaves(self) -> bool:
        """Whether the item is left free."""
        return self.cleaned_data.get("decision") == "leave"

    def clean(self) -> dict[str, Any]:
        """Either a reason, or at least one item whose row is right."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == "leave":
            if not cleaned.get("reason", "").strip():
                self.add_error("reason", _("没有填写理由，写明具体情况。"))
            return cleaned
        wrong = [row for row in self.rows if not row.is_valid()]
        taken = [row for row in self.rows if row.is_valid() and row.cleaned_data["take"]]
        if wrong:
            self.add_error(None, _("“%(name)s”一行填写有误。") % {"name": wrong[0].row.label})
        elif not taken:
            self.add_error(None, _("没有选择财产，至少勾选一项。"))
        self.taken = taken
        return cleaned


class DisposableForm(ActForm):
    """满足处置条件: four conditions, each ticked after checking."""

    conditions = forms.MultipleChoiceField(
        label=_("已核实的处置条件"),
        choices=list(DISPOSAL_CONDITIONS.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "c-column"}),
        required=False,
        help_text=_("四项全部满足才可以登记；以最后一项成就之日为准"),
    )
    on = DayField(label=_("条件成就日期"))

    spans: ClassVar = {"conditions": "wide"}

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class GroundForm(ActForm):
    """Why something is asked of the approvers."""

    ground = long_text(label=_("事实和依据"), rows=3, error_messages={"required": _("请写明事实和依据。")})


class CannotDisposeForm(ActForm):
    """不能处置, after its approval."""

    reason = long_text(label=_("不能处置的情况"), rows=3, error_messages={"required": _("请写明具体情况。")})
    on = DayField(label=_("认定日期"))

    def prepare(self) -> None:
        """Today unless said otherwise; the ground of the approval is the reason."""
        self.initial.setdefault("on", self.about.file.today)
        given = given_for(self.about, "cannot_dispose")
        if given is not None:
            self.initial.setdefault("reason", given.ground[:300])


class DeductForm(ActForm):
    """划拨 of frozen cash."""

    amount = MoneyField(label=_("划拨金额（元）"))
    on = DayField(label=_("划拨日期"))

    def prepare(self) -> None:
        """All that is left of the item."""
        row = self.about.item
        if row is not None:
            self.initial.setdefault("amount", f"{row.value - row.deducted:.2f}")
        self.initial.setdefault("on", self.about.file.today)


class ReleaseForm(ActForm):
    """解除措施."""

    reason = long_text(label=_("解除理由"), help_text=_("写明依据的裁定"), rows=3)
    on = DayField(label=_("解除日期"))

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class RenewForm(ActForm):
    """续行措施 (查封规定 第27条)."""

    on = DayField(label=_("续行日期"), help_text=_("须在届满之前办理"))
    ends_on = DayField(label=_("新的届满日期"), required=False, help_text=_("不填按法定最长期限"))
    document = forms.CharField(label=_("续行裁定或回执编号"), max_length=80)

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class PaidForm(ActForm):
    """价款全额交付."""

    on = DayField(label=_("价款交齐日期"))

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


def found_rows(form: ActForm) -> Rows:
    """The rows of what was found; one empty row to begin with."""
    people = [(str(party.pk), party.name) for party in form.about.file.respondents]
    options = {"prefix": "found", "form_kwargs": {"people": people}}
    if form.is_bound:
        return FoundRows(form.data, **options)
    return FoundRows(initial=form.initial.pop("found", None) or [{}], **options)


def check_rows(form: ActForm, rows: Rows) -> None:
    """Say above the form which rows are wrong; the words stand at their fields."""
    for index, row in enumerate(rows.forms, start=1):
        if row.has_changed() and not row.is_valid():
            form.add_error(None, _("第 %(row)d 行填写有误，请按提示改好。") % {"row": index})


def given_for(about: Any, kind: str) -> Any:
    """The approval of this kind given for the property item of the page, or None."""
    row = about.item
    wanted = (
        r
        for r in about.file.given
        if r.kind == kind and row is not None and r.facts.get("property") == row.pk
    )
    return next(wanted, None)
