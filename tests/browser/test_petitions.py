"""The pages of petitions in a real browser: the register, the form, one on its way, the seal on the case page."""

from __future__ import annotations

import datetime as dt

import pytest

from kernel import time
from petitions.actions import replies
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.petitions.test_letters import reader_of, write
from tests.petitions.test_petitions import REPLY, act, at_work, heard, register

NOW = "2023-06-27 09:00"


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    _home, case, officer = at_work()
    with time.travel("2023-06-12 09:00"):
        write(case, reader_of(case))
    first = register(case, officer, "2023-06-12 10:00", received_on=dt.date(2023, 6, 12))
    register(case, officer, name="王五", channel="phone", oral="已说明。", is_on_spot=True)
    second = heard(
        register(
            case, officer, level="province", channel="assigned", assigned_by="省高级人民法院", oral="一"
        ),
        officer,
    )
    act(replies.ask_reply, second, officer, "2023-06-21 09:00", words=REPLY)
    with time.travel(NOW):
        for path, name in (
            ("/petitions/", "petitions"),
            (f"/petitions/{first.pk}/", "petition"),
            (f"/petitions/{second.pk}/", "petition-asked"),
            (f"/petitions/new/{case.pk}/", "petition-new"),
            (f"/cases/{case.pk}/", "case-with-petition"),
        ):
            page = visit(path, user=officer, width=width)
            assert_sound(page)
            shoot(page, name)
