"""提存、退款、保证金、垫付、救助: money set aside, given back or brought in, each with its ground and its people."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from courts.models import Court, User
from funds.models.amounts import AmountField
from funds.models.books import Book
from funds.models.payees import Payee
from funds.models.receipts import Receipt
from funds.querysets import TransferQuerySet
from funds.states import AIDS, OPEN_TRANSFERS, TransferKind, TransferState

Kind, State = TransferKind, TransferState


class Transfer(FSMModelMixin, models.Model):
    """One amount on its way to an account of its own kind and from there on. Unknown money has no book.

    cause: code of the ground. body: the escrow body, the aid's source, the bidder of a deposit. approval_id: the
    request that granted it, null where none was needed. recovered: what of an advance came back, yuan.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80, blank=True)
    book = models.ForeignKey(Book, models.PROTECT, null=True, related_name="transfers")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="transfers")
    payee = models.ForeignKey(Payee, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("类别"), max_length=12, choices=TransferKind.choices)
    state = FSMField(
        _("状态"),
        default=TransferState.REQUESTED,
        choices=TransferState.choices,
        protected=True,
        max_length=10,
    )
    amount = AmountField(_("金额（元）"))
    recovered = AmountField(_("已收回（元）"), default=0)
    subject_id = models.BigIntegerField(null=True)
    cause = models.CharField(_("事由类别"), max_length=30, blank=True)
    ground = models.CharField(_("事由"), max_length=500)
    body = models.CharField(_("机构"), max_length=120, blank=True)
    requested_on = models.DateField(_("申请日期"))
    requester = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    approval_id = models.BigIntegerField(null=True)
    approved_on = models.DateField(_("批准日期"), null=True)
    held_on = models.DateField(_("办理日期"), null=True)
    ended_on = models.DateField(_("终结日期"), null=True)
    doer = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("办理人"))
    bank_ref = models.CharField(_("银行回单号"), max_length=60, blank=True)
    reason = models.CharField(_("终结理由"), max_length=200, blank=True)
    key = models.CharField(max_length=160)
    asked_at = models.DateTimeField()

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("专项款项")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="transfer_once"),
            models.UniqueConstraint(
                fields=["receipt", "kind"],
                condition=Q(state__in=OPEN_TRANSFERS, receipt__isnull=False),
                name="money_transfer_one_open",
            ),
            models.UniqueConstraint(
                fields=["court", "bank_ref"], condition=~Q(bank_ref=""), name="transfer_bank_ref_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_amount_positive"),
            models.CheckConstraint(
                condition=Q(recovered__gte=0, recovered__lte=F("amount")), name="transfer_recovered_within"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="transfer_kind_known"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="money_transfer_state_known"),
            models.CheckConstraint(
                condition=Q(kind="court_escrow", book__isnull=True, about="")
                | ~Q(kind="court_escrow") & Q(book__isnull=False),
                name="transfer_has_its_book",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("advance", "relief", "insurance")) | Q(receipt__isnull=False),
                name="transfer_has_its_receipt",
            ),
        ]
        indexes = [
            models.Index(fields=["court", "kind", "-requested_on", "-id"], name="transfer_register"),
            models.Index(fields=["about", "id"], condition=~Q(about=""), name="transfer_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def stream(self) -> str:
        """How the log names this transfer."""
        return f"transfer:{self.pk}"

    @property
    def is_aid(self) -> bool:
        """Whether it is aid, which pays nothing of the claim."""
        return self.kind in AIDS

    @property
    def outstanding(self) -> Decimal:
        """What of an advance the fund still waits for."""
        return self.amount - self.recovered

    @transition(field=state, source=State.REQUESTED, target=State.APPROVED)
    def approve(self, *, approval_id: int | None, on: dt.date) -> None:
        """The ladder has assented."""
        self.approval_id, self.approved_on = approval_id, on

    @transition(field=state, source=State.APPROVED, target=State.HELD)
    def hold(self, *, body: str, on: dt.date, by: User) -> None:
        """The money stands on the account of its kind."""
        self.body, self.held_on, self.doer = body or self.body, on, by

    @transition(field=state, source=State.HELD, target=State.RELEASED)
    def release(self, *, reason: str, on: dt.date) -> None:
        """It is in custody again: for the payee, as the price of a sale, or because its payer is known."""
        self.reason, self.ended_on = reason, on

    @transition(field=state, source=(State.HELD, State.APPROVED), target=State.PAID)
    def pay(self, *, bank_ref: str, on: dt.date, by: User) -> None:
        """It left the bank account; aid was paid by its source."""
        self.bank_ref, self.ended_on, self.doer = bank_ref, on, by

    @transition(field=state, source=(State.REQUESTED, State.APPROVED), target=State.CANCELLED)
    def cancel(self, *, reason: str, on: dt.date) -> None:
        """Refused or given up before any money moved."""
        self.reason, self.ended_on = reason, on


class Recovery(models.Model):
    """收回垫付: what of a receipt went back to the revolving fund (洛中法〔2021〕26号 三(三)7)."""

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="recoveries")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="recoveries")
    amount = AmountField(_("金额（元）"))
    on = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("垫付收回")
        constraints = [
            models.UniqueConstraint(fields=["transfer", "receipt"], name="recovery_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="recovery_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.amount}"


class Trace(models.Model):
    """历史款项核查: one step of finding whose money an old receipt is, through the bank that paid it (JZ 三(二)7)."""

    class Step(models.TextChoices):
        PAYER_BANK = "payer_bank", _("查明付款行")
        ASKED = "asked", _("向付款行发函查询")
        RECONCILED = "reconciled", _("与付款行核对账目")
        FOUND = "found", _("查明付款人")
        UNKNOWN = "unknown", _("无法查明付款人")

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="traces")
    court = models.ForeignKey(Court, models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(_("步骤"), max_length=10, choices=Step.choices)
    on = models.DateField(_("日期"))
    note = models.CharField(_("经过和结果"), max_length=500)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    key = models.CharField(max_length=160, unique=True)

    class Meta:
        verbose_name = _("历史款项核查")
        constraints = [models.UniqueConstraint(fields=["receipt", "step"], name="trace_step_once")]

    def __str__(self) -> str:
        return f"{self.receipt_id} {self.step}"
