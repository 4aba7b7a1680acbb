"""Who may be paid, and to which account; each change of account is a new version."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courts.models import Court, User
from funds.models.books import Book
from funds.querysets import HeldQuerySet
from kernel.fields import BlindIndexField, EncryptedTextField

TAIL = 4
"""Characters of an account by which it is looked for."""


class Payee(models.Model):
    """领款人 registered for one case (JZ 三(一)2). `version` is that of the account in force."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    about = models.CharField(_("关于"), max_length=80)
    book = models.ForeignKey(Book, models.PROTECT, related_name="payees")
    name = models.CharField(_("户名"), max_length=120)
    version = models.PositiveSmallIntegerField(_("版本"), default=1)

    objects = HeldQuerySet.as_manager()

    class Meta:
        verbose_name = _("领款人")
        constraints = [models.UniqueConstraint(fields=["book", "name"], name="payee_once")]
        indexes = [models.Index(fields=["about"], name="payee_about")]

    def __str__(self) -> str:
        return self.name


class PayeeAccount(models.Model):
    """领款账户: one version of a payee's account with the 领款承诺书 signed for just this account.
    Append-only.

    undertaking_file_id: the file of the signed undertaking, or null: then nothing is paid where it is
    required. doubt: why a number that fails the card check is kept. in_force_at: from when on it is paid to.
    """

    payee = models.ForeignKey(Payee, models.PROTECT, related_name="accounts", db_index=False)
    version = models.PositiveSmallIntegerField(_("版本"))
    bank = models.CharField(_("开户行"), max_length=80)
    account = EncryptedTextField(_("账号"), max_length=40)
    account_index = BlindIndexField()
    account_tail = BlindIndexField(null=True)
    account_masked = models.CharField(_("账号（掩码）"), max_length=40)
    doubt = models.CharField(_("保留理由"), max_length=200, blank=True)
    undertaking_file_id = models.BigIntegerField(_("领款承诺书"), null=True)
    signed_on = models.DateField(_("签署日期"), null=True)
    key = models.CharField(max_length=120)
    registered_at = models.DateTimeField(_("登记时间"))
    in_force_at = models.DateTimeField(_("生效时间"))
    registered_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))

    class Meta:
        verbose_name = _("领款账户")
        constraints = [
            models.UniqueConstraint(fields=["payee", "version"], name="payee_account_version_once"),
            models.CheckConstraint(
                condition=Q(undertaking_file_id__isnull=True, signed_on__isnull=True)
                | Q(undertaking_file_id__isnull=False, signed_on__isnull=False),
                name="payee_account_undertaking_dated",
            ),
            models.CheckConstraint(
                condition=Q(in_force_at__gte=F("registered_at")), name="payee_account_not_before"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.account_masked}"

    @property
    def has_undertaking(self) -> bool:
        """Whether the 领款承诺书 was signed for this account."""
        return self.undertaking_file_id is not None
