"""台账导入 of 5,000 rows, from the confirmed preview to the last case, below 60 s; statements a row."""

from __future__ import annotations

import argparse
import io
import tempfile
import time as stopwatch
from pathlib import Path

import openpyxl
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.ground.database import own_database
from bench.ground.figures import Figure
from cases.actions.ledgers import TOGETHER, confirm_ledger, map_columns, take_ledger
from cases.models import LedgerImport
from courts.actions.calendar import seed_calendar
from courts.models import Appointment, Court, CourtPack, Membership, Unit, User
from jobs import running
from kernel import time

COMMAND = "import"
GOAL_SECONDS, GOAL_STATEMENTS = 60.0, 5.0
HEADINGS = (
    "案号", "立案日期", "案由", "申请执行人", "申请执行人电话", "被执行人", "被执行人电话", "执行依据", "执行标的",
    "承办人", "分案日期", "执行通知发出日期", "网络查控发起日期",
)  # fmt: skip
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉秀珍文建国"
HANDLERS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many rows."""
    parser.add_argument("--rows", type=int, default=5000, help="rows of the sheet (default: 5,000)")


def run(options: argparse.Namespace) -> list[Figure]:
    """One ledger into an empty court."""
    with own_database(), time.travel("2023-06-01 09:30"):
        seed_calendar(at=time.now(), through=2030)
        call_command("release_packs", stdout=io.StringIO())
        clerk = _court()
        seconds, statements, filed = _filed(clerk, options.rows)
    name = f"ledger of {options.rows} rows, {filed} filed, {filed / seconds:.0f} a second"
    return [
        _figure(name, seconds, GOAL_SECONDS, "s", filed, options.rows),
        _figure("statements a row", statements / filed, GOAL_STATEMENTS, "statements", filed, options.rows),
    ]


def _court() -> User:
    above = Court.objects.create(
        code="鄂99", name="云州市中级人民法院", short_name="云州", level="intermediate"
    )
    court = Court.objects.create(
        code="鄂9901", name="东湖区人民法院", short_name="东湖", level="basic", parent=above
    )
    CourtPack.objects.create(court=court, code="JZ-2023")
    team = Unit.objects.create(court=court, kind="team", function="ordinary", name="执行一团队")
    for number in range(HANDLERS):
        person = User.objects.create(username=f"h{number}", court=court, full_name=f"李{GIVEN[number]}")
        Appointment.objects.create(user=person, role="handler", court=court, unit=team, since="2020-01-01")
        Membership.objects.create(user=person, unit=team, since="2020-01-01")
    clerk = User.objects.create(username="clerk", court=court, full_name="立案员")
    Appointment.objects.create(user=clerk, role="filing_clerk", court=court, since="2020-01-01")
    return clerk


def _filed(clerk: User, rows: int) -> tuple[float, int, int]:
    """Seconds and statements of the filing, rows filed."""
    at = time.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "台账.xlsx"
        _sheet(path, clerk.court.code, rows)
        ledger = take_ledger(
            court=clerk.court, path=path, name=path.name, sheet="", actor=clerk, at=at, key="bench"
        )
    columns = {int(place): field for place, field in ledger.columns.items()}
    map_columns(import_id=ledger.pk, columns=columns, actor=clerk, at=at, key="bench/columns")
    job = confirm_ledger(import_id=ledger.pk, actor=clerk, at=at, key="bench/confirm")
    began = stopwatch.perf_counter()
    with CaptureQueriesContext(connection) as asked:
        # One step: the log of statements keeps the last nine thousand only.
        running.run(job.pk, budget_seconds=0)
    first, counted = len(asked), min(TOGETHER, rows)
    while not running.run(job.pk):
        job.refresh_from_db()
        if job.problem:
            raise RuntimeError(job.problem)
    seconds = stopwatch.perf_counter() - began
    ledger = LedgerImport.objects.get(pk=ledger.pk)
    filed = ledger.counts.get("filed", 0)
    if filed != rows:
        raise RuntimeError(f"{ledger.counts}")
    return seconds, first * filed // counted, filed


def _sheet(path: Path, code: str, rows: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADINGS)
    for n in range(1, rows + 1):
        first, second = GIVEN[n % 30], GIVEN[n // 30 % 30]
        sheet.append(
            [
                f"（2023）{code}执{n}号", "2023年4月3日", "民间借贷纠纷", f"王{first}{second}", f"138{n:08d}",
                f"李{second}{first}", f"139{n:08d}", f"（2022）鄂9901民初{n}号民事判决书", "1,234.50元",
                f"李{GIVEN[n % HANDLERS]}", "2023.4.4", "2023年4月6日", "2023/4/7",
            ]
        )  # fmt: skip
    book.save(path)


def _figure(name: str, ours: float, limit: float, unit: str, filed: int, rows: int) -> Figure:
    return Figure(
        name=name,
        ours=ours,
        limit=limit,
        ratio=ours / limit,
        unit=unit,
        rows=filed,
        spread=(ours / limit, ours / limit),
        goal=f"all rows filed, below {limit:g} {unit}",
        is_reached=ours < limit and filed == rows,
    )
