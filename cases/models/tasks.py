"""Whose hands a node is in: claimed from a group's queue, given with a task sheet, or handed on by a colleague."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from cases.models.cases import Case
from cases.models.nodes import Node, Subject
from cases.querysets import TaskQuerySet
from cases.states import TaskState
from courts.models import Unit, User


class Task(FSMModelMixin, models.Model):
    """That a person has a node in hand, from a day to a day (任务单). At most one holds a node, one is offered it.

    unit: the doer's group on that day, which later moves do not change. by: who instructed or handed over, none for
    a claim. words: the instruction or the reason of the hand-over; answer: why it was returned or refused. dispute: what
    a refusal is about, with a clock of its own, so that a second refusal has a second one.
    """

    class Way(models.TextChoices):
        CLAIM = "claim", _("领办")
        SHEET = "sheet", _("任务单")
        HANDOVER = "handover", _("移交")

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks")
    node = models.ForeignKey(Node, models.PROTECT, related_name="tasks")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    doer = models.ForeignKey(User, models.PROTECT, related_name="tasks")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    way = models.CharField(max_length=8, choices=Way.choices)
    state = FSMField(choices=TaskState.choices, default=TaskState.HELD, protected=True)
    words = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    dispute = models.OneToOneField(Subject, models.PROTECT, null=True, related_name="+")

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("任务单")
        constraints = [
            models.UniqueConstraint(
                fields=["node"], condition=models.Q(state="held"), name="task_one_holds_a_node"
            ),
            models.UniqueConstraint(
                fields=["node"], condition=models.Q(state="offered"), name="task_one_offer_a_node"
            ),
        ]
        indexes = [
            models.Index(
                fields=["doer"], condition=models.Q(state__in=("held", "offered")), name="task_doer_live"
            ),
            models.Index(fields=["case"], name="task_case"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.doer_id} ({self.state})"

    @property
    def is_live(self) -> bool:
        """Held or offered."""
        return self.state in (TaskState.HELD, TaskState.OFFERED)

    @transition(field=state, source=TaskState.OFFERED, target=TaskState.HELD)
    def accept(self, *, on: dt.date) -> None:
        self.since = on

    @transition(field=state, source=TaskState.OFFERED, target=TaskState.REFUSED)
    def refuse(self, *, on: dt.date, why: str) -> None:
        self.until, self.answer = on, why

    @transition(field=state, source=TaskState.REFUSED, target=TaskState.SETTLED)
    def settle(self) -> None:
        """The talks or the leader have decided who does it, or nobody has to any more."""

    @transition(field=state, source=TaskState.HELD, target=TaskState.RETURNED)
    def give_back(self, *, on: dt.date, why: str) -> None:
        self.until, self.answer = on, why

    @transition(field=state, source=TaskState.HELD, target=TaskState.PASSED)
    def pass_on(self, *, on: dt.date) -> None:
        self.until = on

    @transition(field=state, source=TaskState.HELD, target=TaskState.DONE)
    def finish(self, *, on: dt.date) -> None:
        self.until = on

    @transition(field=state, source=[TaskState.HELD, TaskState.OFFERED], target=TaskState.LAPSED)
    def lapse(self, *, on: dt.date) -> None:
        self.until = on
