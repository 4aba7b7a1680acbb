"""Lists of supervision are turned by the key of the last row: nothing twice, nothing lost, conditions kept."""

from __future__ import annotations

import datetime as dt

import pytest
from pytest_django import DjangoAssertNumQueries

from cases.selectors.flags import flagged
from courts.models import User
from deadlines.models import Deadline
from kernel import time
from kernel.keyset import page_of
from supervision.board import Asked
from supervision.longpending import long_pending
from supervision.overdue import lines
from supervision.views import board as board_views
from tests.factories.cases import House, assigned, filing, house
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
NOW = "2026-06-10 10:00"
Keys = list[tuple[int, ...]]


@pytest.fixture
def home() -> House:
    """Four cases past six months, two of them filed on one day, each with several nodes late."""
    made = house()
    for day in ("2025-04-01", "2025-04-01", "2025-04-02", "2025-04-03"):
        with time.travel(f"{day} 09:30"):
            assigned(made, filing(day))
    return made


def test_the_long_pending_and_the_late_forward_and_back(home: House) -> None:
    centre = User.objects.get(pk=home.centre.pk)
    with time.travel(NOW):
        at, on = time.now(), time.today()
        ledger = [row.case.pk for row in long_pending(centre, at).rows]
        late = [line.clock.pk for line in lines(centre, Asked(), at, on).lines]

        def of_ledger(**cursor: str) -> tuple[list[int], str, str]:
            found = long_pending(centre, at, size=1, **cursor)
            return [row.case.pk for row in found.rows], found.next, found.prev

        def of_late(**cursor: str) -> tuple[list[int], str, str]:
            found = lines(centre, Asked(), at, on, size=3, **cursor)
            return [line.clock.pk for line in found.lines], found.next, found.prev

        for whole, read in ((ledger, of_ledger), (late, of_late)):
            assert len(whole) >= 4
            forward, after = [], ""
            for _turn in whole:
                rows, after, before = read(after=after)
                forward.append(rows)
                if not after:
                    break
            assert sum(forward, []) == whole
            back = [forward[-1]]
            for _turn in forward[1:]:
                rows, _, before = read(before=before)
                back.append(rows)
            assert not before
            assert back == forward[::-1]


def test_the_addresses_keep_what_was_asked_for(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "__kwdefaults__", {**lines.__kwdefaults__, "size": 2})
    with time.travel(NOW):
        browser = client_of(home.centre)
        address = f"/supervision/overdue?when=late&officer={home.handler.pk}"
        first = browser.get(address)
        assert f"officer={home.handler.pk}&after=" in first.context["next_url"].replace("%7E", "~")
        second = browser.get("/supervision/overdue" + first.context["next_url"])
        assert second.context["groups"] != first.context["groups"]
        again = browser.get("/supervision/overdue" + second.context["prev_url"])
        assert "after=" not in second.context["prev_url"]
        assert again.context["next_url"] == first.context["next_url"]
        assert "/supervision/long-pending.xlsx" in browser.get("/supervision/long-pending").content.decode()
        wall = browser.get("/supervision/screen").context["next_url"]
        further = browser.get("/supervision/screen" + wall)
        assert "第 2 页" in further.content.decode()
        assert further.context["prev_url"].endswith("page=0")


@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_rows_added_up_are_turned_by_their_figures(size: int) -> None:
    rows: Keys = [(1, -9, 3), (1, -9, 4), (1, 0, 2), (2, -5, 7), (2, -1, 1)]
    pages, found = [], page_of(rows, tuple, size=size)
    for _turn in rows:
        pages.append([row for _name, row in found.rows])
        if not found.next:
            break
        found = page_of(rows, tuple, after=found.next, size=size)
    assert sum(pages, []) == rows
    back = [pages[-1]]
    for _turn in pages[1:]:
        found = page_of(rows, tuple, before=found.prev, size=size)
        back.append([row for _name, row in found.rows])
    assert sum(back[::-1], []) == rows


def test_a_row_that_goes_leaves_the_next_page_where_it_was() -> None:
    rows: Keys = [(-9, 1), (-8, 2), (-7, 3), (-6, 4)]
    first = page_of(rows, tuple, size=2)
    assert [row for _name, row in page_of(rows[1:], tuple, after=first.next, size=2).rows] == rows[2:]
    for nonsense in ("x", "1~", "~", "１~x"):
        assert page_of(rows, tuple, after=nonsense, size=2) == first


def test_week_and_workload_are_turned(home: House) -> None:
    with time.travel(NOW):
        at = time.now()
        assert at.date() == dt.date(2026, 6, 10)
        browser = client_of(home.centre)
        whole = browser.get("/supervision/workload")
        assert whole.context["next_url"] == whole.context["prev_url"] == ""
        place = f"{home.court.pk}~0~0~0~0"
        behind = browser.get(f"/supervision/workload?after={place}")
        assert behind.context["groups"] == whole.context["groups"]
        assert not browser.get("/supervision/workload?after=999999999~0~0~0~0").context["groups"]


@pytest.mark.req("HD-12")
def test_the_rolling_list_turns_by_its_key_and_tells_a_flag_once(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """A case that carries one flag by two clocks stands once, with both; every page costs the same."""
    monkeypatch.setattr(board_views, "ROLL", 3)
    home = house(features=("haidian",))
    for day in ("2026-05-04", "2026-05-05", "2026-05-06", "2026-05-07"):
        with time.travel(f"{day} 09:30"):
            assigned(home, filing(day))
    with time.travel(NOW):
        centre, at = User.objects.get(pk=home.centre.pk), time.now()
        running = Deadline.objects.running().order_by("case_id", "-pk")
        for case_id in set(running.values_list("case_id", flat=True)):
            twice = running.filter(case_id=case_id).values_list("pk", flat=True)[:2]
            Deadline.objects.filter(pk__in=list(twice)).update(flag="long_open", overdue_at=at)
        # Another flag on one of them is no part of this number.
        spare = running.filter(flag="").first()
        Deadline.objects.filter(pk=spare.pk).update(flag="long_pending", overdue_at=at)
        carried = flagged(centre, at, names=["long_open"]).flags
        assert [flag.clocks for flag in carried] == [2, 2, 2, 2]
        browser = client_of(home.centre)
        seen, address = [], "/supervision/"
        with django_assert_max_num_queries(40) as first:
            page = browser.get(address)
        while True:
            seen += [row["number"] + row["flag"] for row in page.context["rolling"]]
            if not page.context["roll_next"]:
                break
            with django_assert_max_num_queries(len(first)):
                page = browser.get(address + page.context["roll_next"])
        assert len(seen) == len(set(seen)) == 4
        back = browser.get(address + page.context["roll_prev"])
        assert [row["number"] + row["flag"] for row in back.context["rolling"]] == seen[:3]
        assert "回到第一批" in main(page)
        tile = next(tile for tile in page.context["tiles"] if tile["label"] == "长期未结")
        listed = browser.get(tile["url"]).context["groups"]
        assert int(tile["value"]) == sum(len(group["rows"]) for group in listed) == 4
