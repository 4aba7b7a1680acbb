"""季度检查 of the demo: the last whole quarter, drawn and under way, with findings at the first court handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from courts.models import User
from enforcement.demo.people import UPPER, Bench
from enforcement.demo.script import PREFIX
from kernel import time
from supervision.actions.findings import answer_finding, enter_finding
from supervision.actions.inspections import (
    days_of_quarter,
    draw_samples,
    hand_section,
    plan_inspection,
    set_section,
)
from supervision.inspections.models import InspectionDraw, InspectionFinding, InspectionSection

SEED = 20260930
WORDS = {
    "JZ-N-01-2": "没有逐案制定清积计划，近三个月只有一次网络查询。",
    "JZ-N-02-3": "申请执行人提供的车辆线索没有核实记录。",
    "JZ-N-03-1": "到账后第十二日才发放，没有发放障碍的审批。",
}
"""Of every second case: what the inspector found at these points."""


def inspect(benches: Sequence[Bench], now: dt.datetime) -> None:
    """Plan, draw, check the first court; the others are still to be checked. Safe to run twice: every act has its key."""
    chief, second = (User.objects.get(username=row[0]) for row in UPPER[:2])
    today = time.today(now)
    quarter = (today.month - 1) // 3 or 4
    year = today.year - (quarter == 4)
    day = max(days_of_quarter(year, quarter)[1], today - dt.timedelta(days=6))
    with time.travel(time.at_local(day, 9, 30)):
        made = plan_inspection(
            year=year,
            quarter=quarter,
            courts=[bench.court.pk for bench in benches],
            actor=chief,
            at=time.now(),
            key=f"{PREFIX}inspection",
        )
        draw_samples(
            inspection_id=made.pk,
            seed=SEED,
            all_of_small=True,
            actor=chief,
            at=time.now(),
            key=f"{PREFIX}inspection/draw",
        )
        sections = made.sections.order_by("court_id", "position")
        for section in sections.filter(court=benches[0].court):
            _check(section, second, chief)
        for finding in InspectionFinding.objects.filter(
            draw__section__inspection=made, result="fault", draw__case__owner__isnull=False
        ).select_related("draw__case__owner")[:1]:
            answer_finding(
                finding_id=finding.pk,
                words="案件中止期间不计入办理时间，请核实。",
                actor=finding.draw.case.owner,
                at=time.now(),
                key=f"{PREFIX}inspection/answer",
            )


def _check(section: InspectionSection, inspector: User, chief: User) -> None:
    key = f"{PREFIX}inspection/{section.pk}"
    set_section(
        section_id=section.pk,
        wanted=section.wanted,
        inspector_id=inspector.pk,
        actor=chief,
        at=time.now(),
        key=f"{key}/set",
    )
    for place, draw in enumerate(section.draws.standing().order_by("position")):
        for point in section.rule["points"]:
            _enter(draw, point["id"], WORDS.get(point["id"], "") if place % 2 == 0 else "", inspector)
    note = "" if section.draws.exists() else "本季度没有此类案件。"
    hand_section(section_id=section.pk, note=note, actor=inspector, at=time.now(), key=f"{key}/hand")


def _enter(draw: InspectionDraw, point: str, words: str, inspector: User) -> None:
    enter_finding(
        draw_id=draw.pk,
        point=point,
        result="fault" if words else "met",
        words=words,
        actor=inspector,
        at=time.now(),
        key=f"{PREFIX}inspection/{draw.pk}/{point}",
    )
