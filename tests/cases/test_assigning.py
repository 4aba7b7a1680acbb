"""分案, 移交, 回避, 保密: who holds a case, and who may know of it."""

import datetime as dt

import pytest

from cases.actions.assigning import assign_case, hand_over_cases, let_in, lightest, loads, recuse, seal_case
from cases.models import Case, Node
from courts.models import User
from deadlines.models import Deadline
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from tests.factories.cases import House, assigned, complete, filed, filing, house, key
from tests.factories.courts import person

pytestmark = pytest.mark.django_db
ON = "2023-04-24"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel(f"{ON} 09:30"):
        return assigned(home, filing(ON))


def holder(case: Case) -> set[int | None]:
    """Everyone who holds a row of the case."""
    rows = [Node, Deadline]
    return {
        owner
        for model in rows
        for owner in model.objects.filter(case_id=case.pk).values_list("owner_id", flat=True)
    }


def hand_over(home: House, *cases: Case, to: object, actor: object = None, at_key: str = "") -> list:
    return hand_over_cases(
        case_ids=[c.pk for c in cases],
        owner=to,
        team=home.team,
        reason="岗位调整",
        actor=actor or home.centre,
        at=time.now(),
        key=at_key or key(),
    )


def test_many_cases_move_with_all_their_rows(home: House, case: Case) -> None:
    with time.travel("2023-05-08 10:00"):
        second = assigned(home, filing("2023-05-08"))
        newcomer = person(home.court, "handler", unit=home.team)
        events = hand_over(home, case, second, to=newcomer)
    assert len(events) == 2
    assert holder(case) == holder(second) == {newcomer.pk}
    assert not Case.objects.visible_to(home.handler).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(newcomer).filter(pk=case.pk).exists()


def test_all_or_none_move(home: House, case: Case) -> None:
    stranger = house()
    with time.travel("2023-05-08 10:00"):
        other = assigned(stranger, filing("2023-05-08"))
        newcomer = person(home.court, "handler", unit=home.team)
        with pytest.raises(NotFound):
            hand_over(home, case, other, to=newcomer)
    assert holder(case) == {home.handler.pk}


def test_the_same_hand_over_twice_is_one(home: House, case: Case) -> None:
    newcomer = person(home.court, "handler", unit=home.team)
    with time.travel("2023-05-08 10:00"):
        first = hand_over(home, case, to=newcomer, at_key="once")
        again = hand_over(home, case, to=newcomer, at_key="once")
    assert [e.pk for e in first] == [e.pk for e in again]


def test_the_receiver_must_be_a_handler_of_this_court(home: House, case: Case) -> None:
    with time.travel("2023-05-08 10:00"):
        for other, words in ((home.clerk, "没有承办人角色"), (house().handler, "不是本院")):
            with pytest.raises(BadInput, match=words):
                hand_over(home, case, to=other)
        with pytest.raises(NotAllowed):
            hand_over(home, case, to=home.handler, actor=home.handler)


def test_who_was_recused_does_not_get_the_case_back(home: House, case: Case) -> None:
    newcomer = person(home.court, "handler", unit=home.team)
    with time.travel("2023-05-08 10:00"):
        recuse(
            case_id=case.pk,
            owner=newcomer,
            team=home.team,
            reason="近亲属",
            actor=home.director,
            at=time.now(),
            key=key(),
        )
        with pytest.raises(BadInput, match="回避"):
            hand_over(home, case, to=home.handler)


def test_a_sealed_case_is_known_only_to_its_handler_and_those_let_in(home: House, case: Case) -> None:
    with time.travel("2023-05-08 10:00"):
        seal_case(case_id=case.pk, sealed=True, reason="涉密", actor=home.director, at=time.now(), key=key())
        assert not Case.objects.visible_to(home.leader).filter(pk=case.pk).exists()
        assert not Node.objects.visible_to(home.leader).filter(case=case).exists()
        assert Case.objects.visible_to(home.handler).filter(pk=case.pk).exists()
        let_in(case_id=case.pk, user=home.leader, actor=home.handler, at=time.now(), key=key())
    assert Case.objects.visible_to(home.leader).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(User.objects.get(pk=home.leader.pk)).filter(pk=case.pk).exists()


def test_assignment_by_load_takes_the_lightest(home: House, case: Case) -> None:
    newcomer = person(home.court, "handler", unit=home.team)
    assert loads(home.court.pk, dt.date(2023, 5, 8)) == [(home.handler.pk, 1), (newcomer.pk, 0)]
    assert lightest(loads(home.court.pk, dt.date(2023, 5, 8))) == newcomer.pk


def test_an_assigned_and_begun_case_is_not_assigned_again(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        complete(case, "network_query_start", home.handler, on="2023-04-26", scope="national")
        with pytest.raises(WrongState, match="不能再分案"):
            assign_case(
                case_id=case.pk,
                owner=home.handler,
                team=home.team,
                actor=home.centre,
                at=time.now(),
                key=key(),
            )


def test_a_court_elsewhere_cannot_assign(home: House) -> None:
    stranger = house()
    with time.travel(f"{ON} 09:30"):
        case = filed(home, filing(ON))
        with pytest.raises(NotFound):
            assign_case(
                case_id=case.pk,
                owner=stranger.handler,
                team=None,
                actor=stranger.centre,
                at=time.now(),
                key=key(),
            )
