"""What the bank is told to pay: one instruction for a payout, in a file that is downloaded once, or over the line."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from funds.models.amounts import AmountField
from funds.models.payouts import Payout
from funds.models.statements import BankAccount
from funds.querysets import CourtQuerySet, InstructionQuerySet


class PaymentBatch(models.Model):
    """付款批次: instructions that go to the bank in one file. The file is written anew from frozen rows whenever it is
    asked for, so that no account number lies about; `digest` (SHA-256) proves that it is the same one.

    layout: id of a layout of funds/data/payment_files.yaml. downloads: each time it left the house: at, by, reason.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="batches")
    layout = models.CharField(_("文件格式"), max_length=24)
    count = models.PositiveIntegerField(_("笔数"))
    total = AmountField(_("合计（元）"))
    digest = models.CharField("SHA-256", max_length=64)
    key = models.CharField(max_length=120)
    made_at = models.DateTimeField(_("生成时间"))
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("生成人"))
    downloads = models.JSONField(_("下载"), default=list)

    objects = CourtQuerySet.as_manager()

    class Meta:
        verbose_name = _("付款批次")
        constraints = [
            models.UniqueConstraint(fields=["court", "key"], name="paymentbatch_once"),
            models.CheckConstraint(condition=Q(count__gt=0, total__gt=0), name="paymentbatch_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """How the log names this batch."""
        return f"paymentbatch:{self.pk}"

    @property
    def name(self) -> str:
        """How people call it: the file has the same name."""
        return f"FK{self.pk:08d}"


class Instruction(models.Model):
    """付款指令: what the bank was told about one payout, under a reference that the bank knows once.

    state tells how far it has come on its way; whether it was paid or returned is the payout's own state. account:
    from which it is paid. due_at: when a worker looks again; null where a person does. tries: how often it was sent.
    code: the bank's last word.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待交银行")
        SENDING = "sending", _("正在交银行")
        UNKNOWN = "unknown", _("结果不明，正在查询")
        HANDED = "handed", _("银行已受理")

    class Channel(models.TextChoices):
        FILE = "file", _("批量文件")
        DIRECT = "direct", _("银企直连")

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    payout = models.OneToOneField(Payout, models.PROTECT, related_name="instruction")
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    reference = models.UUIDField(_("指令号"), default=uuid.uuid4, unique=True, editable=False)
    channel = models.CharField(_("渠道"), max_length=6, choices=Channel.choices)
    batch = models.ForeignKey(PaymentBatch, models.PROTECT, null=True, related_name="instructions")
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("发送次数"), default=0)
    code = models.CharField(_("银行答复"), max_length=60, blank=True)
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(_("生成时间"))

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = _("付款指令")
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="file") | Q(channel="direct", batch__isnull=True),
                name="instruction_batch_is_a_file",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "unknown", "handed"]),
                name="instruction_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="instruction_due"),
            models.Index(
                fields=["court", "account"],
                condition=Q(channel="file", batch__isnull=True),
                name="instruction_unbatched",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.state}"


class ReturnFile(models.Model):
    """回盘文件: what the bank answered to a batch, line by line; each file once. problems: lines that were not taken."""

    batch = models.ForeignKey(PaymentBatch, models.PROTECT, related_name="returns")
    name = models.CharField(_("文件"), max_length=120)
    digest = models.CharField(max_length=64)
    paid = models.PositiveIntegerField(_("成功"), default=0)
    returned = models.PositiveIntegerField(_("退回"), default=0)
    unknown = models.PositiveIntegerField(_("结果不明"), default=0)
    problems = models.JSONField(default=list)
    taken_at = models.DateTimeField(_("导入时间"))
    taken_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("导入人"))

    class Meta:
        verbose_name = _("回盘文件")
        constraints = [models.UniqueConstraint(fields=["batch", "digest"], name="returnfile_once")]

    def __str__(self) -> str:
        return self.name
