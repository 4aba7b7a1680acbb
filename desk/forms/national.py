"""Forms of the pages 国家系统."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.act_form import KeyedForm
from desk.forms.fields import DayField, long_text, with_blank
from desk.forms.importing import CourtSheetForm


class ListForm(CourtSheetForm):
    """上传清单."""

    file = forms.FileField(
        label=_("国家系统导出的清单"),
        help_text=_(".xlsx，或 UTF-8、GB18030 编码的 .csv，不超过 20 MB"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择清单。"), "empty": _("文件是空的，请重新选择。")},
    )


class ExportForm(KeyedForm):
    """导出."""

    court = forms.TypedChoiceField(label=_("法院"), coerce=int)
    since = DayField(label=_("自"))
    until = DayField(label=_("至"))

    def __init__(self, *args: Any, courts: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["court"].choices = courts


class AssignForm(KeyedForm):
    """交办."""

    to = forms.TypedChoiceField(label=_("处理人"), coerce=int)

    def __init__(self, *args: Any, people: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["to"].choices = with_blank(people)


class ExplainForm(KeyedForm):
    """说明."""

    words = long_text(
        label=_("说明"), max_length=200, help_text=_("为什么可以不一致；任何一边再有变化，会重新列出")
    )


class NumberForm(KeyedForm):
    """国家系统编号."""

    number = forms.CharField(label=_("国家系统编号"), max_length=40, help_text=_("按国家系统显示的填写"))
