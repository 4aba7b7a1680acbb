"""The national system: its codes, its number of a case, exports that never change, its list, the daily differences."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import national
from cases.actions.differences import assign_difference, compare_all, explain_difference
from cases.actions.national_export import make_export, set_national_number
from cases.actions.national_lists import confirm_list, take_list
from cases.checks import check_national
from cases.models import Case, Difference, NationalLine, NationalList, NationalNumber, NationalRecord
from cases.national import FILE, codes
from events import log
from events.models import Event
from jobs import running
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from supervision.replay import differences, replay, stored
from tests.cases.test_undoing import void
from tests.factories.cases import House, applicant, assigned, complete, filing, house, respondent

pytestmark = pytest.mark.django_db
HEADING = ("案件编号", "案号", "案件状态", "申请执行标的", "承办人", "立案日期", "结案日期")
SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _day():
    with time.travel("2026-03-02 09:00"):
        yield


@pytest.fixture
def home() -> House:
    return house(name="东湖区人民法院")


def new_case(home: House, **more: object) -> Case:
    return assigned(home, filing("2026-03-02", applicant(), respondent(), **more))


def sheet(path: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(HEADING)
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def line(case: Case, number: str, **changed: object) -> tuple[object, ...]:
    row = {
        "number": number,
        "case_number": case.number,
        "state": "已分案",
        "amount": f"{case.claim_amount:.2f}",
        "handler": case.owner.full_name,
        "filed_on": case.filed_on.isoformat(),
        "closed_on": None,
    }
    return tuple({**row, **changed}.values())


def listed(home: House, path: Path, key: str = "l1") -> NationalList:
    found = take_list(
        court_id=home.court.pk, path=path, name="清单.xlsx", actor=home.centre, at=time.now(), key=key
    )
    return confirm_list(list_id=found.pk, actor=home.centre, at=time.now(), key=f"{key}c")


def export(home: House, key: str = "e1", **more: object):
    given = {"court_id": home.court.pk, "since": SINCE, "until": UNTIL, "actor": home.centre, **more}
    return make_export(at=time.now(), key=key, **given)


def rebuilt(case: Case) -> list[object]:
    """What replay rebuilds otherwise than it stands."""
    return differences(replay(log.history(case.about)), stored(Case.objects.get(pk=case.pk)))


def open_kinds() -> set[str]:
    return set(Difference.objects.filter(state="open").values_list("kind", flat=True))


def test_the_forty_codes_are_there_and_each_is_explained() -> None:
    assert len(codes()) == 40
    assert codes()["203001001003"].events == ("enforcement_notice_sent",)


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("events: [case_filed]", "events: [no_such_event]", "codes.203001001001", "no_such_event"),
        (", events: [case_filed]", "", "codes.203001001001", "只写一个"),
        ('  "203001001002":', '  "203009999999":', "codes.203001001002", "nodes.yaml"),
        ("中止: [suspended]", "中止: [sleeping]", "states.中止", "sleeping"),
        ("{zh: 分案", "{名: 分案", "codes.203001001002", "没有写名称"),
        ("states:\n", "statuses:\n", "states", "没有这一部分"),
    ],
)
def test_a_fault_of_the_map_is_said_at_start_with_its_line(
    old: str, new: str, key: str, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    changed = tmp_path / "national.yaml"
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert check_national() == []
    monkeypatch.setattr(national, "FILE", changed)
    faults = [error.msg for error in check_national()]
    place = text[: text.index(old)].count("\n") + 1
    line = text[: text.index("\ncodes:")].count("\n") + 2 if "nodes.yaml" in words else place
    line = text[: text.index("source:")].count("\n") + 1 if key == "states" else line
    assert [fault for fault in faults if f"{line}: {key}: " in fault and words in fault], faults


def test_a_number_is_the_cases_own_and_replay_knows_it(home: House) -> None:
    one, two = new_case(home), new_case(home)
    event = set_national_number(case_id=one.pk, number="N 001", actor=home.centre, at=time.now(), key="n1")
    again = set_national_number(case_id=one.pk, number="N001", actor=home.centre, at=time.now(), key="n1")
    assert event == again
    with pytest.raises(Conflict):
        set_national_number(case_id=two.pk, number="N001", actor=home.centre, at=time.now(), key="n2")
    with pytest.raises(NotAllowed):
        set_national_number(case_id=two.pk, number="N002", actor=home.handler, at=time.now(), key="n3")
    other = house()
    with pytest.raises(NotFound):
        set_national_number(case_id=one.pk, number="N9", actor=other.centre, at=time.now(), key="n4")
    assert NationalNumber.objects.get().number == "N001"
    assert rebuilt(one) == []


def test_an_act_is_exported_once_and_the_export_stays(home: House) -> None:
    case = new_case(home)
    first = export(home)
    told = list(first.lines.values_list("code", flat=True))
    assert {"203001001001", "203001001002"} <= set(told)
    assert export(home) == first, "the same key is the same export"
    with pytest.raises(BadInput, match="没有新的办理事项"):
        export(home, key="e2")
    new_case(home)
    second = export(home, key="e3")
    assert case.number not in set(second.lines.values_list("case_number", flat=True))
    assert list(first.lines.values_list("code", flat=True)) == told
    assert NationalLine.objects.count() == first.lines_count + second.lines_count


def test_what_was_undone_is_taken_back_and_reported_anew_once_it_is_done_again(home: House) -> None:
    case = new_case(home)
    query = {"on": "2026-03-02", "scope": "national"}
    done = complete(case, "network_query_start", home.handler, **query)
    code = "203001001004"
    assert export(home).lines.filter(code=code, undone=False).count() == 1
    void(home, case, done)
    second = export(home, key="e2")
    (back,) = second.lines.filter(code=code)
    assert (back.undone, back.seq) == (True, done.seq)
    with pytest.raises(BadInput, match="没有新的"):
        export(home, key="e3")
    again = complete(case, "network_query_start", home.handler, **query)
    (anew,) = export(home, key="e4").lines.filter(code=code)
    assert (anew.undone, anew.seq) == (False, again.seq), "a code told once a case is told again"
    with pytest.raises(BadInput, match="没有新的"):
        export(home, key="e5")


def test_a_large_court_is_exported_by_one_statement(home: House, django_assert_num_queries) -> None:
    for _n in range(3):
        new_case(home)
    with CaptureQueriesContext(connection) as few:
        export(home)
    for _n in range(9):
        new_case(home)
    with django_assert_num_queries(len(few)):
        second = export(home, key="e2")
    assert second.lines_count == second.lines.count()


def test_a_row_with_an_error_is_there_all_the_same(home: House, tmp_path: Path) -> None:
    named, unnamed, absent = new_case(home), new_case(home), new_case(home)
    path = sheet(
        tmp_path / "a.xlsx",
        line(named, "N1", state="飞升"),
        line(unnamed, "N2"),
    )
    listed(home, path)
    missing = Difference.objects.filter(kind="missing_there", state="open")
    assert set(missing.values_list("case", flat=True)) == {absent.pk}
    listed(home, sheet(tmp_path / "b.xlsx", line(named, "N1"), line(unnamed, "N2", amount="很多")), key="l2")
    assert NationalRecord.objects.get(number="N2").state == "已分案", "the record before stands"
    assert set(missing.values_list("case", flat=True)) == {absent.pk}


def test_the_daily_report_from_list_to_agreement(home: House, tmp_path: Path) -> None:
    """每日差异: a clerk takes the list in, works the report off, and the next day's list agrees."""
    one, two = new_case(home), new_case(home)
    listed(home, sheet(tmp_path / "a.xlsx", line(one, "N1", handler="王某")))
    assert open_kinds() == {"handler", "missing_there"}
    by_kind = {row.kind: row for row in Difference.objects.all()}
    by = {"actor": home.centre, "at": time.now()}
    assign_difference(difference_id=by_kind["handler"].pk, to=home.clerk, key="w1", **by)
    explain_difference(difference_id=by_kind["missing_there"].pk, words="明日随清单报送", key="w2", **by)
    with time.travel("2026-03-03 06:00"):
        assert compare_all(at=time.now()) == 1, "what was explained stays ended"
        listed(home, sheet(tmp_path / "b.xlsx", line(one, "N1"), line(two, "N2")), key="l2")
    assert open_kinds() == set()
    assert Difference.objects.get(kind="handler").state == "agreed"
    told = Event.objects.filter(stream__startswith="difference:").values_list("kind", flat=True)
    assert set(told) == {"national.assigned", "national.explained"}
    assert rebuilt(one) == rebuilt(two) == []


def test_sealed_cases_and_other_days_are_not_exported(home: House) -> None:
    case = new_case(home)
    with pytest.raises(BadInput):
        export(home, since=dt.date(2026, 1, 1), until=dt.date(2026, 2, 1))
    Case.objects.filter(pk=case.pk).update(sealed=True)
    with pytest.raises(BadInput, match="没有新的"):
        export(home)
    with pytest.raises(NotAllowed):
        export(home, actor=home.handler)
    with pytest.raises(NotFound):
        export(home, actor=house().centre)


def test_a_list_numbers_the_cases_and_shows_what_differs(home: House, tmp_path: Path) -> None:
    alike, unlike, missing = new_case(home), new_case(home), new_case(home)
    gone = f"（2025）{home.court.code}执9号"
    path = sheet(
        tmp_path / "a.xlsx",
        line(alike, "N1"),
        line(
            unlike,
            "N2",
            state="已结案",
            amount="1.5万元",
            handler="王某",
            filed_on="2026-01-05",
            closed_on="2026-02-01",
        ),
        ("N3", gone, "在办", None, None, None, None),
    )
    found = take_list(
        court_id=home.court.pk, path=path, name="a.xlsx", actor=home.centre, at=time.now(), key="l1"
    )
    assert found.counts == {"known": 2, "unknown": 1}
    assert not NationalRecord.objects.exists()
    before = Case.objects.get(pk=unlike.pk)
    confirm_list(list_id=found.pk, actor=home.centre, at=time.now(), key="c1")
    running.sweep()
    rows = {(row.about, row.kind): row for row in Difference.objects.filter(state="open")}
    assert {kind for about, kind in rows if about == unlike.number} == {
        "state", "amount", "handler", "filed_on", "closed_on",
    }  # fmt: skip
    assert not any(about == alike.number for about, _kind in rows)
    assert (rows[missing.number, "missing_there"].case, rows[gone, "missing_here"].case) == (missing, None)
    assert rows[unlike.number, "amount"].theirs == "15000.00"
    assert dict(NationalNumber.objects.values_list("case_id", "number")) == {alike.pk: "N1", unlike.pk: "N2"}
    after = Case.objects.get(pk=unlike.pk)
    assert (after.claim_amount, after.owner, after.filed_on) == (
        before.claim_amount,
        before.owner,
        before.filed_on,
    )
    assert rebuilt(unlike) == []


def test_agreement_ends_a_difference_and_an_explained_one_stays_ended(home: House, tmp_path: Path) -> None:
    case = new_case(home)
    listed(home, sheet(tmp_path / "a.xlsx", line(case, "N1", amount="1.00", handler="王某")))
    by_kind = {row.kind: row for row in Difference.objects.all()}
    assert set(by_kind) == {"amount", "handler"}
    given = {"actor": home.centre, "at": time.now()}
    assign_difference(difference_id=by_kind["amount"].pk, to=home.clerk, key="a", **given)
    with pytest.raises(BadInput):
        explain_difference(difference_id=by_kind["amount"].pk, words=" ", key="x", **given)
    explain_difference(difference_id=by_kind["amount"].pk, words="已反馈", key="x", **given)
    with pytest.raises(WrongState):
        explain_difference(difference_id=by_kind["amount"].pk, words="再说", key="y", **given)
    compare_all(at=time.now())
    assert open_kinds() == {"handler"}
    listed(home, sheet(tmp_path / "b.xlsx", line(case, "N1", amount="2.00")), key="l2")
    assert open_kinds() == {"amount"}, "what was explained comes back once a side changes"
    assert Difference.objects.get(kind="handler").state == "agreed"


def test_the_daily_comparison_sees_what_was_done_here(home: House, tmp_path: Path) -> None:
    case = new_case(home)
    listed(home, sheet(tmp_path / "a.xlsx", line(case, "N1")))
    assert open_kinds() == set()
    Case.objects.filter(pk=case.pk).update(claim_amount=Decimal("7.00"))
    assert compare_all(at=time.now()) == 1
    assert compare_all(at=time.now()) == 1
    assert Difference.objects.count() == 1


def test_bad_rows_are_named_and_kept_out(home: House, tmp_path: Path) -> None:
    case = new_case(home)
    path = sheet(
        tmp_path / "a.xlsx",
        line(case, "N1", state="飞升"),
        ("编号", "无号", "在办", "abc", None, "2026-02-30", None),
        ("=cmd()", case.number, "在办", None, None, None, None),
    )
    found = take_list(
        court_id=home.court.pk, path=path, name="a.xlsx", actor=home.centre, at=time.now(), key="l1"
    )
    assert found.counts == {"bad": 3}
    assert [note[0] for note in found.rows[1]["notes"]] == ["案件编号", "案号", "申请执行标的", "立案日期"]
    with pytest.raises(WrongState):
        confirm_list(list_id=found.pk, actor=home.centre, at=time.now(), key="c")


@pytest.mark.parametrize("content", [b"%PDF", b"PK\3\4" + b"\0" * 60, b""])
def test_a_hostile_list_is_refused_in_words(home: House, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput) as refused:
        take_list(court_id=home.court.pk, path=path, name="a.xlsx", actor=home.centre, at=time.now(), key="k")
    assert refused.value.fix
    assert not NationalList.objects.exists()
    assert not Event.objects.filter(kind__startswith="national.").exists()
