"""分配: who gets what of a receipt, as the law reckons it and as the officer decided it; frozen with its computation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from funds.models.amounts import AmountField
from funds.models.books import Book, Journal
from funds.models.receipts import Receipt
from funds.querysets import AllotmentQuerySet, HeldQuerySet


class Allocation(models.Model):
    """案款分配: one decision about one receipt. Never changed: a later decision stands beside it with the next `version`.

    claims: what was owed, as given (debts, costs, the first day's reading). law: claim id -> yuan by the law; shares:
    claim id -> yuan as decided, with `surplus` adding up to amount. sheet: the interest sheets and the fee, line by line.
    changes: what the receipts of the case pay otherwise since the decision before. reason: why shares differ from law.
    replaces: the decision about the same receipt whose journal this one reversed. late: the receipt whose earlier value day
    made it be reckoned anew. overpaid: creditor -> yuan that was paid already beyond what the books allot him now.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80)
    book = models.ForeignKey(Book, models.PROTECT, related_name="allocations")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="allocations")
    version = models.PositiveSmallIntegerField(_("版本"))
    amount = AmountField(_("分配金额（元）"))
    valued_on = models.DateField(_("计息截止日"))
    claims = models.JSONField(_("债权"))
    law = models.JSONField(_("依法计算"))
    shares = models.JSONField(_("分配结果"))
    surplus = AmountField(_("余款（元）"), default=0)
    sheet = models.JSONField(_("计算表"))
    changes = models.JSONField(_("与上次的差别"), default=list)
    reason = models.CharField(_("调整理由"), max_length=200, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("取代")
    )
    late = models.ForeignKey(
        Receipt, models.PROTECT, null=True, related_name="+", verbose_name=_("补入的款项")
    )
    overpaid = models.JSONField(_("已多付"), default=dict)
    key = models.CharField(max_length=120)
    made_at = models.DateTimeField(_("分配时间"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("分配人"))

    objects = HeldQuerySet.as_manager()

    class Meta:
        verbose_name = _("案款分配")
        constraints = [
            models.UniqueConstraint(fields=["book", "version"], name="allocation_version_once"),
            models.UniqueConstraint(fields=["book", "key"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, surplus__gte=0), name="allocation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.version} {self.amount}"

    @property
    def stream(self) -> str:
        """How the log names this decision."""
        return f"allocation:{self.pk}"


class Allotment(models.Model):
    """分配项: what a decision gives one creditor by one judgment, or for costs; the measure of what may be paid him.

    group: id of the debt, "costs" for costs. title: the judgment or the costs, for people. to_court: costs that are the
    court's own (执行费), paid over to the treasury and to no payee. It stands until its journal is reversed.
    """

    allocation = models.ForeignKey(Allocation, models.PROTECT, related_name="allotments")
    book = models.ForeignKey(Book, models.PROTECT, related_name="allotments")
    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="allotments")
    journal = models.ForeignKey(Journal, models.PROTECT, related_name="allotments")
    creditor = models.CharField(_("债权人"), max_length=120)
    group = models.CharField(max_length=40)
    title = models.CharField(_("执行依据"), max_length=120, blank=True)
    to_court = models.BooleanField(_("本院收取"), default=False)
    amount = AmountField(_("金额（元）"))

    objects = AllotmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("分配项")
        constraints = [
            models.UniqueConstraint(fields=["allocation", "creditor", "group"], name="allotment_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allotment_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.creditor} {self.group} {self.amount}"
