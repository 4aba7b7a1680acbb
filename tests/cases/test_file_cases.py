"""file_cases: a court's ledger becomes cases, once; bad rows are named and leave nothing behind."""

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from cases.models import Case, Party
from deadlines.models import Deadline, Firing
from events.audit import flaws
from events.models import Event
from kernel import time
from notices.models import Message
from tests.factories.cases import House, house
from tests.factories.ledgers import add_ledger, messy, row

pytestmark = pytest.mark.django_db

TODAY = "2023-06-01 09:30"


@pytest.fixture
def home() -> House:
    return house(name="东湖区人民法院")


def run(path: Path, home: House, *options: str) -> tuple[str, int]:
    """What the command prints, and its exit code."""
    out = io.StringIO()
    code = 0
    with time.travel(TODAY):
        try:
            call_command("file_cases", str(path), "--user", home.filing.username, *options, stdout=out)
        except SystemExit as ended:
            code = int(ended.code)
    return out.getvalue(), code


def everything() -> list[tuple[str, list]]:
    """Every row of every table that filing writes, so that two states can be compared."""
    tables = (
        "cases_case",
        "cases_party",
        "cases_fact",
        "cases_node",
        "deadlines_deadline",
        "deadlines_firing",
    )
    tables += (
        "deadlines_timer",
        "events_event",
        "notices_message",
        "cases_numbercounter",
        "funds_book",
        "cases_agent",
    )
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1")
            found.append((table, cursor.fetchall()))
    return found


@pytest.mark.req("JZ-33")
def test_a_messy_ledger_is_filed_once_and_its_bad_rows_are_named(home: House, tmp_path: Path) -> None:
    path = messy(tmp_path / "台账.xlsx", home.court.code)
    text, code = run(path, home)
    assert code == 1
    assert "新立案 5 件" in text
    assert "有问题、没有录入 4 行" in text
    assert "重复或有出入 2 行" in text
    bad = text.partition("有问题的行\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in bad] == ["行", "11", "12", "13", "14", "14"]
    assert Case.objects.count() == 5
    assert not Party.objects.filter(name__in=("张三6", "张三7", "张三8")).exists(), "nothing of a bad row"
    assert list(flaws()) == []

    before = everything()
    again, code = run(path, home)
    assert "新立案 0 件" in again
    assert "已经立案、没有改动 5 件" in again
    assert "重复或有出入 2 行" in again
    assert code == 1
    assert everything() == before


def test_back_dated_rows_count_from_their_date_and_tell_nobody(home: House, tmp_path: Path) -> None:
    run(messy(tmp_path / "a.xlsx", home.court.code), home)
    case = Case.objects.get(number=f"（2023）{home.court.code}执103号")
    assert (case.imported, case.filed_on, case.received_on) == (
        True,
        dt.date(2023, 4, 10),
        dt.date(2023, 4, 7),
    )
    clocks = {(c.rule_id, c.subject_id): c for c in Deadline.objects.filter(case_id=case.pk)}
    wang = Party.objects.get(case=case, name="王五")
    notice = clocks["JZ-D-01", wang.subject_id]
    assert notice.due_on == dt.date(2023, 4, 14), "five working days from the receipt, before this system"
    firings = Firing.objects.filter(deadline=notice)
    assert firings.count() == 5
    assert set(firings.values_list("silent", flat=True)) == {True}
    assert not Firing.objects.filter(silent=False).exists()
    limit = Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-04")
    assert limit.timer.fire_at > time.at_local(dt.date(2023, 6, 1), 9), "what is still to come will warn"
    assert set(Message.objects.values_list("state", "reason")) == {("not_sent", "imported")}


def test_a_row_of_today_is_an_ordinary_filing(home: House, tmp_path: Path) -> None:
    path = ledger(tmp_path, row(1, f"（2023）{home.court.code}执1号", "2023-06-01"))
    text, code = run(path, home)
    assert (code, "新立案 1 件" in text) == (0, True)
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}


def test_a_dry_run_writes_nothing(home: House, tmp_path: Path) -> None:
    path = messy(tmp_path / "a.xlsx", home.court.code)
    before = everything()
    text, code = run(path, home, "--dry-run")
    assert everything() == before
    assert "可以立案 5 件" in text
    assert "什么也没有写入" in text
    assert code == 1


def test_a_corrected_row_is_filed_by_the_next_run(home: House, tmp_path: Path) -> None:
    number = f"（2023）{home.court.code}执8号"
    assert run(ledger(tmp_path, row(1, number, "2023-05-04", amount="八万多")), home)[1] == 1
    text, code = run(ledger(tmp_path, row(1, number, "2023-05-04", amount="8万元")), home)
    assert (code, "新立案 1 件" in text) == (0, True)


def test_a_standing_case_with_other_content_is_never_changed(home: House, tmp_path: Path) -> None:
    number = f"（2023）{home.court.code}执9号"
    run(ledger(tmp_path, row(1, number, "2023-05-04")), home)
    before = everything()
    text, code = run(ledger(tmp_path, row(1, number, "2023-05-05")), home)
    assert code == 1
    assert "已经立案，但内容不同" in text
    text, code = run(ledger(tmp_path, row(1, number, "2023-05-04", applicant_phone="13811112222")), home)
    assert code == 0
    assert "没有改动" in text
    assert "重复或有出入 1 行" in text
    assert everything() == before


def test_events_name_the_row_and_hold_no_personal_data(home: House, tmp_path: Path) -> None:
    run(ledger(tmp_path, row(7, f"（2023）{home.court.code}执7号", "2023-05-04")), home)
    event = Event.objects.get(kind="case.filed")
    assert event.key.startswith(f"ledger:{home.court.code}:2023{home.court.code}执7:")
    assert event.actor == home.filing.actor
    assert "13800000007" not in str(event.data)


def test_who_may_not_file_and_other_courts_are_refused(home: House, tmp_path: Path) -> None:
    path = ledger(tmp_path, row(1, f"（2023）{home.court.code}执1号", "2023-05-04"))
    other = house()
    for user, options, words in (
        (home.finance, [], "没有立案的权限"),
        (home.filing, ["--court", other.court.code], "不能为"),
        (home.filing, ["--court", "鄂0000"], "没有法院代字"),
    ):
        with time.travel(TODAY), pytest.raises(CommandError, match=words):
            call_command("file_cases", str(path), "--user", user.username, *options)
    with time.travel(TODAY), pytest.raises(CommandError, match="没有用户"):
        call_command("file_cases", str(path), "--user", "nobody")
    assert not Case.objects.exists()


def test_a_file_that_is_no_ledger_is_refused_in_clear_words(home: House, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("案号,立案日期")
    with time.travel(TODAY), pytest.raises(CommandError, match="不是 .xlsx 表格.*另存为"):
        call_command("file_cases", str(path), "--user", home.filing.username)
    book = openpyxl.Workbook()
    book.active.append(["姓名", "工资"])
    book.save(path)
    with time.travel(TODAY), pytest.raises(CommandError, match="表头"):
        call_command("file_cases", str(path), "--user", home.filing.username)


def ledger(folder: Path, *rows: list) -> Path:
    """A ledger of these rows."""
    book = openpyxl.Workbook()
    add_ledger(book.active, rows)
    path = folder / "ledger.xlsx"
    book.save(path)
    return path
