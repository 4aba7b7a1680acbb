"""How a petition stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PetitionState(models.TextChoices):
    """From registration to closing; an answer on the spot leads straight to ANSWERED."""

    OPEN = "open", _("待办理")
    PANEL = "panel", _("合议已研究")
    ASKED = "asked", _("报批中")
    APPROVED = "approved", _("已批准待答复")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已办结")


WAITING = (PetitionState.OPEN, PetitionState.PANEL, PetitionState.ASKED, PetitionState.APPROVED)
"""The states in which the petitioner has no answer yet."""
