"""Set-ups as data, units that open once they are staffed, memberships with dates."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from courts.actions.organising import apply_template, leave_unit, open_unit
from courts.actions.users import join_unit
from courts.models import Court, Membership, Unit, User
from courts.organisations import slots, templates
from courts.selectors import unit_on
from events.models import Event
from kernel import time
from kernel.errors import BadInput
from regimes.nodes import load_nodes
from tests.factories.courts import court, person, unit

pytestmark = pytest.mark.django_db
DAY = dt.date(2024, 1, 2)


def organised(code: str) -> Court:
    made = court()
    apply_template(court=made, code=code, actor="system:test", at=time.now())
    return made


def opened(team: Unit) -> list[str]:
    return open_unit(unit=team, since=DAY, actor="system:test", at=time.now())


@pytest.mark.req("HD-01")
def test_three_parts_and_eighteen_teams() -> None:
    made = organised("HD")
    parts = Unit.objects.filter(court=made, parent=None)
    assert {part.name for part in parts} == {"执行指挥办公室", "执行实施部", "执行裁决庭"}
    teams = Unit.objects.filter(court=made, parent__name="执行实施部", kind="team").order_by("pk")
    assert teams.count() == 18
    assert [teams[0].name, teams[9].name, teams[17].name] == ["执行一团队", "执行十团队", "执行十八团队"]


@pytest.mark.req("SQ-02")
def test_one_centre_four_groups_four_teams() -> None:
    made = organised("SQ")
    units = Unit.objects.filter(court=made)
    assert [u.name for u in units.filter(kind="office")] == ["执行指挥中心"]
    groups = units.filter(kind="group")
    assert {u.name for u in groups} == {"事务集约组", "卷宗管理组", "综合管理组", "指挥调度组"}
    assert {u.parent.name for u in groups} == {"执行指挥中心"}
    assert {u.name for u in units.filter(kind="team")} == {
        "第一速执团队",
        "第二速执团队",
        "普执团队",
        "信访办理团队",
    }


def test_a_template_again_founds_only_what_is_missing() -> None:
    made = organised("SQ")
    assert apply_template(court=made, code="SQ", actor="system:test", at=time.now()) == []
    Unit.objects.get(court=made, name="普执团队").delete()
    again = apply_template(court=made, code="SQ", actor="system:test", at=time.now())
    assert [u.name for u in again] == ["普执团队"]


def test_the_command_says_which_templates_there_are() -> None:
    made = court()
    out = io.StringIO()
    call_command("found_units", court=made.code, template="HD", stdout=out)
    assert "新建 21 个机构" in out.getvalue()
    with pytest.raises(CommandError, match="可选：SQ"):
        call_command("found_units", court=made.code, template="XX", stdout=out)
    assert Unit.objects.filter(court=made).count() == 21
    assert all(slots(code) for code in templates())


@pytest.mark.req("SQ-04")
def test_a_team_without_a_quota_judge_does_not_open_and_one_without_a_leader_warns() -> None:
    made = organised("SQ")
    team = Unit.objects.get(court=made, name="普执团队")
    person(made, "assistant", unit=team, post="clerk")
    with pytest.raises(BadInput) as refused:
        opened(team)
    assert refused.value.field == "since"
    assert "员额法官" in str(refused.value)
    team.refresh_from_db()
    assert team.since is None
    person(made, "handler", unit=team, post="quota_judge")
    assert opened(team) == ["团队没有团队长"]
    event = Event.objects.filter(kind="unit.opened").latest("pk")
    assert event.data["warnings"] == ["团队没有团队长"]
    person(made, "team_leader", unit=team, post="quota_judge")
    assert opened(team) == []


@pytest.mark.req("SQ-04")
def test_a_judge_who_has_left_does_not_count() -> None:
    made = court()
    team = unit(made)
    judge = person(made, "team_leader", unit=team)
    leave_unit(
        membership=judge.memberships.get(),
        until=DAY - dt.timedelta(days=1),
        actor="system:test",
        at=time.now(),
    )
    with pytest.raises(BadInput):
        opened(team)


@pytest.mark.req("SQ-02")
def test_a_past_day_keeps_the_unit_of_that_day() -> None:
    made = court()
    old, new = unit(made, name="一组"), unit(made, name="二组")
    someone = person(made, "assistant")
    first = join_unit(user=someone, unit=old, since=dt.date(2023, 1, 1), actor="system:test", at=time.now())
    leave_unit(membership=first, until=dt.date(2024, 3, 31), actor="system:test", at=time.now())
    join_unit(user=someone, unit=new, since=dt.date(2024, 4, 1), actor="system:test", at=time.now())
    days = {"2022-12-31": None, "2023-01-01": "一组", "2024-03-31": "一组", "2024-04-01": "二组"}
    found = {day: unit_on(someone, dt.date.fromisoformat(day)) for day in days}
    assert {day: u and u.name for day, u in found.items()} == days
    assert Membership.objects.filter(user=someone).count() == 2
    with pytest.raises(BadInput):
        leave_unit(membership=first, until=dt.date(2022, 1, 1), actor="system:test", at=time.now())


@pytest.mark.req("SQ-02")
def test_a_member_works_in_the_queue_from_the_first_day_to_the_last() -> None:
    made = court()
    group = unit(made, kind="group", function="affairs_group", name="事务集约组")
    someone = person(made, post="clerk")
    row = join_unit(user=someone, unit=group, since=dt.date(2024, 1, 2), actor="system:test", at=time.now())
    leave_unit(membership=row, until=dt.date(2024, 3, 29), actor="system:test", at=time.now())
    for day, works in (
        ("2024-01-01", False),
        ("2024-01-02", True),
        ("2024-03-29", True),
        ("2024-03-30", False),
    ):
        with time.travel(f"{day} 09:00"):
            scope = User.objects.get(pk=someone.pk).scope
            assert ((made.pk, "affairs_group") in scope.groups) is works, day
            assert (made.pk in scope.courts) is works, day
            assert not scope.rights, "membership gives no rights of its own"


@pytest.mark.req("TJ-20")
def test_thirty_seven_nodes_each_with_stage_and_owner() -> None:
    numbered = [node for node in load_nodes() if not node.exception]
    assert sorted(node.number or 0 for node in numbered) == list(range(1, 38))
    assert all(node.stage and node.owner for node in numbered)
