"""States of a message, and why one was not told. What the provider proves outranks what we believe."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a message reaches its reader."""

    SMS = "sms", _("短信")
    IN_APP = "in_app", _("站内")


class Audience(models.TextChoices):
    """Whom a text is written for."""

    APPLICANT = "applicant", _("申请执行人")
    RESPONDENT = "respondent", _("被执行人")
    AGENT = "agent", _("代理人")
    SUBMITTER = "submitter", _("提交人")
    VISITOR = "appointment_applicant", _("预约人")
    STAFF = "staff", _("法院人员")


class Level(models.TextChoices):
    """How an in-app notice is shown."""

    INFO = "info", _("提示")
    WARN = "warn", _("预警")
    OVERDUE = "overdue", _("超期")


class State(models.TextChoices):
    """Where a message stands.

    unknown: handed to the provider, outcome not known; only a query, a receipt or a person resolves it.
    not_sent: decided, for good, never to be handed over. failed: handed over, and did not arrive.
    """

    WAITING = "waiting", _("待发送")
    WITHHELD = "withheld", _("暂缓")
    SENDING = "sending", _("发送中")
    UNKNOWN = "unknown", _("结果不明")
    SENT = "sent", _("已发送")
    DELIVERED = "delivered", _("已送达")
    READ = "read", _("已读")
    FAILED = "failed", _("失败")
    NOT_SENT = "not_sent", _("未发送")
    CANCELLED = "cancelled", _("已取消")


class Reason(models.TextChoices):
    """Why a message waits, was not sent, or failed."""

    HOLD = "hold", _("等待规定的条件成就")
    QUIET = "quiet", _("静默时段，到点再发")
    DAILY_CAP = "daily_cap", _("该号码当日条数已满")
    COURT_OFF = "court_off", _("本院短信推送已停用")
    NO_TEMPLATE = "no_template", _("没有经核定的文本")
    NO_NUMBER = "no_number", _("没有可接收短信的手机号码")
    NO_RECIPIENT = "no_recipient", _("没有接收人")
    OPTED_OUT = "opted_out", _("该号码已拒收")
    BAD_NUMBER = "bad_number", _("号码无法接收")
    IMPORTED = "imported", _("历史数据导入，不再推送")
    EXPIRED = "expired", _("已过有效时间")
    REFUSED = "refused", _("短信平台拒绝")
    UNREACHABLE = "unreachable", _("短信平台长时间无法接收")
    UNDELIVERED = "undelivered", _("运营商未能送达")
    NO_ANSWER = "no_answer", _("无法查明是否已发出，等待人工确认")
    MISSING = "no_message", _("没有生成推送")
    RETIRED = "template_retired", _("已告知，但文本已停用")


class Evidence(models.TextChoices):
    """The strongest thing the provider has proved, in rising order of this list."""

    NONE = "", _("无")
    ACCEPTED = "accepted", _("平台已接收")
    UNDELIVERED = "undelivered", _("未送达")
    DELIVERED = "delivered", _("已送达")


_STATE_OF = {
    Evidence.ACCEPTED: State.SENT,
    Evidence.UNDELIVERED: State.FAILED,
    Evidence.DELIVERED: State.DELIVERED,
}
_ORDER = list(Evidence)

TOLD = (State.SENT, State.DELIVERED, State.READ)
"""States in which the reader counts as told."""
OPEN = (State.WAITING, State.WITHHELD, State.SENDING, State.UNKNOWN)
"""States that may still change without a person's verb."""
IN_FLIGHT = (State.SENDING, State.UNKNOWN)
"""States in which the provider may or may not have the message: never sent again without asking."""


def stronger(known: str, new: str) -> Evidence:
    """The stronger of two proofs: commutative and idempotent, so the order of arrival cannot matter."""
    return max(Evidence(known), Evidence(new), key=_ORDER.index)


def proven(evidence: Evidence) -> State:
    """The state that a proof settles. Raises KeyError for NONE."""
    return _STATE_OF[evidence]
