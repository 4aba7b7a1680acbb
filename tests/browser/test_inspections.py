"""The pages of the quarterly inspection in a real browser: sound at both widths."""

from __future__ import annotations

import pytest

from kernel import time
from supervision.actions.commentaries import draft_commentary
from supervision.inspections.models import InspectionFinding
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.browser.paper import assert_on_paper
from tests.factories.cases import assigned, filing, house
from tests.factories.inspections import bureau, by, drawn, enter_all, section
from tests.supervision.test_inspections import LATER, final_with_a_fault

PRINTED = ("one", "section", "register", "final", "findings")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home = house()
    with time.travel("2023-05-08 09:00"):
        for n in range(8):
            assigned(home, filing(f"2022-0{n % 4 + 1}-1{n}", imported=True))
    place = bureau(home)
    with time.travel("2023-04-03 09:00"):
        checking = drawn(place, quarter=1)
        old = section(checking, "over_long")
        draws = list(old.draws.order_by("position"))
        enter_all(place, draws[1], {"JZ-N-01-2": "没有清积计划，近三个月没有办理记录"})
        for name, path, user in (
            ("plan", "/supervision/inspections/new", place.chief),
            ("one", f"/supervision/inspections/{checking.pk}", place.chief),
            ("section", f"/supervision/inspections/sections/{old.pk}", place.chief),
            ("entry", f"/supervision/inspections/draws/{draws[0].pk}", place.chief),
            ("entered", f"/supervision/inspections/draws/{draws[1].pk}", place.chief),
        ):
            page = visit(path, user=user, width=width)
            shoot(page, f"inspection-{name}")
            assert_sound(page)
            if width == 1440 and name in PRINTED:
                assert_on_paper(page, user.full_name, f"paper-inspection-{name}")
    found = final_with_a_fault(place)
    fault = InspectionFinding.objects.get(result="fault", draw__section__inspection=found)
    with time.travel(LATER):
        bulletin = draft_commentary(inspection_id=found.pk, **by(place.chief))
        for name, path, user in (
            ("register", "/supervision/inspections", place.chief),
            ("final", f"/supervision/inspections/{found.pk}", place.chief),
            ("findings", "/supervision/inspections/findings", home.handler),
            ("finding", f"/supervision/inspections/findings/{fault.pk}", home.handler),
            ("bulletin", f"/supervision/inspections/bulletins/{bulletin.pk}", place.chief),
            ("as-of", f"/supervision/cases/{fault.draw.case_id}/as-of?on=2023-06-30", place.chief),
        ):
            page = visit(path, user=user, width=width)
            shoot(page, f"inspection-{name}")
            assert_sound(page)
            if width == 1440 and name in PRINTED:
                assert_on_paper(page, user.full_name, f"paper-inspection-{name}")
