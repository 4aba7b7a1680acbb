"""The second factor of staff: an authenticator app, and recovery codes for the day the phone is lost."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from courts.models.people import User
from kernel.fields import EncryptedTextField


class Authenticator(models.Model):
    """动态口令: the secret that a person's phone shares with us. Counts once it was confirmed with a code.

    last_step: the time step of the last code that was taken, so that no code opens twice. failures, locked_until:
    guessing is slowed down.
    """

    user = models.OneToOneField(User, models.PROTECT, related_name="authenticator")
    secret = EncryptedTextField()
    made_at = models.DateTimeField(_("建立时间"))
    confirmed_at = models.DateTimeField(_("启用时间"), null=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(_("锁定至"), null=True)

    class Meta:
        verbose_name = _("动态口令")

    def __str__(self) -> str:
        return f"authenticator of {self.user_id}"


class RecoveryCode(models.Model):
    """恢复码: opens once in the phone's place. Only its digest is kept."""

    user = models.ForeignKey(User, models.PROTECT, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(_("使用时间"), null=True)

    class Meta:
        verbose_name = _("恢复码")
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"
