"""规则库 in a real browser: at both widths, with nothing wider than the window and no violation."""

from __future__ import annotations

import pytest

from cases.models import Case
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, assigned, filing, house
from tests.factories.courts import court

PAGES = {
    "rules": "/rules/",
    "rule-pack": "/rules/packs/SQ-2022/1",
    "rule-guards": "/rules/packs/CASES-2018/1?section=indicators",
    "rule-clocks": "/rules/clocks/JZ-D-01",
    "rule-compare": "/rules/compare",
}


def at_work() -> House:
    """A court with one overdue case, and a court of another city."""
    with time.travel("2023-04-24 09:30"):
        home = house(features=("haidian",))
        assigned(home, filing("2023-04-24"))
        court(packs=("SQ-2022",))
    return home


@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_of_the_library_is_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home = at_work()
    with time.travel("2023-05-10 09:00"):
        for name, path in PAGES.items():
            page = visit(path, user=home.handler, width=width)
            assert_sound(page)
            shoot(page, f"{name}-{width}")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_clocks_of_a_node_stand_side_by_side(visit: Visit, shoot: Shoot, width: int) -> None:
    home = at_work()
    case = Case.objects.get(court=home.court)
    with time.travel("2023-04-25 09:00"):
        page = visit(f"/cases/{case.pk}/", user=home.handler, width=width)
        assert_sound(page)
        assert "全国规定" in page.content()
        shoot(page, f"case-beside-{width}")
