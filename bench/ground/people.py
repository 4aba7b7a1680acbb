"""The courts of the ground and who works there."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from bench.ground.loading import count_on
from courts.models import Appointment, Court, CourtPack, Membership, Unit, User

ABOVE, COURTS, TEAMS, HANDLERS = 10, 200, 4, 5


@dataclass(frozen=True, slots=True)
class City:
    """Who looks at the lists, by name of the role; handler, leader and centre are of one court."""

    people: dict[str, int]


def settle_in(staging: psycopg.Connection) -> City:
    since = "2020-01-01"
    tops = [
        Court.objects.create(code=f"鄂9{i}", name=f"第{i}中院", short_name=f"中{i}", level="intermediate")
        for i in range(ABOVE)
    ]
    chosen: dict[str, int] = {}
    people: list[User] = []
    joined: list[Membership] = []
    held: list[Appointment] = []
    first = (User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1

    def person(court: Court, role: str, unit: Unit | None = None, name: str = "") -> int:
        number = len(held)
        user = User(
            pk=first + number, username=f"bench{number}", court=court, full_name=name or f"王{number}"
        )
        people.append(user)
        held.append(Appointment(user=user, role=role, court=court, unit=unit, since=since))
        if unit is not None:
            joined.append(Membership(user=user, unit=unit, since=since))
        chosen.setdefault(role, user.pk)
        return user.pk

    staging.execute(
        "CREATE TABLE bench_team (court int, court_id bigint, code text, team int, team_id bigint,"
        " owners bigint[], leader_id bigint, doers bigint[], parent_id bigint)"
    )
    for top in tops:
        person(top, "superior_bureau")
    for number in range(COURTS):
        top = tops[number * ABOVE // COURTS]
        court = Court.objects.create(
            code=f"鄂{1000 + number}",
            name=f"第{number}法院",
            short_name=f"{number}院",
            parent=top,
            level="basic",
        )
        CourtPack.objects.create(court=court, code="JZ-2023")
        group = Unit.objects.create(court=court, kind="group", function="affairs_group", name="事务集约组")
        doers = [person(court, "affairs_group", group) for _ in range(4)]
        for role in ("command_centre", "bureau_director", "fund_officer"):
            person(court, role)
        for team in range(TEAMS):
            unit = Unit.objects.create(court=court, kind="team", function="ordinary", name=f"执行{team}团队")
            owners = [person(court, "handler", unit) for _ in range(HANDLERS)]
            leader = person(court, "team_leader", unit)
            staging.execute(
                "INSERT INTO bench_team VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [number, court.pk, court.code, team, unit.pk, owners, leader, doers, top.pk],
            )
    User.objects.bulk_create(people)
    count_on(staging, User)
    Appointment.objects.bulk_create(held)
    Membership.objects.bulk_create(joined)
    staging.execute("ANALYZE bench_team")
    return City(chosen)
