"""A long piece of work: what is asked, how far it has come, what came out."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from jobs.querysets import JobQuerySet


class Job(models.Model):
    """长时任务: work in steps that each commit with the place they reached, so that a killed worker loses none.

    kind: of jobs.kinds. params: what was asked; cursor: where the next step begins; result: what came out; all three
    JSON with ids, dates and counts only, never personal data. done/total: units of the kind (clocks, cases).
    due_at: when a worker may take it next; while one works on it, the end of its lease.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("等待办理")
        RUNNING = "running", _("正在办理")
        DONE = "done", _("已完成")
        FAILED = "failed", _("没有完成")

    kind = models.CharField(_("类别"), max_length=40)
    court = models.ForeignKey(Court, models.PROTECT, null=True, related_name="+", verbose_name=_("法院"))
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("发起人"))
    key = models.CharField(max_length=120, unique=True)
    title = models.CharField(_("任务"), max_length=200)
    params = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.QUEUED)
    cursor = models.JSONField(default=dict)
    done = models.PositiveIntegerField(_("已办"), default=0)
    total = models.PositiveIntegerField(_("共"), default=0)
    message = models.CharField(_("进展"), max_length=300, blank=True)
    result = models.JSONField(default=dict)
    asked_at = models.DateTimeField(_("发起时间"))
    started_at = models.DateTimeField(_("开始时间"), null=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(_("问题"), max_length=300, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("长时任务")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="job_ends_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["queued", "running"]), name="job_due"
            ),
            models.Index(fields=["court", "-asked_at", "-id"], name="job_court_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.done}/{self.total}"

    @property
    def is_over(self) -> bool:
        """Done or failed."""
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def share(self) -> int:
        """How much is done, 0..100."""
        if self.state == self.State.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0
