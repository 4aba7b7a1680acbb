"""Two members of a group claim one node at the same moment: one has it, the other hears whose it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from cases.actions.tasks import accept_node, claim_node, offer_node, return_node
from cases.models import Case, Task
from courts.models import User
from events.models import Event
from kernel import time
from kernel.errors import Conflict, DomainError
from supervision.actions.orders import issue_order
from supervision.models import Order
from supervision.replay import differences, replay, stored
from tests.cases.test_tasks import Sq
from tests.factories.cases import node
from tests.races.test_acts import Pair, fresh

ROUNDS = 12


@pytest.fixture
def pair(live_db: str) -> Iterator[Pair]:
    both = Pair()
    yield both
    both.close()


def acting(user: User) -> dict:
    return {"actor": User.objects.get(pk=user.pk), "at": time.now(), "key": fresh()}


def replays(case: Case) -> None:
    case.refresh_from_db()
    assert differences(replay(Event.objects.filter(stream=case.about)), stored(case)) == []


@pytest.mark.req("SQ-01")
def test_of_two_who_claim_at_once_one_wins(pair: Pair) -> None:
    sq = Sq()
    for _ in range(ROUNDS):
        case = sq.assigned()
        check = node(case, "filing_check")
        one, two = acting(sq.wang), acting(sq.zhao)
        results = pair.at_once(
            partial(claim_node, node_id=check.pk, **one), partial(claim_node, node_id=check.pk, **two)
        )
        won = [result for result in results if isinstance(result, Event)]
        lost = [result for result in results if isinstance(result, Conflict)]
        assert (len(won), len(lost)) == (1, 1), results
        held = Task.objects.get(node=check)
        assert won[0].actor == held.doer.actor
        assert lost[0].code == "TASK-HELD"
        assert held.doer.full_name in str(lost[0])
        replays(case)


def test_accepted_and_returned_at_once_it_is_in_one_hand_or_in_none(pair: Pair) -> None:
    sq = Sq()
    for _ in range(ROUNDS):
        case = sq.assigned()
        check = node(case, "filing_check")
        claim_node(node_id=check.pk, **acting(sq.wang))
        offer_node(node_id=check.pk, to=sq.zhao, reason="外出", **acting(sq.wang))
        one, two = acting(sq.wang), acting(sq.zhao)
        results = pair.at_once(
            partial(return_node, node_id=check.pk, reason="退回", **one),
            partial(accept_node, node_id=check.pk, **two),
        )
        assert sum(isinstance(result, DomainError) for result in results) == 1, results
        live = list(Task.objects.live().filter(node=check).values_list("doer_id", "state"))
        assert live in ([], [(sq.zhao.pk, "held")])
        replays(case)


def test_of_two_who_order_the_same_at_once_one_order_stands(pair: Pair) -> None:
    sq = Sq()
    for _ in range(ROUNDS):
        case = sq.assigned()
        given = {"case_id": case.pk, "words": "五日内办结", "due_on": time.today(time.now())}
        one, two = acting(sq.home.centre), acting(sq.home.superior)
        results = pair.at_once(partial(issue_order, **given, **one), partial(issue_order, **given, **two))
        assert sorted(type(result).__name__ for result in results) == ["Order", "WrongState"], results
        assert Order.objects.filter(case_id=case.pk).count() == 1
