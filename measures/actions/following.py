"""Property goes with its case to another court."""

from __future__ import annotations

from django.db import transaction

from cases.models import Case
from events.models import Event
from measures.models import Property


def follow_court(event: Event) -> None:
    """Reaction to case.court_changed: every item of property lies with the court that has the case now. Safe to run twice, and late."""
    case_id = int(event.stream.partition(":")[2])
    with transaction.atomic(durable=True):
        court_id = (
            Case.objects.select_for_update(of=("self",)).values_list("court_id", flat=True).get(pk=case_id)
        )
        Property.objects.filter(case_id=case_id).exclude(court_id=court_id).update(court_id=court_id)
