"""工作日历: what a person sees of a year, who may say what a day is, and what follows from it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions import reprojecting
from cases.models import Case
from courts.actions.calendar import remove_day, set_day
from courts.calendar import calendar_for
from courts.models import CalendarDay, User
from deadlines.models import Deadline
from events import relay
from events.models import Event
from jobs import running
from jobs.models import Job
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound
from notices.models import Message
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person
from tests.factories.forms import fill, form_of, signed_in, text_of

pytestmark = pytest.mark.django_db
START = "2026-03-02T09:00:00+08:00"
DAY = dt.date(2026, 3, 5)
PAGE, POST = "/calendar/?year=2026", "/calendar/days/"
GIVEN = {"on": "2026-03-05", "is_workday": "no", "name": "防汛停班", "source": "县防指〔2026〕3号"}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def keeper(home: House) -> User:
    return person(home.court, "administrator")


def recounted() -> Job:
    relay.run()
    job = Job.objects.filter(kind=reprojecting.KIND).order_by("-pk")[0]
    assert running.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.problem
    return job


def ends(case: Case) -> dict[str, dt.date]:
    return dict(Deadline.objects.open().filter(case_id=case.pk).values_list("rule_id", "due_on"))


def test_a_day_of_the_court_moves_its_clocks_and_taken_back_they_stand_as_before(
    home: House, keeper: User
) -> None:
    with time.travel(START):
        case, client = assigned(home, filing("2026-03-02")), signed_in(keeper)
        before = ends(case)
        saved = client.post(POST, fill(client, PAGE, POST, **GIVEN))
        assert saved.status_code == 302
        job = recounted()
        moved = ends(case)
        assert any(moved[rule] > before[rule] for rule in before)
        assert Message.objects.filter(to_user=home.handler, topic=reprojecting.TOPIC).exists()
        shown = text_of(client.get(saved["Location"]))
        assert "防汛停班" in shown
        assert "县防指〔2026〕3号" in shown
        assert job.title in shown
        gone = {**form_of(shown, "/calendar/days/remove/"), "source": "水位回落"}
        assert client.post("/calendar/days/remove/", gone).status_code == 302
        assert "恢复按全国日历（水位回落）" in recounted().title
        assert ends(case) == before
    assert not CalendarDay.objects.filter(court=home.court).exists()
    assert Event.objects.filter(kind="calendar.day_removed", court_id=home.court.pk).count() == 1


def test_another_court_counts_as_before(home: House, keeper: User) -> None:
    other = house()
    with time.travel(START):
        client = signed_in(keeper)
        client.post(POST, fill(client, PAGE, POST, **GIVEN))
    assert not calendar_for(home.court.pk).is_workday(DAY)
    assert calendar_for(other.court.pk).is_workday(DAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"source": ""}, "source"), ({"name": ""}, "name"), ({"on": "2026-02-30"}, "on"), ({"where": "0"}, "where")],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(
    keeper: User, changes: dict[str, str], field: str
) -> None:
    with time.travel(START):
        client = signed_in(keeper)
        answer = client.post(POST, {**fill(client, PAGE, POST, **GIVEN), **changes})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Event.objects.filter(kind="calendar.day_set").exists()


def test_two_clicks_are_one_edit(keeper: User) -> None:
    with time.travel(START):
        client = signed_in(keeper)
        data = fill(client, PAGE, POST, **GIVEN)
        assert [client.post(POST, data).status_code for _ in range(2)] == [302, 302]
    assert Event.objects.filter(kind="calendar.day_set").count() == 1


def test_who_has_no_right_reads_and_changes_nothing(home: House, keeper: User) -> None:
    with time.travel(START):
        client = signed_in(home.handler)
        page = text_of(client.get(PAGE))
        assert "2026年 · " in page
        assert "增加或者修改一天" not in page
        assert client.post(POST, GIVEN).status_code == 403
        assert client.post("/calendar/days/remove/", GIVEN).status_code == 403
        assert "全国（各院都按此计算）" not in text_of(signed_in(keeper).get(PAGE))
        other = house()
        given = {"on": DAY, "source": "函", "at": time.now(), "court": other.court}
        with pytest.raises(NotAllowed):
            set_day(**given, is_workday=False, name="停班", actor=keeper, key=key())
        with pytest.raises(NotAllowed):
            remove_day(**given, actor=keeper, key=key())
        with pytest.raises(NotFound):
            remove_day(**{**given, "court": home.court}, actor=keeper, key=key())
        with pytest.raises(BadInput):
            remove_day(**{**given, "court": home.court, "source": " "}, actor=keeper, key=key())


def test_a_year_that_is_not_published_says_so(home: House) -> None:
    with time.travel(START):
        client = signed_in(home.handler)
        assert "尚未公布" in text_of(client.get("/calendar/?year=2031"))
        published = text_of(client.get(PAGE))
    assert "尚未公布" not in published
    assert "国务院办公厅关于2026年部分节假日安排的通知" in published


@pytest.mark.parametrize("query", ["?year=abc", "?year=99999999999", "?year=1&court=x", "?court=987654321"])
def test_a_strange_address_shows_the_nearest_year(home: House, query: str) -> None:
    assert signed_in(home.handler).get(f"/calendar/{query}").status_code == 200


def test_the_page_takes_as_many_queries_with_many_days_as_with_none(home: House, keeper: User) -> None:
    client = signed_in(keeper)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    with time.travel(START):
        queries()
        before = queries()
        for day in range(6, 16):
            set_day(
                on=dt.date(2026, 4, day), is_workday=False, name="停班", source="函", court=home.court,
                actor=keeper, at=time.now(), key=key(),
            )  # fmt: skip
        assert queries() == before <= 14
