"""A request for approval and what each approver said to it."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from approvals.querysets import RequestQuerySet
from approvals.states import Answer, RequestState
from courts.models import Court, User
from courts.scope import roles
from kernel.time import today


class Request(FSMModelMixin, models.Model):
    """审批事项: something about `about` ("case:12") that waits for each role of `chain`, lowest first.

    kind: the matter (extension, payout, void ...), a word of the asking floor. facts: frozen JSON of ids,
    dates and amounts as text, from which the asking floor acts once it is given. role: whose turn it is, or
    empty when closed, since: from when. asked_for: whom the asker stood in for (代). ladder: of the vocabulary,
    when those whose turn it is are reminded; remind_at: when to look at that
    next, at once where nobody has worked it out yet; reminded: rungs of this step so far.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80)
    kind = models.CharField(_("事项"), max_length=40)
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_for = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("代何人提请")
    )
    chain = models.JSONField(_("审批层级"))
    step = models.PositiveSmallIntegerField(_("当前层级"), default=0)
    role = models.CharField(_("待审批角色"), max_length=30, blank=True)
    facts = models.JSONField(_("审批内容"), default=dict)
    ground = models.TextField(_("理由"))
    state = FSMField(_("状态"), default=RequestState.WAITING, choices=RequestState.choices, protected=True)
    key = models.CharField(max_length=120)
    asked_at = models.DateTimeField(_("提出时间"))
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    since = models.DateTimeField(_("到达本级时间"), null=True)
    ladder = models.CharField(max_length=30, default="approval", blank=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    remind_at = models.DateTimeField(null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批")
        constraints = [
            models.UniqueConstraint(fields=["about", "key"], name="request_once"),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="request_state_known"),
            models.CheckConstraint(
                condition=Q(state="waiting", closed_at__isnull=True) & ~Q(role="")
                | ~Q(state="waiting") & Q(closed_at__isnull=False, role=""),
                name="request_waits_for_a_role",
            ),
        ]
        indexes = [
            models.Index(
                fields=["court", "role", "asked_at", "id"],
                condition=Q(state="waiting"),
                name="request_waiting",
            ),
            models.Index(fields=["asked_by", "-asked_at", "-id"], name="request_asked_by"),
            models.Index(
                fields=["remind_at"],
                condition=Q(state="waiting", remind_at__isnull=False),
                name="request_remind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} {self.state}"

    @property
    def stream(self) -> str:
        """How the log names this request."""
        return f"approval:{self.pk}"

    @property
    def is_last_step(self) -> bool:
        """Whether the assent asked for now is the last one."""
        return self.step + 1 >= len(self.chain)

    @property
    def role_zh(self) -> str:
        """The role whose turn it is, in Chinese; empty when closed."""
        return str(roles()[self.role]["zh"]) if self.role else ""

    def days_waiting(self, on: dt.date) -> int:
        """Calendar days since it was asked, until it was closed or until `on` (court-local)."""
        end = min(on, today(self.closed_at)) if self.closed_at else on
        return max((end - today(self.asked_at)).days, 0)

    def days_at_step(self, on: dt.date) -> int:
        """Calendar days since it became the present step's turn (court-local)."""
        return max((on - today(self.since or self.asked_at)).days, 0)

    @transition(field=state, source=RequestState.WAITING, target=RequestState.WAITING)
    def advance(self, at: dt.datetime) -> None:
        """The step's role has assented; the next one's turn."""
        self.step += 1
        self.since, self.reminded = at, 0
        self.role = self.chain[self.step]

    @transition(field=state, source=RequestState.WAITING, target=RequestState.GIVEN)
    def give(self, at: dt.datetime) -> None:
        """The last role has assented."""
        self.role, self.closed_at, self.remind_at = "", at, None

    @transition(field=state, source=RequestState.WAITING, target=RequestState.REFUSED)
    def refuse(self, at: dt.datetime) -> None:
        """One role has refused; that is enough."""
        self.role, self.closed_at, self.remind_at = "", at, None

    @transition(field=state, source=RequestState.WAITING, target=RequestState.WITHDRAWN)
    def withdraw(self, at: dt.datetime) -> None:
        """The asker no longer wants it."""
        self.role, self.closed_at, self.remind_at = "", at, None


class Assent(models.Model):
    """What one approver said at one step, for whom where they stood in. Append-only; one person once a request,
    never the asker.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="assents")
    step = models.PositiveSmallIntegerField(_("层级"))
    role = models.CharField(_("角色"), max_length=30)
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("审批人"))
    by_for = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("代何人审批")
    )
    answer = models.CharField(_("意见"), max_length=6, choices=Answer.choices)
    words = models.TextField(_("审批意见"), blank=True)
    at = models.DateTimeField(_("审批时间"))

    class Meta:
        verbose_name = _("审批意见")
        constraints = [
            models.UniqueConstraint(fields=["request", "step"], name="assent_step_once"),
            models.UniqueConstraint(fields=["request", "by"], name="assent_person_once"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}#{self.step} {self.answer}"
