"""The request to close by 终本, with its leader's review."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.rows import track


class TerminationReview(models.Model):
    """终本卷宗把关: a file goes to the named leader, who passes or returns it. One waiting review per case."""

    class Result(models.TextChoices):
        PENDING = "pending", _("待审核")
        PASSED = "passed", _("通过")
        RETURNED = "returned", _("退回")

    case = models.ForeignKey(Case, models.PROTECT, related_name="termination_reviews")
    court_id = models.BigIntegerField()
    requested_on = models.DateField()
    requested_by_id = models.BigIntegerField()
    result = models.CharField(max_length=8, choices=Result.choices, default=Result.PENDING)
    decided_on = models.DateField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    defects = models.CharField(_("问题"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("终本审核")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(result="pending"), name="review_one_pending"
            ),
            models.CheckConstraint(
                condition=~models.Q(result="returned") | ~models.Q(defects=""),
                name="review_returned_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["court_id"], condition=models.Q(result="pending"), name="review_court_pending"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.result}"


track(
    TerminationReview,
    ("case_id", "requested_on", "requested_by_id", "result", "decided_on", "decided_by_id", "defects"),
)
