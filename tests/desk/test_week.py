"""一周到期: each figure is the length of the list it opens; one's own, and everybody's for who leads."""

from __future__ import annotations

import datetime as dt

import pytest

from deadlines.models import Deadline
from desk.selectors.week import week
from desk.selectors.worklist import Asked, worklist
from kernel import time
from tests.factories.cases import House, applicant, assigned, filing, house, respondent
from tests.factories.courts import person
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
NOW = "2023-04-25 10:00"
MONDAY = dt.date(2023, 5, 1)


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        home = house()
        for name in ("张三", "钱七", "孙八"):
            assigned(home, filing("2023-04-24", applicant(name), respondent()))
    return home


def test_each_figure_is_the_length_of_its_list(home: House) -> None:
    with time.travel(NOW):
        at = time.now()
        found = week(user=home.handler, day=MONDAY, at=at)
        assert found.days[0] == MONDAY
        (load,) = found.loads
        assert load.name == "李明法"
        assert load.total > 0
        for day, number in zip(found.days, load.by_day, strict=True):
            listed = worklist(user=home.handler, asked=Asked(on=day), at=at, size=500)
            assert len(listed.items) == number, day


def test_a_leader_sees_who_has_how_much_and_a_stranger_nothing(home: House) -> None:
    other = person(home.court, "handler", unit=home.team, name="赵轻松")
    some = Deadline.objects.filter(owner_id=home.handler.pk, state="running", due_on__gte=MONDAY)
    with time.travel(NOW):
        before = week(user=home.leader, day=MONDAY, at=time.now())
        Deadline.objects.filter(case_id=some.first().case_id).update(owner_id=other.pk)
        after = week(user=home.leader, day=MONDAY, at=time.now())
        stranger = house().handler
        assert week(user=stranger, day=MONDAY, at=time.now()).loads == []
    assert [load.name for load in before.loads] == ["李明法"]
    assert [load.name for load in after.loads] == ["李明法", "赵轻松"], "the heaviest first"
    assert sum(after.by_day) == sum(before.by_day)


def test_the_page_opens_the_list_of_a_day(home: House) -> None:
    with time.travel(NOW):
        browser = client_of(home.handler)
        page = browser.get("/week?from=2023-05-03")
        found = week(user=home.handler, day=MONDAY, at=time.now())
        day, number = next((d, n) for d, n in zip(found.days, found.by_day, strict=True) if n)
        assert f'/worklist?on={day}"' in page.content.decode()
        led = client_of(home.leader).get("/week?from=2023-05-03").content.decode()
        assert f"/worklist?on={day}&amp;officer={home.handler.pk}" in led
        listed = main(browser.get(f"/worklist?on={day}"))
        assert f"本页 {number} 条" in listed
        assert "到期" in listed
        assert "这一周没有到期的节点" in main(browser.get("/week?from=2019-01-01"))
        assert browser.get("/week?from=nonsense").status_code == 200


def test_a_fixed_number_of_queries(home: House, django_assert_max_num_queries) -> None:
    assert home.leader.scope.roles
    with time.travel(NOW):
        at = time.now()
        with django_assert_max_num_queries(3):
            week(user=home.leader, day=MONDAY, at=at)
