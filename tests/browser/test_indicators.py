"""质效指标 and 阶段报告 in a real browser: sound at both widths, a number opens its cases, a definition opens by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from courts.models import CourtPack
from kernel import time
from supervision.actions.figures import keep_figures
from supervision.indicators.spans import last_spans, span_of
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, house
from tests.factories.courts import court
from tests.factories.indicators import limit, owning, reviewed, stood

NOW = "2025-06-30 18:00"


def at_work() -> House:
    """Two courts over half a year."""
    home = house(features=("tianjin", "haidian"))
    other = court(packs=("JZ-2023",), parent=home.court.parent)
    CourtPack.objects.create(court=home.court.parent, code="CASES-2018", position=5, features=["tianjin"])
    for place, where in enumerate((home.court, other)):
        for month in range(1, 7):
            for n in range(8 + 3 * place):
                closed = f"2025-{month:02d}-{3 + 2 * n:02d}" if n % (3 + month % 3) or place else ""
                how = "terminated_this_procedure" if n % 4 == 3 else "performed"
                case = stood(
                    where, f"2024-{month + 6:02d}-05", closed, how=how, team=home.team, owner=home.handler
                )
                owning(case)
                limit(case, f"2025-{month:02d}-{10 + n:02d}")
                if how == "terminated_this_procedure" and closed:
                    reviewed(case, closed, passed=month != 3)
    with time.travel(NOW):
        keep_figures([home.court.pk, other.pk], last_spans(span_of("2025-06"), 12), at=time.now())
    return home


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home = at_work()
    pk = home.court.pk
    other = (
        home.court.parent.children.exclude(pk=pk).get() if hasattr(home.court.parent, "children") else None
    )
    with time.travel(NOW):
        for name, path, user in (
            ("panel", f"/supervision/indicators?period=2025-06&court={pk}", home.superior),
            ("courts", "/supervision/indicators/courts?period=2025-06", home.superior),
            ("compare", "/supervision/indicators/compare?period=2025-06", home.superior),
            ("one", f"/supervision/indicators/TJ-I-01.1?period=2025-06&court={pk}", home.centre),
            ("cases", f"/supervision/indicators/TJ-I-01.1/cases?period=2025-06&court={pk}", home.centre),
            ("slot", f"/supervision/indicators/slots/JZ-I-05?court={pk}", home.centre),
            ("reports", "/supervision/reports", home.superior),
        ):
            page = visit(path, user=user, width=width)
            shoot(page, f"indicators-{name}")
            assert_sound(page)
    with time.travel("2023-06-28 10:00"):
        page = visit(f"/supervision/reports/{pk}/2023-Q2", user=home.director, width=width)
        shoot(page, "indicators-report")
        assert_sound(page)
    assert other is None or other.pk != pk


def test_a_number_opens_its_cases_and_a_definition_opens_by_keyboard(visit: Visit, shoot: Shoot) -> None:
    home = at_work()
    with time.travel(NOW):
        page = visit("/supervision/indicators?period=2025-06", user=home.centre, width=1440)
        card = page.locator(".c-figure").filter(has_text="法定期限内实际执结率").first
        card.locator("h3").hover()
        expect(card.get_by_role("tooltip")).to_contain_text("÷")
        card.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(card.locator("details")).to_contain_text("÷")
        card.locator("dd a").nth(1).click()
        expect(page.locator("table")).to_contain_text("2024年12月5日")
