"""The chart of accounts: eight per court, eight per case book. Amounts are positive and have a side.

A case account is what the court owes for the case, so it grows on the credit side and never falls below
zero. The bank account is what the court has. `paid` only remembers what was paid out; `disbursed` is its
counterpart; `claimed` only remembers what decisions of allocation gave to claims, and `allotted` is its counterpart. So bank = suspense + unidentified + court escrow + revolving fund + custody + in transit + escrow +
deposit + refund + fee holds at any time, as on the bank's statement. `clearing` carries money of one case to another
within one act and is empty behind it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Account(models.TextChoices):
    """Where money stands."""

    BANK = "bank", _("案款专户存款")
    UNIDENTIFIED = "unidentified", _("待认领款")
    SUSPENSE = "suspense", _("银行流水待核款")
    COURT_ESCROW = "court_escrow", _("不明款提存")
    REVOLVING = "revolving", _("周转基金")
    CLEARING = "clearing", _("案件间划转")
    DISBURSED = "disbursed", _("累计付出")
    ALLOTTED = "allotted", _("累计分配")
    CUSTODY = "custody", _("待发")
    IN_TRANSIT = "in_transit", _("在途")
    PAID = "paid", _("已发放")
    ESCROW = "escrow", _("提存")
    DEPOSIT = "deposit", _("竞买保证金")
    REFUND = "refund", _("待退款")
    FEE = "fee", _("执行费用")
    CLAIMED = "claimed", _("已分配")


class Side(models.TextChoices):
    """The side of a line."""

    DEBIT = "D", _("借")
    CREDIT = "C", _("贷")


class JournalKind(models.TextChoices):
    """What a journal records."""

    ARRIVAL = "arrival", _("到账")
    IDENTIFICATION = "identification", _("认领")
    SENDING = "sending", _("付款发出")
    PAYMENT = "payment", _("付款成功")
    RECORD = "record", _("发放备查")
    TRANSFER = "transfer", _("转账")
    ALLOCATION = "allocation", _("分配")
    REVERSAL = "reversal", _("冲销")


COURT_ACCOUNTS = (
    Account.BANK,
    Account.UNIDENTIFIED,
    Account.SUSPENSE,
    Account.COURT_ESCROW,
    Account.REVOLVING,
    Account.CLEARING,
    Account.DISBURSED,
    Account.ALLOTTED,
)
"""Accounts of a court, shared by all its cases: no stored balance, their lines are summed."""
CASE_ACCOUNTS = (
    Account.CUSTODY,
    Account.IN_TRANSIT,
    Account.PAID,
    Account.ESCROW,
    Account.DEPOSIT,
    Account.REFUND,
    Account.FEE,
    Account.CLAIMED,
)
"""Accounts of a case's book, each with a stored balance that the database keeps from the lines."""
HELD_ACCOUNTS = (
    Account.CUSTODY,
    Account.IN_TRANSIT,
    Account.ESCROW,
    Account.DEPOSIT,
    Account.REFUND,
    Account.FEE,
)
"""Those whose money is still in the bank account."""
DEBIT_ACCOUNTS = (Account.BANK, Account.DISBURSED, Account.ALLOTTED)
"""Those that grow on the debit side."""
