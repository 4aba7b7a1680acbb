"""The flow under every pack with every combination of switches: whatever happens to a case, something stands ahead."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from regimes.book import Pinned, RuleBook
from regimes.flow import plan
from regimes.nodes import load_nodes
from regimes.packs import load_library
from regimes.state import State
from tests.regimes.test_flow import carried_out, filed

COURTS = ("", "JZ-2023", "SQ-2022", "JM-2022", "LY-2021")
SWITCHES = ("haidian", "pinggu", "tianjin", "changning", "wujiang")
SETS = [frozenset(some) for n in range(len(SWITCHES) + 1) for some in itertools.combinations(SWITCHES, n)]
NODES = {node.kind: node for node in load_nodes()}
CLOSES = "case_closed"


@functools.cache
def book_of(court: str, switches: frozenset[str]) -> RuleBook:
    library = load_library()
    pins = [Pinned(library.pack("BASE"))]
    if court:
        pins.append(Pinned(library.pack(court)))
    return RuleBook([*pins, Pinned(library.pack("CASES-2018"), switches)])


def recorded_by(kind: str) -> tuple[str, ...]:
    """The events that completing a node of a kind records."""
    node = NODES[kind]
    return (*node.emits, *(node.closes.events if node.closes else ()))


def done(book: RuleBook, state: State, kind: str, subject: int, day: dt.date) -> State:
    """The node is completed on a day, in the way that its own clocks wait for (by post, online ...)."""
    awaited = [
        event
        for clock in state.clocks
        if clock.state == "running" and clock.subject == subject and book.rule(clock.rule).node == kind
        for event in (book.rule(clock.rule).met_by.events if book.rule(clock.rule).met_by else ())
        if event != CLOSES
    ]
    happened = {who: dict(each) for who, each in state.happened.items()}
    for event in dict.fromkeys([*recorded_by(kind), *awaited]):
        happened.setdefault(subject, {})[event] = [*happened.get(subject, {}).get(event, []), day]
    return replace(state, happened=happened)


@pytest.mark.parametrize("court", COURTS)
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    switches=st.sampled_from(SETS),
    picks=st.lists(st.integers(0, 60), max_size=14),
    channel=st.sampled_from(["online", "on_site"]),
    kind=st.sampled_from(["simple", "ordinary", None]),
)
def test_an_open_case_has_a_duty_and_a_clock_no_duty_twice_no_orphan_clock(
    court: str, switches: frozenset[str], picks: list[int], channel: str, kind: str | None
) -> None:
    book = book_of(court, switches)
    facts = {"case_state": "open", "filing_channel": channel, **({"case_class": kind} if kind else {})}
    state = filed(**facts)
    day = dt.date(2024, 1, 9)
    for pick in [*picks, None]:
        state = carried_out(state, plan(book, state))
        check(book, state)
        waiting = [node for node in state.nodes if node.open]
        if pick is None or not waiting:
            break
        node = waiting[pick % len(waiting)]
        if CLOSES in recorded_by(node.kind):
            continue
        day += dt.timedelta(days=1 + pick % 5)
        state = done(book, state, node.kind, node.subject, day)


def check(book: RuleBook, state: State) -> None:
    assert plan(book, state).empty, "the rules have nothing left to do"
    open_nodes = [(node.kind, node.subject) for node in state.nodes if node.open]
    running = [clock for clock in state.clocks if clock.state in ("running", "suspended")]
    assert open_nodes, "no duty"
    assert running, "no clock"
    assert len(open_nodes) == len(set(open_nodes)), "a duty stands twice"
    assert len(running) == len({(clock.rule, clock.subject) for clock in running}), "a clock runs twice"
    for clock in running:
        rule = book.rule(clock.rule)
        is_joint = rule.met_by is not None and rule.met_by.mode == "all" and len(rule.met_by.events) > 1
        if rule.kind == "detector" or is_joint or not rule.node:
            continue
        gone = {n.kind for n in state.nodes if n.kind == rule.node and n.subject == clock.subject}
        assert not gone or (rule.node, clock.subject) in open_nodes, f"{clock.rule} runs without its duty"
