"""What became of money that nobody had claimed: who was reminded of it, and how much stood at the end of each month."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from funds.models.amounts import AmountField
from funds.models.receipts import Receipt
from funds.models.statements import StatementLine
from funds.querysets import CourtQuerySet


class ClaimReminder(models.Model):
    """催领记录 (TJ-11): who was told of a line, or of a receipt recorded by hand, that stood unclaimed; once a rung.

    rung: place in the ladder of the rule. due_on: the suggested day. readers: users told, none where nobody was found.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    line = models.ForeignKey(StatementLine, models.PROTECT, null=True, related_name="reminders")
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="reminders")
    rule_id = models.CharField(_("依据"), max_length=40)
    rung = models.PositiveSmallIntegerField()
    due_on = models.DateField(_("建议日期"))
    told_at = models.DateTimeField(_("提醒时间"))
    readers = ArrayField(models.BigIntegerField(), verbose_name=_("提醒对象"))

    objects = CourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("催领记录")
        constraints = [
            models.UniqueConstraint(fields=["line", "rung"], name="claimreminder_line_once"),
            models.UniqueConstraint(fields=["receipt", "rung"], name="claimreminder_receipt_once"),
            models.CheckConstraint(
                condition=Q(line__isnull=False, receipt__isnull=True)
                | Q(line__isnull=True, receipt__isnull=False),
                name="claimreminder_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id or self.receipt_id} {self.rung}"


class MonthEnd(models.Model):
    """月末不明款: what stood unclaimed when a month ended. month: its first day. Counted once, never rewritten.

    until: up to which day every account had its statement by then; None while one had none.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    month = models.DateField(_("月份"))
    lines = models.PositiveIntegerField(_("流水笔数"))
    amount = AmountField(_("流水金额"))
    by_hand = models.PositiveIntegerField(_("人工登记笔数"))
    by_hand_amount = AmountField(_("人工登记金额"))
    until = models.DateField(_("流水导入到"), null=True)
    counted_at = models.DateTimeField(_("统计时间"))

    objects = CourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("月末不明款")
        constraints = [
            models.UniqueConstraint(fields=["court", "month"], name="monthend_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="monthend_is_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.lines + self.by_hand}"

    @property
    def is_zero(self) -> bool:
        """清零: nothing stood unclaimed."""
        return not self.lines and not self.by_hand
