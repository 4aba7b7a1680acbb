"""导出 Excel: the list as on the screen, ids as text, the conditions on a sheet, and a record of who took it."""

from __future__ import annotations

import datetime as dt
import io
import tracemalloc
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl.workbook import Workbook

from desk import exporting
from desk.actions import exports
from events.models import Event
from jobs import running
from jobs.models import Job
from kernel import time
from kernel.bookwriting import Table, write_workbook
from tests.factories.cases import House, applicant, assigned, filed, filing, house, respondent
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    with time.travel("2026-03-02 09:00"):
        home = house()
        assigned(home, filing("2026-03-02", applicant("张三"), respondent("=1+1有限公司", kind="enterprise")))
        assigned(home, filing("2026-03-02", applicant("王五"), respondent("赵六")))
        filed(home, filing("2026-03-02", applicant("钱七"), respondent("孙八")))
    return home


def taken(home: House, address: str, who: str = "handler") -> Workbook:
    with time.travel("2026-03-20 09:00"):
        response = client_of(getattr(home, who)).get(address)
        assert response.status_code == 200
        assert "filename" in response["Content-Disposition"]
        return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def test_the_cases_of_the_screen_with_their_conditions(home: House) -> None:
    book = taken(home, "/cases/?overdue=1&format=xlsx")
    sheet, about = book.worksheets
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("案号与当事人", "案由", "执行标的")
    assert len(rows) == 3, "the case without a handler is another's"
    text = "".join(str(cell) for row in rows for cell in row)
    assert "赵六" in text
    assert "孙八" not in text
    assert rows[1][2] == 80000
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}, "no formula"
    said = "".join(str(cell) for row in about.iter_rows(values_only=True) for cell in row)
    assert "有超期" in said
    assert "李明法" in said
    event = Event.objects.get(kind="list.exported")
    assert event.data == {"list": "cases", "conditions": ["overdue"], "rows": 2}
    assert event.actor == home.handler.actor


@pytest.mark.parametrize(("address", "who"), [("/worklist", "handler"), ("/central", "centre")])
def test_other_lists(home: House, address: str, who: str) -> None:
    with time.travel("2026-03-20 09:00"):
        page = client_of(getattr(home, who)).get(address)
        assert "导出 Excel" in main(page)
        assert "format=xlsx" in page.content.decode()
    sheet = taken(home, f"{address}?format=xlsx", who).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert "操作" not in rows[0]
    shown = [word for row in rows[1:] for word in str(row[0]).splitlines()[:1]]
    assert shown or address == "/central"
    assert all(word.split("（")[0].split(" · ")[0] in main(page) for word in shown)
    assert Event.objects.get(kind="list.exported").data["rows"] == len(rows) - 1


def test_every_page_of_a_long_list_is_in_it_once(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "TOGETHER", 1)
    sheet = taken(home, "/cases/?format=xlsx", "centre").worksheets[0]
    numbers = [str(row[0]).splitlines()[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(numbers) == len(set(numbers)) == 3


def test_what_was_typed_is_not_in_the_log(home: House) -> None:
    taken(home, "/cases/?q=赵六&format=xlsx")
    event = Event.objects.get(kind="list.exported")
    assert event.data["conditions"] == ["q"]
    assert "赵六" not in str(event.data)


# ------------------------------------------------------------------ long lists


@pytest.fixture
def long(home: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> House:
    """Three cases, where two are more than a page waits for."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(exporting, "TOGETHER", 1)
    monkeypatch.setattr(exporting, "MOST_AT_ONCE", 2)
    return home


def let_go(response: Any) -> None:
    """Close its file; closing the response would close the test's connection with it."""
    for close in response._resource_closers:
        close()


def asked(home: House, address: str = "/cases/?state=all&format=xlsx") -> Job:
    with time.travel("2026-03-20 09:00"):
        response = client_of(home.centre).get(address)
    job = Job.objects.get(kind=exports.KIND)
    assert response.status_code == 302
    assert response["Location"] == f"/jobs/{job.pk}/"
    return job


def worked(job: Job) -> Job:
    with time.travel("2026-03-20 09:01"):
        assert running.run(job.pk)
    job.refresh_from_db()
    return job


def test_a_long_list_is_a_job_with_a_download_for_who_asked_alone(long: House) -> None:
    job = worked(asked(long))
    assert (job.state, job.done, job.problem) == ("done", 3, "")
    with time.travel("2026-03-20 09:02"):
        browser = client_of(long.centre)
        assert f"/exports/{job.pk}" in browser.get(f"/jobs/{job.pk}/").content.decode()
        response = browser.get(f"/exports/{job.pk}")
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        let_go(response)
        assert client_of(long.filing).get(f"/exports/{job.pk}").status_code == 404
    sheet, about = book.worksheets
    numbers = [str(row[0]).splitlines()[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(numbers) == len(set(numbers)) == 3
    assert sheet.cell(2, 3).value == 80000
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}, "no formula"
    assert ("条数", 3) in list(about.iter_rows(values_only=True))
    event = Event.objects.get(kind="list.exported")
    assert event.data == {"list": "cases", "conditions": ["state"], "rows": 3}


def test_a_workbook_is_kept_for_a_day(long: House) -> None:
    job = worked(asked(long))
    with time.travel("2026-03-21 09:02"):
        assert client_of(long.centre).get(f"/exports/{job.pk}").status_code == 404
    stands = exports.file_of(job)
    assert exports.forget_exports(at=dt.datetime.now(dt.UTC)) == 0
    assert exports.forget_exports(at=dt.datetime.now(dt.UTC) + exports.KEPT + dt.timedelta(minutes=1)) == 1
    assert not stands.exists()


def test_what_was_typed_is_not_in_the_job(long: House) -> None:
    job = worked(asked(long, f"/cases/?state=all&q={long.court.code}&format=xlsx"))
    assert long.court.code not in f"{job.params}{job.result}{job.cursor}"
    assert job.done == 3


def test_a_worker_killed_between_the_file_and_its_commit_repeats_no_row(
    long: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, real, parts = asked(long), exports._append, []

    def dying(path: Path, size: int, rows: list) -> int:
        written = real(path, size, rows)
        parts.append(size)
        if len(parts) == 2:
            raise SystemExit
        return written

    monkeypatch.setattr(exports, "_append", dying)
    with time.travel("2026-03-20 09:01"), pytest.raises(SystemExit):
        running.run(job.pk)
    with time.travel("2026-03-20 09:30"):
        running.sweep()
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 3)
    assert len(list(openpyxl.load_workbook(exports.file_of(job)).worksheets[0].iter_rows())) == 4


def test_who_may_not_see_the_list_any_more_gets_nothing(long: House) -> None:
    job = asked(long)
    long.centre.is_active = False
    long.centre.kind = "party"
    long.centre.save()
    job = worked(job)
    assert "无权" in job.message
    assert not exports.file_of(job).exists()


def test_a_workbook_is_written_without_holding_its_rows(tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        given = ([f"（2026）鄂9901执{n}号", "李四" * 20, n] for n in range(rows))
        tracemalloc.start()
        with (tmp_path / "a.xlsx").open("wb") as stored:
            write_workbook([Table("清单", ["案号", "当事人", "数"], given)], stored)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(6000) < peak(600) + 500_000, "what ten times the rows add is no tenth of what they weigh"


def test_the_figures_of_a_list_are_not_counted_anew_for_each_part(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "TOGETHER", 1)
    with time.travel("2026-03-20 09:00"), CaptureQueriesContext(connection) as found:
        let_go(client_of(home.centre).get("/cases/?state=all&format=xlsx"))
    stages = [q for q in found.captured_queries if "GROUP BY" in q["sql"] and '"stage"' in q["sql"]]
    assert len(stages) == 1
