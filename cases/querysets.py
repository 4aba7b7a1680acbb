"""Adjectives of cases and nodes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from cases.states import OPEN_STATES

if TYPE_CHECKING:
    from courts.models import User


class CaseQuerySet(models.QuerySet):
    """Cases."""

    def visible_to(self, user: User) -> CaseQuerySet:
        """In the person's scope; a sealed case only to its handler and to those let in by name."""
        unsealed = user.scope.rows() & (Q(sealed=False) | Q(owner_id__in=user.scope.owners))
        return self.filter(unsealed | Q(pk__in=user.scope.let_in))

    def hidden_from(self, user: User) -> CaseQuerySet:
        """Sealed, neither the person's nor one into which the person was let: few, so that rows of a scope are asked
        for by the scope's index and these taken out of them.
        """
        return (
            self.filter(sealed=True).exclude(owner_id__in=user.scope.owners).exclude(pk__in=user.scope.let_in)
        )

    def followed_by(self, user: User, on: dt.date) -> CaseQuerySet:
        """Those that a party or its agent may follow on a day; a sealed case is followed by nobody from outside."""
        accesses = self.model._meta.get_field("accesses").related_model.objects
        mine = accesses.in_force(on).filter(user_id=user.pk, party__isnull=False)
        return self.filter(sealed=False, pk__in=mine.values("case_id")).exclude(state="cancelled")

    def open(self) -> CaseQuerySet:
        """Neither closed nor cancelled."""
        return self.filter(state__in=OPEN_STATES)


class AccessQuerySet(models.QuerySet):
    """Accesses."""

    def in_force(self, on: dt.date) -> AccessQuerySet:
        """Those that hold on a court-local day."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=on))


class LedgerImportQuerySet(models.QuerySet):
    """Imports of ledgers."""

    def visible_to(self, user: User) -> LedgerImportQuerySet:
        """Their own, and those of the courts they see whole, for people who may file."""
        if user.kind != "staff" or not user.is_active or not user.scope.may("file", "W"):
            return self.none()
        return self.filter(Q(asked_by=user) | Q(court_id__in=user.scope.courts))


class TaskQuerySet(models.QuerySet):
    """Tasks."""

    def live(self) -> TaskQuerySet:
        """In somebody's hands, or offered."""
        return self.filter(state__in=("held", "offered"))


class ConversionQuerySet(models.QuerySet):
    """Conversions between simple and ordinary."""

    def visible_to(self, user: User) -> ConversionQuerySet:
        """Those of the cases the person may see."""
        cases = self.model._meta.get_field("case").related_model.objects.visible_to(user)
        return self.filter(case__in=cases)


class TransferQuerySet(models.QuerySet):
    """Transfers between courts."""

    def visible_to(self, user: User) -> TransferQuerySet:
        """Those from or to a court that the person sees whole; of a sealed case only while the person may see the case."""
        if user.kind != "staff" or not user.is_active:
            return self.none()
        cases = self.model._meta.get_field("case").related_model.objects.visible_to(user)
        own = Q(from_court_id__in=user.scope.courts) | Q(to_court_id__in=user.scope.courts)
        return self.filter(own).filter(Q(case__sealed=False) | Q(case__in=cases))

    def waiting_for(self, user: User) -> TransferQuerySet:
        """Offered to a court that the person sees whole."""
        return self.filter(state="offered", to_court_id__in=user.scope.courts)

    def accepted(self) -> TransferQuerySet:
        """Those by which a case went to another court."""
        return self.filter(state="accepted")


class NodeQuerySet(models.QuerySet):
    """Nodes."""

    def visible_to(self, user: User) -> NodeQuerySet:
        """Those of the cases the person may see."""
        unsealed = user.scope.rows() & (Q(case__sealed=False) | Q(owner_id__in=user.scope.owners))
        return self.filter(unsealed | Q(case_id__in=user.scope.let_in))

    def open(self) -> NodeQuerySet:
        """Still to be done."""
        return self.filter(state="open")


class OfCourtQuerySet(models.QuerySet):
    """Rows about a court as a whole: what is exchanged with the national system."""

    def visible_to(self, user: User) -> OfCourtQuerySet:
        """Those of the courts that the person sees whole, for who keeps the two systems in step."""
        if user.kind != "staff" or not user.is_active or not user.scope.may("national", "W"):
            return self.none()
        return self.filter(court_id__in=user.scope.courts)
