"""案款认领 for a case: the candidates of a statement are written; a claim asks the rules of the case, then the books do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from cases import matching
from cases.actions.offsystem import check_claim
from cases.snapshot import lock_case
from courts.models import User
from events.models import Event
from funds.actions.claiming import Part, claim_lines
from funds.books import issue_number, lock_book
from funds.models import Book, Receipt


def propose(event: Event) -> None:
    """statement.confirmed: what each unclaimed line may be. Run twice it writes nothing new."""
    with transaction.atomic(durable=True):
        matching.propose(event.data["statement"])


def claim_for_case(
    *, case_id: int, parts: Sequence[Part], actor: User, at: dt.datetime, key: str
) -> list[Receipt]:
    """认领到本案: one transaction for one case. The rules are asked whether the money runs in the system (JM-G-FUND-01):
    it does when it is on a statement of the bank and the case has its own number there.

    Raises NotFound, NotAllowed, BadInput, WrongState (guard, or claimed by another meanwhile), Conflict.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        about = locked.case.about
        numbered = issue_number(lock_book(book_id_of(about)), at=at) is not None
        check_claim(locked, {part.line_id for part in parts}, numbered=numbered)
        return claim_lines(parts=parts, about=about, actor=actor, at=at, key=key, joins=True)


def book_id_of(about: str) -> int:
    """The book of a case; every case has one from its filing."""
    found: int = Book.objects.values_list("pk", flat=True).get(about=about)
    return found
