"""Money that arrived on the court's account."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from courts.models import Court, User
from funds.models.amounts import AmountField
from funds.models.books import Book
from funds.querysets import ReceiptQuerySet
from funds.states import ReceiptState


class Receipt(FSMModelMixin, models.Model):
    """到账案款. Unidentified until a case is known for it (认领); then about, book, team and owner are the
    case's.

    account_tail: at most the last four digits of the payer's account. bank_serial: the bank's own number of
    the entry, once per court, so that one bank file read twice adds nothing. times: how often it was
    identified.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80, blank=True)
    book = models.ForeignKey(Book, models.PROTECT, null=True, related_name="receipts")
    amount = AmountField(_("金额（元）"))
    arrived_on = models.DateField(_("到账日期"))
    payer_name = models.CharField(_("付款人"), max_length=120, blank=True)
    account_tail = models.CharField(_("付款账号尾号"), max_length=4, blank=True)
    bank_serial = models.CharField(_("银行流水号"), max_length=60, blank=True)
    remark = models.CharField(_("摘要"), max_length=200, blank=True)
    state = FSMField(
        _("状态"), default=ReceiptState.UNIDENTIFIED, choices=ReceiptState.choices, protected=True
    )
    times = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(_("作废、退回理由"), max_length=200, blank=True)
    key = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(_("登记时间"))
    recorded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    identified_at = models.DateTimeField(_("认领时间"), null=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        verbose_name = _("到账案款")
        constraints = [
            models.UniqueConstraint(fields=["court", "key"], name="receipt_key_once"),
            models.UniqueConstraint(
                fields=["court", "bank_serial"],
                condition=~Q(bank_serial="") & ~Q(state="voided"),
                name="receipt_serial_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=ReceiptState.values), name="receipt_state_known"),
            models.CheckConstraint(
                condition=Q(state="identified", book__isnull=False) & ~Q(about="")
                | ~Q(state="identified") & Q(book__isnull=True, about=""),
                name="receipt_identified_has_book",
            ),
        ]
        indexes = [
            models.Index(
                fields=["court", "arrived_on", "id"],
                condition=Q(state="unidentified"),
                name="receipt_unidentified",
            ),
            models.Index(fields=["about", "arrived_on", "id"], condition=~Q(about=""), name="receipt_about"),
        ]

    def __str__(self) -> str:
        return f"{self.arrived_on} {self.amount}"

    @property
    def stream(self) -> str:
        """How the log names this receipt."""
        return f"receipt:{self.pk}"

    def days_here(self, on: dt.date) -> int:
        """Calendar days since it arrived, on a court-local day."""
        return max((on - self.arrived_on).days, 0)

    @transition(field=state, source=ReceiptState.UNIDENTIFIED, target=ReceiptState.IDENTIFIED)
    def identify(self, *, book: Book, at: dt.datetime) -> None:
        """认领: its case is known."""
        self.book, self.about = book, book.about
        self.team_id, self.owner_id = book.team_id, book.owner_id
        self.identified_at, self.times, self.reason = at, self.times + 1, ""

    @transition(field=state, source=ReceiptState.IDENTIFIED, target=ReceiptState.UNIDENTIFIED)
    def release(self, *, reason: str) -> None:
        """It was not this case's money after all."""
        self.book, self.about, self.team_id, self.owner_id = None, "", None, None
        self.identified_at, self.reason = None, reason

    @transition(field=state, source=ReceiptState.UNIDENTIFIED, target=ReceiptState.VOIDED)
    def void(self, *, reason: str) -> None:
        """It never arrived: entered by mistake."""
        self.reason = reason
