"""What a court puts into its revolving fund, each amount with the entry of the bank by which it came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from documents.models import File
from funds.models.amounts import AmountField
from funds.models.books import Journal
from funds.models.statements import StatementLine
from funds.querysets import TopUpQuerySet


class TopUp(models.Model):
    """拨入周转基金: a line of the bank, or a part of it, that is money of the fund (洛中法〔2021〕26号 三(三)7).

    line: null only for the balance that was there before the first statement: declared once, with its evidence and the
    scan of it. Stands while its journal is not reversed; reason: why it was taken back.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="topups")
    amount = AmountField(_("金额（元）"))
    on = models.DateField(_("日期"))
    evidence = models.CharField(_("期初余额凭据"), max_length=200, blank=True)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+", verbose_name=_("凭据扫描件"))
    journal = models.OneToOneField(Journal, models.PROTECT, related_name="topup")
    reason = models.CharField(_("撤销理由"), max_length=200, blank=True)

    objects = TopUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("周转基金拨入")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="topup_amount_positive"),
            models.CheckConstraint(
                condition=Q(line__isnull=False, evidence="", file__isnull=True)
                | Q(line__isnull=True) & ~Q(evidence=""),
                name="topup_has_its_line",
            ),
        ]
        indexes = [models.Index(fields=["court", "-id"], name="topup_court")]

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"

    @property
    def stands(self) -> bool:
        """Whether it was not taken back. Costs a query."""
        return not Journal.objects.filter(reverses=self.journal_id).exists()
