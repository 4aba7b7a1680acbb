"""Courts of two levels and their units: teams, groups, windows."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _


class Court(models.Model):
    """A court. `code` is the one used in case numbers, e.g. 鄂1003. Settings that rules leave to the court stand here."""

    class Level(models.TextChoices):
        BASIC = "basic", _("基层法院")
        INTERMEDIATE = "intermediate", _("中级法院")
        PROVINCE = "province", _("高级法院")

    code = models.CharField(_("法院代字"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60, unique=True)
    short_name = models.CharField(_("简称"), max_length=20)
    level = models.CharField(_("层级"), max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级法院")
    )
    phone = models.CharField(
        _("对外电话"), max_length=20, blank=True, help_text=_("短信和文书上印的公开电话")
    )
    address = models.CharField(_("地址"), max_length=120, blank=True)
    sms_on = models.BooleanField(_("短信推送开启"), default=True)
    quiet_from = models.TimeField(_("静默开始"), default=dt.time(21))
    quiet_until = models.TimeField(_("静默结束"), default=dt.time(8))
    sms_daily_cap = models.PositiveSmallIntegerField(_("每号每日上限（条）"), default=10)
    e_service_integrated_on = models.DateField(_("送达平台集成日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("法院")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level="province")
                | models.Q(level="intermediate")
                | models.Q(parent__isnull=False),
                name="court_basic_has_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CourtPack(models.Model):
    """That a court follows a pack, in which order, and which feature switches of it are on (case collection)."""

    court = models.ForeignKey(Court, models.PROTECT, related_name="packs")
    code = models.CharField(_("规则包"), max_length=30)
    position = models.PositiveSmallIntegerField(default=0)
    features = models.JSONField(_("功能开关"), default=list, blank=True)

    class Meta:
        verbose_name = _("法院适用的规则包")
        constraints = [models.UniqueConstraint(fields=["court", "code"], name="court_pack_once")]
        ordering = ["court", "position"]

    def __str__(self) -> str:
        return f"{self.court_id} {self.code}"


class Unit(models.Model):
    """A team, group, window or office of a court. Units are data: no court's model is in the code."""

    class Kind(models.TextChoices):
        TEAM = "team", _("团队")
        GROUP = "group", _("集约组")
        WINDOW = "window", _("窗口")
        OFFICE = "office", _("部门")

    court = models.ForeignKey(Court, models.PROTECT, related_name="units")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(_("类别"), max_length=8, choices=Kind.choices)
    function = models.CharField(
        _("职能"), max_length=30, blank=True, help_text=_("fast ordinary affairs_group …")
    )
    name = models.CharField(_("名称"), max_length=40)
    since = models.DateField(_("设立"), null=True, blank=True)
    until = models.DateField(_("撤销"), null=True, blank=True)

    class Meta:
        verbose_name = _("内设机构")
        constraints = [models.UniqueConstraint(fields=["court", "name"], name="unit_name_once")]

    def __str__(self) -> str:
        return self.name
