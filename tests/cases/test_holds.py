"""停止事由 by kind: each stops what the packs say it concerns, nothing else; release resumes; holds may overlap."""

from __future__ import annotations

import datetime as dt

import pytest

from cases.actions.holding import preview
from cases.actions.holds import release_hold, set_hold, try_out
from cases.models import Case, Fact, Hold
from deadlines.models import Deadline
from events import log
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, WrongState
from measures.actions.controlling import mark_disposable
from measures.actions.finding import Found, add_property
from measures.models import Property
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, complete, filing, house, key
from tests.factories.courts import person
from tests.walks.stage import control, on

pytestmark = pytest.mark.django_db
D = dt.date
CONDITIONS = ["first_rank", "title_clear", "no_objection", "possession_checked"]


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    """Two cars, both under control and ready for disposal."""
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
    party = case.parties.get(role="respondent")
    with on("2023-05-08"):
        for label in ("甲车", "乙车"):
            add_property(
                case_id=case.pk,
                item=Found(party.pk, "vehicle", label, 20000),
                source="applicant",
                on=D(2023, 5, 8),
                actor=home.handler,
                at=time.now(),
                key=key(),
            )
        control(home, case, "seal", "甲车", "乙车")
        for row in Property.objects.filter(case=case):
            mark_disposable(
                property_id=row.pk,
                conditions=CONDITIONS,
                on=D(2023, 5, 8),
                actor=home.handler,
                at=time.now(),
                key=key(),
            )
    return case


def subject(case: Case, label: str) -> int:
    return case.subjects.get(label=label).pk


def held(
    home: House, case: Case, rule: str, about: int | None, day: str, document: str = "异1号", **more
) -> Event:
    given = {"ground": "书面提出", "actor": home.handler, "at": time.now(), "key": key(), **more}
    return set_hold(
        case_id=case.pk, rule_id=rule, subject_id=about, document=document, on=D.fromisoformat(day), **given
    )


def released(home: House, case: Case, hold: Event, day: str, outcome: str) -> Event:
    return release_hold(
        case_id=case.pk,
        hold_id=hold.data["hold"],
        on=D.fromisoformat(day),
        outcome=outcome,
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


def clocks(case: Case) -> dict[tuple[str, int], tuple[str, D | None]]:
    rows = Deadline.objects.filter(case_id=case.pk, state__in=("running", "suspended"))
    return {(row.rule_id, row.subject_id): (row.state, row.due_on) for row in rows}


def test_an_objection_to_one_item_stops_its_disposal_and_nothing_else(home: House, case: Case) -> None:
    one = subject(case, "甲车")
    before = clocks(case)
    price = {k for k in before if k[1] == one and k[0] == "JZ-D-07"}
    assert price, "the price clock of the item runs"
    with on("2023-05-10"):
        hold = held(home, case, "BASE-H-02", one, "2023-05-10")
    after = clocks(case)
    stopped = {k for k, (state, _due) in after.items() if state == "suspended"}
    disposal = {"reference_price_start", "reference_price_set", "auction_start", "auction_announcement"}
    nodes = dict(Deadline.objects.filter(case_id=case.pk).values_list("rule_id", "node_kind"))
    assert price <= stopped
    assert all(about == one and nodes[rule] in disposal for rule, about in stopped)
    assert {k: v for k, v in after.items() if k not in stopped and k in before} == {
        k: v for k, v in before.items() if k not in stopped
    }, "every other clock is untouched"
    assert any(rule == "BASE-D-69" for rule, _about in after), "the fifteen days of review run"
    other = case.nodes.get(kind="reference_price_start", subject_id=subject(case, "乙车"))
    mine = case.nodes.get(kind="reference_price_start", subject_id=one)

    with on("2023-05-11"):
        with pytest.raises(WrongState, match="异议") as refused:
            complete(case, "reference_price_start", home.handler, "甲车")
        assert refused.value.code == "HOLD"
    mine.refresh_from_db()
    assert (mine.state, other.state) == ("open", "open")
    with on("2023-05-20"):
        released(home, case, hold, "2023-05-20", "rejected")
    (rule, about) = next(iter(price))
    state, due = clocks(case)[(rule, about)]
    assert state == "running"
    assert due is not None
    assert due > before[(rule, about)][1], "ten days, 5-10 to 5-19, are not counted"
    with time.travel("2023-05-20 11:00"):
        assert differences(replay(log.history(case.about)), stored(case)) == []


def test_a_bankruptcy_stops_one_respondent_and_a_settlement_the_case(home: House, case: Case) -> None:
    party = case.parties.get(role="respondent").subject_id
    with on("2023-05-10"):
        bankruptcy = held(home, case, "BASE-H-07", party, "2023-05-10", "（2023）鄂99破申1号")
    running = {k[0] for k, (state, _d) in clocks(case).items() if state == "running"}
    assert "JZ-D-07" not in running
    assert "BASE-D-01" in running, "the notice is no enforcement measure"
    with on("2023-05-11"):
        peace = held(home, case, "BASE-H-06", None, "2023-05-11", "和解协议")
    case.refresh_from_db()
    assert case.state == "suspended"
    assert not {k for k, (state, _d) in clocks(case).items() if state == "running" and k[0] == "BASE-D-04"}
    with on("2023-06-11"):
        released(home, case, peace, "2023-06-11", "breached")
    case.refresh_from_db()
    assert case.state == "running"
    assert clocks(case)[("BASE-D-04", case.subjects.get(kind="case").pk)] == ("running", D(2023, 11, 24)), (
        "10-24 and the 31 days from 5-11 to 6-10"
    )
    assert clocks(case)[("JZ-D-07", subject(case, "甲车"))][0] == "suspended", "the bankruptcy still stands"
    with on("2023-06-12"):
        released(home, case, bankruptcy, "2023-06-12", "rejected")
    assert clocks(case)[("JZ-D-07", subject(case, "甲车"))][0] == "running"
    assert Fact.objects.filter(case=case, subject_id=party, key="@bankruptcy_closed").exists()


def test_overlapping_holds_count_a_day_once(home: House, case: Case) -> None:
    root = case.subjects.get(kind="case").pk
    with on("2023-05-10"):
        first = held(home, case, "BASE-H-01", None, "2023-05-10", "中止裁定")
    with on("2023-05-15"):
        second = held(home, case, "BASE-H-06", None, "2023-05-15", "和解协议")
    with on("2023-05-20"):
        released(home, case, first, "2023-05-20", "cause_gone")
    case.refresh_from_db()
    assert case.state == "suspended", "the settlement still stands"
    assert clocks(case)[("BASE-D-04", root)] == ("suspended", None)
    with on("2023-05-30"):
        released(home, case, second, "2023-05-30", "breached")
    assert clocks(case)[("BASE-D-04", root)] == ("running", D(2023, 11, 13)), (
        "20 days: 5-10 to 5-29, each once"
    )


def test_a_preview_tells_and_writes_nothing(home: House, case: Case) -> None:
    before = clocks(case)
    change = {"hold": ["BASE-H-02", subject(case, "甲车"), D(2023, 5, 10)]}
    with on("2023-05-10"):
        moved = preview(case_id=case.pk, actor=home.handler, change=change, try_out=try_out)
    assert {m.subject for m in moved} == {"甲车"}
    assert all(m.old and m.new is None for m in moved)
    assert clocks(case) == before
    assert not Hold.objects.exists()


def test_what_is_wrong_is_said_and_nothing_is_written(home: House, case: Case) -> None:
    one = subject(case, "甲车")
    with on("2023-05-10"):
        with pytest.raises(BadInput) as wrong:
            held(home, case, "BASE-H-02", None, "2023-05-10")
        assert wrong.value.field == "subject"
        with pytest.raises(BadInput) as wrong:
            held(home, case, "BASE-H-02", one, "2023-05-10", "")
        assert wrong.value.field == "document"
        with pytest.raises(BadInput) as wrong:
            held(home, case, "BASE-H-02", one, "2023-05-10", expected=D(2023, 5, 1))
        assert wrong.value.field == "expected"
        with pytest.raises(NotAllowed):
            held(home, case, "BASE-H-02", one, "2023-05-10", actor=person(home.court, "filing_clerk"))
        assert not Hold.objects.exists()
        hold = held(home, case, "BASE-H-02", one, "2023-05-10")
        with pytest.raises(WrongState, match="已经登记"):
            held(home, case, "BASE-H-02", one, "2023-05-10")
        held(home, case, "BASE-H-02", one, "2023-05-10", "异2号")
        with pytest.raises(BadInput) as wrong:
            released(home, case, hold, "2023-05-10", "nonsense")
        assert wrong.value.field == "outcome"
        released(home, case, hold, "2023-05-10", "withdrawn")
        with pytest.raises(WrongState, match="已经解除"):
            released(home, case, hold, "2023-05-10", "withdrawn")
    assert Hold.objects.get(pk=hold.data["hold"]).voided, "released on its first day it has stopped nothing"
