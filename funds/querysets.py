"""Adjectives of books, receipts, payees and payouts."""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.db import models

from courts.models import User
from funds.states import RESERVING, RUNNING, PayoutState, ReceiptState


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


class CourtQuerySet(models.QuerySet):
    """Rows of a court that no team or owner holds: bank accounts, statements and their lines."""

    def visible_to(self, user: User) -> Self:
        """Those of the courts that the person sees whole."""
        return self.filter(court_id__in=user.scope.courts)

    def locked(self) -> Self:
        """With row locks that still let other rows refer to these."""
        return self.select_for_update(of=("self",), no_key=True)


class LineQuerySet(CourtQuerySet):
    """Lines of bank statements."""

    def unclaimed(self) -> Self:
        """不明款: money that came and stands under no case yet, wholly or in part."""
        return self.filter(direction="C", claimed__lt=models.F("amount"))


class TopUpQuerySet(CourtQuerySet):
    """What was put into revolving funds."""

    def standing(self) -> Self:
        """Those that nobody has taken back."""
        return self.filter(journal__reversed_by=None)


class TransferQuerySet(HeldQuerySet):
    """Transfers: escrow, refunds, deposits, advances, aid."""

    def advances_out(self) -> Self:
        """垫付 of which the fund still waits for a part."""
        return self.filter(kind="advance", state="paid", recovered__lt=models.F("amount"))


class AllotmentQuerySet(models.QuerySet):
    """Parts of decisions."""

    def standing(self) -> Self:
        """Those whose journal no later decision has reversed."""
        return self.filter(journal__reversed_by=None)


class InstructionQuerySet(CourtQuerySet):
    """Payment instructions."""

    def owed(self, at: dt.datetime) -> Self:
        """Those at which a worker looks now, the longest waiting first."""
        return self.filter(due_at__lte=at).order_by("due_at", "pk")

    def unbatched(self) -> Self:
        """Those for a file that no file holds yet."""
        return self.filter(channel="file", batch=None, payout__state=PayoutState.SENT)
