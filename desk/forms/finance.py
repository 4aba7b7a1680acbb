"""Forms of the finance pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.forms.fields import MoneyField
from desk.forms.importing import SheetForm
from desk.forms.releasing import OnceForm


class StatementForm(SheetForm):
    """上传银行流水."""

    account = forms.ChoiceField(label=_("案款专户"))
    file = forms.FileField(
        label=_("流水文件"),
        help_text=_("网银导出的 .csv、.xlsx，或 CAMT.053 的 .xml，不超过 20 MB"),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.xml,.txt"}),
        error_messages={"required": _("请选择流水文件。"), "empty": _("文件是空的，请重新选择。")},
    )
    smaller = _("按月或按旬分成几份。")
    spans: ClassVar = {"file": "wide"}

    def __init__(self, *args: Any, accounts: list[Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["account"].choices = [(str(account.pk), str(account)) for account in accounts]


class BalanceForm(forms.Form):
    """期初、期末余额, where the file does not say."""

    opening = MoneyField(label=_("期初余额（元）"), required=False)
    closing = MoneyField(label=_("期末余额（元）"), required=False)


class AccountForm(OnceForm):
    """登记案款专户."""

    bank = forms.CharField(label=_("开户行"), max_length=80)
    name = forms.CharField(label=_("户名"), max_length=120)
    number = forms.CharField(label=_("账号"), max_length=40)
    range_prefix = forms.CharField(
        label=_("子账号号段"), max_length=24, required=False, help_text=_("银行给的固定前缀，没有的留空")
    )
    range_width = forms.IntegerField(label=_("顺序号位数"), initial=7, min_value=3, max_value=10)
