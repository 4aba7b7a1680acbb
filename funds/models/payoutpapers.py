"""What stands behind a payout on paper: the talk before it, the bank's slip after it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models import User
from documents.models import File
from funds.models.payouts import Payout
from kernel.fields import EncryptedTextField


class PayoutTalk(models.Model):
    """沟通记录 (荆中法发〔2023〕10号 三(一)2): when, by which channel, with whom a payout was talked over, and what was said.

    content: encrypted, for people say numbers. files: the recording, the picture, the signed record. Never changed.
    """

    class Channel(models.TextChoices):
        PHONE = "phone", _("电话")
        IN_PERSON = "in_person", _("当面")
        MESSAGE = "message", _("短信、微信")
        VIDEO = "video", _("视频")
        LETTER = "letter", _("书面")

    payout = models.OneToOneField(Payout, models.PROTECT, related_name="talk")
    channel = models.CharField(_("沟通方式"), max_length=10, choices=Channel.choices)
    at = models.DateTimeField(_("沟通时间"))
    who = models.CharField(_("沟通对象"), max_length=120)
    content = EncryptedTextField(_("沟通内容"))
    files = models.ManyToManyField(File, related_name="+", verbose_name=_("录音、图片"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("记录人"))

    class Meta:
        verbose_name = _("沟通记录")
        constraints = [
            models.CheckConstraint(condition=~models.Q(who=""), name="payouttalk_says_with_whom"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.at}"


class PayoutSlip(models.Model):
    """付款凭证扫描件 (荆中法发〔2023〕10号 三(一)2): a scan of the bank's slip or voucher of a payout that was paid."""

    payout = models.ForeignKey(Payout, models.PROTECT, related_name="slips")
    file = models.ForeignKey(File, models.PROTECT, related_name="+", verbose_name=_("扫描件"))
    at = models.DateTimeField(_("上传时间"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("上传人"))

    class Meta:
        verbose_name = _("付款凭证")
        constraints = [models.UniqueConstraint(fields=["payout", "file"], name="payoutslip_once")]

    def __str__(self) -> str:
        return f"{self.payout_id} {self.file_id}"
