"""Lists keep their speed: over forty thousand nodes each page reads no more than so many blocks, and no big table whole.

A statement that loses its index costs here what it would cost at a million cases in proportion, long before anybody
would feel it on a demo.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from bench.ground import city
from courts.actions.calendar import seed_calendar
from courts.models import User
from kernel import time
from supervision.actions.counting import count_all
from supervision.models import Counted
from tests.conftest import with_name
from tests.factories.pages import client_of

CASES = 4_000
BIG = {
    *("cases_case", "cases_node", "cases_party", "cases_subject", "cases_task", "deadlines_deadline"),
    *("deadlines_timer", "notices_message", "events_event", "courts_user"),
}
SEEN_BY = {
    "handler": "handler",
    "team_leader": "leader",
    "command_centre": "centre",
    "superior_bureau": "above",
}
PAGES = {
    "/worklist": (290, 480, 1250, 4290),
    "/worklist?view=overdue": (200, 280, 450, 3080),
    "/worklist?view=7d": (200, 280, 460, 2610),
    "/worklist?view=done": (200, 350, 580, 3680),
    "/worklist?kind=onsite_investigation": (290, 520, 640, 2210),
    "/cases/": (130, 220, 380, 960),
    "/cases/?state=all": (160, 410, 670, 1030),
    "/cases/?overdue=1": (120, 200, 310, 2050),
    "/cases/?flag=long_pending": (130, 190, 290, 1210),
    "/central": (110, 110, 560, 440),
    "/approvals": (130, 140, 150, 460),
    "/notifications": (120, 190, 120, 430),
    "/week": (100, 110, 130, 580),
    "/supervision/": (140, 170, 200, 540),
    "/supervision/overdue": (100, 110, 180, 970),
    "/supervision/bulletin": (140, 210, 240, 1050),
    "/supervision/workload": (100, 110, 140, 480),
    "/supervision/long-pending": (130, 140, 220, 1870),
}
"""Page -> blocks of 8 KiB that all its statements may touch together, on its first page as on its third, as the handler,
the leader, the centre, the court above: half as many again as when it was written.
"""
WHOLE_IS_CHEAPER = {"centre": {"courts_user"}, "above": {"courts_user", "deadlines_deadline"}}
"""Who sees a tenth of all cases reads a table of so few rows faster from end to end; a table of millions not."""


@dataclass
class Read:
    """What the statements of one page read. whole: big tables read from end to end."""

    blocks: int = 0
    whole: set[str] = field(default_factory=set)

    def add(self, plan: dict[str, Any]) -> None:
        """One node of a plan and those below it; the outermost counts the blocks of all."""
        if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in BIG:
            self.whole.add(plan["Relation Name"])
        for below in plan.get("Plans", ()):
            self.add(below)


@pytest.fixture
def ground(live_db: str, owner_sql: psycopg.Connection) -> dict[str, int]:
    """Two hundred courts with four thousand cases; role -> somebody who holds it."""
    with psycopg.connect(with_name(os.environ["TEST_CLUSTER_URL"], live_db), autocommit=True) as cluster:
        cluster.execute(f'GRANT CREATE ON SCHEMA public TO "{owner_sql.info.user}"')
    seed_calendar(at=time.now(), through=2037)
    call_command("release_packs", stdout=io.StringIO())
    people = city.build(owner_sql, CASES).people
    owner_sql.execute("ANALYZE")
    count_all(at=time.now())
    return people


def test_no_list_reads_a_big_table_whole_or_more_than_its_part(ground: dict[str, int]) -> None:
    found = {}
    # Tallies speak for a minute: the clock stands, so that a slow machine reads them too.
    with time.travel(Counted.objects.get().at):
        for place, (role, name) in enumerate(SEEN_BY.items()):
            browser = client_of(User.objects.get(pk=ground[role]))
            for address, most in PAGES.items():
                for page in pages_of(browser, address):
                    read = read_by(browser, page)
                    read.whole -= WHOLE_IS_CHEAPER.get(name, set())
                    if read.whole or read.blocks > most[place]:
                        found[f"{name} {page}"] = (read.blocks, sorted(read.whole))
    assert not found


def pages_of(browser: Any, address: str) -> list[str]:
    """The first page, and the third one where there are as many."""
    further = address
    for _ in range(2):
        context = browser.get(further).context
        further_on = context.get("next_url") if context else None
        if not further_on:
            return [address]
        further = further_on if further_on.startswith("/") else address.partition("?")[0] + further_on
    return [address, further]


def read_by(browser: Any, address: str) -> Read:
    """Ask for the page, then explain each of its statements."""
    asked: list[tuple[str, Any]] = []

    def kept(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kept):
        assert browser.get(address).status_code == 200, address
    read = Read()
    with connection.cursor() as cursor:
        for sql, params in asked:
            if sql.lstrip(" (\n").startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0][0]["Plan"]
                read.blocks += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
                read.add(plan)
    return read
