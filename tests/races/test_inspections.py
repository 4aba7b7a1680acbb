"""Two inspectors enter the same point at the same moment: one result stands, the other is told whose."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from events.models import Event
from kernel import time
from kernel.errors import Conflict, DomainError, WrongState
from supervision.actions.findings import enter_finding
from supervision.actions.inspections import draw_samples, swap_case
from supervision.inspections.models import InspectionDraw, InspectionFinding
from tests.factories.cases import assigned, filing, house
from tests.factories.inspections import SEED, Bureau, bureau, by, drawn, planned, section

CHECKED = "2023-06-30 09:00"


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment, each on its own connection; results, or the errors they raised."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[number] = call()
        except DomainError as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def place(live_db: str) -> Bureau:
    home = house()
    with time.travel("2023-05-08 09:00"):
        for n in range(6):
            assigned(home, filing(f"2022-01-1{n}", imported=True))
    return bureau(home)


def test_one_point_two_inspectors(place: Bureau) -> None:
    with time.travel(CHECKED):
        draws = list(section(drawn(place), "over_long").draws.all())
        for draw in draws:
            one, two = by(place.chief), by(place.second)
            given = {"draw_id": draw.pk, "point": "JZ-N-01-1"}
            found = at_once(
                lambda one=one, given=given: enter_finding(result="met", **given, **one),
                lambda two=two, given=given: enter_finding(result="fault", words="未列入", **given, **two),
            )
            assert Counter(map(type, found)) == Counter({InspectionFinding: 1, Conflict: 1})
        assert InspectionFinding.objects.count() == len(draws)
        assert Event.objects.filter(kind="inspection.found").count() == len(draws)


def test_one_draw_two_seeds_and_one_swap(place: Bureau) -> None:
    with time.travel(CHECKED):
        found = planned(place)
        one, two = by(place.chief), by(place.second)
        results = at_once(
            lambda: draw_samples(inspection_id=found.pk, seed=SEED, all_of_small=True, **one),
            lambda: draw_samples(inspection_id=found.pk, seed=SEED + 1, all_of_small=True, **two),
        )
        assert sum(isinstance(each, WrongState) for each in results) == 1
        draws = list(section(found, "over_long").draws.all())
        assert len(draws) == 5
        # One case is free: of two swaps only one finds it.
        three, four = by(place.chief), by(place.second)
        results = at_once(
            lambda: swap_case(draw_id=draws[0].pk, reason="卷宗外借", **three),
            lambda: swap_case(draw_id=draws[1].pk, reason="卷宗外借", **four),
        )
        assert Counter(map(type, results)) == Counter({InspectionDraw: 1, WrongState: 1})
