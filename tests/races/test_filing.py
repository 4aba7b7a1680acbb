"""Two clicks on 立案 at the same moment file one case and spend one number."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from cases.actions.filing import Filed, file_case
from cases.models import Case
from events.models import Event
from kernel import time
from tests.factories.cases import House, filed, filing, house

NOW = "2023-04-24 09:30"
CLICKS = 6


@pytest.fixture
def home(live_db: str) -> House:
    return house()


def test_clicks_at_one_moment_are_one_filing(home: House) -> None:
    start = threading.Barrier(CLICKS)

    def click(_number: int) -> Filed:
        start.wait()
        try:
            given = filing("2023-04-24")
            return file_case(court=home.court, filing=given, actor=home.filing, at=time.now(), key="one form")
        finally:
            connections.close_all()

    with time.travel(NOW):
        with ThreadPoolExecutor(CLICKS) as pool:
            results = list(pool.map(click, range(CLICKS)))
        following = filed(home)
    assert len({result.case.pk for result in results}) == 1
    assert len({result.event.pk for result in results if result.event}) == 1
    assert Case.objects.count() == 2
    assert Event.objects.filter(kind="case.filed", key="one form").count() == 1
    assert following.number.endswith("执2号"), "the number that the second click drew is not spent"
