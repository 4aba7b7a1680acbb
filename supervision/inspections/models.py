"""季度检查: an inspection, its sections (one subject at one court), the cases drawn, what was found, the bulletin."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.rows import track
from courts.models import Court, User
from regimes.sampling import Unit
from supervision.inspections.querysets import (
    CommentaryQuerySet,
    DrawQuerySet,
    FindingQuerySet,
    InspectionQuerySet,
    OverdueTableQuerySet,
    SectionQuerySet,
)
from supervision.inspections.states import (
    CommentaryState,
    FindingState,
    InspectionState,
    Result,
    SectionState,
)


class Inspection(models.Model):
    """One quarter of one inspecting court. code, version: the pack whose standards it quotes. seed: of the draw."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("检查法院"))
    year = models.PositiveSmallIntegerField(_("年度"))
    quarter = models.PositiveSmallIntegerField(_("季度"))
    first_on = models.DateField(_("季度首日"))
    last_on = models.DateField(_("季度末日"))
    code = models.CharField(_("标准"), max_length=30)
    version = models.PositiveSmallIntegerField(_("版本"))
    state = models.CharField(
        _("状态"), max_length=8, choices=InspectionState.choices, default=InspectionState.PLANNED
    )
    planned_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("制定人"))
    planned_at = models.DateTimeField(_("制定时间"))
    seed = models.BigIntegerField(_("抽样种子"), null=True)
    drawn_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("抽样人"))
    drawn_at = models.DateTimeField(_("抽样时间"), null=True)
    final_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("定稿人"))
    final_at = models.DateTimeField(_("定稿时间"), null=True)
    key = models.CharField(max_length=120, unique=True)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("季度检查")
        constraints = [
            models.UniqueConstraint(fields=["court", "year", "quarter"], name="inspection_once_a_quarter"),
            models.CheckConstraint(
                condition=models.Q(quarter__gte=1, quarter__lte=4), name="inspection_quarter_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="planned") | models.Q(seed__isnull=False),
                name="inspection_drawn_has_seed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """2023Q2."""
        return f"{self.year}Q{self.quarter}"

    @property
    def stream(self) -> str:
        """How the log names it."""
        return f"inspection:{self.pk}"


class InspectionSection(models.Model):
    """One subject at one court. rule: its image in the pack. population: [[case id, stratum]], frozen with count and digest.

    inspector: who checks it; empty = any inspector of the court. note: what is said where there was no case. score: of
    the final result.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="sections")
    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("被检查法院"))
    position = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=40)
    rule_id = models.CharField(max_length=30)
    rule = models.JSONField()
    inspector = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("检查人"))
    wanted = models.PositiveIntegerField(_("样本量"))
    population = models.JSONField(default=list)
    counted = models.PositiveIntegerField(_("总体"))
    digest = models.CharField(_("总体摘要"), max_length=64)
    frozen_at = models.DateTimeField(_("冻结时间"))
    state = models.CharField(_("状态"), max_length=8, choices=SectionState.choices, default=SectionState.OPEN)
    handed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    handed_at = models.DateTimeField(null=True)
    answer_on = models.DateField(_("申辩期限"), null=True)
    note = models.TextField(_("说明"), blank=True)
    score = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("检查内容")
        constraints = [
            models.UniqueConstraint(fields=["inspection", "court", "subject"], name="section_once"),
            models.CheckConstraint(
                condition=models.Q(state="open") | models.Q(handed_at__isnull=False),
                name="section_handed_says_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.court_id} {self.subject}"

    @property
    def units(self) -> list[Unit]:
        """The frozen population."""
        return [Unit(*row) for row in self.population]

    def point(self, point_id: str) -> dict[str, Any] | None:
        """A point of its checklist as it stood when the plan was made."""
        return next((point for point in self.rule["points"] if point["id"] == point_id), None)


class InspectionDraw(models.Model):
    """A case in a sample. swapped_*: taken out again, with the reason; instead: for which it came in."""

    section = models.ForeignKey(InspectionSection, models.PROTECT, related_name="draws")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name=_("案件"))
    stratum = models.CharField(_("层"), max_length=60)
    position = models.PositiveIntegerField(_("序号"))
    drawn_at = models.DateTimeField()
    instead = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    swapped_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    swapped_at = models.DateTimeField(null=True)
    reason = models.CharField(_("换案理由"), max_length=300, blank=True)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("抽查案件")
        constraints = [
            models.UniqueConstraint(fields=["section", "case"], name="draw_case_once"),
            models.CheckConstraint(
                condition=models.Q(swapped_at__isnull=True)
                | ~models.Q(reason="") & models.Q(swapped_by__isnull=False),
                name="draw_swapped_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.section_id} {self.case_id}"


class InspectionFinding(models.Model):
    """检查结论 at one point in one case; a fault is answered, put right and verified.

    evidence: where it is seen, an address of this system or the page of the file. files: what proves the correction.
    """

    draw = models.ForeignKey(InspectionDraw, models.PROTECT, related_name="findings")
    point = models.CharField(_("检查点"), max_length=30)
    result = models.CharField(_("结论"), max_length=5, choices=Result.choices)
    deducted = models.PositiveSmallIntegerField(_("扣分"), default=0)
    words = models.TextField(_("问题"), blank=True)
    evidence = models.CharField(_("依据"), max_length=300, blank=True)
    entered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("检查人"))
    entered_at = models.DateTimeField(_("录入时间"))
    checked_on = models.DateField(_("检查日期"))
    state = models.CharField(max_length=9, choices=FindingState.choices, blank=True)
    answer = models.TextField(_("申辩"), blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    decision = models.TextField(_("对申辩的处理"), blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    rectify_on = models.DateField(_("整改期限"), null=True)
    rectification = models.TextField(_("整改情况"), blank=True)
    files = models.JSONField(_("整改材料"), default=list)
    rectified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    rectified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    verification = models.TextField(_("核实意见"), blank=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("检查结论")
        constraints = [
            models.UniqueConstraint(fields=["draw", "point"], name="finding_point_once"),
            models.CheckConstraint(
                condition=~models.Q(result=Result.FAULT)
                | ~models.Q(words="") & models.Q(state__in=FindingState.values, rectify_on__isnull=False),
                name="finding_fault_says_what_and_when",
            ),
            models.CheckConstraint(
                condition=models.Q(result=Result.FAULT) | models.Q(deducted=0),
                name="finding_only_faults_cost",
            ),
            models.CheckConstraint(
                condition=models.Q(verified_by__isnull=True)
                | ~models.Q(verified_by=models.F("rectified_by")),
                name="finding_verified_by_another",
            ),
        ]
        indexes = [
            models.Index(
                fields=["rectify_on", "id"],
                condition=models.Q(result="fault", state__in=["noted", "rectified"]),
                name="finding_unsettled",
            )
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.point} {self.result}"


class Commentary(models.Model):
    """通报讲评: one version. paragraphs: numbered texts; tables: the annexes, frozen when it was drafted.

    anonymous: courts and case numbers stand as 甲、乙 … and 1号案件. Reviewed by somebody else than who drafted it.
    """

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="commentaries")
    version = models.PositiveSmallIntegerField(_("版次"))
    state = models.CharField(
        _("状态"), max_length=8, choices=CommentaryState.choices, default=CommentaryState.DRAFT
    )
    anonymous = models.BooleanField(_("匿名"), default=False)
    paragraphs = models.JSONField(default=list)
    tables = models.JSONField(default=list)
    drafted_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("拟稿人"))
    drafted_at = models.DateTimeField(_("拟稿时间"))
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )
    reviewed_at = models.DateTimeField(_("复核时间"), null=True)
    words = models.TextField(_("复核意见"), blank=True)

    objects = CommentaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("通报讲评")
        constraints = [
            models.UniqueConstraint(fields=["inspection", "version"], name="commentary_version_once"),
            models.CheckConstraint(
                condition=models.Q(reviewed_by__isnull=True) | ~models.Q(reviewed_by=models.F("drafted_by")),
                name="commentary_reviewed_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="issued") | models.Q(reviewed_at__isnull=False),
                name="commentary_issued_is_reviewed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection_id} v{self.version}"


class OverdueTable(models.Model):
    """超期节点统计表 of a court as it was published for a week (its Monday); lines: the longest late first."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    week = models.DateField(_("周"))
    published_at = models.DateTimeField(_("公布时间"))
    counted = models.PositiveIntegerField(_("超期节点"))
    lines = models.JSONField(default=list)

    objects = OverdueTableQuerySet.as_manager()

    class Meta:
        verbose_name = _("超期节点统计表")
        constraints = [models.UniqueConstraint(fields=["court", "week"], name="overdue_table_once_a_week")]

    def __str__(self) -> str:
        return f"{self.court_id} {self.week}"


class ClearingPlan(models.Model):
    """清积计划 of a long-pending case: how it is to be solved and until when. A new one replaces it; both are kept."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="clearing_plans", verbose_name=_("案件"))
    cause = models.CharField(_("长期未结的原因"), max_length=200)
    solution = models.TextField(_("解决办法"))
    target_on = models.DateField(_("完成时间"))
    written_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("制定人"))
    written_at = models.DateTimeField(_("制定时间"))
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("清积计划")
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(replaced_at__isnull=True),
                name="clearing_plan_one_in_force",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.target_on}"


track(
    ClearingPlan,
    ("case_id", "cause", "solution", "target_on", "written_by_id", "written_at", "replaced_at"),
)
