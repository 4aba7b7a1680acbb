"""Approved texts, per topic and audience. Data: a court writes its own beside those for all courts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from notices.states import Audience


class Template(models.Model):
    """A text a court has approved. court null = for every court without one of its own. `{案号}` marks a
    place.

    A changed text is a new row; the old one is retired, never rewritten, since messages point to it.
    """

    court = models.ForeignKey(
        Court, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("法院")
    )
    topic = models.CharField(_("事项"), max_length=60)
    audience = models.CharField(_("对象"), max_length=24, choices=Audience.choices)
    text = models.TextField(_("文本"))
    approved_by = models.CharField(_("核定人"), max_length=60)
    approved_on = models.DateField(_("核定日期"))
    active = models.BooleanField(_("启用"), default=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("短信文本")
        constraints = [
            models.UniqueConstraint(
                fields=["court", "topic", "audience"],
                condition=models.Q(active=True),
                nulls_distinct=False,
                name="template_one_active",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="template_has_text"),
            models.CheckConstraint(condition=~models.Q(approved_by=""), name="template_is_approved"),
        ]

    def __str__(self) -> str:
        return f"{self.topic}/{self.audience}"
