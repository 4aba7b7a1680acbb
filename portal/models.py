"""Who signs in from outside, with which one-time code, and how often it was tried. No number is kept readable."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Party
from courts.models import User
from kernel.fields import BlindIndexField, EncryptedTextField


class Reader(models.Model):
    """A person outside the court. phone_index: by which parties and agents are found; null for the code of a paper."""

    user = models.OneToOneField(User, models.PROTECT, related_name="reader")
    phone_index = BlindIndexField(null=True, unique=True, db_index=False)
    masked = models.CharField(max_length=20, blank=True)

    class Meta:
        verbose_name = _("当事人账户")

    def __str__(self) -> str:
        return self.masked or str(self.user_id)


class Code(models.Model):
    """A request for a code by SMS, written alike for every number, or the standing code of a paper.

    digest: of the code, null until the worker has sent one (never, for a number that no case knows). number is
    dropped once the worker has read it. party: whose paper it is. tries: wrong ones.
    """

    class Way(models.TextChoices):
        SMS = "sms", _("短信")
        PAPER = "paper", _("文书")

    way = models.CharField(max_length=5, choices=Way.choices)
    phone_index = BlindIndexField(null=True)
    number = EncryptedTextField(null=True)
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="codes")
    lookup = BlindIndexField(null=True)
    digest = models.BinaryField(max_length=32, null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("登录码")
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(looked_at__isnull=True, way="sms"),
                name="code_to_send",
            )
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.pk}"


class Try(models.Model):
    """One request or wrong code, for the throttle. place: blind index of the address it came from."""

    class Kind(models.TextChoices):
        ASK = "ask", _("索取")
        WRONG = "wrong", _("错误")

    kind = models.CharField(max_length=5, choices=Kind.choices)
    place = BlindIndexField(null=True)
    phone_index = BlindIndexField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("登录尝试")

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
