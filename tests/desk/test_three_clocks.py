"""One duty, several clocks: law, the court above, the court itself; side by side, the earliest warns, each breach apart."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from cases.models import Case
from courts.models import CourtPack
from deadlines.models import Deadline, Firing
from deadlines.sweep import sweep
from desk.selectors import case_file
from desk.views.panes import pane_of
from kernel import time
from measures.actions import controlling, disposing
from tests.factories.cases import House, assigned, complete, filing, house, key, node
from tests.walks.stage import control, feedback, item, on

pytestmark = pytest.mark.django_db


def beside(case: Case, home: House, kind: str, at: str) -> dict[str, dict]:
    """Rule -> its line in the pane of an open node."""
    with time.travel(at):
        row = case_file.cases_to_show(home.handler).get(pk=case.pk)
        file = case_file.read(row, user=home.handler, at=time.now())
        return {line["rule"]: line for line in pane_of(file, node(case, kind))["beside"]}


def priced(home: House) -> Case:
    """A case whose car has a reference price since 2023-06-15."""
    with on("2023-05-04"):
        case = assigned(home, filing("2023-05-04"))
        complete(case, "network_query_start", home.handler, on="2023-05-04", scope="national")
        feedback(home, case, "2023-05-04", ("vehicle", "鄂X·12345", "50000"))
        control(home, case, "seal", "鄂X·12345")
    with on("2023-06-01"):
        controlling.mark_disposable(
            property_id=item(case, "鄂X·12345").pk,
            conditions=list(controlling.DISPOSAL_CONDITIONS),
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        complete(case, "reference_price_start", home.handler, on="2023-06-01", method="online_inquiry")
    with on("2023-06-15"):
        waiting = node(case, "reference_price_set")
        disposing.set_price(
            node_id=waiting.pk,
            seen_version=waiting.version,
            price=Decimal(50000),
            method="online_inquiry",
            on=time.today(),
            report="询1号",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    return case


@pytest.mark.req("JZ-40")
def test_the_auction_starts_in_twenty_working_days_with_the_national_clock_beside() -> None:
    home = house()
    case = priced(home)
    lines = beside(case, home, "auction_start", "2023-06-16 10:00")
    assert list(lines) == ["BASE-D-14", "JZ-D-08"]
    assert ("6月25日" in lines["BASE-D-14"]["due"], "7月14日" in lines["JZ-D-08"]["due"]) == (True, True)
    assert [line["tier"] for line in lines.values()] == ["全国规定", "本院规定"]
    assert [line["first"] for line in lines.values()] == [True, False]


@pytest.mark.req("JZ-40")
def test_the_earliest_warns_first_and_each_breach_is_reported_apart() -> None:
    home = house()
    case = priced(home)
    clocks = {
        clock.rule_id: clock
        for clock in Deadline.objects.filter(case_id=case.pk, rule_id__in=("BASE-D-14", "JZ-D-08"))
    }

    def fired(rule: str) -> int:
        return Firing.objects.filter(deadline=clocks[rule]).count()

    def at(day: str) -> dt.datetime:
        return time.at_local(dt.date.fromisoformat(day), 12)

    for day, warned in (
        ("2023-06-25", (True, False)),
        ("2023-06-28", (True, False)),
        ("2023-07-18", (True, True)),
    ):
        with time.travel(at(day)):
            sweep()
        assert (fired("BASE-D-14") > 0, fired("JZ-D-08") > 0) == warned, day
    with time.travel(at("2023-06-28")):
        late = Deadline.objects.filter(case_id=case.pk).overdue(time.now()).values_list("rule_id", flat=True)
        assert "BASE-D-14" in late
        assert "JZ-D-08" not in late
    with time.travel(at("2023-07-18")):
        late = Deadline.objects.filter(case_id=case.pk).overdue(time.now()).values_list("rule_id", flat=True)
        assert {"BASE-D-14", "JZ-D-08"} <= set(late)


def test_law_the_court_above_and_the_court_itself_stand_side_by_side() -> None:
    home = house(packs=("JZ-2023", "LY-2021"))
    CourtPack.objects.create(court=home.court.parent, code="JZ-2023")
    with on("2023-04-24"):
        case = assigned(home, filing("2023-04-24"))
    lines = beside(case, home, "enforcement_notice", "2023-04-24 12:00")
    tiers = {rule: line["tier"] for rule, line in lines.items()}
    assert tiers == {"JZ-D-01": "上级法院规定", "BASE-D-01": "全国规定", "LY-D-02": "本院规定"}
    first = [rule for rule, line in lines.items() if line["first"]]
    days = {rule: Deadline.objects.get(case_id=case.pk, rule_id=rule).due_on for rule in lines}
    assert {days[rule] for rule in first} == {min(days.values())}
    assert lines["JZ-D-01"]["url"] == "/rules/packs/JZ-2023/1?rule=JZ-D-01#row-JZ-D-01"
