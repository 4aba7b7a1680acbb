"""台账导入: a case arrives where it stands. Its dated columns become back-dated acts, of which no party is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.actions.assigning import check_receiver, open_node
from cases.actions.completing import act_of, day_field
from cases.actions.filing import file_each_from_ledger, file_from_ledger, refusing
from cases.filings import FilingInput
from cases.holder import move, move_each
from cases.ledger_past import Past, past_node
from cases.models import Case, Node
from cases.perform import Act, perform, perform_each
from cases.snapshot import Locked, read_locked
from courts.models import Court, Unit, User
from kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Arrived:
    """The case, whether it is new, and what of its past could not be recorded, in words."""

    case: Case
    is_new: bool
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who had the case: a handler of the court and the team."""

    owner: User
    team: Unit | None = None


def import_case(
    *,
    filing: FilingInput,
    past: Past,
    holder: Holder | None,
    actor: User,
    court: Court,
    at: dt.datetime,
    key: str,
) -> Arrived:
    """File a case of the ledger and record what was done in it since, oldest first. Joins the caller's transaction.

    Guards that would stop such an act today are kept as warnings with it: it has happened. Clocks derive from the
    days; rungs that lie in the past are recorded as not sent. Raises BadInput, WrongState; then nothing may stay written.
    """
    found = file_from_ledger(court=court, filing=filing, actor=actor, at=at, key=key)
    if not found.is_new:
        return Arrived(found.case, is_new=False)
    if past.is_empty:
        return Arrived(found.case, is_new=True)
    road = _Road(Arriving(filing, past, holder, key), read_locked(found.case))
    while (step := road.next(at)) is not None:
        if step.moves:
            move(road.locked.case)
        perform(road.locked, step.act, actor=actor, at=at)
    return Arrived(road.locked.case, is_new=True, left=tuple(road.left))


@dataclass(frozen=True, slots=True)
class Arriving:
    """One row of a ledger as `import_case` takes it."""

    filing: FilingInput
    past: Past
    holder: Holder | None
    key: str


def import_each(
    *, rows: Sequence[Arriving], actor: User, court: Court, at: dt.datetime
) -> list[Arrived | None]:
    """`import_case` for many rows with as many statements as one takes: each step is done for all before the next.

    None for a row that is not new, which goes by itself. Joins the caller's transaction. Raises RowRefused naming the
    row that a rule refuses; then nothing may stay written.
    """
    filed = file_each_from_ledger(
        court=court, filings=[(row.filing, row.key) for row in rows], actor=actor, at=at
    )
    roads = {place: _Road(rows[place], locked) for place, locked in enumerate(filed) if locked is not None}
    going = [place for place, road in roads.items() if not road.row.past.is_empty]
    while going:
        going = _step(roads, going, actor, at)
    return [
        None if locked is None else Arrived(locked.case, is_new=True, left=tuple(roads[place].left))
        for place, locked in enumerate(filed)
    ]


def _step(roads: Mapping[int, _Road], going: Sequence[int], actor: User, at: dt.datetime) -> list[int]:
    """The next act of each case; those that are not at their end."""
    steps: list[tuple[int, Step]] = []
    for place in going:
        with refusing(place):
            if (step := roads[place].next(at)) is not None:
                steps.append((place, step))
    if moving := [roads[place].locked.case for place, step in steps if step.moves]:
        move_each(moving)
    if steps:
        perform_each([(roads[place].locked, step.act) for place, step in steps], actor=actor, at=at)
    return [place for place, _step in steps]


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the past; moves: the case comes into other hands before it."""

    act: Act
    moves: bool = False


class _Road:
    """The acts of a case's past, oldest first, each worked out when the one before is done."""

    def __init__(self, row: Arriving, locked: Locked) -> None:
        self.row, self.locked = row, locked
        self.left: list[str] = []
        days = [(day, n + 1, field) for n, (field, day) in enumerate(row.past.acts)]
        if row.holder is not None and row.past.assigned_on is not None:
            days.append((row.past.assigned_on, 0, "assigned_on"))
        self._days = sorted(days, reverse=True)
        self._nodes: list[tuple[Node, str, dt.date]] = []

    def next(self, at: dt.datetime) -> Step | None:
        """The act that comes now; None at the end. Raises BadInput, WrongState."""
        while not self._nodes and self._days:
            day, _place, field = self._days.pop()
            if field == "assigned_on" and self.row.holder is not None:
                return Step(_assigned(self.locked, self.row.holder, day, self.row.key), moves=True)
            self._nodes = self._open(field, day)
        if not self._nodes:
            return None
        return Step(_done(self.locked, *self._nodes.pop(0), at, self.row.key))

    def _open(self, field: str, day: dt.date) -> list[tuple[Node, str, dt.date]]:
        """Every open node of a dated column; what stands in the way is kept in words."""
        known = past_node(field)
        nodes = [n for n in self.locked.nodes.values() if n.kind == known.node and n.state == "open"]
        if not nodes:
            self.left.append(_("本院规则中没有待办的“%s”，没有记入。") % known.zh)
        return [(node, field, day) for node in sorted(nodes, key=lambda each: each.pk)]


def _assigned(locked: Locked, holder: Holder, day: dt.date, key: str) -> Act:
    check_receiver(locked, holder.owner, holder.team)
    locked.case.assign(holder.owner, holder.team)
    kind = holder.team.function if holder.team is not None else ""
    return Act(
        kind="case.assigned",
        key=f"{key}/assigned",
        on=day,
        happened=[("case_assigned", locked.root)],
        facts=[(locked.root, "handler_post", holder.owner.post), (locked.root, "team_kind", kind or None)],
        node=open_node(locked, "assignment"),
        data={"owner": holder.owner.pk, "team": holder.team and holder.team.pk, "imported": True},
        quiet=True,
    )


def _done(locked: Locked, node: Node, field: str, day: dt.date, at: dt.datetime, key: str) -> Act:
    """The act that completes a node of a dated column."""
    try:
        act = act_of(locked, node, _values(locked, node, field, day), at=at, key="", past=True)
    except BadInput as refused:
        raise BadInput(str(refused), field=field, fix=refused.fix) from refused
    act.key = f"{key}/{past_node(field).node}/{node.subject_id}"
    act.data["imported"] = True
    return act


def _values(locked: Locked, node: Node, field: str, day: dt.date) -> Mapping[str, object]:
    """The form of a node as the ledger's date fills it."""
    known = past_node(field)
    definition = locked.book.node(node.kind)
    values = {**known.values, day_field(definition): day}
    if any(f.fact == "service_channel" for f in definition.fields):
        channel = locked.facts.get(node.subject_id, {}).get("service_channel", "post")
        values |= {"channel": channel, **(known.electronic if channel == "electronic" else {})}
    return values
