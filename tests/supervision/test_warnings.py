"""Warnings before late, of one team and of one officer: what the board counts is what the list shows, in words."""

from __future__ import annotations

import pytest

from cases.actions.assigning import assign_case
from cases.models import Case
from courts.models import Unit, User
from kernel import time
from tests.factories.cases import House, filed, filing, house, key
from tests.factories.courts import person, unit
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
NOW = "2025-05-20 10:00"


def given_to(home: House, team: Unit, owner: User, *days: str) -> list[Case]:
    """Cases of these days in the hands of an officer."""
    made = []
    for day in days:
        with time.travel(f"{day} 09:30"):
            case = filed(home, filing(day))
            assign_case(case_id=case.pk, owner=owner, team=team, actor=home.centre, at=time.now(), key=key())
            made.append(case)
    return made


@pytest.mark.req("JZ-32")
def test_the_warnings_of_a_team_and_of_an_officer(home: House) -> None:
    """Given two teams, one of them with two officers, whose nodes end within three days,
    when the centre follows the number of the team and that of the officer,
    then each list holds their cases alone, none of them late, and says whose it is."""
    first = home.team
    second = unit(home.court, function="ordinary", name="执行二团队")
    wang = person(home.court, "handler", unit=second, name="王守信")
    zhao = person(home.court, "handler", unit=second, name="赵公正")
    cases = {
        "李明法": given_to(home, first, home.handler, "2025-05-15"),
        "王守信": given_to(home, second, wang, "2025-05-15", "2025-05-16"),
        "赵公正": given_to(home, second, zhao, "2025-05-15"),
    }
    with time.travel(NOW):
        browser = client_of(home.centre)
        board = browser.get("/supervision/")
        groups = {group["id"]: group["groups"][0]["rows"] for group in board.context["groups"]}
        wanted = {
            ("by-team", "执行二团队"): cases["王守信"] + cases["赵公正"],
            ("by-officer", "王守信"): cases["王守信"],
            ("by-officer", "李明法"): cases["李明法"],
        }
        for (axis, name), theirs in wanted.items():
            row = next(row for row in groups[axis] if row["cells"][0]["text"] == name)
            soon = next(cell for cell in row["cells"] if cell.get("label") == "三日内")
            page = browser.get(soon["url"])
            lines = page.context["groups"][0]["rows"]
            assert len(lines) == int(soon["text"])
            assert {line["cells"][0]["text"] for line in lines} == {case.number for case in theirs}
            assert all(
                line["cells"][3]["text"] in ("今天", "还有 1 日", "还有 2 日", "还有 3 日") for line in lines
            )
            assert f"三日内到期 · {name}" in main(page)


@pytest.fixture
def home() -> House:
    return house()
