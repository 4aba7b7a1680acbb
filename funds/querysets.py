"""Adjectives of books, receipts, payees and payouts."""

from __future__ import annotations

from typing import Self

from django.db import models

from courts.models import User
from funds.states import RESERVING, RUNNING, ReceiptState


class HeldQuerySet(models.QuerySet):
    """Rows that a court holds."""

    def visible_to(self, user: User) -> Self:
        """Those in the person's scope; a party sees none on this floor."""
        return self.filter(user.scope.rows())

    def locked(self) -> Self:
        """With row locks that still let other rows refer to these."""
        return self.select_for_update(of=("self",), no_key=True)


class ReceiptQuerySet(HeldQuerySet):
    """Receipts."""

    def unidentified(self) -> Self:
        """Arrived, and no case known."""
        return self.filter(state=ReceiptState.UNIDENTIFIED)

    def standing(self) -> Self:
        """Not voided."""
        return self.exclude(state=ReceiptState.VOIDED)


class PayoutQuerySet(HeldQuerySet):
    """Payouts."""

    def reserving(self) -> Self:
        """Those whose money is in custody but spoken for."""
        return self.filter(state__in=RESERVING)

    def running(self) -> Self:
        """Those not finished."""
        return self.filter(state__in=RUNNING)
