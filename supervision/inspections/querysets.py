"""Adjectives of inspections. The inspecting court sees all; an inspected court its own part; an officer their findings."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cases.models import Case
from supervision.inspections.states import FindingState, InspectionState, Result, SectionState

if TYPE_CHECKING:
    from courts.models import User


def inspects(user: User) -> frozenset[int]:
    """The courts for which the person inspects: the own one, seen whole, with the right."""
    scope = user.scope
    rights = any(scope.may("inspection", letter) for letter in "WRS")
    return frozenset(scope.home & scope.courts) if rights else frozenset()


def led(user: User) -> frozenset[int]:
    """The courts whose own part of an inspection the person reads."""
    scope = user.scope
    return scope.courts if any(scope.may("inspection", letter) for letter in "WRS") else frozenset()


class InspectionQuerySet(models.QuerySet):
    """Inspections."""

    def visible_to(self, user: User) -> InspectionQuerySet:
        """Of the own court, or with a part about it that was handed over."""
        sections = self.model._meta.get_field("sections").related_model.objects
        part = sections.filter(inspection=OuterRef("pk"), court_id__in=led(user), state=SectionState.HANDED)
        return self.filter(Q(court_id__in=inspects(user)) | Exists(part))


class SectionQuerySet(models.QuerySet):
    """Sections: one subject at one court."""

    def visible_to(self, user: User) -> SectionQuerySet:
        """All of the own court's inspections; of others only what was handed to a court in reach."""
        own = Q(inspection__court_id__in=inspects(user))
        return self.filter(own | Q(court_id__in=led(user), state=SectionState.HANDED))


class DrawQuerySet(models.QuerySet):
    """Cases of samples."""

    def visible_to(self, user: User) -> DrawQuerySet:
        """In the sections in reach; a sealed case only to those let in. Who handles a case sees it once handed over."""
        own = Q(section__inspection__court_id__in=inspects(user))
        part = Q(section__court_id__in=led(user), section__state=SectionState.HANDED)
        mine = Q(case__owner_id__in=user.scope.owners, section__state=SectionState.HANDED)
        seen = Q(case__sealed=False) | Q(case__in=Case.objects.filter(sealed=True).visible_to(user))
        return self.filter(own | part | mine, seen) if user.scope.kind == "staff" else self.none()

    def standing(self) -> DrawQuerySet:
        """In the sample now: not swapped out."""
        return self.filter(swapped_at__isnull=True)


class FindingQuerySet(models.QuerySet):
    """What was found at a point in a case."""

    def visible_to(self, user: User) -> FindingQuerySet:
        """Those of the draws in reach."""
        draws = self.model._meta.get_field("draw").related_model.objects.visible_to(user)
        return self.filter(draw__in=draws)

    def faults(self) -> FindingQuerySet:
        """What has to be put right; withdrawn ones are none."""
        return self.filter(result=Result.FAULT, draw__swapped_at__isnull=True).exclude(
            state=FindingState.WITHDRAWN
        )

    def unsettled(self) -> FindingQuerySet:
        """Faults whose correction is not verified yet."""
        return self.faults().exclude(state=FindingState.VERIFIED)

    def overdue(self, on: dt.date) -> FindingQuerySet:
        """Not corrected after the last day."""
        return self.faults().filter(state=FindingState.NOTED, rectify_on__lt=on)


class CommentaryQuerySet(models.QuerySet):
    """Versions of the bulletin."""

    def visible_to(self, user: User) -> CommentaryQuerySet:
        """Drafts only in the inspecting court; what was issued also in the inspected courts."""
        sections = self.model._meta.get_field("inspection").related_model.objects.visible_to(user)
        return self.filter(
            Q(inspection__court_id__in=inspects(user))
            | Q(state="issued", inspection__in=sections, inspection__state=InspectionState.FINAL)
        )


class OverdueTableQuerySet(models.QuerySet):
    """Published tables."""

    def visible_to(self, user: User) -> OverdueTableQuerySet:
        """Of the courts that the person sees whole."""
        return self.filter(court_id__in=user.scope.courts)
