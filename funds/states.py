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
