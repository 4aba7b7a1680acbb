"""Books and journals: double entry, append-only, kept whole by the database (migration 0002)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from events.models import Event
from funds.accounts import CASE_ACCOUNTS, COURT_ACCOUNTS, Account, JournalKind, Side
from funds.models.amounts import AmountField
from funds.querysets import HeldQuerySet


class Book(models.Model):
    """一案一账户: the book of one case, which it knows only as `about` ("case:12"). Its row is the lock of
    its money.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80, unique=True)
    case_id = models.BigIntegerField(null=True, unique=True)
    opened_at = models.DateTimeField(_("开立时间"))

    objects = HeldQuerySet.as_manager()

    class Meta:
        verbose_name = _("案款账户")

    def __str__(self) -> str:
        return self.about

    @property
    def stream(self) -> str:
        """How the log names this book."""
        return f"book:{self.pk}"


class Balance(models.Model):
    """What stands on one account of a book. Written only by the database, from the lines (trigger)."""

    book = models.ForeignKey(Book, models.PROTECT, related_name="balances")
    account = models.CharField(_("科目"), max_length=12, choices=Account.choices)
    amount = AmountField(_("余额"), default=0)

    class Meta:
        verbose_name = _("余额")
        constraints = [
            models.UniqueConstraint(fields=["book", "account"], name="balance_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="balance_never_negative"),
            models.CheckConstraint(condition=Q(account__in=CASE_ACCOUNTS), name="balance_of_case_account"),
        ]

    def __str__(self) -> str:
        return f"{self.book_id} {self.account} {self.amount}"


class Journal(models.Model):
    """分录: one movement of money, caused by one event, once (`key`). amount: the total of each side.

    on: court-local day of the movement. reverses: the journal that this one takes back; reversal is the only
    correction.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", db_index=False)
    event = models.ForeignKey(Event, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    kind = models.CharField(_("类别"), max_length=14, choices=JournalKind.choices)
    on = models.DateField(_("日期"))
    amount = AmountField(_("金额"))
    receipt = models.ForeignKey("funds.Receipt", models.PROTECT, null=True, related_name="journals")
    payout = models.ForeignKey("funds.Payout", models.PROTECT, null=True, related_name="journals")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")

    class Meta:
        verbose_name = _("分录")
        constraints = [
            models.UniqueConstraint(fields=["key"], name="journal_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="journal_amount_positive"),
            models.CheckConstraint(condition=Q(kind__in=JournalKind.values), name="journal_kind_known"),
            models.CheckConstraint(
                condition=Q(kind="reversal", reverses__isnull=False)
                | ~Q(kind="reversal") & Q(reverses__isnull=True),
                name="journal_reversal_names_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.amount}"


class Line(models.Model):
    """One side of a journal on one account: of a case's book, or of the court when book is null."""

    journal = models.ForeignKey(Journal, models.PROTECT, related_name="lines")
    court = models.ForeignKey(Court, models.PROTECT, related_name="+", db_index=False)
    book = models.ForeignKey(Book, models.PROTECT, null=True, related_name="lines", db_index=False)
    account = models.CharField(_("科目"), max_length=12, choices=Account.choices)
    side = models.CharField(_("借贷"), max_length=1, choices=Side.choices)
    amount = AmountField(_("金额"))

    class Meta:
        verbose_name = _("分录行")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="line_amount_positive"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="line_side_known"),
            models.CheckConstraint(
                condition=Q(book__isnull=False, account__in=CASE_ACCOUNTS)
                | Q(book__isnull=True, account__in=COURT_ACCOUNTS),
                name="line_account_of_its_book",
            ),
        ]
        indexes = [
            models.Index(fields=["book", "account"], condition=Q(book__isnull=False), name="line_book"),
            models.Index(
                fields=["court", "account"],
                include=["side", "amount"],
                condition=Q(book__isnull=True),
                name="line_court",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.side} {self.amount}"
