"""Marks that stop clocks, and approved extra days."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.nodes import Subject


class Hold(models.Model):
    """Days that do not count for named nodes: a suspension while it lasts, or a deducted interval with both ends.

    stops: node kinds, [] = all. rules: rule ids when the hold concerns only these. last null = not yet released.
    rule_id: the kind of hold in the packs (`holds`), empty for a deduction. document: number of the ruling, objection
    or agreement. expected: the day on which it is expected to end, where the paper says one. files: ids of what proves it.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=30)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="holds")
    first = models.DateField()
    last = models.DateField(null=True)
    stops = models.JSONField(default=list)
    rules = models.JSONField(default=list)
    ground = models.CharField(max_length=200)
    rule_id = models.CharField(max_length=30, default="", blank=True)
    document = models.CharField(max_length=120, default="", blank=True)
    expected = models.DateField(null=True)
    outcome = models.CharField(max_length=30, default="", blank=True)
    files = models.JSONField(default=list)
    approval_id = models.BigIntegerField(null=True)
    voided = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("中止与扣除")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__isnull=True) | models.Q(last__gte=models.F("first")),
                name="hold_dates",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=models.Q(last__isnull=True, voided=False, subject__isnull=True, rule_id=""),
                name="hold_one_open_per_kind",
            ),
            models.UniqueConstraint(
                fields=["case", "rule_id", "subject", "document"],
                condition=models.Q(last__isnull=True, voided=False) & ~models.Q(rule_id=""),
                nulls_distinct=False,
                name="hold_once_per_document",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first}..{self.last or ''}"


class Extension(models.Model):
    """Approved extra days for one rule; added to the raw end before the one roll."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="extensions")
    rule_id = models.CharField(max_length=30)
    subject = models.ForeignKey(Subject, models.PROTECT, null=True, related_name="+")
    days = models.PositiveSmallIntegerField()
    ground = models.CharField(max_length=200)
    approval_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("延长期限")
        constraints = [
            models.CheckConstraint(condition=models.Q(days__gte=1), name="extension_days_positive")
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} +{self.days}"
