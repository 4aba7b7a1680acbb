"""Released rule packs: the text itself is kept, so that a case's rules never change under it; and drafts on their way."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models.courts import Court
from courts.models.people import User
from courts.querysets import PackDraftQuerySet


class PackRelease(models.Model):
    """A pack as it was released: code, version, text and its SHA-256. Never changed; a new version is a new row.

    Only effective_to is set once more, to the day before a newer version begins; the text says so only of itself.
    """

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


class PackDraft(models.Model):
    """规则包草稿: a checked upload that waits for its preview and for a second person. Nothing counts by it.

    applies_to: whether open cases move to it at its release. preview: what it would do to the open cases, as the
    what-if found it (JSON of counts, ids and dates); empty until it has run.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待签发")
        RELEASED = "released", _("已发布")
        REFUSED = "refused", _("不予发布")
        WITHDRAWN = "withdrawn", _("已撤回")

    class AppliesTo(models.TextChoices):
        NEW = "new_cases", _("只适用于新立案件")
        OPEN = "open_cases", _("在办案件也换用")

    court = models.ForeignKey(Court, models.PROTECT, null=True, related_name="+", verbose_name=_("法院"))
    code = models.CharField(_("规则包"), max_length=30)
    version = models.PositiveSmallIntegerField(_("版本"))
    digest = models.CharField(_("摘要"), max_length=64)
    title = models.CharField(_("名称"), max_length=120)
    document = models.CharField(_("文号"), max_length=80)
    effective_from = models.DateField(_("施行"))
    text = models.TextField(_("正文"))
    applies_to = models.CharField(_("适用"), max_length=10, choices=AppliesTo.choices)
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.WAITING)
    key = models.CharField(max_length=120, unique=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    uploaded_at = models.DateTimeField(_("上传时间"))
    preview = models.JSONField(default=dict)
    previewed_at = models.DateTimeField(_("预览时间"), null=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("签发人")
    )
    decided_at = models.DateTimeField(_("签发时间"), null=True)
    words = models.TextField(_("意见"), blank=True)

    objects = PackDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("规则包草稿")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("uploaded_by"))
                | models.Q(state="withdrawn"),
                name="pack_draft_second_person",
            ),
            models.UniqueConstraint(
                fields=["code", "version"], condition=models.Q(state="waiting"), name="pack_draft_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version} {self.state}"

    @property
    def stream(self) -> str:
        """How the log names this draft."""
        return f"packdraft:{self.pk}"

    @property
    def name(self) -> str:
        """JZ-2023/2."""
        return f"{self.code}/{self.version}"
