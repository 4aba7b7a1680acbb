"""Money on its way out, in two people's hands."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from courts.models import Court, User
from funds.models.amounts import AmountField
from funds.models.books import Book
from funds.models.payees import Payee, PayeeAccount
from funds.models.receipts import Receipt
from funds.querysets import PayoutQuerySet
from funds.routes import Route
from funds.states import CHECKED, RESERVING, RUNNING, PayoutState

State = PayoutState


class Payout(FSMModelMixin, models.Model):
    """案款发放: part or all of one receipt to one payee, by a route frozen when it was drafted.

    requester: who asked for it; maker: who drafted it; submitter, checker, sender: who did those steps. The
    checker is none of the first three. account: frozen when submitted. run: 1, and one more after each
    return. allotment: the part of a decision that it pays; null where nothing was allocated.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80)
    book = models.ForeignKey(Book, models.PROTECT, related_name="payouts")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="payouts")
    payee = models.ForeignKey(Payee, models.PROTECT, related_name="payouts")
    account = models.ForeignKey(PayeeAccount, models.PROTECT, null=True, related_name="+")
    allotment = models.ForeignKey(
        "funds.Allotment", models.PROTECT, null=True, related_name="payouts", verbose_name=_("分配项")
    )
    amount = AmountField(_("金额（元）"))
    route = models.JSONField(_("发放路径"))
    run = models.PositiveSmallIntegerField(_("次数"), default=1)
    state = FSMField(_("状态"), default=State.DRAFTED, choices=State.choices, protected=True)
    key = models.CharField(max_length=120)
    requester = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    maker = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    submitter = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("提交人"))
    checker = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("审批人"))
    sender = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("付款人"))
    drafted_at = models.DateTimeField(_("制单时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True)
    to_finance_on = models.DateField(_("提交财务日期"), null=True)
    received_on = models.DateField(_("财务接收日期"), null=True)
    approved_at = models.DateTimeField(_("审批时间"), null=True)
    sent_at = models.DateTimeField(_("发出时间"), null=True)
    bank_ref = models.CharField(_("银行回单号"), max_length=60, blank=True)
    paid_on = models.DateField(_("到账日期"), null=True)
    ended_on = models.DateField(_("退回、取消日期"), null=True)
    reason = models.CharField(_("退回、取消理由"), max_length=200, blank=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("案款发放")
        constraints = [
            models.UniqueConstraint(fields=["book", "key"], name="payout_once"),
            models.UniqueConstraint(
                fields=["receipt", "payee"],
                condition=Q(state__in=RUNNING, allotment__isnull=True),
                name="payout_one_running",
            ),
            models.UniqueConstraint(
                fields=["receipt", "payee", "allotment"],
                condition=Q(state__in=RUNNING),
                name="payout_one_running_of_allotment",
            ),
            models.UniqueConstraint(
                fields=["court", "bank_ref"], condition=~Q(bank_ref=""), name="payout_bank_ref_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="payout_state_known"),
            models.CheckConstraint(
                condition=~Q(state__in=CHECKED)
                | Q(checker__isnull=False, account__isnull=False, submitter__isnull=False),
                name="payout_checked_before_money",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True)
                | ~Q(checker=F("maker")) & ~Q(checker=F("requester")) & ~Q(checker=F("submitter")),
                name="payout_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="paid") | Q(paid_on__isnull=False) & ~Q(bank_ref=""),
                name="payout_paid_is_confirmed",
            ),
        ]
        indexes = [
            models.Index(fields=["about", "id"], name="payout_about"),
            models.Index(
                fields=["court", "state", "id"],
                condition=Q(state__in=RUNNING),
                name="payout_court_running",
            ),
            # Rows are asked for by court or owner: what narrows them first is the state, the day.
            models.Index(
                fields=["state", "id"],
                include=["court", "owner_id"],
                condition=Q(state__in=RUNNING),
                name="payout_running",
            ),
            models.Index(
                fields=["paid_on", "court"],
                include=["owner_id", "amount"],
                condition=Q(state="paid"),
                name="payout_paid_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.amount} {self.state}"

    @property
    def stream(self) -> str:
        """How the log names this payout."""
        return f"payout:{self.pk}"

    @property
    def way(self) -> Route:
        """The frozen route."""
        return Route.of(self.route)

    @property
    def is_checkable(self) -> bool:
        """Whether its route has brought it to the person who approves."""
        if not self.way.via_finance:
            return self.state == State.SUBMITTED
        return self.state == State.TO_FINANCE and self.received_on is not None

    @transition(field=state, source=State.DRAFTED, target=State.SUBMITTED)
    def submit(self, *, by: User, at: dt.datetime, account: PayeeAccount) -> None:
        """提交: from here the account is frozen too."""
        self.submitter, self.submitted_at, self.account = by, at, account

    @transition(
        field=state,
        source=State.SUBMITTED,
        target=State.TO_FINANCE,
        conditions=[lambda payout: payout.way.via_finance],
    )
    def hand_to_finance(self, *, on: dt.date) -> None:
        """移送财务: the papers go to finance."""
        self.to_finance_on = on

    @transition(
        field=state,
        source=State.TO_FINANCE,
        target=State.TO_FINANCE,
        conditions=[lambda payout: payout.received_on is None],
    )
    def receive(self, *, on: dt.date) -> None:
        """财务接收: finance has the papers."""
        self.received_on = on

    @transition(
        field=state,
        source=[State.SUBMITTED, State.TO_FINANCE],
        target=State.APPROVED,
        conditions=[lambda payout: payout.is_checkable],
    )
    def approve(self, *, by: User, at: dt.datetime) -> None:
        """审批: the second person."""
        self.checker, self.approved_at = by, at

    @transition(field=state, source=State.APPROVED, target=State.SENT)
    def send(self, *, by: User, at: dt.datetime) -> None:
        """付款指令已发出."""
        self.sender, self.sent_at = by, at

    @transition(field=state, source=State.SENT, target=State.PAID)
    def confirm(self, *, bank_ref: str, on: dt.date) -> None:
        """银行确认付款成功."""
        self.bank_ref, self.paid_on = bank_ref, on

    @transition(field=state, source=[State.SENT, State.PAID], target=State.RETURNED)
    def give_back(self, *, reason: str, on: dt.date) -> None:
        """退票: the bank gave the money back."""
        self.reason, self.ended_on = reason, on

    @transition(field=state, source=list(RESERVING), target=State.CANCELLED)
    def cancel(self, *, reason: str, on: dt.date) -> None:
        """取消: before any money moved."""
        self.reason, self.ended_on = reason, on
