"""The states of a paper: draft -> rendered -> voided, or draft -> voided. Nothing leads back."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaperState(models.TextChoices):
    DRAFT = "draft", _("待生成")
    RENDERED = "rendered", _("已生成")
    VOIDED = "voided", _("已作废")


class FileKind(models.TextChoices):
    UPLOAD = "upload", _("上传材料")
    PAPER = "paper", _("本院文书")
    PHOTO = "photo", _("现场照片")
