"""What duties are about, their runs, and the facts that rules ask for."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from cases.models.cases import Case
from cases.querysets import NodeQuerySet
from cases.states import NodeState
from courts.models import User


class Subject(models.Model):
    """What a node is about: the case itself, a party, a property item, a receipt. The upper row points to its subject."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="subjects")
    kind = models.CharField(max_length=12)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    label = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("事项对象")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(kind="case"), name="subject_one_case_root"
            )
        ]

    def __str__(self) -> str:
        return self.label


class Node(FSMModelMixin, models.Model):
    """A duty's run in a case (节点). One open node per kind and subject; `values` hold what its form recorded."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="nodes")
    court_id = models.BigIntegerField()
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=40)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="nodes")
    run = models.PositiveSmallIntegerField(default=1)
    state = FSMField(default=NodeState.OPEN, choices=NodeState.choices, protected=True)
    opened_on = models.DateField()
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=30, blank=True)
    values = models.JSONField(default=dict)
    reason = models.CharField(max_length=200, blank=True)
    group = models.CharField(max_length=30, blank=True, default="")
    version = models.PositiveIntegerField(default=1)

    objects = NodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("节点")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind"], condition=models.Q(state="open"), name="node_one_open_per_subject"
            ),
            models.UniqueConstraint(fields=["subject", "kind", "run"], name="node_run_once"),
            models.CheckConstraint(condition=models.Q(state__in=NodeState.values), name="node_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(done_on__isnull=False), name="node_done_has_date"
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner_id", "kind"], condition=models.Q(state="open"), name="node_owner_open"
            ),
            models.Index(
                fields=["court_id", "group"],
                condition=models.Q(state="open") & ~models.Q(group=""),
                name="node_queue_open",
            ),
            models.Index(
                fields=["court_id", "-done_on", "-id"],
                include=["kind", "case", "subject"],
                condition=models.Q(state="done"),
                name="node_court_done",
            ),
            models.Index(
                fields=["owner_id", "-done_on", "-id"],
                condition=models.Q(state="done"),
                name="node_owner_done",
            ),
            models.Index(fields=["-done_on", "-id"], condition=models.Q(state="done"), name="node_done"),
            models.Index(
                fields=["team_id", "-done_on", "-id"],
                condition=models.Q(state="done"),
                name="node_team_done",
            ),
            models.Index(fields=["team_id"], condition=models.Q(state="open"), name="node_team_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"

    @transition(field=state, source=NodeState.OPEN, target=NodeState.DONE)
    def finish(self, *, on: dt.date, by: User | None, outcome: str, values: dict) -> None:
        self.done_on, self.done_by, self.outcome, self.values = on, by, outcome, values

    @transition(field=state, source=NodeState.OPEN, target=NodeState.DROPPED)
    def drop(self, *, reason: str) -> None:
        self.reason = reason

    @transition(field=state, source=[NodeState.DONE, NodeState.DROPPED], target=NodeState.OPEN)
    def reopen(self) -> None:
        self.done_on, self.done_by, self.outcome, self.reason = None, None, "", ""


class Fact(models.Model):
    """A recorded value that a rule may ask for. A key starting with @ holds the moments at which an event happened.

    value: JSON, null where it is not known (again); for @event a list of [moment ISO, seq of the act]. seq: the act that set it last.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="facts")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="facts")
    key = models.CharField(max_length=60)
    value = models.JSONField(null=True)
    seq = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("事实")
        constraints = [models.UniqueConstraint(fields=["subject", "key"], name="fact_once")]
        indexes = [models.Index(fields=["case"], name="fact_case")]

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
