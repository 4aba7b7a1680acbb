"""The states of a quarterly inspection and of what it finds."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InspectionState(models.TextChoices):
    """Planned: populations are frozen; drawn: samples stand and are checked; final: scores stand."""

    PLANNED = "planned", _("已定方案")
    DRAWN = "drawn", _("检查中")
    FINAL = "final", _("已定稿")


class SectionState(models.TextChoices):
    """Open: being checked; handed: its findings are with the inspected court."""

    OPEN = "open", _("检查中")
    HANDED = "handed", _("已交被检查法院")


class Result(models.TextChoices):
    """Of one point of a checklist in one case."""

    MET = "met", _("符合")
    FAULT = "fault", _("有问题")
    NONE = "none", _("不涉及")


class FindingState(models.TextChoices):
    """Of a fault: noted, answered by the officer, corrected, verified; withdrawn after the answer."""

    NOTED = "noted", _("待整改")
    RECTIFIED = "rectified", _("已整改，待核实")
    VERIFIED = "verified", _("整改已核实")
    WITHDRAWN = "withdrawn", _("经申辩撤销")


class CommentaryState(models.TextChoices):
    """Of a version of the bulletin 通报讲评."""

    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("待复核")
    ISSUED = "issued", _("已印发")
    RETURNED = "returned", _("已退回")
