"""Papers the court makes, and files it keeps."""

from __future__ import annotations

import json
from typing import Any

from django.core.files.storage import default_storage
from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models import Court
from documents.catalogue import PaperKind, kind
from documents.querysets import OwnedQuerySet, PaperQuerySet
from documents.states import FileKind, PaperState
from kernel.fields import EncryptedTextField


class File(models.Model):
    """A file in storage: its content never changes. `path` is the storage's name, not the user's `name`.

    about: opaque text such as "case:12". captured_at: when the device says a photo was taken.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True, db_index=True)
    owner_id = models.BigIntegerField(null=True, db_index=True)
    about = models.CharField(max_length=80)
    case_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("类别"), max_length=8, choices=FileKind.choices)
    name = models.CharField(_("文件名"), max_length=120)
    media_type = models.CharField(_("类型"), max_length=80)
    size = models.BigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("摘要"), max_length=64, db_index=True)
    path = models.CharField(max_length=200, unique=True)
    uploaded_by = models.CharField(_("提交人"), max_length=80)
    created_at = models.DateTimeField(_("收到时间"))
    captured_at = models.DateTimeField(_("拍摄时间"), null=True, blank=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("文件")
        constraints = [
            models.CheckConstraint(condition=models.Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(condition=models.Q(kind__in=FileKind.values), name="file_kind_known"),
        ]
        indexes = [
            models.Index(fields=["case_id", "-created_at"], name="file_case"),
            models.Index(fields=["about"], name="file_about"),
            models.Index(fields=["court", "-created_at", "-id"], name="file_court"),
        ]

    def __str__(self) -> str:
        return self.name

    def open(self) -> Any:
        """The content from storage, as a binary file."""
        return default_storage.open(self.path, "rb")


class Paper(models.Model):
    """A paper 文书 of a court with the facts frozen at drafting; rendered once, afterwards a file.

    number: unique in the court, "" for records. secret_facts: JSON of what is printed but must not lie open.
    template_digest: what it was drafted with, after rendering what it was rendered with. problem: why the
    last attempt to render it failed, in words for the user; due_at: when the next one is.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True, db_index=True)
    owner_id = models.BigIntegerField(null=True, db_index=True)
    about = models.CharField(max_length=80)
    case_id = models.BigIntegerField(null=True)
    kind = models.CharField(_("文书种类"), max_length=30)
    case_number = models.CharField(_("案号"), max_length=60)
    ordinal = models.PositiveSmallIntegerField(null=True)
    number = models.CharField(_("文书编号"), max_length=70, blank=True)
    facts = models.JSONField(_("事项"))
    secret_facts = EncryptedTextField(_("加密事项"), blank=True)
    template_digest = models.CharField(max_length=64)
    state = models.CharField(_("状态"), max_length=8, choices=PaperState.choices, default=PaperState.DRAFT)
    key = models.CharField(max_length=120, unique=True)
    file = models.OneToOneField(File, models.PROTECT, null=True, related_name="paper")
    created_at = models.DateTimeField(_("制作时间"))
    created_by = models.CharField(_("制作人"), max_length=80)
    rendered_at = models.DateTimeField(_("生成时间"), null=True)
    voided_at = models.DateTimeField(_("作废时间"), null=True)
    void_reason = models.CharField(_("作废原因"), max_length=200, blank=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(_("生成失败原因"), max_length=300, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("文书")
        constraints = [
            models.UniqueConstraint(
                fields=["court", "number"], condition=~models.Q(number=""), name="paper_number_once"
            ),
            models.UniqueConstraint(fields=["court", "case_number", "ordinal"], name="paper_ordinal_once"),
            models.CheckConstraint(condition=models.Q(state__in=PaperState.values), name="paper_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="rendered")
                | models.Q(file__isnull=False, rendered_at__isnull=False),
                name="paper_rendered_has_file",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="voided")
                | models.Q(voided_at__isnull=False) & ~models.Q(void_reason=""),
                name="paper_voided_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="draft"), name="paper_due"),
            models.Index(fields=["case_id", "-created_at"], name="paper_case"),
            models.Index(fields=["court", "-created_at", "-id"], name="paper_court"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number or self.case_number}"

    @property
    def definition(self) -> PaperKind:
        """What papers.yaml says of this kind."""
        return kind(self.kind)

    @property
    def zh(self) -> str:
        """The name in lists: 执行通知书."""
        return self.definition.zh

    def every_fact(self) -> dict[str, Any]:
        """Open and secret facts together, in frozen form: for the renderer, never for a list or an event."""
        return {**self.facts, **(json.loads(self.secret_facts) if self.secret_facts else {})}

    @property
    def stream(self) -> str:
        """The stream of its events."""
        return f"paper:{self.pk}"
