"""The outbox: one row for every message that was meant, also for those that could not be sent."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from kernel.fields import BlindIndexField, EncryptedTextField
from notices.models.templates import Template
from notices.querysets import MessageQuerySet
from notices.states import IN_FLIGHT, Audience, Channel, Evidence, Level, Reason, State


class Message(models.Model):
    """One text to one reader. Written in the transaction of the act it tells of; `key` makes it once.

    about: opaque text ("case:12"). node: label of the step told of. reference: our own number at the
    provider. text: as sent, with one-time codes masked; secret_text: the whole text where it holds such a
    code. due_at: when a dispatcher must look again (earliest sending, end of a lease, next query); null =
    nothing is owed.
    """

    court = models.ForeignKey(Court, models.PROTECT, related_name="+")
    team_id = models.BigIntegerField(null=True, blank=True)
    owner_id = models.BigIntegerField(null=True, blank=True)
    about = models.CharField(_("关于"), max_length=80)
    case_id = models.BigIntegerField(null=True, blank=True)
    topic = models.CharField(_("事项"), max_length=60)
    rule_id = models.CharField(_("规则"), max_length=40, blank=True)
    node = models.CharField(_("节点"), max_length=60, blank=True)
    audience = models.CharField(_("对象"), max_length=24, choices=Audience.choices)
    channel = models.CharField(_("方式"), max_length=8, choices=Channel.choices)
    level = models.CharField(_("级别"), max_length=8, choices=Level.choices, default=Level.INFO)
    party_ref = models.CharField(_("当事人"), max_length=80, blank=True)
    number = EncryptedTextField(_("号码"), null=True, blank=True)
    number_index = BlindIndexField(null=True, blank=True, db_index=False)
    number_masked = models.CharField(_("号码（掩码）"), max_length=20, blank=True)
    to_user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    template = models.ForeignKey(Template, models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(_("内容"), blank=True)
    secret_text = EncryptedTextField(null=True, blank=True)
    link = models.CharField(_("链接"), max_length=200, blank=True)
    urgent = models.BooleanField(_("不受静默限制"), default=False)
    expires_at = models.DateTimeField(_("有效至"), null=True, blank=True)

    key = models.CharField(max_length=160, unique=True)
    reference = models.UUIDField(_("流水号"), default=uuid.uuid4, unique=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    state = models.CharField(_("状态"), max_length=10, choices=State.choices)
    reason = models.CharField(_("原因"), max_length=20, choices=Reason.choices, blank=True)
    withheld_for = models.CharField(_("等待"), max_length=120, blank=True)
    evidence = models.CharField(max_length=12, choices=Evidence.choices, blank=True, default=Evidence.NONE)
    provider_id = models.CharField(_("平台流水号"), max_length=80, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("发送次数"), default=0)
    failures = models.PositiveSmallIntegerField(_("被拒次数"), default=0)
    misses = models.PositiveSmallIntegerField(_("未达平台次数"), default=0)
    created_at = models.DateTimeField(_("生成时间"))
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("取消时间"), null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("消息")
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="message_has_key"),
            models.CheckConstraint(
                condition=Q(channel=Channel.IN_APP)
                | ~Q(state__in=(State.WAITING, *IN_FLIGHT))
                | Q(number__isnull=False),
                name="message_sms_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(State.WAITING, State.SENDING)) | Q(due_at__isnull=False),
                name="message_waiting_is_due",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(State.WAITING, *IN_FLIGHT)) | Q(due_at__isnull=True),
                name="message_settled_owes_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WITHHELD) | ~Q(withheld_for=""),
                name="message_withheld_for_something",
            ),
        ]
        indexes = [
            models.Index(
                F("due_at"), F("id"), condition=Q(due_at__isnull=False, urgent=False), name="message_due"
            ),
            models.Index(
                F("due_at"),
                F("id"),
                condition=Q(due_at__isnull=False, urgent=True),
                name="message_due_urgent",
            ),
            models.Index(fields=["about", "id"], name="message_about"),
            models.Index(fields=["case_id", "id"], condition=Q(case_id__isnull=False), name="message_case"),
            models.Index(fields=["court", "created_at", "id"], name="message_court"),
            models.Index(fields=["withheld_for"], condition=Q(state=State.WITHHELD), name="message_withheld"),
            models.Index(
                fields=["court", "id"],
                condition=Q(state__in=(State.FAILED, State.UNKNOWN)),
                name="message_trouble",
            ),
            models.Index(
                fields=["to_user", "id"],
                condition=Q(channel=Channel.IN_APP, read_at__isnull=True),
                name="message_unread",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.get_state_display()}"

    @property
    def told_at(self) -> dt.datetime | None:
        """When the reader counts as told: delivery where it is known, else acceptance by the provider."""
        return self.delivered_at or self.sent_at

    @property
    def full_text(self) -> str:
        """The text for the provider, codes included."""
        return self.secret_text or self.text


class Attempt(models.Model):
    """One call to the provider about one message. Append-only."""

    class Kind(models.TextChoices):
        SEND = "send", _("发送")
        ASK = "ask", _("查询")

    message = models.ForeignKey(Message, models.PROTECT, related_name="tries")
    no = models.PositiveSmallIntegerField(_("第几次"))
    kind = models.CharField(max_length=4, choices=Kind.choices)
    provider = models.CharField(_("平台"), max_length=20)
    started_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"))
    result = models.CharField(_("结果"), max_length=12)
    code = models.CharField(_("平台代码"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("发送记录")

    def __str__(self) -> str:
        return f"{self.message_id} {self.kind} {self.result}"


class Receipt(models.Model):
    """What a provider reported to us, kept as it came before anything is made of it.

    body is encrypted, since providers put the number into it. reference is null when theirs is not one of
    ours.
    """

    provider = models.CharField(_("平台"), max_length=20)
    event_id = models.CharField(_("回执编号"), max_length=120)
    body = EncryptedTextField()
    reference = models.UUIDField(null=True, blank=True)
    provider_id = models.CharField(max_length=80, blank=True)
    status = models.CharField(_("状态"), max_length=20, blank=True)
    code = models.CharField(_("平台代码"), max_length=60, blank=True)
    happened_at = models.DateTimeField(_("发生时间"), null=True, blank=True)
    received_at = models.DateTimeField(_("收到时间"))
    applied_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    problem = models.CharField(_("问题"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("回执")
        constraints = [models.UniqueConstraint(fields=["provider", "event_id"], name="receipt_once")]
        indexes = [models.Index(fields=["id"], condition=Q(applied_at__isnull=True), name="receipt_open")]

    def __str__(self) -> str:
        return f"{self.event_id} {self.status}"
