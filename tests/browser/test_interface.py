"""The page that describes the interface works under the strict policy, from this server alone."""

from __future__ import annotations

from tests.browser.conftest import Shoot, Visit
from tests.factories.courts import court, person


def test_the_description_of_the_interface_can_be_read(visit: Visit, shoot: Shoot) -> None:
    page = visit("/api/docs", user=person(court(), "handler"))
    page.wait_for_selector("#operations-v1-file_case")
    page.click("#operations-v1-file_case .opblock-summary-control")
    page.wait_for_selector("text=Idempotency-Key")
    shoot(page, "interface")
