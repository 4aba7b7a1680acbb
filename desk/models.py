"""What the desk itself keeps: views of lists that people saved, their phrases, their half-filled forms."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courts.models import Membership, Unit, User
from kernel.fields import EncryptedTextField


def teams_on(user: User, on: dt.date) -> models.QuerySet:
    """The units that a person belongs to on a day."""
    rows = Membership.objects.filter(Q(until__isnull=True) | Q(until__gte=on), user_id=user.pk, since__lte=on)
    return rows.values("unit_id")


class SavedViewQuerySet(models.QuerySet):
    """Saved views."""

    def visible_to(self, user: User, on: dt.date) -> SavedViewQuerySet:
        """One's own, and those shared with a team one belongs to on a day."""
        if user.kind != "staff" or not user.is_active:
            return self.none()
        return self.filter(Q(owner_id=user.pk) | Q(team_id__in=teams_on(user, on)))


class SavedView(models.Model):
    """保存的视图: a list with its conditions under a name. team: who else sees it; pinned: stands in the side navigation.

    query: the conditions as the address has them; never a telephone, document or account number.
    """

    class Page(models.TextChoices):
        WORKLIST = "worklist", _("我的节点")
        CASES = "cases", _("案件")

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("保存人"))
    team = models.ForeignKey(Unit, models.CASCADE, null=True, related_name="+", verbose_name=_("共享团队"))
    name = models.CharField(_("名称"), max_length=20)
    page = models.CharField(_("清单"), max_length=10, choices=Page.choices)
    query = models.CharField(_("条件"), max_length=400)
    pinned = models.BooleanField(_("固定在导航"), default=True)
    made_at = models.DateTimeField(_("保存时间"))

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("保存的视图")
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="savedview_name_once")]

    def __str__(self) -> str:
        return self.name


class OwnQuerySet(models.QuerySet):
    """Rows that are nobody else's business."""

    def visible_to(self, user: User) -> OwnQuerySet:
        """One's own."""
        return self.filter(owner_id=user.pk) if user.kind == "staff" and user.is_active else self.none()


class Phrase(models.Model):
    """常用语: words that a person writes again and again, put into a field with one click."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("所有人"))
    words = models.CharField(_("常用语"), max_length=200)
    made_at = models.DateTimeField(_("保存时间"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("常用语")
        constraints = [models.UniqueConstraint(fields=["owner", "words"], name="phrase_once")]

    def __str__(self) -> str:
        return self.words


class FormDraft(models.Model):
    """草稿: what a person has typed into a form and not sent yet, so that an idle sign-out loses nothing.

    form: the address the form is sent to. values: {field: [texts]} as JSON, encrypted, since a form may hold anything;
    never files, passwords or codes.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("所有人"))
    form = models.CharField(_("表单"), max_length=200)
    values = EncryptedTextField(_("内容"))
    saved_at = models.DateTimeField(_("保存时间"))

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("草稿")
        constraints = [models.UniqueConstraint(fields=["owner", "form"], name="formdraft_once")]
        indexes = [models.Index(fields=["saved_at"], name="formdraft_saved")]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.form}"
