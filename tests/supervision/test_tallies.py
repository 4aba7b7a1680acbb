"""The board's figures as the sweep counts them: the same as counted now, a minute old at most, sealed cases kept apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from cases.actions.assigning import seal_case
from cases.models import Case
from deadlines.models import Deadline
from kernel import time
from supervision import tallies
from supervision.actions.counting import count_all
from supervision.board import Board, board
from supervision.models import Tally
from supervision.recount import differences
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
NOW = "2025-05-20 10:00:00"
VIEWERS = ("leader", "reviewer", "superior", "handler")


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def cases(home: House) -> list[Case]:
    made = []
    for day in ("2025-04-01", "2025-04-29", "2025-05-12", "2025-05-19"):
        with time.travel(f"{day} 09:30"):
            made.append(assigned(home, filing(day)))
    with time.travel("2025-05-19 11:00"):
        seal_case(
            case_id=made[1].pk, sealed=True, reason="未成年人", actor=home.leader, at=time.now(), key=key()
        )
    return made


def shown(found: Board) -> Board:
    """The figures alone, without those that are nought."""
    return replace(
        found,
        courts={k: v for k, v in found.courts.items() if v.late or v.week},
        teams={k: v for k, v in found.teams.items() if v.late or v.week},
        officers={k: v for k, v in found.officers.items() if v.late or v.week},
        kinds={k: v for k, v in found.kinds.items() if v.late or v.week},
        names=None,
    )


@pytest.mark.parametrize("who", VIEWERS)
def test_counted_by_the_sweep_is_counted_now(home: House, cases: list[Case], who: str) -> None:
    """Given sealed and open cases, when the sweep has counted, then every figure of everybody is the live one."""
    viewer = getattr(home, who)
    with time.travel(NOW):
        at = time.now()
        live = board(viewer, at)
        assert count_all(at=at)
        assert shown(board(viewer, at)) == shown(live)
        assert live.whole.late


def test_old_figures_are_counted_anew(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        at = time.now()
        count_all(at=at)
        Tally.objects.update(late=77)
        later = at + dt.timedelta(seconds=59)
        assert (board(home.superior, later).at, board(home.superior, later).whole.late) == (at, 77)
        stale = at + tallies.FRESH
        assert board(home.superior, stale).whole.late != 77
        assert board(home.superior, stale).at == stale


def test_the_page_says_of_which_instant_its_figures_are(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        count_all(at=time.now() - dt.timedelta(seconds=40))
        assert "截至 09:59:2" in main(client_of(home.superior).get("/supervision/"))


def test_a_recount_finds_what_is_wrong(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        count_all(at=time.now())
        assert list(differences()) == []
        call_command("verify_counts")
        Deadline.objects.filter(case_id=cases[0].pk, state="running").update(owner_id=home.leader.pk)
        assert any(str(home.leader.pk) in line for line in differences())
        with pytest.raises(CommandError, match="不一致"):
            call_command("verify_counts")


def test_counting_takes_a_fixed_number_of_statements(
    home: House, cases: list[Case], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with time.travel(NOW), django_assert_max_num_queries(12):
        count_all(at=time.now())
