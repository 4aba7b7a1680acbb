"""The fold of row images, and the command that prints a case as it stood."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from cases.models import Case, Party
from events import log
from kernel import time
from supervision.replay import Difference, differences, replay, stored
from tests.factories.cases import House, assigned, complete, filing, house

MONDAY = dt.datetime(2023, 4, 24, 1, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
NOTICE = {
    "channel": "electronic",
    "sent_on": "2023-04-26",
    "platform_ref": "E2023-1",
    "with_report_order": True,
}


@dataclass
class Told:
    """An event as replay reads it."""

    seq: int
    rows: list[Any]
    effective: int = 0
    recorded: int = 0
    data: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.data = {"rows": self.rows}

    @property
    def at(self) -> dt.datetime:
        return MONDAY + self.recorded * DAY

    @property
    def effective_on(self) -> dt.date:
        return (MONDAY + self.effective * DAY).date()


def row(pk: int, **columns: Any) -> list[Any]:
    return ["t", pk, columns]


def test_the_later_image_of_a_row_wins_in_the_order_of_seq() -> None:
    events = [Told(2, [row(1, a="new", b=1)]), Told(1, [row(1, a="old", b=1), row(2, a="x")])]
    assert replay(events) == {("t", 1): {"a": "new", "b": 1}, ("t", 2): {"a": "x"}}
    assert replay([]) == {}
    assert replay([Told(1, [])]) == {}


def test_as_of_leaves_out_what_took_effect_later() -> None:
    events = [Told(1, [row(1, a=1)]), Told(2, [row(1, a=2), row(2, a=1)], effective=3)]
    day = MONDAY.date()
    assert replay(events, as_of=day - DAY) == {}
    assert replay(events, as_of=day + 2 * DAY) == {("t", 1): {"a": 1}}
    assert replay(events, as_of=day + 3 * DAY) == replay(events)


def test_known_at_leaves_out_what_was_recorded_later() -> None:
    events = [Told(1, [row(1, a=1)]), Told(2, [row(1, a=2)], effective=0, recorded=5)]
    assert replay(events, known_at=MONDAY + 4 * DAY) == {("t", 1): {"a": 1}}
    assert replay(events, known_at=MONDAY + 5 * DAY) == {("t", 1): {"a": 2}}
    assert replay(events, known_at=MONDAY - DAY) == {}


def test_an_act_dated_back_does_not_bring_with_it_what_came_between() -> None:
    events = [
        Told(1, [row(1, state="filed", note="")]),
        Told(2, [row(1, state="closed", note=""), row(2, a=1)], effective=6, recorded=6),
        Told(3, [row(1, state="closed", note="late"), row(2, a=2)], effective=2, recorded=7),
    ]
    as_of = (MONDAY + 3 * DAY).date()
    assert replay(events, as_of=as_of) == {("t", 1): {"state": "filed", "note": "late"}}
    assert replay(events)[("t", 1)] == {"state": "closed", "note": "late"}


def test_differences_name_rows_and_columns() -> None:
    left = {("t", 1): {"a": 1, "b": 2}, ("t", 2): {"a": 1}}
    right = {("t", 1): {"a": 1, "b": 3}, ("t", 3): {"a": 1}}
    assert differences(left, right) == [
        Difference("t", 1, "b", 2, 3),
        Difference("t", 2, "", {"a": 1}, None),
        Difference("t", 3, "", None, {"a": 1}),
    ]
    assert differences(left, left) == []


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        made = assigned(home, filing("2023-04-24"))
    with time.travel("2023-04-26 10:00"):
        complete(made, "enforcement_notice", home.handler, **NOTICE)
    return made


def told(*words: object, **options: object) -> str:
    out = io.StringIO()
    call_command("replay", *map(str, words), stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
def test_a_case_as_it_stood_on_a_day(case: Case) -> None:
    before, after = told(case.number, as_of=dt.date(2023, 4, 25)), told(case.pk, as_of=dt.date(2023, 4, 26))
    assert "截至 2023-04-25" in before
    assert "状态 已分案；承办人 李明法" in before
    assert "待办 执行通知 [李*]" in before
    assert "进行中 执行通知（JZ-D-01） [李*]" in before
    assert "状态 执行中" in after
    assert "已办结 执行通知 [李*]" in after
    assert "按期办结 执行通知（JZ-D-01） [李*]" in after
    assert "2023-04-26 完成" in after
    assert "送达方式 [李*]：电子" in after


@pytest.mark.django_db
def test_names_and_numbers_of_people_stay_masked(case: Case) -> None:
    for text in (told(case.pk), told(case.pk, json=True)):
        assert "张*" in text
        assert "张三" not in text
        assert "李四" not in text


@pytest.mark.django_db
def test_before_filing_there_was_no_case(case: Case) -> None:
    assert "当时还没有这个案件" in told(case.pk, as_of=dt.date(2023, 4, 23))
    early = time.at_local(dt.date(2023, 4, 24), 9)
    assert "当时还没有这个案件" in told(case.pk, known_at=early)


@pytest.mark.django_db
def test_known_at_gives_the_case_as_it_was_known(case: Case) -> None:
    known = time.at_local(dt.date(2023, 4, 25), 12)
    answer = json.loads(told(case.pk, known_at=known, json=True))
    assert answer["known_at"] == known.isoformat()
    states = [row["state"] for row in answer["rows"]["cases.case"].values()]
    assert states == ["assigned"]
    assert answer["differences"] == []


@pytest.mark.django_db
def test_a_sound_case_is_the_fold_of_its_events(case: Case) -> None:
    assert differences(replay(log.history(case.about)), stored(case)) == []
    assert "不一致 0 处" in told(case.pk)


@pytest.mark.django_db
def test_a_row_changed_behind_the_log_is_named_and_the_command_fails(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(claim_amount="79999.00")
    Party.objects.filter(case=case, role="applicant").update(name="张五")
    out = io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("replay", str(case.pk), stdout=out)
    assert left.value.code == 1
    assert "claim_amount：重放为 80000.00，库中为 79999.00" in out.getvalue()
    assert "name：重放与库中不一致" in out.getvalue()
    assert "张五" not in out.getvalue()
    assert "不一致 2 处" in out.getvalue()


def test_a_row_removed_behind_the_log_is_named(live_db: str, owner_sql: psycopg.Connection) -> None:
    home = house()
    with time.travel("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
    owner_sql.execute("DELETE FROM cases_claimitem WHERE case_id = %s", [case.pk])
    found = differences(replay(log.history(case.about)), stored(case))
    assert [(each.table, each.column, each.right) for each in found] == [("cases.claimitem", "", None)]


@pytest.mark.django_db
def test_an_unknown_case_is_refused() -> None:
    with pytest.raises(CommandError, match="没有案件"):
        told("（2023）鄂9999执1号")


@pytest.mark.django_db
@pytest.mark.parametrize("bad", ["--as-of=2023-02-30", "--known-at=昨天"])
def test_a_bad_date_is_refused(case: Case, bad: str) -> None:
    with pytest.raises(CommandError):
        call_command("replay", str(case.pk), bad)


@pytest.mark.django_db
def test_a_bare_date_of_known_at_means_its_end(case: Case) -> None:
    out = io.StringIO()
    call_command("replay", str(case.pk), "--known-at=2023-04-26", stdout=out)
    assert "状态 执行中" in out.getvalue()
    assert "2023-04-26 23:59" in out.getvalue()
