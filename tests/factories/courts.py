"""Fictional courts and people."""

from __future__ import annotations

import datetime as dt
import itertools

from courts.models import Appointment, Court, CourtPack, Membership, Unit, User

_numbers = itertools.count(1)


def court(level: str = "basic", parent: Court | None = None, **fields: object) -> Court:
    """A court; a basic one gets an intermediate parent when none is given."""
    number = next(_numbers)
    if level == "basic" and parent is None:
        parent = court(level="intermediate")
    defaults: dict[str, object] = {
        # 鄂9001, 鄂9002 ...; four digits however many rows a run has made.
        "code": f"鄂{1000 + (8000 + number) % 9000}",
        "name": f"云州市第{number}人民法院",
        "short_name": f"云州{number}院",
        "level": level,
        "parent": parent,
        "phone": "0799-12368",
        "address": "云州市政法路1号",
    }
    packs = fields.pop("packs", ())
    made = Court.objects.create(**{**defaults, **fields})
    for position, code in enumerate(packs):
        CourtPack.objects.create(court=made, code=code, position=position)
    return made


def unit(court: Court, kind: str = "team", **fields: object) -> Unit:
    """A team, group or window."""
    return Unit.objects.create(
        court=court, kind=kind, name=fields.pop("name", f"执行{next(_numbers)}团队"), **fields
    )


def person(
    court: Court | None = None,
    *roles: str,
    unit: Unit | None = None,
    name: str = "",
    kind: str = "staff",
    post: str = "quota_judge",
    **fields: object,
) -> User:
    """A person with roles since 2020; the unit, if any, is also a membership."""
    number = next(_numbers)
    made = User.objects.create(
        username=f"user{number}", full_name=name or f"王{number}", kind=kind, court=court, post=post, **fields
    )
    since = dt.date(2020, 1, 1)
    for role in roles:
        Appointment.objects.create(user=made, role=role, court=court, unit=unit, since=since)
    if unit is not None:
        Membership.objects.create(user=made, unit=unit, since=since)
    return made
