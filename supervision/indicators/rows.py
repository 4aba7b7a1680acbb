"""What is kept of indicators: figures with the time they were counted, issued figures with their cases, slots, reports."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from supervision.indicators.querysets import FigureQuerySet, IssuedQuerySet, ReportQuerySet


class Figure(models.Model):
    """One line of an indicator for a court, team or officer over a period, as counted at an instant.

    unit_id: the team or officer, 0 for the whole court. line: its place among the indicator's calculations. numerator,
    denominator: the totals; value: in the unit of the line, null with a reason where there is none. excluded: rows left out.
    """

    class Level(models.TextChoices):
        COURT = "court", _("全院")
        TEAM = "team", _("团队")
        OFFICER = "officer", _("承办人")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=Level.choices)
    unit_id = models.BigIntegerField(default=0)
    indicator = models.CharField(max_length=30)
    line = models.PositiveSmallIntegerField()
    first = models.DateField()
    last = models.DateField()
    pack_digest = models.CharField(max_length=64)
    numerator = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    excluded = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    counted_at = models.DateTimeField()

    objects = FigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("指标数值")
        constraints = [
            models.UniqueConstraint(
                fields=["court", "level", "first", "last", "indicator", "line", "unit_id"], name="figure_once"
            ),
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="figure_period"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=False) | ~models.Q(reason=""), name="figure_none_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.court_id} {self.level} {self.indicator}.{self.line} {self.first}..{self.last}"


class IssuedFigure(models.Model):
    """A figure that was made known: frozen with its formula, the pack it stands in, and the ids of its cases.

    formula: the line as the pack wrote it. numerator_cases, denominator_cases: case ids, each once. excluded_cases:
    [[case id, reason]]. Never changed (trigger): a bulletin can be checked against it years later.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    by_court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("发布法院"))
    indicator = models.CharField(_("指标"), max_length=30)
    line = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    first = models.DateField(_("统计期自"))
    last = models.DateField(_("统计期至"))
    pack = models.CharField(_("规则包"), max_length=40)
    pack_digest = models.CharField(max_length=64)
    formula = models.JSONField()
    numerator = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    denominator = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    value = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    reason = models.CharField(max_length=200, blank=True)
    numerator_cases = ArrayField(models.BigIntegerField())
    denominator_cases = ArrayField(models.BigIntegerField())
    excluded_cases = models.JSONField(default=list)
    words = models.CharField(_("用于"), max_length=120, blank=True)
    issued_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("发布人"))
    issued_at = models.DateTimeField(_("发布时间"))
    key = models.CharField(max_length=120, unique=True)

    objects = IssuedQuerySet.as_manager()

    class Meta:
        verbose_name = _("发布的指标")
        indexes = [models.Index(fields=["court", "-issued_at", "-id"], name="issued_court")]

    def __str__(self) -> str:
        return f"{self.court_id} {self.indicator}.{self.line} {self.first}..{self.last}"


class SlotFill(models.Model):
    """Which indicators fill a slot (3+1, 3918) of a court, in their order; without a row, those the pack names."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    slot = models.CharField(max_length=30)
    members = ArrayField(models.CharField(max_length=30))
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("核心指标的组成")
        constraints = [models.UniqueConstraint(fields=["court", "slot"], name="slot_once")]

    def __str__(self) -> str:
        return f"{self.court_id} {self.slot}"


class QuarterReport(models.Model):
    """阶段报告 of a court for a quarter: its sections, the figures it was prefilled with, and where it stands (JZ 二(二)3).

    due_on: null where nothing asks for it, as after a campaign. sections: [[title, words]]. figures: [[name, value,
    definition]] frozen when it is submitted.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("已报送")
        RECEIVED = "received", _("已接收")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    first = models.DateField()
    last = models.DateField()
    due_on = models.DateField(_("报送期限"), null=True)
    rule_id = models.CharField(max_length=30)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    sections = models.JSONField()
    figures = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("撰写人"))
    written_at = models.DateTimeField()
    submitted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("报送时间"), null=True)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(_("接收时间"), null=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("季度阶段报告")
        constraints = [
            models.UniqueConstraint(fields=["court", "first"], name="report_once"),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(submitted_at__isnull=False),
                name="report_submitted_says_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="received") | models.Q(received_at__isnull=False),
                name="report_received_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.court_id} {self.first} {self.state}"

    @property
    def stream(self) -> str:
        """How the log names this report."""
        return f"report:{self.pk}"
