"""A list of staff on its way into the system."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models.courts import Court
from courts.models.people import User


class StaffImport(models.Model):
    """人员导入: one file of one court: read and previewed, then confirmed or given up.

    rows: [{row, username, name, verdict, notes [[column, what, fix]], entry {field: text}}], JSON; entry is null once
    it was carried out. counts: verdict -> rows.
    """

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("待确认")
        DONE = "done", _("已导入")
        WITHDRAWN = "withdrawn", _("已放弃")

    class Verdict(models.TextChoices):
        NEW = "new", _("新人员")
        CHANGES = "changes", _("有变动")
        SAME = "same", _("没有变动")
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

    class Meta:
        verbose_name = _("人员导入")
        indexes = [models.Index(fields=["court", "-made_at", "-id"], name="staffimport_court_made")]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """How the log names this import."""
        return f"staffimport:{self.pk}"
