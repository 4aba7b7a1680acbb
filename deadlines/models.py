"""Running clocks, the narrow table of the timers that wake them, and the record of each warning."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from deadlines.querysets import DeadlineQuerySet


class Deadline(models.Model):
    """A duty's clock: rule, start and the facts used; `due_at` is an index over that derivation.

    case_id, subject_id, node_id are plain numbers: this floor knows no case. overdue_at is the first instant at which
    the clock is late (00:00 after the last day; for hours the instant after the due time). "Overdue" is a query.
    flag: what a case is marked with while this clock is overdue (vocabulary.flags), "" = nothing.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        SUSPENDED = "suspended", _("中止计时")
        MET = "met", _("按期办结")
        MET_LATE = "met_late", _("超期办结")
        CANCELLED = "cancelled", _("不再适用")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    case_id = models.BigIntegerField()
    subject_id = models.BigIntegerField()
    node_id = models.BigIntegerField(null=True)
    node_kind = models.CharField(max_length=40, blank=True)
    rule_id = models.CharField(max_length=30)
    pack_code = models.CharField(max_length=30)
    pack_version = models.PositiveSmallIntegerField()
    pack_digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    run = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    start = models.CharField(max_length=32)
    due_on = models.DateField(null=True)
    due_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    raw_on = models.DateField(null=True)
    provisional = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)
    stated = models.CharField(max_length=10, blank=True)
    suspensions = models.JSONField(default=list)
    extensions = models.JSONField(default=list)
    met_on = models.DateField(null=True)
    reason = models.CharField(max_length=120, blank=True)
    flag = models.CharField(max_length=24, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("期限")
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "rule_id", "subject_id", "run"], name="deadline_run_once"
            ),
            models.UniqueConstraint(
                fields=["case_id", "rule_id", "subject_id"],
                condition=models.Q(state__in=["running", "suspended"]),
                name="deadline_one_running",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(overdue_at__isnull=False),
                name="deadline_running_has_due",
            ),
        ]
        indexes = [
            models.Index(
                fields=["court", "overdue_at", "id"],
                include=["team_id", "owner_id", "node_kind"],
                condition=models.Q(state="running"),
                name="deadline_court_due",
            ),
            models.Index(
                fields=["owner_id", "overdue_at", "id"],
                condition=models.Q(state="running"),
                name="deadline_owner_due",
            ),
            models.Index(
                fields=["team_id", "overdue_at", "id"],
                condition=models.Q(state="running"),
                name="deadline_team_due",
            ),
            models.Index(
                fields=["overdue_at", "id"], condition=models.Q(state="running"), name="deadline_due"
            ),
            models.Index(
                fields=["node_kind", "overdue_at", "id"],
                condition=models.Q(state="running"),
                name="deadline_kind_due",
            ),
            models.Index(
                fields=["court"],
                include=["id", "team_id", "owner_id"],
                condition=models.Q(state="suspended"),
                name="deadline_court_stopped",
            ),
            models.Index(
                fields=["court", "flag", "overdue_at"],
                include=["case_id", "team_id", "owner_id"],
                condition=models.Q(state="running") & ~models.Q(flag=""),
                name="deadline_flag_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} case {self.case_id} run {self.run}"


class Timer(models.Model):
    """When a running clock next warns. Narrow on purpose; gone when the clock is closed (measured: 10 million rows)."""

    deadline = models.OneToOneField(Deadline, models.CASCADE, primary_key=True, related_name="timer")
    fire_at = models.DateTimeField()
    rung = models.PositiveSmallIntegerField()
    rungs = ArrayField(models.DateTimeField())

    class Meta:
        verbose_name = _("待触发")
        indexes = [models.Index(fields=["fire_at"], name="timer_fire_at")]

    def __str__(self) -> str:
        return f"{self.deadline_id} @ {self.fire_at}"


class Firing(models.Model):
    """One warning or escalation of a clock, once for ever. `silent`: recorded without telling anybody (back-dated)."""

    deadline = models.ForeignKey(Deadline, models.PROTECT, related_name="firings")
    rung = models.PositiveSmallIntegerField()
    due_rung_at = models.DateTimeField()
    fired_at = models.DateTimeField()
    to = models.JSONField(default=list)
    silent = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("提醒记录")
        constraints = [
            models.UniqueConstraint(fields=["deadline", "rung", "due_rung_at"], name="firing_once")
        ]

    def __str__(self) -> str:
        return f"{self.deadline_id} #{self.rung}"
