"""Where a receipt and a payout can stand."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReceiptState(models.TextChoices):
    """State of a receipt (到账)."""

    UNIDENTIFIED = "unidentified", _("待认领")
    IDENTIFIED = "identified", _("已认领")
    VOIDED = "voided", _("已作废")


class PayoutState(models.TextChoices):
    """State of a payout (发放). Sent is not paid: only the bank's confirmation is."""

    DRAFTED = "drafted", _("草稿")
    SUBMITTED = "submitted", _("待审批")
    TO_FINANCE = "to_finance", _("已提交财务")
    APPROVED = "approved", _("已审批")
    SENT = "sent", _("已发出")
    PAID = "paid", _("已到账")
    RETURNED = "returned", _("已退回")
    CANCELLED = "cancelled", _("已取消")


RESERVING = (PayoutState.DRAFTED, PayoutState.SUBMITTED, PayoutState.TO_FINANCE, PayoutState.APPROVED)
"""States in which the money is still in custody but spoken for."""
RUNNING = (*RESERVING, PayoutState.SENT)
"""States in which a payout is not finished: one at a time for a receipt and payee."""
CHECKED = (PayoutState.APPROVED, PayoutState.SENT, PayoutState.PAID, PayoutState.RETURNED)
"""States that no payout reaches without a second person."""


class TransferKind(models.TextChoices):
    """What a transfer does with money of a case, or of the court where no case is known."""

    ESCROW = "escrow", _("提存")
    REFUND = "refund", _("退款")
    DEPOSIT = "deposit", _("竞买保证金")
    FEE = "fee", _("执行费上缴")
    ADVANCE = "advance", _("周转基金垫付")
    RELIEF = "relief", _("司法救助")
    INSURANCE = "insurance", _("执行保险")
    COURT_ESCROW = "court_escrow", _("历史不明款提存")


class TransferState(models.TextChoices):
    """State of a transfer. Held: the money stands on the account of its kind."""

    REQUESTED = "requested", _("待审批")
    APPROVED = "approved", _("已批准，待办理")
    HELD = "held", _("在专门科目")
    RELEASED = "released", _("已转回待发")
    PAID = "paid", _("已付出")
    CANCELLED = "cancelled", _("已取消")


OPEN_TRANSFERS = (TransferState.REQUESTED, TransferState.APPROVED, TransferState.HELD)
"""States in which a transfer is not finished."""
AIDS = (TransferKind.RELIEF, TransferKind.INSURANCE)
"""救助、保险: money from elsewhere, which is aid to the applicant and never recovered from the respondent."""
