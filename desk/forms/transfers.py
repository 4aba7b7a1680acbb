"""Forms of money that is set aside, given back, advanced, brought in; of causes and of old money."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions.transfers import CAUSES, ESCROWED_FOR, URGENT
from desk.forms.act_form import ActForm, dress, line_of
from desk.forms.fields import DayField, MoneyField, long_text, with_blank
from desk.forms.releasing import OnceForm
from funds.models import Receipt, Trace
from funds.selectors import money_of
from kernel.money import format_yuan


class OfReceipt(ActForm):
    """An act on one receipt of the case."""

    receipt = forms.ChoiceField(label=_("到账款项"))

    def prepare(self) -> None:
        """The receipts of the case, the one the page came from first chosen."""
        rows = Receipt.objects.filter(about=self.about.file.case.about).order_by("arrived_on", "id")
        found = [(str(r.pk), f"{r.arrived_on.isoformat()}  {format_yuan(r.amount)}") for r in rows]
        self.fields["receipt"].choices = found if len(found) == 1 else with_blank(found)


class CauseForm(OfReceipt):
    """未发放原因."""

    cause = forms.ChoiceField(label=_("未发放原因"), choices=with_blank(list(CAUSES.items())))
    steps = long_text(label=_("已做的工作"), help_text=_("何时如何联系领款人、结果如何"))


class EscrowForm(OfReceipt):
    """提请提存."""

    amount = MoneyField(label=_("提存金额（元）"))
    cause = forms.ChoiceField(
        label=_("提存事由"), choices=with_blank([(code, CAUSES[code]) for code in ESCROWED_FOR])
    )
    ground = long_text(label=_("事实和理由"))
    body = forms.CharField(label=_("拟提存机构"), max_length=120, required=False)

    verb_fields: ClassVar = {"receipt_id": "receipt"}


class RefundForm(OfReceipt):
    """提请退款, to the payer of the receipt."""

    amount = MoneyField(label=_("退款金额（元）"))
    ground = long_text(label=_("退款理由"), help_text=_("退给这笔到账的付款人"))

    verb_fields: ClassVar = {"receipt_id": "receipt"}


class DepositForm(OfReceipt):
    """竞买保证金: the whole receipt is one bidder's, for one item."""

    item = forms.ChoiceField(label=_("拍卖的财产"))
    bidder = forms.CharField(label=_("竞买人"), max_length=120, help_text=_("按拍卖平台的记录填写"))
    on = DayField(label=_("登记日期"))

    verb_fields: ClassVar = {"receipt_id": "receipt", "subject": "item", "subject_id": "item"}

    def prepare(self) -> None:
        """The items of the case; today unless said otherwise."""
        super().prepare()
        self.initial.setdefault("on", self.about.file.today)
        found = [(str(row.subject_id), row.label) for row in self.about.file.properties]
        self.fields["item"].choices = found if len(found) == 1 else with_blank(found)


class AdvanceForm(ActForm):
    """周转基金垫付."""

    payee = forms.ChoiceField(label=_("收款账户"))
    amount = MoneyField(
        label=_("垫付金额（元）"), help_text=_("急需款项、标的一万元以下的案件，限额由本院规则规定")
    )
    cause = forms.ChoiceField(label=_("急需款项种类"), choices=with_blank(list(URGENT.items())))
    ground = long_text(label=_("事由"))

    verb_fields: ClassVar = {"payee_id": "payee"}

    def prepare(self) -> None:
        """The accounts in force."""
        found = money_of(self.about.file.case.about)
        accounts = [(str(a.payee_id), f"{a.payee.name}，{a.bank} {a.account_masked}") for a in found.payees]
        self.fields["payee"].choices = accounts if len(accounts) == 1 else with_blank(accounts)


class AidForm(ActForm):
    """司法救助、执行保险."""

    kind = forms.ChoiceField(
        label=_("种类"), choices=with_blank([("relief", _("司法救助")), ("insurance", _("执行保险"))])
    )
    amount = MoneyField(label=_("金额（元）"))
    body = forms.CharField(label=_("出资单位或者保险机构"), max_length=120)
    ground = long_text(label=_("事由"), help_text=_("救助款单独列示，不计入执行到位"))


class HoldForm(ActForm):
    """转入专门科目."""

    on = DayField(label=_("办理日期"))
    body = forms.CharField(
        label=_("提存机构"), max_length=120, required=False, help_text=_("办理提存时必须填写")
    )

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class BackForm(ActForm):
    """转回待发."""

    on = DayField(label=_("办理日期"))
    reason = forms.CharField(label=_("理由"), max_length=200)

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class GiveUpForm(ActForm):
    """取消 before any money moved."""

    reason = forms.CharField(label=_("取消理由"), max_length=200)


class PaidForm(ActForm):
    """登记付款."""

    on = DayField(label=_("付款日期"))
    bank_ref = forms.CharField(label=_("银行回单号"), max_length=60)

    def prepare(self) -> None:
        """Today unless said otherwise."""
        self.initial.setdefault("on", self.about.file.today)


class DatedForm(OnceForm):
    """A form of the finance pages with a day, which is today unless said otherwise."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        dress(self, self.initial.get("on") or dt.date.max)

    def lines(self) -> list[dict[str, Any]]:
        """The fields for _lines.html."""
        return [line_of(field) for field in self.visible_fields()]


class TraceForm(DatedForm):
    """历史款项核查的一步."""

    step = forms.ChoiceField(label=_("步骤"), choices=Trace.Step.choices)
    on = DayField(label=_("日期"))
    note = long_text(label=_("经过和结果"), max_length=500, rows=3, help_text=_("向哪家银行、如何查询、结果"))


class OldEscrowForm(DatedForm):
    """办理不明历史款项提存, or its way back."""

    on = DayField(label=_("办理日期"))


class OldReleaseForm(OldEscrowForm):
    """付款人查明后转回."""

    reason = forms.CharField(label=_("理由"), max_length=200, help_text=_("写明如何查明付款人"))


class OpeningForm(DatedForm):
    """周转基金期初余额, before the first statement of the bank."""

    amount = MoneyField(label=_("期初余额（元）"))
    on = DayField(label=_("截止日期"))
    evidence = forms.CharField(label=_("凭据"), max_length=200, help_text=_("拨款文件或者对账单的文号、编号"))
    file = forms.FileField(
        label=_("凭据扫描件"), help_text=_("PDF 或者图片"), error_messages={"required": _("请选择扫描件。")}
    )


class UndoTopUpForm(OnceForm):
    """撤销拨入."""

    reason = forms.CharField(label=_("撤销理由"), max_length=200)

    def lines(self) -> list[dict[str, Any]]:
        """The fields for _lines.html."""
        return [line_of(field) for field in self.visible_fields()]
