"""Everything a case page may show, read once: a fixed number of queries whatever the case holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONArray, JSONObject
from django.utils.translation import gettext as _

from approvals.models import Request
from cases.models import Case, Node, Party
from cases.snapshot import Locked, read_locked
from closing.models import TerminationReview
from courts.models import CourtPack, PackRelease, User
from desk.selectors import clocks
from desk.selectors.clocks import ClockView
from documents.models import File, Paper
from events.models import Event
from funds.models import Receipt
from kernel.time import today
from measures.models import Control, Property
from petitions.models import Petition
from regimes import flow
from regimes.nodes import NodeDef
from supervision.models import Order

LATEST_EVENTS = 8


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with all around it, as of one instant. `state` is a snapshot without a lock: only verbs decide on it.

    events: newest first. people: actor ("user:7") -> name. waiting: approvals not yet decided, `.decidable` says
    whether this person may decide. decided: those given, for acts that need one.
    """

    case: Case
    user: User
    at: dt.datetime
    today: dt.date
    state: Locked
    view: flow.View
    clocks: tuple[ClockView, ...]
    by_node: dict[int, list[ClockView]]
    parties: tuple[Party, ...]
    properties: tuple[Property, ...]
    controls: dict[int, Control]
    receipts: tuple[Receipt, ...]
    events: tuple[Event, ...]
    people: dict[str, str]
    waiting: tuple[Request, ...]
    given: tuple[Request, ...]
    review: TerminationReview | None

    @property
    def received(self) -> Decimal:
        """Yuan that arrived for the case."""
        return sum((receipt.amount for receipt in self.receipts), Decimal("0.00"))

    @property
    def nodes(self) -> list[Node]:
        """Every node, oldest first."""
        return sorted(self.state.nodes.values(), key=lambda node: (node.opened_on, node.pk))

    @property
    def respondents(self) -> list[Party]:
        """The respondents in the order of filing."""
        return [party for party in self.parties if party.role == Party.Role.RESPONDENT]

    @property
    def is_own(self) -> bool:
        """Whether this person holds the case."""
        return self.user.scope.holds(self.case.owner_id)

    def definition(self, node: Node) -> NodeDef:
        """What the catalogue says of a node."""
        return self.state.book.node(node.kind)

    def node_clocks(self, node: Node) -> list[ClockView]:
        """The clocks of a node, earliest first."""
        return self.by_node.get(node.pk, [])

    def title(self, node: Node) -> str:
        """执行通知（李四）: the node's name and what it is about."""
        name = self.definition(node).zh
        subject = self.state.subjects[node.subject_id]
        return name if subject.kind == "case" else f"{name}（{self.state.labels[node.subject_id]}）"

    def person(self, actor: str) -> str:
        """The name behind an actor; empty for the system."""
        return self.people.get(actor, "")


def cases_to_show(user: User) -> QuerySet[Case]:
    """The cases a person may open, with what their page counts, the packs of the court above and what is released."""
    return (
        Case.objects.visible_to(user)
        .select_related("court", "team", "owner")
        .annotate(
            above=ArraySubquery(
                CourtPack.objects.filter(court_id=OuterRef("court__parent_id")).values("code")
            ),
            releases=ArraySubquery(PackRelease.objects.values(pair=JSONArray("code", "version"))),
        )
        .annotate(papers_count=_count(Paper), files_count=_count(File.objects.exclude(kind="paper")))
        .annotate(ordered=_ordered(), petition=_petition())
    )


def read(case: Case, *, user: User, at: dt.datetime) -> CaseFile:
    """Read a case that this person may see (see `cases_to_show`). Eleven queries."""
    state = read_locked(case)
    on = today(at)
    events = tuple(Event.objects.filter(stream=case.about).order_by("-seq")[:LATEST_EVENTS])
    properties = Property.objects.filter(case=case).select_related("party").order_by("id")
    controls = Control.objects.filter(case=case).active()
    asked = _requests(case, user, on)
    shown = clocks.views(state.clocks.values(), state.book, at, on)
    return CaseFile(
        case=case,
        user=user,
        at=at,
        today=on,
        state=state,
        view=flow.View(state.state()),
        clocks=shown,
        by_node=_by_node(state, shown),
        parties=tuple(Party.objects.filter(case=case).prefetch_related("contacts").order_by("id")),
        properties=tuple(properties),
        controls={control.property_id: control for control in controls},
        receipts=tuple(Receipt.objects.filter(about=case.about).standing().order_by("arrived_on", "id")),
        events=events,
        people=names_of([*doers_of(events), *_doers(state)]),
        waiting=tuple(request for request in asked if request.state == "waiting"),
        given=tuple(request for request in asked if request.state == "given"),
        review=TerminationReview.objects.filter(case=case).order_by("-id").first(),
    )


def doers_of(events: Iterable[Event]) -> list[str]:
    """Every actor of these events, and whom each stood in for."""
    absent = [f"user:{event.data['for']}" for event in events if "for" in event.data]
    return [*(event.actor for event in events), *absent]


def doer(event: Event, names: Mapping[str, str]) -> str:
    """Who did it, and for whom: 陈审判（代 李明法）."""
    name = names.get(event.actor, _("系统"))
    absent = names.get(f"user:{event.data.get('for', '')}")
    return _("%(name)s（代 %(absent)s）") % {"name": name, "absent": absent} if absent else name


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Names of the people among these actors; one query, none when there are no people."""
    ids = {int(actor.partition(":")[2]) for actor in actors if actor.startswith("user:")}
    if not ids:
        return {}
    rows = User.objects.filter(pk__in=ids).values_list("pk", "full_name")
    return {f"user:{pk}": name for pk, name in rows}


def _by_node(state: Locked, shown: tuple[ClockView, ...]) -> dict[int, list[ClockView]]:
    emitted = {item.kind: {emission.event for emission in item.emits} for item in state.book.nodes}
    return {
        node.pk: clocks.of_node(node, emitted.get(node.kind, set()), shown, state.subjects)
        for node in state.nodes.values()
    }


def _requests(case: Case, user: User, on: dt.date) -> list[Request]:
    mine = Request.objects.decidable_by(user, on).filter(pk=OuterRef("pk"))
    rows = Request.objects.filter(about=case.about, state__in=("waiting", "given"))
    return list(rows.select_related("asked_by").annotate(decidable=Exists(mine)).order_by("id"))


def _doers(state: Locked) -> list[str]:
    done = [f"user:{node.done_by_id}" for node in state.nodes.values() if node.done_by_id]
    return [*done, *(f"user:{task.doer_id}" for task in state.tasks)]


def _ordered() -> Subquery:
    """The supervision order that waits longest: {id, year, ordinal, state, due_on}, or None."""
    standing = Order.objects.unsettled().filter(case_id=OuterRef("pk"), kind=Order.Kind.ORDER)
    names = ("id", "year", "ordinal", "state", "due_on")
    shape = JSONObject(**{name: name for name in names})
    return Subquery(standing.order_by("overdue_at", "id").values(shape=shape)[:1])


def _petition() -> Subquery:
    """The petition about the case that waits longest: {id, year, ordinal, state}, or None."""
    standing = Petition.objects.unclosed().filter(case_id=OuterRef("pk"))
    shape = JSONObject(**{name: name for name in ("id", "year", "ordinal", "state")})
    return Subquery(standing.order_by("received_on", "id").values(shape=shape)[:1])


def _count(rows: type[Paper] | QuerySet[File]) -> Coalesce:
    queryset = rows if isinstance(rows, QuerySet) else rows.objects.all()
    counted = (
        queryset.filter(case_id=OuterRef("pk"))
        .order_by()
        .values("case_id")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(counted), 0, output_field=BigIntegerField())
