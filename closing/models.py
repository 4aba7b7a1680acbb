"""The request to close by 终本, with its leader's review."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.rows import track


class TerminationReview(models.Model):
    """终本卷宗把关: a file goes to the named leader, who passes or returns it. One waiting review per case."""

    class Result(models.TextChoices):
        PENDING = "pending", _("待审核")
        PASSED = "passed", _("通过")
        RETURNED = "returned", _("退回")

    case = models.ForeignKey(Case, models.PROTECT, related_name="termination_reviews")
    court_id = models.BigIntegerField()
    requested_on = models.DateField()
    requested_by_id = models.BigIntegerField()
    result = models.CharField(max_length=8, choices=Result.choices, default=Result.PENDING)
    decided_on = models.DateField(null=True)
    decided_by_id = models.BigIntegerField(null=True)
    defects = models.CharField(_("问题"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("终本审核")
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(result="pending"), name="review_one_pending"
            ),
            models.CheckConstraint(
                condition=~models.Q(result="returned") | ~models.Q(defects=""),
                name="review_returned_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["court_id"], condition=models.Q(result="pending"), name="review_court_pending"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.result}"


track(
    TerminationReview,
    ("case_id", "requested_on", "requested_by_id", "result", "decided_on", "decided_by_id", "defects"),
)


class DistributionPlan(models.Model):
    """参与分配方案 (民诉法解释第五百零八至五百一十条): how one receipt of the presiding case goes to creditors of several cases.

    A corrected plan is a new version; the older one is superseded. surplus: what no creditor is owed, yuan.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草案")
        SERVED = "served", _("已送达，异议期内")
        DONE = "done", _("已执行")
        SUPERSEDED = "superseded", _("已被新方案替代")

    case = models.ForeignKey(Case, models.PROTECT, related_name="plans")
    court_id = models.BigIntegerField()
    receipt_id = models.BigIntegerField()
    version = models.PositiveSmallIntegerField()
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT)
    amount = models.DecimalField(_("可分配金额（元）"), max_digits=18, decimal_places=2)
    surplus = models.DecimalField(_("剩余（元）"), max_digits=18, decimal_places=2)
    grounds = models.CharField(_("分配理由"), max_length=1000)
    drafted_on = models.DateField(_("拟定日期"))
    drafted_by_id = models.BigIntegerField()
    served_on = models.DateField(_("送达完毕日期"), null=True)
    done_on = models.DateField(_("执行日期"), null=True)

    class Meta:
        verbose_name = _("分配方案")
        constraints = [
            models.UniqueConstraint(fields=["case", "receipt_id", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["receipt_id"], condition=models.Q(state__in=("draft", "served")), name="plan_one_live"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="plan_amount_positive"),
            models.CheckConstraint(condition=models.Q(surplus__gte=0), name="plan_surplus_not_negative"),
        ]
        indexes = [models.Index(fields=["court_id", "-drafted_on", "-id"], name="plan_register")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.version}"


class PlanParty(models.Model):
    """A creditor or the respondent of a plan, as the one who is served, objects, counters and sues.

    subject: in the presiding case; its rights run as clocks there. served_on: his own day, from which his days count.
    """

    class Side(models.TextChoices):
        CREDITOR = "creditor", _("债权人")
        RESPONDENT = "respondent", _("被执行人")

    plan = models.ForeignKey(DistributionPlan, models.PROTECT, related_name="parties")
    subject = models.ForeignKey("cases.Subject", models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, choices=Side.choices)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("姓名或名称"), max_length=120)
    served_on = models.DateField(_("收到方案日期"), null=True)

    class Meta:
        verbose_name = _("分配参与人")
        constraints = [models.UniqueConstraint(fields=["plan", "subject"], name="plan_party_once")]

    def __str__(self) -> str:
        return self.name


class PlanShare(models.Model):
    """One claim of a plan and what it gets; never more than is owed. disputed: the part that objections keep back."""

    plan = models.ForeignKey(DistributionPlan, models.PROTECT, related_name="shares")
    party = models.ForeignKey(PlanParty, models.PROTECT, related_name="shares")
    rank = models.CharField(_("顺位"), max_length=10)
    order = models.PositiveSmallIntegerField(default=0)
    claimed = models.DecimalField(_("债权额（元）"), max_digits=18, decimal_places=2)
    amount = models.DecimalField(_("分配额（元）"), max_digits=18, decimal_places=2)
    disputed = models.DecimalField(_("有争议（元）"), max_digits=18, decimal_places=2, default=0)

    class Meta:
        verbose_name = _("分配份额")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gte=0) & models.Q(amount__lte=models.F("claimed")),
                name="share_within_claim",
            ),
            models.CheckConstraint(
                condition=models.Q(disputed__gte=0) & models.Q(disputed__lte=models.F("amount")),
                name="share_disputed_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.amount}"


class PlanObjection(models.Model):
    """分配方案异议 (执行程序解释第十七、十八条): against one share, answered by the others, brought to court or dropped."""

    plan = models.ForeignKey(DistributionPlan, models.PROTECT, related_name="objections")
    objector = models.ForeignKey(PlanParty, models.PROTECT, related_name="objections")
    share = models.ForeignKey(PlanShare, models.PROTECT, related_name="objections")
    amount = models.DecimalField(_("异议金额（元）"), max_digits=18, decimal_places=2)
    words = models.CharField(_("异议理由"), max_length=500)
    filed_on = models.DateField(_("提出日期"))
    notified_on = models.DateField(_("通知其他人日期"), null=True)
    countered_by = models.ForeignKey(PlanParty, models.PROTECT, null=True, related_name="+")
    countered_on = models.DateField(_("反对日期"), null=True)
    counter_notified_on = models.DateField(_("通知异议人日期"), null=True)
    sued_on = models.DateField(_("起诉日期"), null=True)

    class Meta:
        verbose_name = _("分配异议")
        constraints = [
            models.UniqueConstraint(fields=["objector", "share"], name="objection_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="objection_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.objector_id} {self.amount}"


track(
    DistributionPlan,
    (
        "receipt_id",
        "version",
        "state",
        "amount",
        "surplus",
        "drafted_on",
        "drafted_by_id",
        "served_on",
        "done_on",
    ),
)
track(PlanParty, ("plan_id", "subject_id", "side", "served_on"), path="plan__case_id")
track(
    PlanShare, ("plan_id", "party_id", "rank", "order", "claimed", "amount", "disputed"), path="plan__case_id"
)
track(
    PlanObjection,
    ("plan_id", "objector_id", "share_id", "amount", "filed_on", "notified_on", "countered_by_id", "countered_on",
     "counter_notified_on", "sued_on"),
    path="plan__case_id",
)  # fmt: skip
