"""What a person writes about a supervision order."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

MOST_DAYS = 180


class FilesInput(forms.FileInput):
    """Takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; what they are is checked when they are kept."""

    widget = FilesInput(attrs={"multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that were chosen."""
        chosen = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(FilesField, self).clean(each, initial) for each in chosen]


def _words(label: Any, *, required: bool = True, rows: int = 3, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    messages = {"required": _("请填写“%s”。") % label}
    return forms.CharField(
        label=label, widget=widget, max_length=2000, required=required, error_messages=messages, **more
    )


class OrderForm(forms.Form):
    """A form of an order: a refusal of the verb stands at its field, or above."""

    use_required_attribute = False

    def refuse(self, error: DomainError) -> None:
        """Say why it was not done."""
        name = {"file": "files", "due_on": "days"}.get(error.field, error.field)
        name = name if name in self.fields else error.field
        self.add_error(name if name in self.fields else None, error.in_full)


class IssueForm(OrderForm):
    """发起督办."""

    UNITS = (("workday", _("个工作日")), ("day", _("日")))
    words = _words(_("督办要求"), rows=4, help_text=_("写明要办什么、办到什么程度。"))
    days = forms.IntegerField(
        label=_("反馈期限"),
        min_value=1,
        max_value=MOST_DAYS,
        initial=3,
        help_text=_("从今天的次日起算"),
        error_messages={"required": _("请填写“反馈期限”。")},
    )
    unit = forms.ChoiceField(label=_("计算单位"), choices=UNITS, initial="workday")
    needs_review = forms.BooleanField(
        label=_("反馈后须经本院核销"), required=False, help_text=_("不勾选的，对方反馈即办结。")
    )


class AdditionForm(OrderForm):
    """补充要求 to an order that stands."""

    words = _words(_("补充要求"), help_text=_("写明还要办什么、办到什么程度；反馈期限不变。"))


class AnswerForm(OrderForm):
    """反馈."""

    words = _words(_("办理情况"))
    files = FilesField(label=_("证明材料"), required=False)


class ExtensionForm(OrderForm):
    """申请延期."""

    due_on = forms.DateField(
        label=_("延至"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("请填写“延至”。"), "invalid": _("日期写作 2026-11-24。")},
    )
    ground = _words(_("理由"), rows=2)


class DecideForm(OrderForm):
    """批准或不批准延期."""

    words = _words(_("意见"), required=False, rows=2, help_text=_("不批准的必须写明理由。"))


class WordsForm(OrderForm):
    """提级、退回、核销: one field of words."""

    words = _words(_("意见"), rows=2)
