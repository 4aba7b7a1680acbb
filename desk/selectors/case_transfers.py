"""案件移送登记: what came to and went from the courts of a person, and the record of one case that went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from cases.actions.transferring import may_offer, may_take
from cases.models import Transfer
from cases.querysets import TransferQuerySet
from cases.states import TransferState
from courts.models import User
from desk.selectors.matching import matching_numbers
from events.models import Event
from kernel.keyset import SIZE, Segment, page
from kernel.time import today
from petitions.states import PetitionState
from supervision.models import Order
from supervision.replay import replay
from supervision.states import OrderState

SHOWN = 60
"""Acts of a record, newest first."""
ENDED_BY = {
    TransferState.ACCEPTED: "case.court_changed",
    TransferState.REFUSED: "case.transfer_refused",
    TransferState.WITHDRAWN: "case.transfer_withdrawn",
}
"""The act with which the view of the court that does not have the case ends."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which transfers. side: waiting (for us), in, out, "" = all; state: of TransferState."""

    side: str = ""
    state: str = ""
    text: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """One page. waiting: how many this person may take."""

    asked: Asked
    today: dt.date
    rows: list[Transfer]
    waiting: int
    next: str
    prev: str


@dataclass(frozen=True, slots=True)
class Left:
    """A petition or an order as it stood at the hand-over. kind: 信访, 督办, 催办."""

    kind: str
    number: str
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Record:
    """A transfer with what this person may do, and what happened to the case until it left (or until now).

    is_here: the person sees the case itself. may_offer: of the court that offered it.
    """

    row: Transfer
    today: dt.date
    events: list[Event]
    may_take: bool
    may_offer: bool
    is_here: bool
    left: Sequence[Left] = ()


def register(*, user: User, asked: Asked, at: dt.datetime, size: int = SIZE) -> Register:
    """One page, newest first. Three queries, however long it is."""
    rows = _narrowed(Transfer.objects.visible_to(user), asked, user)
    found = page(
        [
            Segment(
                "transfer",
                rows.select_related("case", "from_court", "to_court", "asked_by", "answered_by"),
                ("-asked_on", "-id"),
            )
        ],
        after=asked.after,
        before=asked.before,
        size=size,
    )
    return Register(
        asked=asked,
        today=today(at),
        rows=[row for _name, row in found.rows],
        waiting=waiting(user),
        next=found.next,
        prev=found.prev,
    )


def transfer_hits(*, user: User, text: str, most: int) -> list[Transfer]:
    """Cases that went to another court, by the number they had before. One query at most."""
    if not any(char.isdigit() for char in text):
        return []
    rows = Transfer.objects.visible_to(user).accepted().filter(matching_numbers(text, "old_number_key"))
    return list(rows.select_related("case", "to_court").order_by("-asked_on", "-id")[:most])


def waiting(user: User) -> int:
    """Cases that wait for an answer of this person's courts."""
    return Transfer.objects.waiting_for(user).count() if user.scope.may("assign", "W") else 0


def record(*, user: User, transfer_id: int, at: dt.datetime) -> Record | None:
    """A transfer the person may see, with the acts on the case up to the hand-over; None for any other."""
    rows = Transfer.objects.visible_to(user).select_related(
        "case", "case__court", "case__owner", "from_court", "to_court", "asked_by", "answered_by"
    )
    row = rows.filter(pk=transfer_id).first()
    if row is None:
        return None
    acts = Event.objects.filter(stream=row.case.about)
    is_here = type(row.case).objects.visible_to(user).filter(pk=row.case_id).exists()
    if row.state in ENDED_BY and not is_here:
        ends = acts.filter(kind=ENDED_BY[row.state], data__transfer=row.pk).values_list("seq", flat=True)
        acts = acts.filter(seq__lte=ends.first() or 0)
    stands = row.state == TransferState.OFFERED
    gone = row.state == TransferState.ACCEPTED and not is_here
    return Record(
        row=row,
        today=today(at),
        events=list(acts.order_by("-seq")[:SHOWN]),
        may_take=stands and may_take(user, row.to_court_id),
        may_offer=stands and may_offer(user, row.from_court_id),
        is_here=is_here,
        left=_left(acts) if gone else (),
    )


def _left(acts: QuerySet) -> list[Left]:
    """The petitions and orders as they stood when the case was given away, from the images in its acts. One query."""
    prefixes = ("petition.", "supervision.", "case.court_changed")
    wanted = Q()
    for prefix in prefixes:
        wanted |= Q(kind__startswith=prefix)
    state = replay(acts.filter(wanted).order_by("seq"))
    found = []
    for (table, _pk), row in sorted(state.items()):
        if table == "petitions.petition" and "ordinal" in row:
            label = PetitionState(row["state"]).label
            found.append(
                Left(_("信访"), f"信访〔{row['year']}〕{row['ordinal']}号", row["demand"], str(label))
            )
        elif table == "supervision.order":
            kind = Order.Kind(row["kind"])
            number = f"{'催' if kind == Order.Kind.REMINDER else ''}〔{row['year']}〕{row['ordinal']}号"
            found.append(Left(str(kind.label), number, row["words"], str(OrderState(row["state"]).label)))
    return found


def _narrowed(rows: TransferQuerySet, asked: Asked, user: User) -> TransferQuerySet:
    courts: Any = user.scope.courts
    if asked.side == "waiting":
        rows = rows.waiting_for(user)
    elif asked.side == "in":
        rows = rows.filter(to_court_id__in=courts)
    elif asked.side == "out":
        rows = rows.filter(from_court_id__in=courts)
    if asked.state in TransferState.values:
        rows = rows.filter(state=asked.state)
    if asked.text:
        rows = rows.filter(old_number__contains=asked.text) | rows.filter(new_number__contains=asked.text)
    return rows
