"""Many cases at once: copies of one case that verbs made, set-based, for races, faults and benches.

A copy has rows of its own for all that a case is: subjects, parties, claims, facts, nodes, clocks, timers, book, and
a first event with a digest of its own, so that every audit holds for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg
from django.db.models import Model
from psycopg import sql
from psycopg.types.json import Jsonb

from cases.models import Case, ClaimItem, ContactPoint, Fact, Node, Party, Subject
from deadlines.models import Deadline, Timer
from events.log import GENESIS, digest_of
from events.models import Event
from funds.models import Book
from kernel.casenumbers import parse
from supervision.replay import stored

CHUNK = 20_000
"""Copies per statement."""
MARK = 1_000_000
"""Numbers of copies stand behind every number that a verb draws, and are still numbers that every reader accepts."""
# What happened, happened in the copy's first event.
FIRST_SEQ = """CASE WHEN x.key LIKE '@%%' THEN
    (SELECT coalesce(jsonb_agg(jsonb_build_array(e -> 0, 1)), '[]') FROM jsonb_array_elements(x.value) e)
    ELSE x.value END"""
EVENT_COLUMNS = (
    "stream", "seq", "kind", "actor", "at", "effective_on", "key", "court_id", "data", "digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Copied:
    """How a table is copied. refs: column -> model whose copy it points to; own: the rows of a case, as SQL."""

    model: type[Model]
    refs: Mapping[str, type[Model]] = field(default_factory=dict)
    own: str = "x.case_id = %(case)s"

    @property
    def table(self) -> str:
        """Its table."""
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """Its primary key column."""
        return self.model._meta.pk.column


COPIED = (
    Copied(Case, own="x.id = %(case)s"),
    Copied(Subject, {"case_id": Case, "parent_id": Subject}),
    Copied(Party, {"case_id": Case, "subject_id": Subject}),
    Copied(ContactPoint, {"party_id": Party}, "x.party_id IN (SELECT id FROM cases_party WHERE case_id = %(case)s)"),
    Copied(ClaimItem, {"case_id": Case}),
    Copied(Fact, {"case_id": Case, "subject_id": Subject}),
    Copied(Node, {"case_id": Case, "subject_id": Subject}),
    Copied(Deadline, {"case_id": Case, "subject_id": Subject, "node_id": Node}),
    Copied(
        Timer,
        {"deadline_id": Deadline},
        "x.deadline_id IN (SELECT id FROM deadlines_deadline WHERE case_id = %(case)s)",
    ),
    Copied(Book, {"case_id": Case}, "x.about = 'case:' || %(case)s"),
)  # fmt: skip


def copies(owner: psycopg.Connection, case: Case, count: int, *, replayable: bool = False) -> range:
    """Copy an agentless case `count` times; the ids of the copies. owner: a connection of the tables' owner.

    The case is as a verb left it; its copies differ in number only. Statements: eleven per 20,000 copies.
    replayable: the first event of each also holds the images of its rows, so that its events give back its state.
    """
    plan = {each.model: _Span.of(owner, each, case.pk) for each in COPIED}
    for first in range(1, count + 1, CHUNK):
        last = min(first + CHUNK - 1, count)
        for each in COPIED:
            _copy(owner, each, plan, case, first, last)
    for each in COPIED:
        if each.key == "id":
            owner.execute(
                f"SELECT setval(pg_get_serial_sequence('{each.table}', 'id'), (SELECT max(id) FROM {each.table}))"
            )
    ids = range(plan[Case].at(1), plan[Case].at(count) + 1)
    images = stored(case) if replayable else {}
    _begin(owner, case, ids, lambda number: [_image(plan, case, number, *row) for row in images.items()])
    return ids


@dataclass(frozen=True, slots=True)
class _Span:
    """Where the copies of a table's rows go: the n-th copy of row r is at base + (n - 1) * width + r - low."""

    low: int
    width: int
    base: int

    @classmethod
    def of(cls, owner: psycopg.Connection, each: Copied, case_id: int) -> _Span:
        """From the rows of the case that is copied, behind all that stands."""
        if each.key != "id":
            return cls(0, 0, 0)
        found = owner.execute(
            f"SELECT min(id), max(id), (SELECT max(id) FROM {each.table}) FROM {each.table} x WHERE {each.own}",
            {"case": case_id},
        ).fetchone()
        low, high, last = found
        if low is None:
            return cls(0, 0, 0)
        return cls(low, high - low + 1, last + 1)

    def at(self, number: int) -> int:
        """The id of the first row of a copy."""
        return self.base + (number - 1) * self.width

    def place(self, pk: int, number: int) -> int:
        """The id of a row's n-th copy."""
        return self.at(number) + pk - self.low

    def moved(self, column: str) -> str:
        """The id of a row's copy, as SQL over x and n."""
        return f"{self.base} + (n - 1) * {self.width} + x.{column} - {self.low}"


def _copy(
    owner: psycopg.Connection,
    each: Copied,
    plan: Mapping[type[Model], _Span],
    case: Case,
    first: int,
    last: int,
) -> None:
    columns = [column.column for column in each.model._meta.concrete_fields]
    values = [_value(each, column, plan, case) for column in columns]
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} x CROSS JOIN generate_series({}, {}) n WHERE ").format(
        sql.Identifier(each.table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(map(sql.SQL, values)),
        sql.Identifier(each.table),
        first,
        last,
    )  # fmt: skip
    owner.execute(statement + sql.SQL(each.own), {"case": case.pk})


def _value(each: Copied, column: str, plan: Mapping[type[Model], _Span], case: Case) -> str:
    """What a column of a copy holds, as SQL."""
    if column in each.refs:
        return plan[each.refs[column]].moved(f'"{column}"')
    if column == each.key:
        return plan[each.model].moved(f'"{column}"')
    if each.model is Case and column in ("number", "number_key"):
        number = replace(parse(case.number), number=MARK)
        written = str(number) if column == "number" else number.loose_key
        return f"replace('{written}', '{MARK}', ({MARK} + {plan[Case].base} + n)::text)"
    if each.model is Fact and column == "seq":
        return "1"
    if each.model is Fact and column == "value":
        return FIRST_SEQ
    if each.model is Book and column == "about":
        return f"'case:' || ({plan[Case].moved('case_id')})"
    return f'x."{column}"'


def _image(
    plan: Mapping[type[Model], _Span], case: Case, number: int, row: tuple[str, int], columns: dict[str, Any]
) -> list[Any]:
    """The image of a row's n-th copy, as an event keeps it."""
    table, pk = row
    each = next(each for each in COPIED if each.model._meta.label_lower == table)
    moved = {
        name: plan[model].place(value, number)
        for name, model in each.refs.items()
        if (value := columns.get(name)) is not None
    }
    if each.model is Fact:
        moved["seq"] = 1
        if columns["key"].startswith("@"):
            moved["value"] = [[moment, 1] for moment, _seq in columns["value"]]
    if each.model is Case:
        moved["number"] = str(replace(parse(case.number), number=MARK + plan[Case].base + number))
    return [table, plan[each.model].place(pk, number), {**columns, **moved}]


def _begin(
    owner: psycopg.Connection, case: Case, ids: range, images: Callable[[int], list[list[Any]]]
) -> None:
    """The first event of every copy."""
    at = case.created_at.astimezone(dt.UTC)
    names = ", ".join(EVENT_COLUMNS)
    with owner.cursor() as cursor, cursor.copy(f"COPY events_event ({names}) FROM STDIN") as stream:
        for number, pk in enumerate(ids, start=1):
            event = Event(
                stream=f"case:{pk}", seq=1, kind="case.copied", actor="system", at=at, effective_on=case.filed_on,
                key="copied", court_id=case.court_id, data={"from": case.pk, "rows": images(number)},
            )  # fmt: skip
            event.digest = digest_of(event, GENESIS)
            row = [getattr(event, name) for name in EVENT_COLUMNS]
            row[EVENT_COLUMNS.index("data")] = Jsonb(event.data)
            stream.write_row(row)
