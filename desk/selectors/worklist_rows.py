"""The rows of a worklist page, with what each needs read once for all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cases.models import Case, Node, Subject
from cases.selectors.flags import Flag, flags_of
from deadlines.matters import source_of
from deadlines.models import Deadline
from desk.rulewords import NATIONAL, Version, packs_of, rule_of, statement_of
from desk.selectors.parties import BETWEEN, sides_of
from kernel.time import today
from regimes.nodes import load_nodes
from regimes.packs import Pack

NODE_NAMES: Mapping[str, str] = {node.kind: node.zh for node in load_nodes()}
_INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """A clock as a row shows it. on: its last day; overdue_at: the first late instant; both None while stopped.

    timed: it ends within that day, at `at`. stopped_on: since when it does not count.
    """

    rule_id: str
    national: bool
    statement: str
    source: str
    verified: bool
    provisional: bool
    on: dt.date | None
    at: dt.datetime | None
    overdue_at: dt.datetime | None
    timed: bool
    stopped_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Item:
    """One row. segment: running, hold, free or done. flags: of its case, on the first row of the case in the page. nodes: open nodes it stands for, several where one clock binds
    a whole case; none for a duty that has a limit and no form.

    beside: the court's own clock on the same node, when the national one is the earlier.
    """

    segment: str
    nodes: tuple[int, ...]
    title: str
    subject: str
    case_id: int
    number: str
    handler: str
    parties: str
    limit: Limit | None = None
    beside: Limit | None = None
    done_on: dt.date | None = None
    late: bool = False
    flags: tuple[Flag, ...] = ()

    @property
    def row_id(self) -> str:
        """One row of a list, whatever page it stands on."""
        return f"{self.case_id}-{self.nodes[0] if self.nodes else self.limit.rule_id if self.limit else 0}"


def items_of(rows: Sequence[tuple[str, Deadline | Node]], at: dt.datetime) -> list[Item]:
    """(segment, clock or node) as rows at an instant. Eight queries at most, none for no rows."""
    if not rows:
        return []
    clocks = [row for _name, row in rows if isinstance(row, Deadline)]
    case_ids = {row.case_id for _name, row in rows}
    beside = _beside(clocks)
    known = _Known(
        cases=_cases(case_ids),
        parties=sides_of(case_ids),
        subjects={s.pk: s for s in Subject.objects.filter(pk__in={row.subject_id for _name, row in rows})},
        nodes=_nodes_of(clocks),
        beside=beside,
        packs=packs_of([*clocks, *beside.values()]),
        flags=flags_of(case_ids, at),
    )
    items = [
        known.of_clock(name, row) if isinstance(row, Deadline) else known.of_node(name, row)
        for name, row in rows
    ]
    return _flags_once(items)


def places_of(rows: Sequence[tuple[str, Deadline | Node]]) -> list[tuple[int, tuple[int, ...]]]:
    """(case, its open nodes) of each row, and nothing that only a page shows. Two queries at most."""
    nodes = _nodes_of([row for _name, row in rows if isinstance(row, Deadline)])
    return [
        (row.case_id, nodes.get(row.pk, ()) if isinstance(row, Deadline) else (row.pk,))
        for _name, row in rows
    ]


def _flags_once(items: Iterable[Item]) -> list[Item]:
    """A case says once on a page what marks it, on its first row."""
    told: set[int] = set()
    result = []
    for item in items:
        result.append(replace(item, flags=()) if item.case_id in told else item)
        told.add(item.case_id)
    return result


def items_of_nodes(rows: Sequence[tuple[str, Node, Deadline | None]]) -> list[Item]:
    """(segment, node, the clock that binds it first) as rows, one a node. Four queries at most, none for no rows."""
    if not rows:
        return []
    case_ids = {node.case_id for _name, node, _clock in rows}
    known = _Known(
        cases=_cases(case_ids),
        parties=sides_of(case_ids),
        subjects={s.pk: s for s in Subject.objects.filter(pk__in={n.subject_id for _s, n, _c in rows})},
        nodes={},
        beside={},
        packs=packs_of([clock for _name, _node, clock in rows if clock is not None]),
    )
    return [
        replace(known.of_node(name, node), limit=known.limit(clock) if clock else None)
        for name, node, clock in rows
    ]


def _cases(case_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """Case -> its number and who handles it."""
    rows = Case.objects.filter(pk__in=case_ids).values_list("pk", "number", "owner__full_name")
    return {pk: (number, handler or "") for pk, number, handler in rows}


def _nodes_of(clocks: Sequence[Deadline]) -> dict[int, tuple[int, ...]]:
    """Clock -> the open nodes it binds: of its kind, about its subject or, failing that, about a part of it."""
    kinds = {clock.node_kind for clock in clocks} - {""}
    if not kinds:
        return {}
    exact: dict[tuple[str, int], int] = {}
    own = Node.objects.open().filter(subject_id__in={clock.subject_id for clock in clocks}, kind__in=kinds)
    for pk, kind, subject in own.values_list("pk", "kind", "subject_id"):
        exact[kind, subject] = pk
    found = {
        c.pk: (exact[c.node_kind, c.subject_id],) for c in clocks if (c.node_kind, c.subject_id) in exact
    }
    wide = [clock for clock in clocks if clock.node_kind and clock.pk not in found]
    return {**found, **_parts_of(wide)} if wide else found


def _parts_of(clocks: Sequence[Deadline]) -> dict[int, tuple[int, ...]]:
    """Clocks that run for something wider than their nodes: a whole case, a respondent with all property."""
    parts = Node.objects.open().filter(
        case_id__in={clock.case_id for clock in clocks}, kind__in={clock.node_kind for clock in clocks}
    )
    rows = list(parts.order_by("pk").values_list("pk", "case_id", "kind", "subject__parent_id"))
    roots = set(
        Subject.objects.filter(pk__in={c.subject_id for c in clocks}, kind="case").values_list(
            "pk", flat=True
        )
    )
    return {
        clock.pk: tuple(
            pk
            for pk, case_id, kind, parent in rows
            if (case_id, kind) == (clock.case_id, clock.node_kind)
            and (clock.subject_id in roots or parent == clock.subject_id)
        )
        for clock in clocks
    }


def _beside(clocks: Sequence[Deadline]) -> dict[int, Deadline]:
    """Clock -> the court's own next one on the same node, where the national one binds first."""
    national = {
        (c.node_kind, c.subject_id): c.pk
        for c in clocks
        if c.pack_code == NATIONAL and c.node_kind and c.overdue_at
    }
    if not national:
        return {}
    others = (
        Deadline.objects.running()
        .binding()
        .filter(
            case_id__in={c.case_id for c in clocks}, subject_id__in={subject for _kind, subject in national}
        )
        .exclude(pack_code=NATIONAL)
    )
    found: dict[int, Deadline] = {}
    for clock in others.order_by("overdue_at", "id"):
        if (first := national.get((clock.node_kind, clock.subject_id))) is not None:
            found.setdefault(first, clock)
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What the rows of a page need."""

    cases: Mapping[int, tuple[str, str]]
    parties: Mapping[int, str]
    subjects: Mapping[int, Subject]
    nodes: Mapping[int, tuple[int, ...]]
    beside: Mapping[int, Deadline]
    packs: Mapping[Version, Pack] = field(default_factory=dict)
    flags: Mapping[int, Sequence[Flag]] = field(default_factory=dict)

    def of_clock(self, segment: str, clock: Deadline) -> Item:
        """The row of a clock: its node by name, or its duty where no node is open."""
        nodes = self.nodes.get(clock.pk, ())
        other = self.beside.get(clock.pk)
        title = NODE_NAMES[clock.node_kind] if nodes else self._duty(clock)
        return Item(
            segment=segment,
            nodes=nodes,
            title=title,
            subject=self._subject(clock),
            **self._case(clock.case_id),
            limit=self.limit(clock),
            beside=self.limit(other) if other else None,
        )

    def of_node(self, segment: str, node: Node) -> Item:
        """The row of a node that no clock binds, or that is done."""
        return Item(
            segment=segment,
            nodes=(node.pk,),
            title=NODE_NAMES.get(node.kind, node.kind),
            subject=self._subject(node),
            **self._case(node.case_id),
            done_on=node.done_on,
            late=bool(getattr(node, "late", False)),
        )

    def _case(self, case_id: int) -> dict[str, Any]:
        number, handler = self.cases[case_id]
        return {
            "case_id": case_id,
            "number": number,
            "handler": handler,
            "parties": self.parties.get(case_id, ""),
            "flags": tuple(self.flags.get(case_id, ())),
        }

    def _subject(self, row: Deadline | Node) -> str:
        """Whom or what the row is about, unless the case or its only respondent is meant."""
        subject = self.subjects[row.subject_id]
        only = self.parties.get(row.case_id, "").endswith(f"{BETWEEN}{subject.label}")
        return "" if subject.kind == "case" or only else subject.label

    def _duty(self, clock: Deadline) -> str:
        pack = self.packs[clock.pack_code, clock.pack_version]
        return pack.vocabulary.duties.get(rule_of(pack, clock.rule_id).duty, clock.rule_id)

    def limit(self, clock: Deadline) -> Limit:
        """A clock as a row shows it."""
        pack = self.packs[clock.pack_code, clock.pack_version]
        rule = rule_of(pack, clock.rule_id)
        return Limit(
            rule_id=rule.id,
            national=pack.code == NATIONAL,
            statement=statement_of(pack, rule),
            source=source_of(rule),
            verified=rule.verified,
            provisional=clock.provisional,
            on=today(clock.overdue_at - _INSTANT) if clock.overdue_at else None,
            at=clock.due_at,
            overdue_at=clock.overdue_at,
            timed=bool(clock.overdue_at and clock.overdue_at.microsecond),
            stopped_on=_stopped_on(clock.suspensions),
        )


def _stopped_on(suspensions: Iterable[Collection[str | None]]) -> dt.date | None:
    """The first day of the suspension that has not ended."""
    firsts = [first for _kind, first, last in suspensions if last is None and first]
    return dt.date.fromisoformat(min(firsts)) if firsts else None
