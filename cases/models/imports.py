"""A court's ledger on its way into the system: the sheet as it came, how its columns were read, what became of a row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.querysets import LedgerImportQuerySet
from courts.models import Court, User
from kernel.fields import EncryptedTextField


class LedgerImport(models.Model):
    """台账导入: one file of one court, in three steps: parsed, previewed, confirmed.

    columns: place of a column -> field ("" = left out), JSON. titles: place -> heading. counts: verdict -> rows.
    """

    class State(models.TextChoices):
        PARSED = "parsed", _("待对应列")
        PREVIEWED = "previewed", _("待确认")
        FILING = "filing", _("正在录入")
        DONE = "done", _("已录入")
        WITHDRAWN = "withdrawn", _("已放弃")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("导入人"))
    key = models.CharField(max_length=120, unique=True)
    name = models.CharField(_("文件名"), max_length=120)
    sheet = models.CharField(_("工作表"), max_length=120)
    heading_row = models.PositiveIntegerField(_("表头所在行"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PARSED)
    titles = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    passed_over = models.JSONField(_("跳过的行"), default=list)
    made_at = models.DateTimeField(_("上传时间"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)

    objects = LedgerImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("台账导入")
        indexes = [models.Index(fields=["court", "-made_at", "-id"], name="ledgerimport_court_made")]

    def __str__(self) -> str:
        return f"{self.name} {self.sheet}"

    @property
    def about(self) -> str:
        """How the log names this import."""
        return f"ledgerimport:{self.pk}"


class LedgerRow(models.Model):
    """One row of a sheet below its heading. cells: its values as JSON; notes: what was found, JSON [column, what, fix].

    Both speak of people and are kept encrypted; the cells of a row that stands as a case are thrown away.
    """

    class Verdict(models.TextChoices):
        UNREAD = "", _("未检查")
        GOOD = "good", _("可以录入")
        DOUBTFUL = "doubtful", _("存疑")
        DIFFERS = "differs", _("与已立案件不同")
        SAME = "same", _("已经录入")
        REPEAT = "repeat", _("重复")
        BAD = "bad", _("有错误")
        PASSED = "passed", _("跳过")
        FILED = "filed", _("本次录入")

    ledger = models.ForeignKey(LedgerImport, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField(_("行"))
    number = models.CharField(_("案号"), max_length=40, blank=True)
    verdict = models.CharField(_("结果"), max_length=8, choices=Verdict.choices, blank=True)
    cells = EncryptedTextField(null=True)
    notes = EncryptedTextField(null=True)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+", verbose_name=_("案件"))

    class Meta:
        verbose_name = _("台账行")
        constraints = [models.UniqueConstraint(fields=["ledger", "row"], name="ledgerrow_once")]
        indexes = [models.Index(fields=["ledger", "verdict", "row"], name="ledgerrow_verdict")]

    def __str__(self) -> str:
        return f"{self.ledger_id}:{self.row}"


class LedgerHeading(models.Model):
    """What a court said of a heading: next time its column is read so without asking. field "": left out."""

    court = models.ForeignKey(Court, models.CASCADE, related_name="+")
    heading = models.CharField(max_length=60)
    field = models.CharField(max_length=30, blank=True)

    class Meta:
        verbose_name = _("台账表头")
        constraints = [models.UniqueConstraint(fields=["court", "heading"], name="ledgerheading_once")]

    def __str__(self) -> str:
        return f"{self.heading} {self.field}"
