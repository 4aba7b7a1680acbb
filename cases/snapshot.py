"""Lock a case and read all that its rules may look at, in two statements whatever its size.

The second comes after the lock, so that it sees what whoever held the lock before has written. For the same reason
the first joins nothing that may change: behind a lock that had to be waited for, a join gives the row of before.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cases.book import book_of
from cases.models import Case, ContactPoint, Node, Party, Task
from cases.people import people_of, people_of_each
from cases.querysets import CaseQuerySet
from courts.calendar import calendar_for
from courts.models import User
from deadlines.models import Deadline
from events.log import GENESIS
from kernel.errors import NotFound
from regimes.book import RuleBook
from regimes.calendar import Calendar
from regimes.state import Clock, Extension, Interval, Moment, State, Subject
from regimes.state import Node as FlowNode

_CLERK = """SELECT u.full_name FROM courts_user u JOIN courts_membership m ON m.user_id = u.id
   WHERE m.unit_id = %(t)s AND u.is_active AND u.post IN ('clerk', 'judge_assistant') ORDER BY u.post, u.id LIMIT 1"""

_SNAPSHOT = f"""
SELECT q.case_pk,
  (SELECT coalesce(json_agg(json_build_array(id, kind, parent_id, label)), '[]') FROM cases_subject WHERE case_id = q.case_pk),
  (SELECT coalesce(json_agg(json_build_array(subject_id, key, value, id)), '[]') FROM cases_fact WHERE case_id = q.case_pk),
  (SELECT coalesce(json_agg(row_to_json(n)), '[]') FROM cases_node n WHERE case_id = q.case_pk),
  (SELECT coalesce(json_agg(row_to_json(d)), '[]') FROM deadlines_deadline d WHERE case_id = q.case_pk),
  (SELECT coalesce(json_agg(row_to_json(h)), '[]') FROM cases_hold h WHERE case_id = q.case_pk AND NOT voided),
  (SELECT coalesce(json_agg(row_to_json(x)), '[]') FROM cases_extension x WHERE case_id = q.case_pk),
  (SELECT coalesce(json_agg(row_to_json(t)), '[]') FROM cases_task t WHERE case_id = q.case_pk AND state IN ('held', 'offered', 'refused')),
  (SELECT json_build_array(seq, encode(digest, 'hex')) FROM events_event WHERE stream = q.case_about ORDER BY seq DESC LIMIT 1),
  (SELECT json_build_array(id, kind, data) FROM events_event WHERE stream = q.case_about AND key = q.act_key),
  (SELECT coalesce(json_agg(json_build_array(kind, amount::text) ORDER BY id), '[]') FROM cases_claimitem
   WHERE case_id = q.case_pk),
  (SELECT coalesce(max(version), 0) FROM courts_calendarstamp),
  (SELECT max(ordinal) FROM documents_paper WHERE court_id = q.court_pk AND case_number = q.case_no),
  (SELECT full_name FROM courts_user WHERE id = q.owner_pk),
  ({_CLERK.replace("%(t)s", "q.team_pk")})
FROM unnest(%(cases)s::bigint[], %(streams)s::text[], %(keys)s::text[], %(owners)s::bigint[], %(teams)s::bigint[],
            %(courts)s::bigint[], %(numbers)s::text[]) AS q(case_pk, case_about, act_key, owner_pk, team_pk, court_pk, case_no)
"""  # noqa: S608  no input


@dataclass
class Locked:
    """A case whose row this transaction holds, with what its rules may look at. Only verbs hold one.

    claims: (kind of claim, yuan) in their order. last_ordinal: see documents.numbers; None before the first paper.
    """

    case: Case
    book: RuleBook
    calendar: Calendar
    subjects: dict[int, Subject]
    labels: dict[int, str]
    facts: dict[int, dict[str, Any]]
    moments: dict[int, dict[str, list[tuple[str, int]]]]
    nodes: dict[int, Node]
    clocks: dict[int, Deadline]
    intervals: list[Interval]
    extensions: list[Extension]
    tasks: list[Task]
    seq: int
    digest: bytes
    known: tuple[int, str, dict[str, Any]] | None = None
    claims: list[tuple[str, Decimal]] = field(default_factory=list)
    last_ordinal: int | None = None
    read_handler: tuple[int | None, str] = (None, "")
    read_clerk: tuple[int | None, str] = (None, "")
    read_people: list[tuple[Party, list[ContactPoint]]] | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    recount: set[int] = field(default_factory=set)
    """Clocks that the next plan counts from their start again, since the rule they follow reads otherwise now."""

    @property
    def root(self) -> int:
        """The case's own subject."""
        return next(s.id for s in self.subjects.values() if s.kind == "case")

    @property
    def handler(self) -> str:
        """The name of the handler (承办人), or ""."""
        case = self.case
        if case.owner_id is None:
            return ""
        read, name = self.read_handler
        return name if read == case.owner_id else case.owner.full_name

    @property
    def clerk(self) -> str:
        """The name of the clerk (书记员) of the team, or ""."""
        read, name = self.read_clerk
        if read == self.case.team_id:
            return name
        with connection.cursor() as cursor:
            cursor.execute(_CLERK, {"t": self.case.team_id})
            found = cursor.fetchone()
        return found[0] if found else ""

    def held(self, node_id: int) -> Task | None:
        """Who has the node in hand, if anybody."""
        return next((t for t in self.tasks if t.node_id == node_id and t.state == "held"), None)

    def offered(self, node_id: int) -> Task | None:
        """Whom the node is offered to, if anybody."""
        return next((t for t in self.tasks if t.node_id == node_id and t.state == "offered"), None)

    def people(self) -> list[tuple[Party, list[ContactPoint]]]:
        """The parties in their order with their contacts; read once an act, when its papers or messages want them."""
        if self.read_people is None:
            self.read_people = people_of(self.case)
        return self.read_people

    def state(self) -> State:
        """As regimes.flow reads it."""
        return State(
            subjects=self.subjects,
            facts=self.facts,
            happened={
                subject: {event: [moment_of(text) for text, _seq in rows] for event, rows in events.items()}
                for subject, events in self.moments.items()
            },
            nodes=[
                FlowNode(n.pk, n.kind, n.subject_id, n.run, n.state == "open", n.state == "dropped")
                for n in self.nodes.values()
            ],
            clocks=[_clock(row, again=row.pk in self.recount) for row in self.clocks.values()],
            intervals=self.intervals,
            extensions=self.extensions,
        )


def lock_case(*, case_id: int, key: str = "", user: User | None = None) -> Locked:
    """Take the case's row lock and read its state. Raises NotFound when there is no such case for this person."""
    cases = _locking().filter(pk=case_id)
    if user is not None:
        cases = cases.filter(pk__in=Case.objects.visible_to(user).values("pk"))
    case = next(iter(cases), None)
    if case is None:
        raise NotFound(_("没有这个案件，或您无权查看。"), fix=_("核对案号，或请承办人、团队长办理。"))
    return read_locked(case, key=key)


def lock_followed(*, case_id: int, user: User, on: dt.date, key: str = "") -> Locked:
    """Lock a case that a party or its agent follows (cases.Access). Raises NotFound for any other."""
    followed = Case.objects.followed_by(user, on).values("pk")
    case = next(iter(_locking().filter(pk=case_id, pk__in=followed)), None)
    if case is None:
        raise NotFound(_("没有这个案件，或您无权查看。"), fix=_("请重新登录，或拨打法院电话核对。"))
    return read_locked(case, key=key)


def lock_case_of_node(*, node_id: int, key: str, user: User) -> Locked | None:
    """Take the row lock of the case of a node that this person may see, and read its state; None: there is none."""
    nodes = Node.objects.visible_to(user).filter(pk=node_id)
    case = next(iter(_locking().filter(pk__in=nodes.values("case_id"))), None)
    return None if case is None else read_locked(case, key=key)


def _locking() -> CaseQuerySet:
    return Case.objects.select_for_update(of=("self",)).select_related("court")


def read_locked(case: Case, *, key: str = "") -> Locked:
    """The state of a case whose lock is held (or which was just made)."""
    return read_locked_each([case], [key])[0]


def read_locked_each(cases: Sequence[Case], keys: Sequence[str]) -> list[Locked]:
    """The same for several cases, each with the key of its act, in one statement."""
    asked = {
        "cases": [case.pk for case in cases],
        "streams": [case.about for case in cases],
        "keys": list(keys),
        "owners": [case.owner_id for case in cases],
        "teams": [case.team_id for case in cases],
        "courts": [case.court_id for case in cases],
        "numbers": [case.number for case in cases],
    }
    with connection.cursor() as cursor:
        cursor.execute(_SNAPSHOT, asked)
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    return [_locked(case, found[case.pk]) for case in cases]


def _locked(case: Case, row: Sequence[Any]) -> Locked:
    *found, calendar_version, last_ordinal, handler, clerk = row
    subjects, facts, nodes, clocks, holds, extensions, tasks, last, known, claims = map(_json, found)
    locked = Locked(
        case=case,
        book=book_of(case),
        calendar=calendar_for(case.court_id, current=calendar_version),
        subjects={row[0]: Subject(row[0], row[1], row[2]) for row in subjects},
        labels={row[0]: row[3] for row in subjects},
        facts={},
        moments={},
        nodes={row["id"]: _node(row) for row in nodes},
        clocks={row["id"]: _deadline(row) for row in clocks},
        intervals=[_interval(row) for row in holds],
        extensions=[Extension(row["rule_id"], row["subject_id"], row["days"]) for row in extensions],
        tasks=[_task(row) for row in tasks],
        seq=last[0] if last else 0,
        digest=bytes.fromhex(last[1]) if last else GENESIS,
        known=(known[0], known[1], known[2]) if known else None,
        claims=[(kind, Decimal(amount)) for kind, amount in claims],
        last_ordinal=last_ordinal,
        read_handler=(case.owner_id, handler or ""),
        read_clerk=(case.team_id, clerk or ""),
    )
    for subject, name, value, _pk in facts:
        if name.startswith("@"):
            locked.moments.setdefault(subject, {})[name[1:]] = [(text, seq) for text, seq in value]
        else:
            locked.facts.setdefault(subject, {})[name] = value
    return locked


def read_people(cases: Sequence[Locked]) -> None:
    """Read the parties of those that have not read them yet, in one statement."""
    wanted = [locked for locked in cases if locked.read_people is None]
    found = people_of_each([locked.case.pk for locked in wanted]) if wanted else {}
    for locked in wanted:
        locked.read_people = found.get(locked.case.pk, [])


def moment_of(text: str) -> Moment:
    """A stored moment: a date, or an instant with the court's offset."""
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _node(row: dict[str, Any]) -> Node:
    row["opened_on"], row["done_on"] = _date(row["opened_on"]), _date(row["done_on"])
    node = Node(**row)
    node._state.adding = False
    return node


def _task(row: dict[str, Any]) -> Task:
    row["since"], row["until"] = _date(row["since"]), _date(row["until"])
    task = Task(**row)
    task._state.adding = False
    return task


def _deadline(row: dict[str, Any]) -> Deadline:
    for name in ("due_on", "raw_on", "met_on"):
        row[name] = _date(row[name])
    for name in ("due_at", "overdue_at"):
        row[name] = _instant(row[name])
    deadline = Deadline(**row)
    deadline._state.adding = False
    return deadline


def _interval(row: dict[str, Any]) -> Interval:
    return Interval(
        kind=row["kind"],
        first=dt.date.fromisoformat(row["first"]),
        last=_date(row["last"]),
        subject=row["subject_id"],
        stops=tuple(row["stops"]),
        rules=tuple(row["rules"]),
    )


def _clock(row: Deadline, *, again: bool = False) -> Clock:
    return Clock(
        id=row.pk,
        rule=row.rule_id,
        subject=row.subject_id,
        run=row.run,
        state=row.state,
        start="" if again else row.start,
        suspensions=tuple(tuple(item) for item in row.suspensions),
        extensions=tuple(tuple(item) for item in row.extensions),
        stated=row.stated,
    )
