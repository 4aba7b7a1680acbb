"""分配: who gets what of a receipt, as the law reckons it and as the officer decided it; frozen with its computation."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from funds.models.amounts import AmountField
from funds.models.books import Book
from funds.models.receipts import Receipt
from funds.querysets import HeldQuerySet


class Allocation(models.Model):
    """案款分配: one decision about one receipt. Never changed: a later decision stands beside it with the next `version`.

    claims: what was owed, as given (debts, costs, the first day's reading). law: claim id -> yuan by the law; shares:
    claim id -> yuan as decided, with `surplus` adding up to amount. sheet: the interest sheets and the fee, line by line.
    changes: what the receipts of the case pay otherwise since the decision before. reason: why shares differ from law.
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
