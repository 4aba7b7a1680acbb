"""What follows from facts and events, on the real packs: nodes opened, clocks started, met, moved, undone."""

import datetime as dt
from dataclasses import replace

import pytest

from regimes.book import Pinned, RuleBook
from regimes.flow import ClockChange, Plan, plan
from regimes.packs import load_library
from regimes.state import Clock, Interval, Node, State, Subject

D = dt.date


@pytest.fixture(scope="module")
def book() -> RuleBook:
    library = load_library()
    return RuleBook([Pinned(library.pack("BASE")), Pinned(library.pack("JZ-2023"))])


def filed(**facts: object) -> State:
    """A case filed on 2024-01-08 with two respondents: A local without e-contact, B elsewhere, reachable."""
    return State(
        subjects={1: Subject(1, "case"), 2: Subject(2, "respondent", 1), 3: Subject(3, "respondent", 1)},
        facts={
            1: {"claim_amount": "260000.00", "claim_kind": "money", **facts},
            2: {
                "service_channel": "post",
                "respondent_location": "in_court_area",
                "party_kind": "natural_person",
            },
            3: {
                "service_channel": "electronic",
                "respondent_location": "outside_city",
                "party_kind": "natural_person",
            },
        },
        happened={1: {"case_filed": [D(2024, 1, 8)], "case_received": [D(2024, 1, 8)]}},
    )


def starts(result: Plan) -> set[tuple[str, int]]:
    return {(c.rule.id, c.subject) for c in result.clocks if c.action == "start"}


def carried_out(state: State, result: Plan) -> State:
    """The state after a plan, as the action writes it."""
    nodes = list(state.nodes)
    for ending in result.endings:
        dropped = ending.outcome == "dropped"
        nodes = [replace(n, open=False, dropped=dropped) if n.id == ending.node else n for n in nodes]
    nodes += [
        Node(100 + len(nodes) + i, o.kind, o.subject, o.run, o.done_on is None)
        for i, o in enumerate(result.openings)
    ]
    clocks = {c.id: c for c in state.clocks}
    for change in result.clocks:
        clock = _after(change, len(clocks))
        clocks[clock.id] = clock
    return replace(state, nodes=nodes, clocks=list(clocks.values()))


def _after(change: ClockChange, count: int) -> Clock:
    state = {"start": "running", "restart": "running", "meet": "met", "cancel": "cancelled"}[change.action]
    if change.met_on is not None:
        state = "met"
    return Clock(
        id=change.clock or 500 + count,
        rule=change.rule.id,
        subject=change.subject,
        run=change.run,
        state=state,
        start=change.start.isoformat() if change.start else "",
        suspensions=tuple(i.used for i in change.suspensions),
        extensions=tuple(e.used for e in change.extensions),
        stated=change.stated,
    )


def test_filing_starts_each_respondents_own_clocks(book: RuleBook) -> None:
    begun = starts(plan(book, filed()))
    assert {("JZ-D-02", 2), ("JZ-D-01", 3), ("JZ-D-05", 2), ("JZ-D-06", 3), ("BASE-D-04", 1)} <= begun
    assert ("JZ-D-01", 2) not in begun
    assert ("JZ-D-05", 3) not in begun


def test_a_plan_carried_out_leaves_nothing_to_do(book: RuleBook) -> None:
    state = carried_out(filed(), plan(book, filed()))
    assert plan(book, state).empty


def test_a_duty_done_meets_its_clock_and_closes_its_node(book: RuleBook) -> None:
    state = carried_out(filed(), plan(book, filed()))
    done = {
        **state.happened,
        3: {"notice_sent_electronic": [D(2024, 1, 10)], "enforcement_notice_sent": [D(2024, 1, 10)]},
    }
    result = plan(book, replace(state, happened=done))
    assert ("meet", "JZ-D-01", 3) in {(c.action, c.rule.id, c.subject) for c in result.clocks}
    assert ("enforcement_notice", 3) in {(e.kind, e.subject) for e in result.endings if e.outcome == "done"}
    assert not any(c.subject == 2 and c.action == "meet" for c in result.clocks), (
        "the other respondent still waits"
    )


def test_a_changed_fact_closes_one_timer_and_opens_the_other(book: RuleBook) -> None:
    state = carried_out(filed(), plan(book, filed()))
    facts = {**state.facts, 3: {**state.facts[3], "service_channel": "post"}}
    result = plan(book, replace(state, facts=facts))
    changes = {(c.action, c.rule.id, c.subject): c for c in result.clocks}
    assert ("cancel", "JZ-D-01", 3) in changes
    assert changes[("start", "JZ-D-02", 3)].start == D(2024, 1, 8), "from the original start"


def test_composite_duty_waits_for_its_third_part(book: RuleBook) -> None:
    state = carried_out(filed(), plan(book, filed()))
    two = {"onsite_investigation_done": [D(2024, 1, 26)], "provident_fund_enquiry_done": [D(2024, 1, 27)]}
    result = plan(book, replace(state, happened={**state.happened, 2: two}))
    assert not any(c.rule.id == "JZ-D-05" for c in result.clocks)
    three = {**two, "real_estate_enquiry_done": [D(2024, 2, 1)]}
    result = plan(book, replace(state, happened={**state.happened, 2: three}))
    met = next(c for c in result.clocks if c.rule.id == "JZ-D-05")
    assert (met.action, met.met_on) == ("meet", D(2024, 2, 1))


def test_a_hold_restarts_every_clock_with_its_days(book: RuleBook) -> None:
    state = carried_out(filed(), plan(book, filed()))
    held = replace(state, intervals=[Interval("suspension", D(2024, 1, 15), None)])
    result = plan(book, held)
    assert all(c.action == "restart" for c in result.clocks)
    assert {c.rule.id for c in result.clocks} >= {"JZ-D-01", "JZ-D-02", "JZ-D-05", "BASE-D-04"}
    assert plan(book, carried_out(held, result)).empty


def test_a_voided_act_runs_the_duty_again_from_its_start(book: RuleBook) -> None:
    state = carried_out(filed(), plan(book, filed()))
    done = replace(
        state,
        happened={
            **state.happened,
            3: {"notice_sent_electronic": [D(2024, 1, 10)], "enforcement_notice_sent": [D(2024, 1, 10)]},
        },
    )
    done = carried_out(done, plan(book, done))
    undone = replace(done, happened={**done.happened, 3: {}})
    again = {(c.action, c.rule.id, c.subject, c.run): c for c in plan(book, undone).clocks}
    assert again[("start", "JZ-D-01", 3, 2)].start == D(2024, 1, 8)


def test_closing_ends_nodes_and_clocks_but_not_the_payout(book: RuleBook) -> None:
    state = filed()
    subjects = {**state.subjects, 4: Subject(4, "receipt", 1)}
    facts = {**state.facts, 4: {"fund_amount": "60000.00"}}
    happened = {**state.happened, 4: {"payment_arrived": [D(2024, 5, 10)]}}
    state = replace(state, subjects=subjects, facts=facts, happened=happened)
    state = carried_out(state, plan(book, state))
    closed = {**happened, 1: {**happened[1], "case_closed": [D(2024, 5, 26)]}}
    result = plan(book, replace(state, happened=closed))
    after = carried_out(replace(state, happened=closed), result)
    running = {(c.rule, c.subject) for c in after.clocks if c.running}
    assert running == {("JZ-D-11", 4)}
    assert {n.kind for n in after.nodes if n.open} == {"payout", "archive", "payee_registration"}


def test_small_and_large_money_take_their_own_routes(book: RuleBook) -> None:
    for amount, rule in (("100000.00", "JZ-D-11"), ("100000.01", "JZ-D-12")):
        state = filed()
        state = replace(
            state,
            subjects={**state.subjects, 4: Subject(4, "receipt", 1)},
            facts={**state.facts, 4: {"fund_amount": amount}},
            happened={**state.happened, 4: {"payment_arrived": [D(2023, 9, 26)]}},
        )
        begun = {rule_id for rule_id, subject in starts(plan(book, state)) if subject == 4}
        assert begun == {rule}


def test_the_order_of_the_rows_restarts_no_clock(book: RuleBook) -> None:
    first = Interval("suspension", D(2024, 1, 10), D(2024, 1, 12))
    second = Interval("suspension", D(2024, 1, 15), D(2024, 1, 16))
    state = replace(filed(), intervals=[second, first])
    state = carried_out(state, plan(book, state))
    assert plan(book, replace(state, intervals=[first, second])).empty
