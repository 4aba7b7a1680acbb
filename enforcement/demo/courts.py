"""云州市: an intermediate court with three basic courts, their teams, groups and windows, and the packs they follow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from courts.actions.founding import follow_pack, found_court, found_unit
from courts.models import Court, CourtPack, Unit

ACTOR = "system:demo"
PACKS = {"JZ-2023": [], "CASES-2018": ["haidian", "tianjin"]}
UPPER_PACKS = {**PACKS, "JZ-2023-JC": []}
"""The intermediate court also has the standards of its quarterly inspection."""


@dataclass(frozen=True, slots=True)
class CourtPlan:
    """A court of the demo. share: how many of a hundred cases it has."""

    code: str
    name: str
    short_name: str
    phone: str
    address: str
    share: int


UPPER = CourtPlan("鄂9900", "云州市中级人民法院", "云州中院", "0799-8000100", "云州市东湖区政法路1号", 0)
BASIC = (
    CourtPlan("鄂9901", "东湖区人民法院", "东湖法院", "0799-8000101", "云州市东湖区青年路18号", 60),
    CourtPlan("鄂9902", "临江县人民法院", "临江法院", "0799-8000102", "云州市临江县滨江大道6号", 22),
    CourtPlan("鄂9903", "石桥县人民法院", "石桥法院", "0799-8000103", "云州市石桥县府前街9号", 18),
)
UNITS = (
    ("fast", Unit.Kind.TEAM, "fast", "执行一团队（速执）"),
    ("ordinary", Unit.Kind.TEAM, "ordinary", "执行二团队（普执）"),
    ("affairs", Unit.Kind.GROUP, "affairs_group", "事务集约组"),
    ("files", Unit.Kind.GROUP, "file_group", "卷宗管理组"),
    ("dispatch", Unit.Kind.GROUP, "dispatch_group", "指挥调度组"),
    ("general", Unit.Kind.GROUP, "general_group", "综合管理组"),
    ("window", Unit.Kind.WINDOW, "", "诉讼服务中心执行窗口"),
)


def make_courts(at: dt.datetime) -> tuple[Court, list[Court]]:
    """The intermediate court and the basic ones, made once; what somebody changed since is left alone."""
    upper = _court(UPPER, Court.Level.INTERMEDIATE, None, at)
    return upper, [_court(plan, Court.Level.BASIC, upper, at) for plan in BASIC]


def make_units(court: Court, at: dt.datetime) -> dict[str, Unit]:
    """The teams, groups and the window of a basic court, by their short keys."""
    moments, units = _moments(at), {}
    for key, kind, function, name in UNITS:
        moment = next(moments)
        standing = Unit.objects.filter(court=court, name=name).first()
        fresh = Unit(court=court, kind=kind, function=function, name=name)
        units[key] = standing or found_unit(unit=fresh, actor=ACTOR, at=moment)
    return units


def _court(plan: CourtPlan, level: str, parent: Court | None, at: dt.datetime) -> Court:
    court = Court.objects.filter(code=plan.code).first()
    if court is None:
        fresh = Court(
            code=plan.code,
            name=plan.name,
            short_name=plan.short_name,
            level=level,
            parent=parent,
            phone=plan.phone,
            address=plan.address,
        )
        court = found_court(court=fresh, actor=ACTOR, at=at)
    moments = _moments(at)
    packs = PACKS if parent else UPPER_PACKS
    for position, (code, features) in enumerate(packs.items()):
        moment = next(moments)
        if not CourtPack.objects.filter(court=court, code=code).exists():
            follow_pack(court=court, code=code, position=position, features=features, actor=ACTOR, at=moment)
    return court


def _moments(at: dt.datetime) -> Iterator[dt.datetime]:
    """Second after second: two acts of one kind at one instant would be the same act."""
    while True:
        yield at
        at += dt.timedelta(seconds=1)
