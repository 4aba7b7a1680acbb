"""留言: letters from parties. Their words and answers are part of the case's history."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Party, Subject
from cases.rows import track
from courts.models import User
from petitions.querysets import LetterQuerySet


class Letter(models.Model):
    """A message (留言) of a party to the handler. subject: what its clock runs on, where the rules of the case set one.

    handler: the colleague to whom it was handed over, None = whoever handles the case. draft: an answer not yet sent,
    which no party ever sees; emptied by the answer. files, reply_files: ids of the pictures that came and went with it.
    """

    class Topic(models.TextChoices):
        PROGRESS = "progress", _("问进展")
        MONEY = "money", _("问案款")
        COMPLAINT = "complaint", _("反映问题")
        ADVICE = "advice", _("提建议")
        OTHER = "other", _("其他")

    case = models.ForeignKey(Case, models.PROTECT, related_name="letters")
    subject = models.OneToOneField(Subject, models.PROTECT, related_name="letter")
    party = models.ForeignKey(Party, models.PROTECT, related_name="letters")
    writer = models.ForeignKey(User, models.PROTECT, related_name="+")
    topic = models.CharField(_("事项"), max_length=12, choices=Topic.choices)
    words = models.TextField(_("留言"))
    received_at = models.DateTimeField(_("收到时间"))
    reply = models.TextField(_("回复"), blank=True)
    replied_at = models.DateTimeField(_("回复时间"), null=True)
    replied_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    handler = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("转交给"), db_index=False
    )
    draft = models.TextField(_("回复草稿"), blank=True)
    drafted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", db_index=False)
    drafted_at = models.DateTimeField(_("草稿保存时间"), null=True)

    files = models.JSONField(_("附件"), default=list)
    reply_files = models.JSONField(_("回复附件"), default=list)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("留言")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(replied_at__isnull=True)
                | ~models.Q(reply="") & models.Q(replied_by__isnull=False),
                name="letter_replied_says_what",
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at", "id"],
                condition=models.Q(replied_at__isnull=True),
                name="letter_unanswered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.topic}"


track(
    Letter,
    (
        "case_id", "subject_id", "party_id", "writer_id", "topic", "words", "received_at", "reply", "replied_at",
        "replied_by_id", "handler_id", "draft", "drafted_by_id", "drafted_at", "files", "reply_files",
    ),
)  # fmt: skip
