"""Side by side with the national system: its number of a case, what was exported to it, its list, the differences."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.querysets import OfCourtQuerySet
from courts.models import Court, User


class NationalNumber(models.Model):
    """The number that the national system gives a case; unique within a court."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="national")
    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    number = models.CharField(_("国家系统编号"), max_length=40)

    class Meta:
        verbose_name = _("国家系统编号")
        constraints = [models.UniqueConstraint(fields=["court", "number"], name="national_number_once")]

    def __str__(self) -> str:
        return self.number


class NationalExport(models.Model):
    """导出: acts of a court in a period, in the national codes, that no export before it held. Never changed."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    since = models.DateField(_("自"))
    until = models.DateField(_("至"))
    lines_count = models.PositiveIntegerField(_("条数"))
    key = models.CharField(max_length=120, unique=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("导出人"))
    made_at = models.DateTimeField(_("导出时间"))

    objects = OfCourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("国家系统导出")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="national_export_dates"
            )
        ]
        indexes = [models.Index(fields=["court", "-id"], name="national_export_court")]

    def __str__(self) -> str:
        return f"{self.court_id} {self.since}..{self.until}"


class NationalLine(models.Model):
    """One act in one export, as it was written then. seq: its event in the case's log.

    undone: tells that the act, which an export before told, was undone here since.
    """

    export = models.ForeignKey(NationalExport, models.PROTECT, related_name="lines")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    case_number = models.CharField(max_length=40)
    national_number = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    on = models.DateField()
    undone = models.BooleanField(_("撤回"), default=False)

    class Meta:
        verbose_name = _("国家系统导出行")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code", "subject_id", "seq", "undone"], name="national_line_told_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_number} {self.code}"


class NationalList(models.Model):
    """导入: the national system's list of a court's cases. rows: [{row, number, verdict, notes, entry}], JSON."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("待确认")
        DONE = "done", _("已导入")
        WITHDRAWN = "withdrawn", _("已放弃")

    class Verdict(models.TextChoices):
        KNOWN = "known", _("对上案件")
        UNKNOWN = "unknown", _("本系统没有")
        BAD = "bad", _("有错误")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("导入人"))
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(_("文件名"), max_length=120)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PREVIEWED)
    rows = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("上传时间"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)

    objects = OfCourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("国家系统清单")
        indexes = [models.Index(fields=["court", "-id"], name="national_list_court")]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """How the log names this list."""
        return f"nationallist:{self.pk}"


class NationalRecord(models.Model):
    """What the national system last said of a case of a court."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    number = models.CharField(_("国家系统编号"), max_length=40)
    case_number = models.CharField(_("案号"), max_length=40)
    number_key = models.CharField(max_length=40)
    state = models.CharField(_("状态"), max_length=20)
    amount = models.DecimalField(_("标的"), max_digits=18, decimal_places=2, null=True)
    handler = models.CharField(_("承办人"), max_length=40, blank=True)
    filed_on = models.DateField(_("立案日期"), null=True)
    closed_on = models.DateField(_("结案日期"), null=True)
    source = models.ForeignKey(NationalList, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("国家系统记录")
        constraints = [models.UniqueConstraint(fields=["court", "number"], name="national_record_once")]

    def __str__(self) -> str:
        return f"{self.case_number} {self.number}"


class Difference(models.Model):
    """差异: what differs between the two systems. It ends by itself once they agree, or a person says why it stays.

    about: case number and national number, whichever is known. ours, theirs: as words.
    """

    class Kind(models.TextChoices):
        MISSING_THERE = "missing_there", _("国家系统没有")
        MISSING_HERE = "missing_here", _("本系统没有")
        STATE = "state", _("状态不同")
        AMOUNT = "amount", _("标的不同")
        HANDLER = "handler", _("承办人不同")
        FILED = "filed_on", _("立案日期不同")
        CLOSED = "closed_on", _("结案日期不同")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        AGREED = "agreed", _("已一致")
        EXPLAINED = "explained", _("已说明")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("案件"))
    kind = models.CharField(_("差异"), max_length=14, choices=Kind.choices)
    about = models.CharField(_("案号或编号"), max_length=40)
    ours = models.CharField(_("本系统"), max_length=80, blank=True)
    theirs = models.CharField(_("国家系统"), max_length=80, blank=True)
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.OPEN)
    found_on = models.DateField(_("发现日期"))
    assigned_to = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("处理人")
    )
    words = models.CharField(_("说明"), max_length=200, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    objects = OfCourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("国家系统差异")
        constraints = [
            models.UniqueConstraint(
                fields=["court", "kind", "about"],
                condition=models.Q(state="open"),
                name="national_difference_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | ~models.Q(state="open") & models.Q(ended_at__isnull=False),
                name="national_difference_ends_once",
            ),
        ]
        indexes = [
            models.Index(fields=["court", "state", "-found_on", "-id"], name="national_difference_court")
        ]

    def __str__(self) -> str:
        return f"{self.about} {self.kind}"
