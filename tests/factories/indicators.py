"""A crowd of cases as verbs would have left them, by bare rows: for figures, whose counting is not a verb's matter."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from cases.models import Case, Party, Subject
from closing.models import TerminationReview
from courts.models import Court, Unit, User
from deadlines.models import Deadline
from funds.models import Book, Receipt
from kernel.time import at_local
from measures.models import Property

_numbers = itertools.count(1)
ONE = dt.timedelta(days=1)


def day(text: str) -> dt.date:
    """2025-04-01."""
    return dt.date.fromisoformat(text)


def stood(
    court: Court,
    filed_on: str,
    closed_on: str = "",
    *,
    team: Unit | None = None,
    owner: User | None = None,
    claim: str = "1000.00",
    how: str = "performed",
    state: str = "",
    kind: str = "执",
) -> Case:
    """A case of a court, closed where a day is given."""
    number = f"（{filed_on[:4]}）鄂9901{kind}{next(_numbers)}号"
    case = Case(
        court=court, team=team, owner=owner, number=number, number_key=number, kind=kind, filed_on=day(filed_on),
        received_on=day(filed_on), cause="民间借贷纠纷", basis="判决", claim_amount=Decimal(claim), packs=[],
        created_at=at_local(day(filed_on)), created_by="test",
        state=state or ("closed" if closed_on else "running"),
        closing_type=how if closed_on else "", closed_on=day(closed_on) if closed_on else None,
    )  # fmt: skip
    case.save(force_insert=True)
    return case


def root(case: Case) -> Subject:
    """The case's own subject."""
    return Subject.objects.get_or_create(case=case, kind="case", defaults={"label": "案件"})[0]


def clock(
    case: Case, rule_id: str, due_on: str, *, met_on: str = "", subject: Subject | None = None, **fields: Any
) -> Deadline:
    """A clock of the case with its last day."""
    state = "running" if not met_on else "met" if met_on <= due_on else "met_late"
    given = {
        "court": case.court, "team_id": case.team_id, "owner_id": case.owner_id, "case_id": case.pk,
        "subject_id": (subject or root(case)).pk, "rule_id": rule_id, "pack_code": "BASE", "pack_version": 1,
        "pack_digest": "0" * 64, "kind": "due", "state": state, "start": case.filed_on.isoformat(),
        "due_on": day(due_on), "overdue_at": at_local(day(due_on) + ONE), "met_on": day(met_on) if met_on else None,
    }  # fmt: skip
    return Deadline.objects.create(**{**given, **fields})


def owning(
    case: Case, *, kind: str = "vehicle", value: str = "500.00", state: str = "found", rounds: int = 0
) -> Property:
    """A property item of the case's respondent."""
    subject = Subject.objects.create(case=case, kind="respondent", label="某人")
    party = Party.objects.create(
        case=case, subject=subject, role="respondent", kind="natural_person", name="某人"
    )
    thing = Subject.objects.create(case=case, kind="property", label="财产", parent=subject)
    return Property.objects.create(
        case=case, subject=thing, party=party, court_id=case.court_id, kind=kind, label="财产", value=Decimal(value),
        source="clue", state=state, found_on=case.filed_on, auction_round=rounds,
        reason="不能处置" if state == "cannot_be_disposed" else "",
    )  # fmt: skip


def limit(case: Case, due_on: str) -> Deadline:
    """The statutory limit of the case, met when it was closed."""
    return clock(case, "BASE-D-04", due_on, met_on=case.closed_on.isoformat() if case.closed_on else "")


def reviewed(case: Case, on: str, *, passed: bool) -> TerminationReview:
    """A review of the 终本 file."""
    return TerminationReview.objects.create(
        case=case, court_id=case.court_id, requested_on=day(on), requested_by_id=1, decided_on=day(on), decided_by_id=2,
        result="passed" if passed else "returned", defects="" if passed else "约谈笔录缺页",
    )  # fmt: skip


def arrived(case: Case, amount: str, on: str, recorder: User) -> Receipt:
    """Money that arrived for the case and was identified."""
    at = at_local(day(on))
    book, _new = Book.objects.get_or_create(
        about=case.about, defaults={"court": case.court, "case_id": case.pk, "opened_at": at}
    )
    number = next(_numbers)
    return Receipt.objects.create(
        court=case.court, about=case.about, book=book, amount=Decimal(amount), arrived_on=day(on), state="identified",
        bank_serial=f"S{number}", key=f"receipt:{number}", recorded_at=at, recorded_by=recorder, identified_at=at, times=1,
    )  # fmt: skip
