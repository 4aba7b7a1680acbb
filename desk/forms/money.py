"""Forms of paying out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from desk.forms.act_form import ActForm
from desk.forms.fields import DayField, FilesField, MoneyField, long_text, with_blank
from funds.actions.payoutpapers import Talk
from funds.models import PayoutTalk
from funds.selectors import CaseMoney, ReceiptMoney


class ReceiptForm(ActForm):
    """案款到账: an entry of the court's bank account that is this case's money."""

    amount = MoneyField(label=_("到账金额（元）"))
    arrived_on = DayField(label=_("到账日期"), help_text=_("银行入账之日，发放期限从这一天起算"))
    bank_serial = forms.CharField(label=_("银行流水号"), max_length=60)
    payer_name = forms.CharField(label=_("付款人"), max_length=120)
    account_tail = forms.CharField(
        label=_("付款账号尾号"), max_length=4, required=False, help_text=_("最后四位数字")
    )
    remark = forms.CharField(label=_("附言"), max_length=200, required=False)

    def prepare(self) -> None:
        """Arrived today unless said otherwise."""
        self.initial.setdefault("arrived_on", self.about.file.today)


class TalkForm(ActForm):
    """沟通记录: the talk with a party about a payout; above the limit of the rules it must be told."""

    channel = forms.ChoiceField(
        label=_("沟通方式"),
        choices=with_blank(PayoutTalk.Channel.choices),
        required=False,
        help_text=_("超过十万元的必须填写沟通记录"),
    )
    talked_on = DayField(label=_("沟通日期"), required=False)
    talked_time = forms.TimeField(
        label=_("沟通时间"), required=False, input_formats=["%H:%M"], help_text=_("时:分，例如 15:30"),
        error_messages={"invalid": _("按“时:分”填写，例如 15:30。")},
    )  # fmt: skip
    talked_with = forms.CharField(label=_("沟通对象"), max_length=120, required=False)
    record = long_text(label=_("沟通内容"), required=False, help_text=_("告知了什么、对方的意见"))
    attachments = FilesField(
        label=_("录音、图片"), required=False, help_text=_("MP3、M4A、MP4、JPG、PDF，可不附")
    )

    def clean(self) -> dict[str, Any]:
        """All of the talk or nothing of it."""
        given = super().clean() or self.cleaned_data
        names = ("channel", "talked_on", "talked_time", "talked_with", "record")
        if any(given.get(name) for name in (*names, "attachments")):
            for name in names:
                if given.get(name) in (None, "") and name not in self.errors:
                    self.add_error(name, _("沟通记录不完整：请填写“%s”。") % self.fields[name].label)
        return given

    def talk(self, files: Sequence[int]) -> Talk | None:
        """What was told, None where nothing was. files: ids of the attachments kept."""
        given = self.cleaned_data
        if not given["channel"]:
            return None
        at = make_aware(dt.datetime.combine(given["talked_on"], given["talked_time"]))
        return Talk(given["channel"], at, given["talked_with"], given["record"], tuple(files))


class PayoutForm(TalkForm):
    """提请发放: to whom, how much, and the record of talking it over above the limit."""

    payee = forms.ChoiceField(label=_("收款账户"))
    amount = MoneyField(label=_("发放金额（元）"))

    verb_fields: ClassVar = {"payee_id": "payee", "communication_record": "record"}

    def __init__(self, *args, money: CaseMoney, receipt: ReceiptMoney, **kwargs) -> None:
        self.money, self.receipt = money, receipt
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """The accounts in force, and what of the receipt nobody has spoken for."""
        unsigned = _("（没有领款承诺书）")
        accounts = [
            (
                str(account.payee_id),
                f"{account.payee.name}，{account.bank} {account.account_masked}"
                f"{'' if account.has_undertaking else unsigned}",
            )
            for account in self.money.payees
        ]
        self.fields["payee"].choices = accounts if len(accounts) == 1 else with_blank(accounts)
        self.initial.setdefault("amount", f"{self.receipt.free:.2f}")


class StepForm(ActForm):
    """A step of a payout that needs nothing but the click."""


class OnForm(ActForm):
    """A step of a payout with its day."""

    on = DayField(label=_("日期"))

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class ToFinanceForm(OnForm):
    """发放材料移送财务."""

    on = DayField(label=_("移送日期"))
    files = FilesField(label=_("发放材料"), required=False)


class ConfirmForm(ActForm):
    """银行确认付款成功."""

    bank_ref = forms.CharField(label=_("银行回单号"), max_length=60)
    paid_on = DayField(label=_("到账日期"))

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("paid_on", self.about.file.today)


class SlipForm(ActForm):
    """付款凭证扫描件."""

    files = FilesField(label=_("银行回单、凭证扫描件"))


class ReturnForm(OnForm):
    """退票."""

    on = DayField(label=_("退回日期"))
    reason = forms.CharField(label=_("退回原因"), max_length=200)


class CancelForm(ActForm):
    """取消发放."""

    reason = forms.CharField(label=_("取消理由"), max_length=200)
