"""What the pages of supervision show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cases.models import Access
from courts.models import User
from events import relay
from supervision.audited import fresh
from supervision.auditor import Audit, Finding, audit

MOST = 200
"""Rows of one check that a page reads; a court with more has a fault to repair first, not a list to read."""


@dataclass(frozen=True, slots=True)
class ClockAudit:
    """An audit for one person. open: the cases of its findings that the person may open."""

    audit: Audit
    open: frozenset[int]

    def may_open(self, finding: Finding) -> bool:
        """Whether the person may see the finding's case; a sealed one is named to nobody else."""
        return finding.case_id is not None and (not finding.sealed or finding.case_id in self.open)


@dataclass(frozen=True, slots=True)
class Wire:
    """One reaction: which event it follows, its name in the database, the verb that it runs."""

    event: str
    name: str
    verb: str


def clock_audit(user: User, at: dt.datetime) -> ClockAudit:
    """The audit of the courts that a person sees whole, as the last sweep found it, else anew.

    Two queries, one more where cases are sealed; anew a statement per check, one for the scope, one for sealed cases.
    """
    courts = None if user.is_superuser else user.scope.courts
    found = fresh(at=at, courts=courts, limit=MOST) or audit(at=at, courts=courts, limit=MOST)
    sealed = {finding.case_id for finding in found.findings if finding.sealed}
    let_in = Access.objects.filter(user=user, case_id__in=sealed, side="staff").values_list(
        "case_id", flat=True
    )
    own = {finding.case_id for finding in found.findings if finding.owner_id == user.pk and finding.case_id}
    return ClockAudit(found, frozenset(own | set(let_in)))


def wiring() -> list[Wire]:
    """Every reaction of an upper floor to an event, by event and name. No query."""
    return [
        Wire(event, name, f"{verb.__module__}.{getattr(verb, '__name__', type(verb).__name__)}")
        for event, reactions in sorted(relay.reactions().items())
        for name, verb in sorted(reactions.items())
    ]
