"""Rows filed together write what each writes alone: every table, event and clock; and the statements do not grow with them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from cases.actions import ledgers
from cases.actions.filing import RowRefused
from cases.models import (
    Case,
    ClaimItem,
    ContactPoint,
    Fact,
    LedgerImport,
    Node,
    NumberCounter,
    Party,
    Subject,
)
from deadlines.models import Deadline, Firing, Timer
from events.audit import flaws
from events.log import history
from events.models import Event, Pending
from funds.models import Book
from jobs.models import Job
from kernel import time
from notices.models import Message
from supervision.replay import differences, replay, stored
from tests.cases.test_ledger_import import TODAY, book, file, line, preview
from tests.factories.cases import House, house, key

pytestmark = pytest.mark.django_db
WRITTEN: tuple[tuple[type[models.Model], str], ...] = (
    (Case, "id"), (Subject, "case_id"), (Party, "case_id"), (ContactPoint, "party__case_id"),
    (ClaimItem, "case_id"), (Fact, "case_id"), (Node, "case_id"), (Deadline, "case_id"),
    (Timer, "deadline__case_id"), (Firing, "deadline__case_id"), (Book, "case_id"), (Message, "case_id"),
)  # fmt: skip
SECRET = {"value", "id_number", "address", "number", "reference", "digest"}
"""Encrypted, drawn by chance, or a digest over ids (`flaws` checks the chain)."""
FIRST = 10**12


@pytest.fixture
def home() -> House:
    return house(name="东湖区人民法院")


@pytest.fixture
def apart(owner_sql: psycopg.Connection) -> None:
    """The ids of each table in a range of its own, so that a number in an event names its table."""
    for place, model in enumerate((*(model for model, _path in WRITTEN if model is not Timer), Event), 1):
        table = model._meta.db_table
        owner_sql.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {place * FIRST})"  # noqa: S608
        )
    owner_sql.commit()


def rows_of(home: House) -> list[list[object]]:
    """As they come: noticed or not, without a handler, of an unknown one, only filed."""
    code = home.court.code
    return [
        line(code, 1),
        line(code, 2, handler="", assigned="", notice="", query=""),
        line(code, 3, handler="没有此人"),
        line(code, 4, notice=""),
        line(code, 5, query="2023年5月30日"),
    ]


def written() -> dict[str, Any]:
    """Case number -> everything it wrote, each id told by its place among the rows of its table and case."""
    found: dict[int, list[tuple[str, int, dict[str, Any]]]] = defaultdict(list)
    for model, path in WRITTEN:
        names = [f.attname for f in model._meta.concrete_fields if f.attname not in SECRET or model is Case]
        for case_id, pk, *values in model.objects.order_by("pk").values_list(path, "pk", *names):
            found[case_id].append((model._meta.label, pk, dict(zip(names, values, strict=True))))
    for event in Event.objects.filter(stream__startswith="case:").order_by("stream", "seq"):
        row = {
            f.attname: getattr(event, f.attname)
            for f in Event._meta.concrete_fields
            if f.attname not in SECRET
        }
        owed = sorted(Pending.objects.filter(event=event).values_list("reaction", flat=True))
        found[int(event.stream[5:])].append(("event", event.pk, {**row, "owed": owed}))
    return {Case.objects.get(pk=case_id).number: _plain(rows) for case_id, rows in found.items()}


def _plain(rows: list[tuple[str, int, dict[str, Any]]]) -> list[Any]:
    places: dict[str, str] = {}
    counted: dict[str, int] = defaultdict(int)
    for label, pk, _row in rows:
        counted[label] += 1
        places.setdefault(str(pk), f"{label}#{counted[label]}")
    text = json.dumps([[label, row] for label, _pk, row in rows], default=str, sort_keys=True)
    text = re.sub(r"\d{13,}", lambda found: places.get(found[0], found[0]), text)
    return text.splitlines()


def told(home: House, path: Path, *, together: bool, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What importing wrote, taken back again."""
    with monkeypatch.context() as patch:
        if not together:

            def refused(**_given: object) -> None:
                raise RowRefused(0)

            patch.setattr(ledgers, "import_each", refused)
        here = transaction.savepoint()
        ledger = preview(home, path)
        file(home, ledger)
        found = {**written(), "counters": list(NumberCounter.objects.values_list("year", "kind", "last"))}
        found["rows"] = [[r.row, r.verdict, json.loads(r.notes or "[]")] for r in ledger.rows.order_by("row")]
        assert list(flaws()) == []
        for case in Case.objects.all():
            assert differences(replay(history(case.about)), stored(case)) == []
        transaction.savepoint_rollback(here)
    return found


@pytest.mark.req("JZ-33")
def test_together_is_the_same_as_one_by_one(
    home: House, apart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path / "a.xlsx", rows_of(home))
    alone = told(home, path, together=False, monkeypatch=monkeypatch)
    together = told(home, path, together=True, monkeypatch=monkeypatch)
    assert len(alone) == 5 + 2
    assert together == alone


def test_a_refused_row_leaves_nothing_and_the_others_arrive(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = home.court.code
    ledger = preview(home, book(tmp_path / "a.xlsx", [line(code, n) for n in range(1, 6)]))
    # A case of this number comes between the preview and the filing.
    stood = preview(home, book(tmp_path / "b.xlsx", [line(code, 3, amount="9元")]))
    file(home, stood)
    assert file(home, ledger).counts == {"filed": 4, "bad": 1}
    assert "内容不同" in str(ledger.rows.get(verdict="bad").notes)
    assert Case.objects.count() == 5
    assert list(flaws()) == []


def statements(home: House, path: Path, rows: list[list[object]]) -> int:
    ledger: LedgerImport = preview(home, book(path, rows))
    with time.travel(TODAY):
        job: Job = ledgers.confirm_ledger(import_id=ledger.pk, actor=home.filing, at=time.now(), key=key())
        with CaptureQueriesContext(connection) as asked:
            ledgers.filing_step(job)
    return len(asked)


def test_twenty_rows_take_the_statements_of_two(home: House, tmp_path: Path) -> None:
    code = home.court.code
    few = statements(home, tmp_path / "a.xlsx", [line(code, n) for n in range(1, 3)])
    many = statements(home, tmp_path / "b.xlsx", [line(code, n) for n in range(11, 31)])
    assert many <= few + 2
    assert many < 90
