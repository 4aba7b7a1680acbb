"""票据与凭证: numbered papers of money, each frozen when it is issued and every print of it on record."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from funds.models.payouts import Payout
from funds.models.receipts import Receipt
from funds.models.transfers import Transfer
from funds.querysets import HeldQuerySet


class VoucherSeries(models.Model):
    """票据号段: how many vouchers of a kind a court has issued in a year. Its row is the lock of the next number."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("票据号段")
        constraints = [models.UniqueConstraint(fields=["court", "kind", "year"], name="voucherseries_once")]

    def __str__(self) -> str:
        return f"{self.court_id} {self.kind} {self.year}"


class Voucher(models.Model):
    """One voucher. facts: what it says, as printed, account numbers masked; run: of the receipt's or payout's state.

    Never changed, never deleted: what turns out wrong is reversed in the books and gets a voucher of its own.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("案款收据")
        PAYOUT = "payout", _("案款发放确认书")
        ESCROW = "escrow", _("案款提存凭证")
        REFUND = "refund", _("案款退款凭证")
        ADVANCE = "advance", _("周转基金垫付凭证")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80)
    case_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    year = models.PositiveSmallIntegerField(_("年份"))
    ordinal = models.PositiveIntegerField(_("顺序号"))
    number = models.CharField(_("票据编号"), max_length=60)
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="vouchers")
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="vouchers")
    transfer = models.ForeignKey(Transfer, models.PROTECT, null=True, related_name="vouchers")
    run = models.PositiveSmallIntegerField(default=1)
    facts = models.JSONField(_("内容"))
    issued_on = models.DateField(_("开具日期"))
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("开具人"))
    key = models.CharField(max_length=120)

    objects = HeldQuerySet.as_manager()

    class Meta:
        verbose_name = _("票据凭证")
        constraints = [
            models.UniqueConstraint(fields=["court", "kind", "year", "ordinal"], name="voucher_number_once"),
            models.UniqueConstraint(fields=["court", "key"], name="voucher_key_once"),
            models.UniqueConstraint(fields=["receipt", "run"], name="voucher_receipt_once"),
            models.UniqueConstraint(fields=["payout", "run"], name="voucher_payout_once"),
            models.UniqueConstraint(fields=["transfer", "run"], name="voucher_transfer_once"),
            models.CheckConstraint(
                condition=Q(kind="receipt", receipt__isnull=False, payout=None, transfer=None)
                | Q(kind="payout", receipt=None, payout__isnull=False, transfer=None)
                | Q(
                    kind__in=["escrow", "refund", "advance"],
                    receipt=None,
                    payout=None,
                    transfer__isnull=False,
                ),
                name="voucher_of_one",
            ),
        ]
        indexes = [models.Index(fields=["court", "-issued_on", "-id"], name="voucher_register")]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        """How the log names this voucher."""
        return f"voucher:{self.pk}"


class VoucherPrint(models.Model):
    """打印记录: copy 1 is the original; a later one bears 补打 and its reason."""

    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="prints")
    copy = models.PositiveSmallIntegerField(_("第几次"))
    reason = models.CharField(_("补打理由"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("打印人"))
    at = models.DateTimeField(_("打印时间"))
    key = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("票据打印")
        constraints = [
            models.UniqueConstraint(fields=["voucher", "copy"], name="voucherprint_copy_once"),
            models.UniqueConstraint(fields=["voucher", "key"], name="voucherprint_key_once"),
            models.CheckConstraint(
                condition=Q(copy=1, reason="") | Q(copy__gt=1) & ~Q(reason=""), name="voucherprint_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.voucher_id} {self.copy}"
