"""An inspecting court above a house, with two inspectors, and an inspection on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from courts.models import CourtPack, User
from kernel import time
from supervision.actions.findings import enter_finding
from supervision.actions.inspections import draw_samples, plan_inspection
from supervision.inspections.models import Inspection, InspectionDraw, InspectionFinding, InspectionSection
from tests.factories.cases import House, key
from tests.factories.courts import person

STANDARDS = "JZ-2023-JC"
SEED = 20230630


@dataclass
class Bureau:
    """中院执行局: who plans and who checks beside."""

    home: House
    chief: User
    second: User


def bureau(home: House) -> Bureau:
    """The court above the house follows the standards of its inspection."""
    upper = home.court.parent
    if not CourtPack.objects.filter(court=upper, code=STANDARDS).exists():
        CourtPack.objects.create(court=upper, code=STANDARDS, position=0)
    return Bureau(home, home.superior, person(upper, "superior_bureau", name="韩检查"))


def by(actor: User) -> dict[str, Any]:
    """Who acts now, with a fresh key."""
    return {"actor": actor, "at": time.now(), "key": key()}


def planned(place: Bureau, year: int = 2023, quarter: int = 2, **more: Any) -> Inspection:
    """A plan for the house's court."""
    given = {"courts": [place.home.court.pk], **more}
    return plan_inspection(year=year, quarter=quarter, **given, **by(place.chief))


def drawn(place: Bureau, **more: Any) -> Inspection:
    """A plan whose sample is drawn with the known seed; small populations whole."""
    return draw_samples(
        inspection_id=planned(place, **more).pk, seed=SEED, all_of_small=True, **by(place.chief)
    )


def section(inspection: Inspection, subject: str) -> InspectionSection:
    """The one section of a subject."""
    return InspectionSection.objects.get(inspection=inspection, subject=subject)


def enter_all(
    place: Bureau, draw: InspectionDraw, faults: dict[str, str] | None = None, actor: User | None = None
) -> list[InspectionFinding]:
    """Every point of a case; faults: point -> words."""
    found = []
    for point in draw.section.rule["points"]:
        words = (faults or {}).get(point["id"], "")
        found.append(
            enter_finding(
                draw_id=draw.pk,
                point=point["id"],
                result="fault" if words else "met",
                words=words,
                **by(actor or place.chief),
            )
        )
    return found
