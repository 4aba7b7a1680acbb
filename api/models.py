"""Tokens of connected systems, and the calls whose keys they have used."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models import User


class Scope(models.TextChoices):
    """What a token opens; what its system may besides is its role's (courts/data/roles.yaml)."""

    READ = "cases:read", _("查看案件和进度")
    FILE = "cases:file", _("立案")
    QUERY = "query:write", _("登记网络查控反馈")
    NODES = "nodes:write", _("办结节点")
    RECEIPTS = "receipts:write", _("登记到账案款")


class SystemToken(models.Model):
    """A connected system's key to the interface. Only its SHA-256 is kept: 32 random bytes need no slower one.

    hint: the last four characters, to tell tokens apart. until: the last day, court-local.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="system_tokens", verbose_name=_("系统"))
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    hint = models.CharField(_("尾号"), max_length=4, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope.choices), verbose_name=_("范围"))
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    used_on = models.DateField(_("最近使用"), null=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True)

    class Meta:
        verbose_name = verbose_name_plural = _("接口令牌")
        constraints = [
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="token_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.user} …{self.hint}"


class Call(models.Model):
    """That a system used an Idempotency-Key, and for what: a second call must bring the same.

    digest: SHA-256 of method, path and body. The answer is not kept: the verb of the same key gives the same one.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("接口调用")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="call_key_once")]
        indexes = [models.Index(fields=["at"], name="call_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
