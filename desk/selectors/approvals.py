"""What waits for a person's assent and what they asked for, with what each request would do in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from approvals.models import Assent, Request
from approvals.selectors import Decider, deciders
from cases.models import Case, Node
from courts.models import User
from deadlines.library import library_in_use
from deadlines.models import Deadline
from desk.matters import Said, facts_in_words
from desk.selectors.parties import sides_of
from events.models import Event
from kernel.keyset import Segment, page
from kernel.time import today
from measures.models import Property

SIZE = 30


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. number: the case, "" when it is sealed to this person; facts: what it would do."""

    request: Request
    case_id: int | None
    number: str
    parties: str
    facts: Sequence[tuple[str, str]]
    days: int
    deciders: Sequence[Decider] = ()


@dataclass(frozen=True, slots=True)
class Approvals:
    """The page: the requests of the chosen tab, and how many wait for this person (at most 99 counted)."""

    asks: list[Ask]
    waiting: int
    today: dt.date
    next: str
    prev: str


def approvals(*, user: User, mine: bool, at: dt.datetime, after: str = "", before: str = "") -> Approvals:
    """The requests that wait for the person, oldest first, or those they asked, newest first. Thirteen queries at most."""
    on = today(at)
    waiting = Request.objects.decidable_by(user, on)
    said = Prefetch("assents", Assent.objects.select_related("by", "by_for").order_by("step"))
    rows = Request.objects.filter(asked_by=user) if mine else waiting
    keys = ("-asked_at", "-id") if mine else ("asked_at", "id")
    listed = rows.select_related("asked_by", "asked_for", "court").prefetch_related(said)
    found = page([Segment("ask", listed, keys)], after=after, before=before, size=SIZE)
    requests = [row for _name, row in found.rows]
    return Approvals(_asks(requests, user, on), _count(waiting), on, found.next, found.prev)


def _count(waiting: QuerySet[Request]) -> int:
    return waiting[:99].count()


def _asks(requests: Sequence[Request], user: User, on: dt.date) -> list[Ask]:
    if not requests:
        return []
    ids = {request.pk: _case_id(request) for request in requests}
    cases = dict(
        Case.objects.visible_to(user).filter(pk__in=set(ids.values()) - {None}).values_list("pk", "number")
    )
    parties = sides_of(cases) if cases else {}
    said = _said(requests)
    able = deciders(requests, on)
    return [
        Ask(
            request=request,
            case_id=ids[request.pk] if ids[request.pk] in cases else None,
            number=cases.get(ids[request.pk], ""),
            parties=parties.get(ids[request.pk], ""),
            facts=facts_in_words(request, said, on),
            days=request.days_waiting(on),
            deciders=able[request.pk],
        )
        for request in requests
    ]


def _said(requests: Sequence[Request]) -> Said:
    """What the facts of these requests name, read once."""
    of_kind = {kind: [r for r in requests if r.kind == kind] for kind in {r.kind for r in requests}}
    events = _events([int(r.facts["event"]) for r in of_kind.get("void", ())])
    nodes = {event.data.get("node") for event in events.values()} - {None}
    goods = {r.facts["property"] for kind in ("over_limit", "cannot_dispose") for r in of_kind.get(kind, ())}
    timed = [*of_kind.get("extension", ()), *of_kind.get("deduction", ())]
    return Said(
        library=library_in_use() if timed else None,
        ends=_ends(of_kind.get("extension", ())),
        events=events,
        nodes={n.pk: n for n in Node.objects.filter(pk__in=nodes).select_related("subject")} if nodes else {},
        goods=dict(Property.objects.filter(pk__in=goods).values_list("pk", "label")) if goods else {},
    )


def _events(ids: Collection[int]) -> Mapping[int, Event]:
    return {event.pk: event for event in Event.objects.filter(pk__in=ids)} if ids else {}


def _ends(requests: Sequence[Request]) -> Mapping[tuple[int, str, int | None], dt.date]:
    """(case, rule, subject or None) -> last day of the running clock that an extension would move."""
    if not requests:
        return {}
    running = Deadline.objects.running().filter(
        case_id__in={r.facts["case"] for r in requests}, rule_id__in={r.facts["rule"] for r in requests}
    )
    ends: dict[tuple[int, str, int | None], dt.date] = {}
    for case_id, rule, subject, on in running.order_by("-due_on").values_list(
        "case_id", "rule_id", "subject_id", "due_on"
    ):
        if on is not None:
            ends[case_id, rule, subject] = ends[case_id, rule, None] = on
    return ends


def _case_id(request: Request) -> int | None:
    kind, _sep, number = request.about.partition(":")
    return int(number) if kind == "case" and number.isdigit() else None
