"""People: staff, parties and services sign in with one kind of user; what they may do is an appointment with dates."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from courts.models.courts import Court, Unit
from courts.scope import Scope, scope_of
from kernel.text import pinyin_initials


class UserManager(BaseUserManager["User"]):
    """Creates users; every creation of a real person goes through courts.actions.users."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Anyone who signs in. A party's rights to a case are rows of cases.Access, never of this table."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("法院人员")
        PARTY = "party", _("当事人")
        SERVICE = "service", _("系统对接")

    class Post(models.TextChoices):
        QUOTA_JUDGE = "quota_judge", _("员额法官")
        JUDGE_ASSISTANT = "judge_assistant", _("法官助理")
        CLERK = "clerk", _("书记员")
        BAILIFF = "bailiff", _("法警")
        OTHER = "other", _("其他")

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    kind = models.CharField(_("类型"), max_length=8, choices=Kind.choices, default=Kind.STAFF)
    full_name = models.CharField(_("姓名"), max_length=40)
    initials = models.CharField(_("拼音首字母"), max_length=40, editable=False, blank=True)
    court = models.ForeignKey(Court, models.PROTECT, null=True, blank=True, related_name="people")
    post = models.CharField(_("职务"), max_length=16, choices=Post.choices, default=Post.OTHER)
    tenure_from = models.DateField(_("到执行局日期"), null=True, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    is_staff = models.BooleanField(_("可进入系统管理"), default=False)
    must_change_password = models.BooleanField(_("须改密码"), default=False)
    date_joined = models.DateTimeField(_("建立时间"), default=timezone.now)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("用户")
        constraints = [
            models.UniqueConstraint(Lower("username"), name="user_username_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="party", is_staff=True) & ~models.Q(kind="party", is_superuser=True),
                name="user_party_never_administers",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        fields = kwargs.get("update_fields")
        # A sign-in keeps its hour only: the readings of all characters are 58 MB that it need not load.
        if fields is None or "full_name" in fields or "initials" in fields:
            self.initials = pinyin_initials(self.full_name)[:40]
        super().save(*args, **kwargs)

    @property
    def actor(self) -> str:
        """How events name this person."""
        return f"user:{self.pk}"

    @cached_property
    def scope(self) -> Scope:
        """What this person may see and do today; read once per request."""
        return scope_of(self)

    def read_scope_anew(self) -> None:
        """For the verb that has just changed it: what is asked of this object next sees the change."""
        self.__dict__.pop("scope", None)


class Membership(models.Model):
    """That a person belongs to a unit, from a day to a day."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("所属机构")
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "since"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="membership_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} @ {self.unit_id}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Adjectives of delegations."""

    def in_force(self, on: dt.date) -> DelegationQuerySet:
        """Those that hold on a court-local day: an end that has come needs nobody."""
        return self.filter(first__lte=on, last__gte=on, withdrawn_at__isnull=True)


class Delegation(models.Model):
    """外出代理: while `absent` is away, first to last day, `delegate` does the work and the approvals, as himself."""

    absent = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_given", verbose_name=_("外出人员")
    )
    delegate = models.ForeignKey(
        User, models.PROTECT, related_name="delegations_held", verbose_name=_("代理人")
    )
    court = models.ForeignKey(Court, models.PROTECT, related_name="+", verbose_name=_("法院"))
    first = models.DateField(_("首日"))
    last = models.DateField(_("末日"))
    reason = models.CharField(_("事由"), max_length=120)
    set_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    set_at = models.DateTimeField(_("登记时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("外出代理")
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="delegation_dates"),
            models.CheckConstraint(
                condition=~models.Q(absent=models.F("delegate")), name="delegation_to_another"
            ),
        ]
        indexes = [
            models.Index(
                fields=["delegate", "last"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="delegation_standing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.absent_id} -> {self.delegate_id} {self.first}..{self.last}"


class Appointment(models.Model):
    """That a person holds a role (courts/data/roles.yaml) in a court or one of its units, from a day to a day."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    role = models.CharField(_("角色"), max_length=30)
    court = models.ForeignKey(Court, models.PROTECT, related_name="appointments")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="appointments")
    since = models.DateField(_("起"), default=dt.date(2020, 1, 1))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "court", "unit", "since"],
                nulls_distinct=False,
                name="appointment_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
