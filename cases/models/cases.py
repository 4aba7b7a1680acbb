"""The case itself."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, FSMModelMixin, transition

from cases.querysets import CaseQuerySet
from cases.states import OPEN_STATES, CaseState, ClosingType, Track
from courts.models import Court, Unit, User


class Case(FSMModelMixin, models.Model):
    """An enforcement case 执行案件. Its rules are pinned in `packs`: an ordered list of code, version, digest, features.

    stage, stage_since, cash_rate are kept by `cases.standing` at the end of every act, computed from what happened;
    stage "" and cash_rate null: the rules of the case name none, or the claim is zero.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("团队"))
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("承办人"))
    number = models.CharField(_("案号"), max_length=40)
    number_key = models.CharField(max_length=40, editable=False)
    kind = models.CharField(_("案件类型"), max_length=8, default="执")
    filed_on = models.DateField(_("立案日期"))
    received_on = models.DateField(_("收案日期"))
    application_on = models.DateField(_("收到申请执行书日期"), null=True)
    channel = models.CharField(_("立案渠道"), max_length=8, default="on_site")
    cause = models.CharField(_("案由"), max_length=60)
    basis = models.CharField(_("执行依据"), max_length=120)
    claim_kind = models.CharField(_("执行内容"), max_length=10, default="money")
    claim_amount = models.DecimalField(_("执行标的（元）"), max_digits=18, decimal_places=2)
    costs_amount = models.DecimalField(_("执行费用（元）"), max_digits=18, decimal_places=2, default=0)
    track = models.CharField(
        _("繁简"), max_length=8, choices=Track.choices, default=Track.UNDECIDED, blank=True
    )
    sealed = models.BooleanField(_("保密案件"), default=False)
    imported = models.BooleanField(_("补录"), default=False)
    state = FSMField(_("状态"), default=CaseState.FILED, choices=CaseState.choices, protected=True)
    closing_type = models.CharField(_("结案方式"), max_length=26, choices=ClosingType.choices, blank=True)
    closed_on = models.DateField(_("结案日期"), null=True)
    archived_on = models.DateField(_("归档日期"), null=True)
    stage = models.CharField(_("阶段"), max_length=16, blank=True, editable=False)
    stage_since = models.DateField(_("进入阶段日期"), null=True, editable=False)
    cash_rate = models.DecimalField(
        _("现金可执行率"), max_digits=14, decimal_places=4, null=True, editable=False
    )
    packs = models.JSONField(_("适用规则"))
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=80)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件")
        constraints = [
            models.UniqueConstraint(
                fields=["court", "number_key"],
                condition=~models.Q(state="cancelled"),
                name="case_number_once",
            ),
            models.CheckConstraint(condition=models.Q(claim_amount__gte=0), name="case_claim_not_negative"),
            models.CheckConstraint(condition=models.Q(state__in=CaseState.values), name="case_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["closed", "archived"])
                | models.Q(closed_on__isnull=False) & ~models.Q(closing_type=""),
                name="case_closed_says_how",
            ),
        ]
        indexes = [
            models.Index(fields=["court", "-filed_on", "-id"], name="case_court_filed"),
            models.Index(fields=["owner", "-filed_on", "-id"], name="case_owner_filed"),
            models.Index(
                fields=["court", "stage", "-filed_on", "-id"],
                include=["team", "owner", "sealed", "state"],
                condition=~models.Q(stage=""),
                name="case_court_stage",
            ),
            models.Index(
                fields=["id"], include=["owner"], condition=models.Q(sealed=True), name="case_sealed_owner"
            ),
            models.Index(fields=["-filed_on", "-id"], name="case_filed"),
            models.Index(
                fields=["court", "stage"],
                include=["id", "team", "owner"],
                condition=~models.Q(stage="") & ~models.Q(state="archived") & ~models.Q(state="cancelled"),
                name="case_stage_live",
            ),
            models.Index(
                fields=["court", "-filed_on", "-id"],
                include=["team", "owner", "closed_on"],
                condition=models.Q(state__in=OPEN_STATES),
                name="case_court_open",
            ),
            models.Index(
                fields=["filed_on", "id"], condition=models.Q(state__in=OPEN_STATES), name="case_open_filed"
            ),
            models.Index(
                fields=["court", "closed_on"],
                include=["id", "team", "owner", "filed_on", "state"],
                condition=models.Q(closed_on__isnull=False),
                name="case_court_closed",
            ),
            GinIndex(fields=["number_key"], opclasses=["gin_trgm_ops"], name="case_number_part"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def about(self) -> str:
        """How the floors below and the log name this case."""
        return f"case:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Not closed, archived or cancelled."""
        return self.state in OPEN_STATES

    @transition(field=state, source=[CaseState.FILED, CaseState.ASSIGNED], target=CaseState.ASSIGNED)
    def assign(self, owner: User, team: Unit | None) -> None:
        self.owner, self.team = owner, team

    @transition(field=state, source=[CaseState.FILED, CaseState.ASSIGNED], target=CaseState.RUNNING)
    def begin(self) -> None:
        """The first act of enforcement, or the handler's acceptance."""

    @transition(
        field=state,
        source=[CaseState.FILED, CaseState.ASSIGNED, CaseState.RUNNING],
        target=CaseState.SUSPENDED,
    )
    def suspend(self) -> None:
        """中止执行."""

    @transition(field=state, source=CaseState.SUSPENDED, target=CaseState.RUNNING)
    def resume(self) -> None:
        """The ground of the suspension is gone."""

    @transition(field=state, source=[CaseState.RUNNING, CaseState.ASSIGNED], target=CaseState.CLOSED)
    def close(self, *, closing_type: str, on: object) -> None:
        self.closing_type, self.closed_on = closing_type, on

    @transition(field=state, source=CaseState.CLOSED, target=CaseState.RUNNING)
    def reopen(self) -> None:
        self.closing_type, self.closed_on = "", None

    @transition(field=state, source=CaseState.CLOSED, target=CaseState.ARCHIVED)
    def archive(self, *, on: object) -> None:
        self.archived_on = on

    @transition(field=state, source=list(OPEN_STATES), target=CaseState.CANCELLED)
    def cancel(self) -> None:
        """A misfiled case; its number becomes free."""


class ClaimItem(models.Model):
    """One item of what is claimed."""

    class Kind(models.TextChoices):
        PRINCIPAL = "principal", _("本金")
        INTEREST = "interest", _("利息")
        COSTS = "costs", _("诉讼费等")
        OTHER = "other", _("其他")

    case = models.ForeignKey(Case, models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    words = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("请求项目")
        constraints = [models.CheckConstraint(condition=models.Q(amount__gte=0), name="claim_not_negative")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class NumberCounter(models.Model):
    """The last number given out per court, year and kind; locked while one is drawn."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("案号计数")
        constraints = [models.UniqueConstraint(fields=["court", "year", "kind"], name="number_counter_once")]

    def __str__(self) -> str:
        return f"{self.court_id} {self.year} {self.kind} {self.last}"
