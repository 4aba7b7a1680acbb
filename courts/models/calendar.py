"""Working days: the national table, and each court's own exceptions."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models.courts import Court


class CalendarDay(models.Model):
    """A day that is not what its weekday says, or whose rest has a name. court null = national."""

    court = models.ForeignKey(Court, models.PROTECT, null=True, blank=True, related_name="calendar_days")
    on = models.DateField(_("日期"))
    is_workday = models.BooleanField(_("工作日"))
    name = models.CharField(_("名称"), max_length=30)
    source = models.CharField(_("依据"), max_length=120)
    provisional = models.BooleanField(_("暂定"), default=False, help_text=_("国务院通知尚未公布的年份"))

    class Meta:
        verbose_name = _("日历")
        constraints = [
            models.UniqueConstraint(fields=["court", "on"], nulls_distinct=False, name="calendar_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.name}"


class CalendarStamp(models.Model):
    """One row whose number rises with every edit, so that each process knows when its copy is old."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("日历版本")

    def __str__(self) -> str:
        return str(self.version)
