"""Which states a case and a node can be in, and which moves exist. Rules decide when; only actions call a move."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    FILED = "filed", _("已立案")
    ASSIGNED = "assigned", _("已分案")
    RUNNING = "running", _("执行中")
    SUSPENDED = "suspended", _("中止执行")
    CLOSED = "closed", _("已结案")
    ARCHIVED = "archived", _("已归档")
    CANCELLED = "cancelled", _("已撤销立案")


OPEN_STATES = (CaseState.FILED, CaseState.ASSIGNED, CaseState.RUNNING, CaseState.SUSPENDED)


class NodeState(models.TextChoices):
    OPEN = "open", _("待办")
    DONE = "done", _("已办结")
    DROPPED = "dropped", _("不再需要")


class TaskState(models.TextChoices):
    OFFERED = "offered", _("待接收")
    HELD = "held", _("办理中")
    DONE = "done", _("已办结")
    RETURNED = "returned", _("已退回")
    REFUSED = "refused", _("拒绝接收")
    SETTLED = "settled", _("拒绝接收，已了结")
    PASSED = "passed", _("已移交")
    LAPSED = "lapsed", _("不再需要")


class Track(models.TextChoices):
    UNDECIDED = "", _("未分流")
    SIMPLE = "simple", _("简易")
    ORDINARY = "ordinary", _("普通")


class ConversionState(models.TextChoices):
    """Where a conversion 繁简转换 stands."""

    DRAFT = "draft", _("待提出")
    ASKED = "asked", _("审批中")
    APPROVED = "approved", _("待分派")
    ASSIGNED = "assigned", _("已转交")
    REFUSED = "refused", _("未批准")


class TransferState(models.TextChoices):
    """Where a transfer to another court 案件移送 stands."""

    OFFERED = "offered", _("待接收")
    ACCEPTED = "accepted", _("已接收")
    REFUSED = "refused", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤回")


class ClosingType(models.TextChoices):
    """执行工作规定 第64条."""

    PERFORMED = "performed", _("执行完毕")
    TERMINATED_THIS_PROCEDURE = "terminated_this_procedure", _("终结本次执行程序")
    TERMINATED = "terminated", _("终结执行")
    CANCELLED = "cancelled", _("销案")
    NOT_ENFORCED = "not_enforced", _("不予执行")
    REJECTED = "rejected", _("驳回申请")
