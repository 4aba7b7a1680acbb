"""What waits for whom, and how old it is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from approvals.actions.requests import assent, refuse
from approvals.handover import hand_over
from approvals.models import Request
from approvals.selectors import requests_of, waiting_for
from courts.models import User
from kernel import time
from tests.factories.approvals import asked
from tests.factories.courts import court, person, unit

pytestmark = pytest.mark.django_db
TODAY = dt.date(2023, 5, 20)


def waiting(user: User) -> list[int]:
    return [request.pk for request in waiting_for(user, on=TODAY)]


def test_each_sees_what_waits_for_them_and_only_that() -> None:
    basic, other = court(), court()
    team, other_team = unit(basic), unit(basic)
    handler = person(basic, "handler")
    leader, director = person(basic, "team_leader", unit=team), person(basic, "bureau_director")
    of_leader = asked(basic, handler, "team_leader", "bureau_director", team_id=team.pk)
    of_other_leader = asked(basic, handler, "team_leader", team_id=other_team.pk)
    of_director = asked(basic, handler)
    by_director = asked(basic, director)
    elsewhere = asked(other, person(other, "handler"))
    assert waiting(leader) == [of_leader.pk]
    assert waiting(director) == [of_director.pk]
    assert waiting(handler) == []
    assert waiting(person(kind="party")) == []
    assert waiting(person(basic, "bureau_director", is_active=False)) == []
    assert waiting(person(other, "bureau_director")) == [elsewhere.pk]
    assert waiting(person(basic, "bureau_director")) == [of_director.pk, by_director.pk]
    assent(request_id=of_leader.pk, actor=leader, at=time.now(), key="a")
    refuse(request_id=of_director.pk, actor=director, at=time.now(), key="r", words="不同意。")
    assert waiting(leader) == []
    assert waiting(director) == [of_leader.pk]
    assert of_other_leader.pk not in waiting(director)


def test_who_assented_below_is_not_asked_again_above() -> None:
    basic = court()
    both = person(basic, "bureau_director", "president")
    request = asked(basic, person(basic, "handler"), "bureau_director", "president")
    assent(request_id=request.pk, actor=both, at=time.now(), key="a")
    assert waiting(both) == []
    assert waiting(person(basic, "president")) == [request.pk]


def test_an_own_role_is_the_owner_alone() -> None:
    basic = court()
    handler = person(basic, "handler")
    request = asked(basic, person(basic, "fund_officer"), "handler", owner_id=handler.pk)
    assert waiting(handler) == [request.pk]
    assert waiting(person(basic, "handler")) == []


def test_the_list_is_one_query_and_tells_ages(django_assert_num_queries: Any) -> None:
    basic = court()
    director = person(basic, "bureau_director")
    for day in (10, 12, 15):
        with time.travel(dt.date(2023, 5, day)):
            asked(basic, person(basic, "handler"))
    assert director.scope, "read once a request"
    with django_assert_num_queries(1):
        rows = list(waiting_for(director, on=TODAY))
        assert all(str(row.asked_by) and str(row.court) for row in rows)
    assert [row.days_waiting(TODAY) for row in rows] == [10, 8, 5]
    assert rows[0].role_zh == "执行局局长"


def test_a_closed_request_no_longer_ages() -> None:
    basic = court()
    with time.travel("2023-05-10 09:00"):
        request = asked(basic, person(basic, "handler"))
    with time.travel("2023-05-12 09:00"):
        closed = assent(request_id=request.pk, actor=person(basic, "bureau_director"), at=time.now(), key="a")
    assert closed.days_waiting(TODAY) == 2


def test_the_history_of_a_case_in_two_queries(django_assert_num_queries: Any) -> None:
    basic = court()
    handler, director = person(basic, "handler"), person(basic, "bureau_director")
    for number in range(3):
        request = asked(basic, handler, about="case:9", key=f"k{number}")
        assent(request_id=request.pk, actor=director, at=time.now(), key="a")
    asked(basic, handler, about="case:8")
    _ = director.scope
    with django_assert_num_queries(2):
        people = [
            [str(said.by) for said in row.assents.all()] for row in requests_of("case:9", user=director)
        ]
    assert people == [[str(director)]] * 3
    assert list(requests_of("case:9", user=person(court(), "bureau_director"))) == []


def test_requests_move_with_their_case() -> None:
    basic = court()
    old, new = unit(basic), unit(basic)
    leader = person(basic, "team_leader", unit=new)
    request = asked(basic, person(basic, "handler"), "team_leader", team_id=old.pk)
    assert waiting(leader) == []
    assert hand_over(about=request.about, team_id=new.pk, owner_id=None) == 1
    assert waiting(leader) == [request.pk]
    assert Request.objects.visible_to(leader).count() == 1
