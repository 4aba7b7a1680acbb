"""督办: orders to act in a case by a day, and the wishes for more days."""

from __future__ import annotations

import datetime as dt

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from cases.models import Case
from cases.rows import track
from courts.models import Court, User
from kernel.time import at_local, today
from supervision.inspections import models as inspections  # noqa: F401  tables of this app
from supervision.querysets import OrderQuerySet
from supervision.states import ExtensionState, OrderState


class Order(FSMModelMixin, models.Model):
    """督办单 or 催办: words to whoever handles a case, with the last day for the answer (JZ 三(二)1).

    court: who issued it; superior: the court above to which it was taken, whose people then direct it too. clock_id:
    the running clock that gave rise to it, node_kind and matter: what that clock is about. A reminder (催办) is closed by
    its receipt; an order by the answer, or where needs_review is set by the issuer's word on the answer. reminded: rungs
    of its ladder so far; remind_at: when to look at the next.
    """

    class Kind(models.TextChoices):
        ORDER = "order", _("督办")
        REMINDER = "reminder", _("催办")

    case = models.ForeignKey(Case, models.PROTECT, related_name="supervision_orders", verbose_name=_("案件"))
    kind = models.CharField(_("方式"), max_length=8, choices=Kind.choices, default=Kind.ORDER)
    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("交办法院"))
    superior = models.ForeignKey(
        Court, models.PROTECT, null=True, related_name="+", verbose_name=_("提级督办法院")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    ordinal = models.PositiveIntegerField(_("序号"))
    clock_id = models.BigIntegerField(null=True)
    node_kind = models.CharField(max_length=40, blank=True)
    matter = models.CharField(_("督办事项"), max_length=120)
    words = models.TextField(_("督办要求"))
    needs_review = models.BooleanField(_("反馈后须核销"), default=False)
    state = FSMField(_("状态"), default=OrderState.OPEN, choices=OrderState.choices, protected=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("交办人"))
    issued_at = models.DateTimeField(_("交办时间"))
    due_on = models.DateField(_("反馈期限"))
    overdue_at = models.DateTimeField()
    read_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("签收人"))
    read_at = models.DateTimeField(_("签收时间"), null=True)
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("反馈人")
    )
    answered_at = models.DateTimeField(_("反馈时间"), null=True)
    answer = models.TextField(_("办理情况"), blank=True)
    files = models.JSONField(_("证明材料"), default=list)
    escalated_at = models.DateTimeField(_("提级时间"), null=True)
    escalation = models.TextField(_("提级理由"), blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("核销人"))
    closed_at = models.DateTimeField(_("办结时间"), null=True)
    closing = models.TextField(_("核销意见"), blank=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    remind_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=120, unique=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("督办单")
        constraints = [
            models.UniqueConstraint(fields=["court", "year", "kind", "ordinal"], name="order_number_once"),
            models.CheckConstraint(condition=models.Q(state__in=OrderState.values), name="order_state_known"),
            models.UniqueConstraint(
                fields=["clock_id", "kind"], condition=models.Q(state="open"), name="order_one_open_a_clock"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False),
                name="order_closed_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "-issued_at"], name="order_case"),
            models.Index(fields=["overdue_at"], condition=~models.Q(state="closed"), name="order_unsettled"),
            models.Index(fields=["remind_at"], condition=models.Q(state="open"), name="order_remind"),
            models.Index(fields=["clock_id"], condition=models.Q(clock_id__isnull=False), name="order_clock"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def stream(self) -> str:
        """How the log names this order."""
        return f"order:{self.pk}"

    @property
    def number(self) -> str:
        """〔2026〕117号; a reminder: 催〔2026〕12号."""
        return f"{'催' if self.kind == self.Kind.REMINDER else ''}〔{self.year}〕{self.ordinal}号"

    @property
    def is_open(self) -> bool:
        """Waits for its answer."""
        return self.state == OrderState.OPEN

    def days_late(self, at: dt.datetime) -> int:
        """Calendar days that the answer is or was late; 0 in time."""
        return max((today(self.answered_at or at) - self.due_on).days, 0)

    def is_late(self, at: dt.datetime) -> bool:
        """Whether the answer was or is late."""
        return (self.answered_at or at) >= self.overdue_at

    def set_due(self, day: dt.date) -> None:
        """The answer may come until the end of this day."""
        self.due_on, self.overdue_at = day, at_local(day + dt.timedelta(days=1))

    @transition(field=state, source=OrderState.OPEN, target=OrderState.ANSWERED)
    def take_answer(self, *, by: User, at: dt.datetime, words: str, files: list[int]) -> None:
        """The court has answered."""
        self.answered_by, self.answered_at, self.answer, self.files = by, at, words, files
        self.remind_at = None

    @transition(field=state, source=OrderState.ANSWERED, target=OrderState.OPEN)
    def send_back(self) -> None:
        """The answer does not do: the order runs on as it did."""
        self.answered_by = self.answered_at = None

    @transition(field=state, source=[OrderState.OPEN, OrderState.ANSWERED], target=OrderState.CLOSED)
    def close(self, *, by: User | None, at: dt.datetime, words: str) -> None:
        """Nothing is waited for any more. by: None when it ended by itself."""
        self.closed_by, self.closed_at, self.closing, self.remind_at = by, at, words, None


class OrderExtension(models.Model):
    """延期: more days for the answer, wished by whoever has to give it, answered by whoever directs the order."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="extensions")
    due_on = models.DateField(_("延至"))
    ground = models.TextField(_("理由"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"))
    state = models.CharField(
        _("状态"), max_length=8, choices=ExtensionState.choices, default=ExtensionState.ASKED
    )
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("批准人")
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True)
    words = models.TextField(_("意见"), blank=True)

    class Meta:
        verbose_name = _("督办延期")
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(state="asked"), name="order_extension_one_asked"
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id} -> {self.due_on} {self.state}"


class OrderAddition(models.Model):
    """补充要求: further words to an open order, so that the same matter is not ordered twice. The last day stays.

    read_by, read_at: whoever has to answer has taken note of it.
    """

    order = models.ForeignKey(Order, models.PROTECT, related_name="additions")
    words = models.TextField(_("补充要求"))
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("补充人"))
    added_at = models.DateTimeField(_("补充时间"))
    read_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("签收人"))
    read_at = models.DateTimeField(_("签收时间"), null=True)

    class Meta:
        verbose_name = _("督办补充")

    def __str__(self) -> str:
        return f"{self.order_id} + {self.pk}"


class Tally(models.Model):
    """Nodes of one court that are late or end soon, counted by the sweep at `Counted.at`; sealed cases are left out.

    axis: court, team, officer, kind (of node, or the rule of a duty without one), load (team:officer), flag (late: cases
    that carry it).
    key: the id or name on that axis, "" for none. oldest: the longest late, in days. bands, days: as board.BANDS and the
    coming board.AHEAD_DAYS days.
    """

    court = models.ForeignKey(Court, models.CASCADE, related_name="+")
    axis = models.CharField(max_length=8)
    key = models.CharField(max_length=40, blank=True)
    late = models.IntegerField(default=0)
    today = models.IntegerField(default=0)
    soon = models.IntegerField(default=0)
    week = models.IntegerField(default=0)
    oldest = models.IntegerField(default=0)
    bands = ArrayField(models.IntegerField(), default=list)
    days = ArrayField(models.IntegerField(), default=list)

    class Meta:
        verbose_name = _("看板计数")
        constraints = [models.UniqueConstraint(fields=["court", "axis", "key"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.court_id} {self.axis} {self.key}"


class Counted(models.Model):
    """At which instant the tallies were counted; one row."""

    at = models.DateTimeField()

    class Meta:
        verbose_name = _("看板计数时间")

    def __str__(self) -> str:
        return f"{self.at}"


class StoredFinding(models.Model):
    """What the sweep of the auditor found, at `Audited.at`: the longest standing of each kind and court.

    kind: of auditor.KINDS. place: "deadline:7". Number and secrecy of the case are read from the case itself.
    """

    kind = models.CharField(max_length=12)
    court = models.ForeignKey(Court, models.CASCADE, null=True, related_name="+")
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="+")
    place = models.CharField(max_length=40)
    since = models.DateTimeField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("审计发现")
        indexes = [models.Index(fields=["kind", "court", "since", "id"], name="finding_kind_court")]

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


class Audited(models.Model):
    """At which instant the auditor swept; one row. lateness: by court, the last firings from punctual to late."""

    at = models.DateTimeField()
    lateness = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("审计时间")

    def __str__(self) -> str:
        return f"{self.at}"


track(
    Order,
    (
        *("case_id", "kind", "court_id", "superior_id", "year", "ordinal", "clock_id", "node_kind", "matter"),
        *("words", "needs_review", "state", "issued_by_id", "issued_at", "due_on", "read_by_id", "read_at"),
        *("answered_by_id", "answered_at", "answer", "files", "escalated_at", "escalation"),
        *("closed_by_id", "closed_at", "closing"),
    ),
)
track(
    OrderAddition,
    ("order_id", "words", "added_by_id", "added_at", "read_by_id", "read_at"),
    path="order__case_id",
)
from supervision.indicators.rows import Figure, IssuedFigure, QuarterReport, SlotFill  # noqa: E402, F401
