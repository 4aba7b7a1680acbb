"""Released rule packs: the text itself is kept, so that a case's rules never change under it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PackRelease(models.Model):
    """A pack as it was released: code, version, text and its SHA-256. Never changed; a new version is a new row."""

    code = models.CharField(_("规则包"), max_length=30)
    version = models.PositiveSmallIntegerField(_("版本"))
    digest = models.CharField(_("摘要"), max_length=64)
    text = models.TextField(_("正文"))
    document = models.CharField(_("文号"), max_length=80)
    title = models.CharField(_("名称"), max_length=120)
    effective_from = models.DateField(_("施行"))
    effective_to = models.DateField(_("废止"), null=True, blank=True)
    released_at = models.DateTimeField(_("发布时间"))
    released_by = models.CharField(_("发布人"), max_length=80)

    class Meta:
        verbose_name = _("规则包发布")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="pack_release_once")]
        ordering = ["code", "version"]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
