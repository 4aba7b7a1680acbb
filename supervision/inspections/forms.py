"""What a person writes about an inspection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from regimes.inspections import InspectionRule
from supervision.forms import FilesField, OrderForm
from supervision.inspections.states import Result


def _text(label: Any, *, required: bool = True, rows: int = 2, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=2000,
        required=required,
        error_messages={"required": _("请填写“%s”。") % label},
        **more,
    )


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("请填写“%s”。") % label, "invalid": _("日期写作 2026-11-24。")},
        **more,
    )


def _number(label: Any, low: int, high: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=low,
        max_value=high,
        error_messages={"required": _("请填写“%s”。") % label, "invalid": _("请填写整数。")},
        **more,
    )


class PlanForm(OrderForm):
    """制定方案: the quarter, the courts, how many cases of each subject."""

    year = _number(_("年度"), 2000, 2100)
    quarter = forms.TypedChoiceField(
        label=_("季度"), coerce=int, choices=[(n, _("第%d季度") % n) for n in (1, 2, 3, 4)]
    )
    courts = forms.MultipleChoiceField(
        label=_("被检查法院"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请选择被检查的法院。")},
    )

    def __init__(
        self, *args: Any, below: Sequence[Court], rules: Iterable[InspectionRule], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["courts"].choices = [(str(court.pk), court.name) for court in below]
        for rule in rules:
            self.fields[f"size_{rule.subject}"] = _number(
                _("%s：每院样本量") % rule.title, 0, 1000, initial=rule.sample
            )

    def sizes(self) -> dict[str, int]:
        """Subject -> cases wanted."""
        found = self.cleaned_data.items()
        return {name.removeprefix("size_"): n for name, n in found if name.startswith("size_")}


class DrawForm(OrderForm):
    """抽样."""

    seed = _number(
        _("抽样种子"),
        0,
        2**31 - 1,
        required=False,
        help_text=_("公开摇号得出的整数；不填的由系统随机产生并记录。"),
    )
    all_of_small = forms.BooleanField(
        label=_("总体不足样本量的，全部检查"), required=False, help_text=_("不勾选的，总体不足时不能抽样。")
    )


class SectionForm(OrderForm):
    """样本量和检查人."""

    wanted = _number(_("样本量"), 0, 100_000)
    inspector = forms.TypedChoiceField(label=_("检查人"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, people: Sequence[User] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["inspector"].choices = [
            ("", _("不指定")),
            *((each.pk, each.full_name) for each in people),
        ]


class NoteForm(OrderForm):
    """交被检查法院."""

    note = _text(_("说明"), required=False, help_text=_("没有抽查案件的，写明原因。"))


class ReasonForm(OrderForm):
    """换案."""

    reason = forms.CharField(
        label=_("换案理由"), max_length=300, error_messages={"required": _("请填写“换案理由”。")}
    )


class PointForm(OrderForm):
    """录入结论 at a point; seen: what stood there when the page was made."""

    result = forms.ChoiceField(
        label=_("结论"),
        choices=Result.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择结论。")},
    )
    deducted = _number(_("扣分"), 0, 100, required=False)
    words = _text(_("问题"), required=False, help_text=_("有问题的必须写明。"))
    evidence = forms.CharField(
        label=_("依据"), max_length=300, required=False, help_text=_("卷宗页码，或者系统中的网址。")
    )
    checked_on = _day(_("检查日期"), required=False, help_text=_("纸质检查后补录的，写实际检查的日期。"))
    rectify_on = _day(_("整改期限"), required=False, help_text=_("不填的按标准规定的日数计算。"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class WordsForm(OrderForm):
    """One field of words."""

    words = _text(_("意见"))


class RectifyForm(OrderForm):
    """整改."""

    words = _text(_("整改情况"))
    files = FilesField(label=_("整改材料"), required=False)


class DraftForm(OrderForm):
    """拟稿."""

    anonymous = forms.BooleanField(
        label=_("匿名通报"), required=False, help_text=_("法院写作甲法院、乙法院，案件只写序号。")
    )


class ParagraphsForm(OrderForm):
    """正文: paragraphs parted by an empty line."""

    paragraphs = forms.CharField(
        label=_("正文"),
        widget=forms.Textarea(attrs={"rows": 14}),
        max_length=60_000,
        help_text=_("段落之间空一行，印发时自动编号。"),
        error_messages={"required": _("请填写“正文”。")},
    )
    propose = forms.BooleanField(label=_("保存后提交复核"), required=False)

    def texts(self) -> list[str]:
        """The paragraphs."""
        words = self.cleaned_data["paragraphs"].replace("\r\n", "\n")
        return [" ".join(each.split("\n")).strip() for each in words.split("\n\n") if each.strip()]
