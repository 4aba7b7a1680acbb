"""The states of a supervision order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderState(models.TextChoices):
    """Open: waits for an answer; answered: the issuer looks at it."""

    OPEN = "open", _("待反馈")
    ANSWERED = "answered", _("已反馈，待核销")
    CLOSED = "closed", _("已办结")


class ExtensionState(models.TextChoices):
    """Of a wish for more days."""

    ASKED = "asked", _("待批准")
    GIVEN = "given", _("已批准")
    REFUSED = "refused", _("未批准")
