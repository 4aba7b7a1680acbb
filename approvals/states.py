"""Where a request for approval can stand. Given, refused, withdrawn are final; to try again, ask anew."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestState(models.TextChoices):
    """State of a request (审批事项)."""

    WAITING = "waiting", _("审批中")
    GIVEN = "given", _("已批准")
    REFUSED = "refused", _("不予批准")
    WITHDRAWN = "withdrawn", _("已撤回")


class Answer(models.TextChoices):
    """What one approver said."""

    ASSENT = "assent", _("同意")
    REFUSE = "refuse", _("不同意")
