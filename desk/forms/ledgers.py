"""Forms of the import of a ledger."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.importing import SheetForm


class LedgerForm(SheetForm):
    """上传台账."""

    file = forms.FileField(
        label=_("台账文件"),
        help_text=_(".xlsx，或 UTF-8、GB18030 编码的 .csv，不超过 20 MB"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"required": _("请选择台账文件。"), "empty": _("文件是空的，请重新选择。")},
    )
    sheet = forms.CharField(
        label=_("工作表"), max_length=120, required=False, help_text=_("有几个工作表像台账时才需要填写")
    )
    smaller = _("删去图片等无关内容，或分成几份。")
    spans: ClassVar = {"file": "wide"}
