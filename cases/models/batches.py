"""Bulk work on a frozen snapshot: which rows as they were seen, what is to be done to each, what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.nodes import Node
from courts.models import User
from kernel.fields import EncryptedTextField

if TYPE_CHECKING:
    from django.db.models.query import QuerySet as _Rows


class BatchQuerySet(models.QuerySet):
    """Batches."""

    def visible_to(self, user: User) -> _Rows[Batch]:
        """One's own: what another person ticked is theirs."""
        return self.filter(asked_by_id=user.pk) if user.kind == "staff" and user.is_active else self.none()


class Batch(models.Model):
    """批量办理: rows frozen as a person saw them. Later changes of the list add none and take none away.

    conditions: names of the filters that were set, never what was typed. values: what holds for every row without
    values of its own: of a node's form, or the receiver and the reason of a hand-over of cases or nodes.
    """

    class Kind(models.TextChoices):
        COMPLETE = "complete", _("批量办结")
        HAND_OVER = "hand_over", _("批量移交")
        PASS_ON = "pass_on", _("批量转办")
        ASSIGN = "assign", _("批量分案")

    class State(models.TextChoices):
        DRAFT = "draft", _("待确认")
        RUNNING = "running", _("正在办理")
        DONE = "done", _("已办完")
        DROPPED = "dropped", _("已放弃")

    kind = models.CharField(_("事项"), max_length=10, choices=Kind.choices)
    node_kind = models.CharField(_("节点类型"), max_length=40, blank=True)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.DRAFT)
    conditions = models.JSONField(default=list)
    whole = models.BooleanField(_("全部结果"), default=False)
    values = models.JSONField(default=dict)
    frozen_at = models.DateTimeField(_("选定时间"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)
    finished_at = models.DateTimeField(_("办完时间"), null=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("批量办理")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["running", "done"]) | Q(confirmed_at__isnull=False),
                name="batch_confirmed_says_when",
            )
        ]
        indexes = [models.Index(fields=["asked_by", "-id"], name="batch_asked_by")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} {self.state}"

    @property
    def about(self) -> str:
        """How the log names this batch."""
        return f"batch:{self.pk}"


class BatchRow(models.Model):
    """One row of a batch: a node, or a whole case. seen_version: of the row when it was frozen; seen_holder: in whose
    hands the node was then, for 批量转办.

    values: null where those of the batch hold. note: why it was not done; it may name people, so it is encrypted.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待办")
        DONE = "done", _("已办结")
        REFUSED = "refused", _("没有办成")

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    node = models.ForeignKey(Node, models.PROTECT, null=True, related_name="+")
    seen_version = models.PositiveIntegerField()
    seen_holder = models.BigIntegerField(null=True)
    values = models.JSONField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    note = EncryptedTextField(null=True)

    class Meta:
        verbose_name = _("批量办理的一行")
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "case", "node"], nulls_distinct=False, name="batch_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.pk} {self.state}"

    @property
    def given(self) -> dict[str, Any]:
        """What is to be done to this row."""
        return self.batch.values if self.values is None else self.values
