"""Who signs in from outside, with which one-time code, and how often it was tried. No number is kept readable."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Party
from courts.models import User
from kernel.fields import BlindIndexField, EncryptedTextField


class Reader(models.Model):
    """A person outside the court. phone_index: by which parties and agents are found; null for the code of a paper.

    company_index: of the 统一社会信用代码, for who signs in for a company; representative: who that was the last time.
    """

    user = models.OneToOneField(User, models.PROTECT, related_name="reader")
    phone_index = BlindIndexField(null=True, db_index=False)
    company_index = BlindIndexField(null=True, db_index=False)
    masked = models.CharField(max_length=20, blank=True)
    representative = models.CharField(_("代表"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("当事人账户")
        constraints = [
            models.UniqueConstraint(
                fields=["phone_index", "company_index"],
                condition=models.Q(phone_index__isnull=False),
                nulls_distinct=False,
                name="reader_once",
            )
        ]

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


class AccountChange(models.Model):
    """变更收款账户: another account than the registered one, confirmed by a code by SMS, in force after a day.

    digest, expires_at, tries: of the code. effective_at: the end of the cooling period, once confirmed. ended_at: registered
    (is_done), taken back, or refused because a payout had begun (reason). account is dropped at the end.
    """

    party = models.ForeignKey(Party, models.PROTECT, related_name="account_changes")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    bank = models.CharField(_("开户行"), max_length=80)
    account = EncryptedTextField(_("账号"), max_length=40, null=True)
    masked = models.CharField(_("账号（掩码）"), max_length=40)
    file_id = models.BigIntegerField(_("领款承诺书"))
    signed_on = models.DateField(_("签署日期"))
    asked_at = models.DateTimeField()
    digest = models.BinaryField(max_length=32)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    effective_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    is_done = models.BooleanField(default=False)
    reason = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=120, unique=True)

    class Meta:
        verbose_name = _("变更收款账户")
        constraints = [
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(ended_at__isnull=True), name="account_change_one_open"
            )
        ]
        indexes = [
            models.Index(
                fields=["effective_at"],
                condition=models.Q(ended_at__isnull=True, effective_at__isnull=False),
                name="account_change_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.masked}"


class ClueDraft(models.Model):
    """线索草稿 of one reader in one case; the court sees none of it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, models.PROTECT, related_name="+")
    party = models.ForeignKey(Party, models.PROTECT, related_name="+")
    words = EncryptedTextField(_("线索内容"))
    specific = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    saved_at = models.DateTimeField(_("保存时间"), db_index=True)

    class Meta:
        verbose_name = _("线索草稿")
        constraints = [models.UniqueConstraint(fields=["user", "case"], name="cluedraft_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.user_id}"

    @property
    def first(self) -> dict[str, object]:
        """What the form begins with."""
        return {
            "party": self.party_id,
            "words": str(self.words),
            "specific": self.specific,
            "urgent": self.urgent,
        }


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
