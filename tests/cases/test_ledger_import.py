"""台账导入: taken, previewed, confirmed; an imported case arrives where it stands and no party is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from cases.actions import importing
from cases.actions.ledgers import confirm_ledger, map_columns, take_ledger, withdraw_ledger
from cases.ledger_headings import NAMES, bare
from cases.models import Case, LedgerHeading, LedgerImport, LedgerRow, Node
from deadlines.models import Deadline, Firing
from documents.models import Paper
from events.audit import flaws
from events.models import Event
from jobs import running
from jobs.models import Job
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from notices.models import Message
from supervision.replay import differences, replay, stored
from tests.cases.test_file_cases import everything
from tests.factories.cases import House, house, key
from tests.factories.courts import person
from tests.factories.ledgers import messy

pytestmark = pytest.mark.django_db
TODAY = "2023-06-01 09:30"
PLAIN = (
    "案号", "立案日期", "案由", "申请执行人", "申请执行人电话", "被执行人", "被执行人电话", "执行依据", "执行标的",
    "承办人", "分案日期", "执行通知发出日期", "网络查控发起日期",
)  # fmt: skip


@pytest.fixture
def home() -> House:
    return house(name="东湖区人民法院")


def line(court: str, serial: int, **cells: object) -> list[object]:
    """A row under PLAIN: assigned, noticed and queried in April 2023."""
    return [
        cells.get("number", f"（2023）{court}执{serial}号"),
        cells.get("filed", "2023年4月3日"),
        "民间借贷纠纷",
        cells.get("applicant", f"张三{serial}"),
        f"1380000{serial:04d}",
        cells.get("respondent", f"李四{serial}"),
        f"1390000{serial:04d}",
        cells.get("basis", f"（2022）鄂9901民初{serial}号民事判决书"),
        cells.get("amount", "1,234.50元"),
        cells.get("handler", "李明法"),
        cells.get("assigned", "2023.4.4"),
        cells.get("notice", "2023年4月6日"),
        cells.get("query", "2023/4/7"),
    ]


def book(path: Path, rows: list[list[object]], headings: tuple[str, ...] = PLAIN) -> Path:
    written = openpyxl.Workbook()
    written.active.append(list(headings))
    for each in rows:
        written.active.append(each)
    written.save(path)
    return path


def take(home: House, path: Path, **more: object) -> LedgerImport:
    with time.travel(TODAY):
        return take_ledger(
            court=home.court, path=path, name=str(more.pop("name", path.name)), sheet="",
            actor=more.pop("actor", home.filing), at=time.now(), key=key(),
        )  # fmt: skip


def preview(home: House, path: Path, columns: dict[int, str] | None = None) -> LedgerImport:
    ledger = take(home, path)
    chosen = columns or {int(place): field for place, field in ledger.columns.items()}
    with time.travel(TODAY):
        return map_columns(import_id=ledger.pk, columns=chosen, actor=home.filing, at=time.now(), key=key())


def file(home: House, ledger: LedgerImport) -> LedgerImport:
    with time.travel(TODAY):
        job = confirm_ledger(import_id=ledger.pk, actor=home.filing, at=time.now(), key=key())
        while not running.run(job.pk):
            job.refresh_from_db()
            assert not job.problem, job.problem
    job.refresh_from_db()
    assert job.state == "done", job.problem
    ledger.refresh_from_db()
    return ledger


@pytest.mark.req("JZ-33")
def test_a_messy_ledger_is_previewed_and_nothing_is_written_until_confirmed(
    home: House, tmp_path: Path
) -> None:
    path = messy(tmp_path / "台账.xlsx", home.court.code)
    before = everything_of_cases()
    ledger = preview(home, path)
    assert ledger.counts == {"good": 5, "bad": 4, "repeat": 2, "passed": 2}
    assert everything_of_cases() == before
    assert not Job.objects.filter(kind="cases.ledger").exists()
    ledger = file(home, ledger)
    assert ledger.counts == {"filed": 5, "bad": 4, "repeat": 2, "passed": 2}
    assert Case.objects.count() == 5
    assert list(flaws()) == []
    assert not LedgerRow.objects.filter(verdict="filed", cells__isnull=False).exists()


def test_a_second_import_writes_nothing_and_a_changed_row_is_a_difference(
    home: House, tmp_path: Path
) -> None:
    code = home.court.code
    file(home, preview(home, book(tmp_path / "a.xlsx", [line(code, 1), line(code, 2)])))
    before = everything_of_cases()
    changed = line(code, 2, amount="2,000元", notice="2023-04-10")
    ledger = preview(home, book(tmp_path / "b.xlsx", [line(code, 1), changed]))
    assert ledger.counts == {"same": 1, "differs": 1}
    notes = ledger.rows.get(verdict="differs").notes
    for words in ("1,234.50", "2,000.00", "2023-04-10", "2023-04-06", "没有改动"):
        assert words in notes, words
    with time.travel(TODAY), pytest.raises(WrongState, match="没有可以录入的行"):
        confirm_ledger(import_id=ledger.pk, actor=home.filing, at=time.now(), key=key())
    assert everything_of_cases() == before


def test_an_imported_case_arrives_where_it_stands(home: House, tmp_path: Path) -> None:
    file(home, preview(home, book(tmp_path / "a.xlsx", [line(home.court.code, 7)])))
    case = Case.objects.get()
    assert (case.owner, case.team, case.imported) == (home.handler, home.team, True)
    done = dict(Node.objects.filter(case=case, state="done").values_list("kind", "done_on"))
    for kind, day in (
        ("assignment", dt.date(2023, 4, 4)),
        ("enforcement_notice", dt.date(2023, 4, 6)),
        ("network_query_start", dt.date(2023, 4, 7)),
    ):
        assert done[kind] == day, kind
    notice = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
    assert (notice.state, notice.met_on) == ("met", dt.date(2023, 4, 6))
    assert not Firing.objects.filter(silent=False).exists()
    assert set(Message.objects.values_list("state", "reason")) == {("not_sent", "imported")}
    from_ledger = Event.objects.filter(stream=case.about).order_by("seq")
    assert [event.effective_on.isoformat() for event in from_ledger] == [
        "2023-04-03", "2023-04-04", "2023-04-06", "2023-04-07",
    ]  # fmt: skip
    assert "1380000" not in str([event.data for event in from_ledger])
    assert not Paper.objects.exists(), "no paper is made of what was sent long ago"
    assert differences(replay(list(from_ledger)), stored(case)) == []


def test_doubtful_rows_say_why_and_can_be_filed(home: House, tmp_path: Path) -> None:
    code = home.court.code
    same = {"basis": "（2022）鄂9901民初5号民事判决书", "applicant": "甲某", "respondent": "乙某"}
    rows = [line(code, 1, handler="查无此人"), line(code, 2, **same), line(code, 3, **same)]
    ledger = preview(home, book(tmp_path / "a.xlsx", rows))
    assert ledger.counts == {"doubtful": 3}
    notes = " ".join(ledger.rows.values_list("notes", flat=True))
    assert "查无此人" in notes
    assert "执行依据和当事人相同" in notes
    assert file(home, ledger).counts == {"filed": 3}
    assert Case.objects.get(number_key__endswith="执1").owner is None


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"notice": "2023-04-01"}, "执行通知发出日期", "早于立案日期"),
        ({"query": "2024-01-01"}, "网络查控发起日期", "晚于今天"),
        ({"assigned": "四月"}, "分案日期", ""),
        ({"number": "无号"}, "案号", ""),
    ],
)
def test_a_wrong_cell_is_named_with_its_column(
    home: House, tmp_path: Path, cells: dict[str, object], column: str, words: str
) -> None:
    ledger = preview(
        home, book(tmp_path / "a.xlsx", [line(home.court.code, 1, **cells), line(home.court.code, 2)])
    )
    assert ledger.counts == {"bad": 1, "good": 1}
    bad = ledger.rows.get(verdict="bad")
    assert bad.row == 2
    assert column in bad.notes
    assert words in bad.notes


def test_columns_are_mapped_by_a_person_and_remembered_for_the_court(home: House, tmp_path: Path) -> None:
    headings = ("本院案号", *PLAIN[1:8], "诉求数额", *PLAIN[9:])
    path = book(tmp_path / "a.xlsx", [line(home.court.code, 1)], headings)
    first = take(home, path)
    assert (first.columns["0"], first.columns["8"]) == ("", "")
    with time.travel(TODAY), pytest.raises(BadInput, match="表头缺少：案号、执行标的"):
        map_columns(
            import_id=first.pk, columns={int(p): f for p, f in first.columns.items()},
            actor=home.filing, at=time.now(), key=key(),
        )  # fmt: skip
    mapped = {int(p): f for p, f in first.columns.items()} | {0: "number", 8: "claim_amount"}
    with time.travel(TODAY):
        ledger = map_columns(import_id=first.pk, columns=mapped, actor=home.filing, at=time.now(), key=key())
    assert ledger.counts == {"good": 1}
    again = take(home, path)
    assert (again.columns["0"], again.columns["8"]) == ("number", "claim_amount")
    other = house()
    assert take(other, path, actor=other.filing).columns["0"] == "", "another court has said nothing"
    assert set(LedgerHeading.objects.values_list("heading", flat=True)) == {"本院案号", "诉求数额"}
    assert all(NAMES.get(bare(title)) for title in PLAIN)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-8"])
def test_a_csv_is_read_in_the_encodings_that_courts_have(home: House, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    rows = [PLAIN, [f'"{cell}"' for cell in line(home.court.code, 1)]]
    path.write_bytes("\r\n".join(",".join(map(str, each)) for each in rows).encode(encoding))
    assert preview(home, path).counts == {"good": 1}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"\0\1\2\3" * 50, "不是 CSV 文本"),
        ("a.csv", b"\x80\xff\x80\xfe" * 9, "文字编码"),
        ("a.xlsx", "案号,立案日期".encode(), "不是 .xlsx"),
        ("a.pdf", b"%PDF-1.7", "不是 .xlsx"),
        ("a.csv", b"", "文件是空的"),
        ("a.csv", "案号,立案日期\r\n".encode(), "没有一行内容"),
        ("a.csv", b"0" * (21 * 1024 * 1024), "太大"),
    ],
    ids=["binary", "encoding", "no-workbook", "pdf", "empty", "heading-only", "large"],
)
def test_a_bad_file_is_refused_in_words_and_nothing_is_kept(
    home: House, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words) as refused:
        take(home, path)
    assert refused.value.fix
    assert not LedgerImport.objects.exists()


def test_a_killed_worker_loses_and_repeats_nothing(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cases.actions import ledgers  # noqa: PLC0415

    ledger = preview(home, book(tmp_path / "a.xlsx", [line(home.court.code, n) for n in range(1, 26)]))
    monkeypatch.setattr(ledgers, "TOGETHER", 10)
    real, calls = ledgers.import_each, []

    def dying(**given: object) -> object:
        done = real(**given)
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit
        return done

    monkeypatch.setattr(ledgers, "import_each", dying)
    with time.travel(TODAY):
        job = confirm_ledger(import_id=ledger.pk, actor=home.filing, at=time.now(), key=key())
        with pytest.raises(SystemExit):
            running.run(job.pk)
    job.refresh_from_db()
    assert (Case.objects.count(), job.done, job.total, job.state) == (10, 10, 25, "running")
    monkeypatch.setattr(ledgers, "import_each", real)
    with time.travel("2023-06-01 09:45"):
        running.sweep()
    ledger.refresh_from_db()
    assert ledger.counts == {"filed": 25}
    assert Case.objects.count() == 25
    assert list(flaws()) == []


def test_who_may_import(home: House, tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", [line(home.court.code, 1)])
    with pytest.raises(NotAllowed):
        take(home, path, actor=home.finance)
    with pytest.raises(BadInput, match="不能为"):
        take(home, path, actor=house().filing)
    ledger = preview(home, path)
    for stranger in (house().filing, home.finance, person(kind="party")):
        with time.travel(TODAY), pytest.raises(NotFound):
            confirm_ledger(import_id=ledger.pk, actor=stranger, at=time.now(), key=key())


def test_an_import_can_be_given_up_before_it_is_confirmed(home: House, tmp_path: Path) -> None:
    ledger = preview(home, book(tmp_path / "a.xlsx", [line(home.court.code, 1)]))
    with time.travel(TODAY):
        given = {"import_id": ledger.pk, "actor": home.filing, "at": time.now()}
        assert withdraw_ledger(**given, key=key()).state == "withdrawn"
        assert not LedgerRow.objects.exists(), "no personal data is left behind"
        with pytest.raises(WrongState):
            confirm_ledger(**given, key=key())


def everything_of_cases() -> list:
    """Every table that a case writes, without the import's own events."""
    return [(table, [r for r in rows if "ledgerimport:" not in str(r)]) for table, rows in everything()]


def test_no_act_of_the_past_speaks_or_makes_a_paper(
    home: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, acts = importing.perform_each, []

    def noted(given: list, **more: object) -> object:
        acts.extend(act for _locked, act in given)
        return real(given, **more)

    monkeypatch.setattr(importing, "perform_each", noted)
    file(home, preview(home, book(tmp_path / "a.xlsx", [line(home.court.code, 7)])))
    assert [act.kind for act in acts] == ["case.assigned", "node.completed", "node.completed"]
    assert all(act.quiet and not act.papers for act in acts)
