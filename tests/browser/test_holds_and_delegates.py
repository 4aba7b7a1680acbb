"""Holds, approvals with their waiting days, and 外出代理 in a real browser, at both widths."""

from __future__ import annotations

import pytest

from courts.actions.delegating import delegate
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.approvals import asked
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person

PAGES = [
    ("delegations", "leader", "/delegations"),
    ("approvals", "deputy", "/approvals"),
    ("hold", "handler", "/cases/{case}/acts/hold/"),
    ("extend", "handler", "/cases/{case}/acts/extend/"),
]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home: House
    with time.travel("2023-04-24 09:30"):
        home = house()
        case = assigned(home, filing("2023-04-24"))
        home.people["deputy"] = person(home.court, "handler", unit=home.team, name="陈审判")
        asked(
            home.court, home.handler, "team_leader", "bureau_director", about=case.about, kind="cancel_case",
            team_id=home.team.pk, owner_id=home.handler.pk, facts={},
        )  # fmt: skip
    with time.travel("2023-05-04 09:00"):
        delegate(
            absent=home.leader, to=home.people["deputy"], first=time.today(), last=time.today(), reason="培训",
            actor=home.leader, at=time.now(), key=key(),
        )  # fmt: skip
        for name, who, address in PAGES:
            user = home.people.get(who) or getattr(home, who)
            page = visit(address.format(case=case.pk), user=user, width=width)
            shoot(page, f"{name}-{width}")
            assert_sound(page)
