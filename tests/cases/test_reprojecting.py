"""A calendar edit: open clocks are counted anew as a job, with the reason kept, their handlers told, replay true."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import pytest
from django.core.management import call_command

from cases.actions import reprojecting
from cases.models import Case
from courts.actions.calendar import PublishedDay, publish_year, set_day
from courts.models import CalendarDay
from deadlines.models import Deadline, Timer
from events import log, relay
from events.models import Event
from jobs import running
from jobs.models import Job
from kernel import time
from kernel.errors import BadInput, NotAllowed
from notices.models import Message
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person

pytestmark = pytest.mark.django_db
START = "2026-03-02T09:00:00+08:00"
DAY = dt.date(2026, 3, 5)


@pytest.fixture
def home() -> House:
    return house()


def edit(home: House, *, on: dt.date = DAY, is_workday: bool = False, national: bool = True) -> Event:
    administrator = person(home.court, "administrator")
    set_day(
        on=on,
        is_workday=is_workday,
        name="临时放假",
        source="云州市政府通告〔2026〕3号",
        actor=administrator,
        at=time.now(),
        key=key(),
        court=None if national else home.court,
    )
    return Event.objects.get(kind="calendar.day_set")


def worked() -> Job:
    """The job that the edit asked for, after the relay and a worker."""
    relay.run()
    job = Job.objects.get(kind=reprojecting.KIND)
    assert running.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.problem
    return job


def dates(case: Case) -> dict[str, dt.date]:
    return {f"{c.rule_id}/{c.subject_id}": c.due_on for c in Deadline.objects.open().filter(case_id=case.pk)}


def test_a_new_rest_day_moves_the_working_day_clocks_and_says_why(home: House) -> None:
    with time.travel(START):
        case = assigned(home, filing("2026-03-02"))
        before = dates(case)
        edit(home)
        job = worked()
        after = dates(case)
        moved = {name for name in before if before[name] != after[name]}
        assert moved, "a rest day in the first week moves something"
        for clock in Deadline.objects.open().filter(case_id=case.pk):
            name = f"{clock.rule_id}/{clock.subject_id}"
            if name in moved:
                assert after[name] > before[name]
                assert "2026年3月5日定为休息日" in clock.reason
                assert "云州市政府通告〔2026〕3号" in clock.reason
                assert time.today(clock.due_at) == clock.due_on
            else:
                assert clock.reason == ""
        event = log.find(case.about, f"job:{job.pk}")
        assert event is not None
        assert event.kind == "case.reprojected"
        listed = {pk: (old, new) for _rule, pk, old, new in event.data["moved"]}
        assert listed == {
            c.pk: (before[f"{c.rule_id}/{c.subject_id}"].isoformat(), c.due_on.isoformat())
            for c in Deadline.objects.open().filter(case_id=case.pk)
            if f"{c.rule_id}/{c.subject_id}" in moved
        }
        assert differences(replay(log.history(case.about)), stored(case)) == []
        assert job.result["moved"] == len(moved)
        assert job.done == job.total == Deadline.objects.open().count()


def test_the_handler_is_told_once_and_others_are_not(home: House) -> None:
    with time.travel(START):
        first, second = assigned(home, filing("2026-03-02")), assigned(home, filing("2026-03-02"))
        edit(home)
        job = worked()
        told = Message.objects.filter(topic=reprojecting.TOPIC)
        assert [message.to_user_id for message in told] == [home.handler.pk]
        assert first.number in told[0].text
        assert second.number in told[0].text
        assert "云州市政府通告〔2026〕3号" in told[0].text
        running.run(job.pk)
        running.sweep()
        assert told.count() == 1
        assert Event.objects.filter(kind="case.reprojected").count() == 2


def test_a_day_of_one_court_leaves_the_others_alone(home: House) -> None:
    other = house()
    with time.travel(START):
        mine, theirs = assigned(home, filing("2026-03-02")), assigned(other, filing("2026-03-02"))
        before = dates(theirs)
        edit(home, national=False)
        worked()
        assert dates(theirs) == before
        assert log.find(mine.about, f"job:{Job.objects.get().pk}") is not None
        assert not Event.objects.filter(stream=theirs.about, kind="case.reprojected").exists()


def test_taking_the_edit_back_gives_the_old_dates_and_timers_back(home: House) -> None:
    with time.travel(START):
        case = assigned(home, filing("2026-03-02"))
        before, timers = dates(case), dict(Timer.objects.values_list("deadline_id", "rungs"))
        edit(home)
        worked()
        assert dict(Timer.objects.values_list("deadline_id", "rungs")) != timers
        set_day(
            on=DAY, is_workday=True, name="恢复上班", source="通告〔2026〕4号",
            actor=person(home.court, "administrator"), at=time.now(), key=key(),
        )  # fmt: skip
        relay.run()
        running.sweep()
        assert Job.objects.filter(state="done").count() == 2
        assert dates(case) == before
        assert dict(Timer.objects.values_list("deadline_id", "rungs")) == timers
        assert differences(replay(log.history(case.about)), stored(case)) == []


def test_a_worker_killed_between_steps_loses_nothing_and_repeats_nothing(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time.travel(START):
        cases = [assigned(home, filing("2026-03-02")) for _ in range(3)]
        edit(home)
        relay.run()
        job = Job.objects.get()
        monkeypatch.setattr(reprojecting, "TOGETHER", 1)
        told = reprojecting._record

        def killed(*given: object) -> None:
            told(*given)
            if Event.objects.filter(kind="case.reprojected").count() == 2:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(reprojecting, "_record", killed)
            with pytest.raises(KeyboardInterrupt):
                running.run(job.pk)
        job.refresh_from_db()
        assert Event.objects.filter(kind="case.reprojected").count() == 1
        assert job.cursor["after"] == cases[0].pk
        assert not running.run(job.pk), "the lease of the dead worker still stands"
    with time.travel("2026-03-02T09:06:00+08:00"):
        assert running.sweep() == 1
        job.refresh_from_db()
        assert job.state == "done"
        assert job.done == job.total
        for case in cases:
            assert Event.objects.filter(stream=case.about, kind="case.reprojected").count() == 1
            assert differences(replay(log.history(case.about)), stored(case)) == []


def test_the_published_year_takes_the_place_of_the_provisional_one(home: House) -> None:
    administrator = person(home.court, "administrator")
    with time.travel("2026-12-21T09:00:00+08:00"):
        case = assigned(home, filing("2026-12-21"))
        doubtful = Deadline.objects.open().filter(case_id=case.pk, provisional=True)
        assert doubtful.exists(), "clocks that reach into 2027 are provisional"
        days = [PublishedDay(dt.date(2027, 1, d), False, "元旦") for d in (1, 2, 3)]
        days += [PublishedDay(dt.date(2027, 2, d), False, "春节") for d in range(5, 13)]
        days += [PublishedDay(dt.date(2027, 1, 31), True, "调休上班")]
        given = {"year": 2027, "days": days, "source": "国办发明电〔2026〕9号", "actor": administrator}
        publish_year(**given, at=time.now(), key="publish:2027")
        publish_year(**given, at=time.now(), key="publish:2027")
        worked()
        within = doubtful.filter(due_on__year=2027)
        assert not within.exists()
        assert differences(replay(log.history(case.about)), stored(case)) == []
        assert Event.objects.filter(kind="calendar.year_published").count() == 1


def test_a_year_is_published_only_whole_and_by_the_administrator(home: House) -> None:
    day = PublishedDay(dt.date(2027, 1, 1), False, "元旦")
    administrator = person(home.court, "administrator")

    def publish(**changes: object) -> None:
        given = {"year": 2027, "days": [day], "source": "通知", "actor": administrator, "key": key()}
        publish_year(**{**given, **changes}, at=time.now())

    with pytest.raises(NotAllowed):
        publish(actor=home.handler)
    for wrong in (
        {"source": " "},
        {"days": []},
        {"days": [day, day]},
        {"days": [day, PublishedDay(dt.date(2028, 1, 1), False, "元旦")]},
    ):
        with pytest.raises(BadInput):
            publish(**wrong)
    assert not Event.objects.filter(kind="calendar.year_published").exists()


def test_the_notice_of_a_year_is_read_from_a_file_line_by_line(home: House, tmp_path: Path) -> None:
    administrator = person(home.court, "administrator")
    file = tmp_path / "2027.txt"
    given = [
        "publish_calendar",
        "2027",
        str(file),
        "--source",
        "国办发明电〔2026〕9号",
        "--by",
        administrator.username,
    ]
    file.write_text("2027-01-01 休 元旦\n2027-01-31 加班\n", encoding="utf-8")
    err = io.StringIO()
    with pytest.raises(SystemExit):
        call_command(*given, stderr=err)
    assert "第 2 行看不懂" in err.getvalue()
    assert CalendarDay.objects.filter(on__year=2027, provisional=True).exists()
    file.write_text("# 2027\n2027-01-01 休 元旦\n2027-01-31 班 调休上班\n", encoding="utf-8")
    out = io.StringIO()
    call_command(*given, stdout=out)
    assert "写入 2 天" in out.getvalue()
    rows = CalendarDay.objects.filter(on__year=2027).order_by("on")
    assert [(row.on.day, row.is_workday, row.provisional) for row in rows] == [
        (1, False, False),
        (31, True, False),
    ]
