"""What is known of a number: that it is bad, that its owner wants nothing, how much it got today."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from kernel.fields import BlindIndexField
from notices.models.messages import Message
from notices.querysets import NumberMarkQuerySet


class NumberMark(models.Model):
    """A number that gets no notices, under its blind index. The number itself is not kept here.

    A bad number is bad for every court; an opt-out holds for the court it was declared to.
    """

    class Kind(models.TextChoices):
        BAD = "bad", _("无效号码")
        OPTED_OUT = "opted_out", _("拒收")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    number_index = BlindIndexField(db_index=False)
    number_masked = models.CharField(_("号码（掩码）"), max_length=20)
    kind = models.CharField(_("类别"), max_length=10, choices=Kind.choices)
    reason = models.CharField(_("原因"), max_length=200)
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    since = models.DateTimeField(_("起"))
    lifted_at = models.DateTimeField(_("解除时间"), null=True, blank=True)
    lifted_because = models.CharField(_("解除原因"), max_length=200, blank=True)

    objects = NumberMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("号码标记")
        constraints = [
            models.UniqueConstraint(
                fields=["number_index", "kind", "court"],
                condition=Q(lifted_at__isnull=True),
                name="numbermark_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="numbermark_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.number_masked} {self.get_kind_display()}"


class NumberDay(models.Model):
    """How many messages a number was given on a court-local day, so that the daily cap needs no counting."""

    number_index = BlindIndexField(db_index=False)
    on = models.DateField()
    urgent = models.BooleanField()
    sent = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("号码每日条数")
        constraints = [
            models.UniqueConstraint(fields=["number_index", "on", "urgent"], name="numberday_once")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.sent}"
