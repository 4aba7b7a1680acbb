"""Whatever is done to a case, its events alone give back its rows, and its rules have nothing left to do."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cases.book import book_of
from cases.models import Case, Node
from cases.snapshot import read_locked
from cases.standing import Standing, Up, flag_day, flags_of, standing_of
from courts.calendar import calendar_for
from courts.models import User
from deadlines.models import Deadline
from regimes import flow
from supervision.replay import State, differences, replay, stored
from tests.factories.cases import House, house
from tests.factories.courts import person
from tests.properties.case_walk import Offers, Walk, begin
from tests.properties.rebuilt import flow_state

waits = st.sampled_from([1, 3, 24, 24, 72, 24 * 20]).map(lambda hours: dt.timedelta(hours=hours))
picks = st.integers(0, 40)
RULES: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("JZ-2023",), ("haidian",)),
    (("LY-2021",), ("haidian",)),
    (("SQ-2022",), ("haidian",)),
    (("JM-2022",), ("haidian",)),
    (("JZ-2023",), ("haidian", "tianjin")),
    ((), ("pinggu", "changning", "wujiang")),
    (("JZ-2023",), ("haidian", "pinggu", "tianjin", "changning", "wujiang")),
    ((), ()),
)
"""Packs and feature switches of the courts whose cases are walked."""
AHEAD = (0, 20, 70, 200, 4 * 366)
"""Days after the last act at which the flags are compared; the last is beyond every measure."""


class CaseWalk(RuleBasedStateMachine):
    """A case from filing on; each example is rolled back."""

    homes: ClassVar[list[tuple[House, User]]] = []
    seen: ClassVar[set[str]] = set()
    stages: ClassVar[set[str]] = set()
    flags: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.walk: Walk
        self.snapshots: list[tuple[dt.datetime, State]] = []
        self.offers = Offers()

    @initialize(
        home=st.integers(0, len(RULES) - 1),
        phone=st.booleans(),
        location=st.sampled_from(["in_court_area", "outside_city"]),
        two=st.booleans(),
        received_before=st.integers(0, 3),
        assign=st.sampled_from([True] * 7 + [False]),
    )
    def file(self, home: int, assign: bool, **given: Any) -> None:
        court, other = self.homes[home]
        self.walk = begin(court, other, **given)
        if assign:
            self.walk.act(dt.timedelta(hours=1), self.walk.assign)

    @precondition(lambda self: self.offers.state == "filed")
    @rule(wait=waits)
    def assign(self, wait: dt.timedelta) -> None:
        self.walk.act(wait, self.walk.assign)

    @rule(wait=waits, way=st.sampled_from(["hand_over"] * 5 + ["recuse", "seal"]))
    def change_hands(self, wait: dt.timedelta, way: str) -> None:
        self.walk.act(wait, getattr(self.walk, way))

    @precondition(lambda self: self.offers.nodes)
    @rule(wait=waits, pick=picks, way=st.sampled_from(["pass_on", "answer", "give_back"]))
    def share_work(self, wait: dt.timedelta, pick: int, way: str) -> None:
        self.walk.act(wait, lambda: self.walk.instruct(pick))
        if self.walk.in_hand():
            self.walk.act(wait, lambda: self.walk.pass_on(pick))
            self.walk.act(wait, lambda: getattr(self.walk, way)(pick))

    @precondition(lambda self: self.offers.forms)
    @rule(wait=waits, pick=picks, quirk=picks)
    def complete(self, wait: dt.timedelta, pick: int, quirk: int) -> None:
        self.walk.act(wait, lambda: self.walk.complete(pick, quirk))

    @precondition(lambda self: self.offers.forms)
    @rule(wait=waits, quirk=picks)
    def complete_three(self, wait: dt.timedelta, quirk: int) -> None:
        for pick in range(3):
            self.walk.act(wait, lambda pick=pick: self.walk.complete(pick, quirk))

    @precondition(lambda self: "network_feedback" in self.offers.nodes)
    @rule(wait=waits, items=st.lists(st.integers(0, 5), max_size=3))
    def feedback(self, wait: dt.timedelta, items: list[int]) -> None:
        self.walk.act(wait, lambda: self.walk.feedback(items))

    @rule(wait=waits, item=picks)
    def find(self, wait: dt.timedelta, item: int) -> None:
        self.walk.act(wait, lambda: self.walk.find(item))

    @precondition(lambda self: self.offers.properties)
    @rule(
        wait=waits,
        pick=picks,
        way=st.sampled_from(["control", "control", "control", "leave", "disposable", "transfer", "release"]),
    )
    def treat_property(self, wait: dt.timedelta, pick: int, way: str) -> None:
        self.walk.act(wait, lambda: getattr(self.walk, way)(pick))

    @precondition(
        lambda self: self.offers.nodes & {"reference_price_set", "auction_announcement", "auction_result"}
    )
    @rule(wait=waits, gap=st.sampled_from([10, 20]), sold=st.booleans())
    def auction(self, wait: dt.timedelta, gap: int, sold: bool) -> None:
        self.walk.act(wait, self.walk.price)
        self.walk.act(wait, lambda: self.walk.announce(gap))
        self.walk.act(wait, lambda: self.walk.result(sold=sold))

    @rule(wait=waits)
    def suspend_or_resume(self, wait: dt.timedelta) -> None:
        if self.walk.open_hold():
            self.walk.act(max(wait, dt.timedelta(days=1)), self.walk.resume)
        else:
            self.walk.act(wait, self.walk.suspend)

    @rule(wait=waits, pick=picks, days=st.integers(1, 30), way=st.sampled_from(["extend", "deduct"]))
    def move_clocks(self, wait: dt.timedelta, pick: int, days: int, way: str) -> None:
        self.walk.act(wait, lambda: getattr(self.walk, way)(pick, days))

    @precondition(lambda self: self.offers.voidable)
    @rule(wait=waits, pick=picks)
    def void(self, wait: dt.timedelta, pick: int) -> None:
        self.walk.act(wait, lambda: self.walk.void(pick))

    @rule(wait=waits, pick=picks, days=st.integers(0, 10))
    def correct_start(self, wait: dt.timedelta, pick: int, days: int) -> None:
        self.walk.act(wait, lambda: self.walk.correct(pick, days))

    @rule(wait=waits, amount=st.sampled_from([800, 150000]))
    def receive(self, wait: dt.timedelta, amount: int) -> None:
        self.walk.act(wait, lambda: self.walk.receive(amount))

    @precondition(lambda self: self.offers.receipts)
    @rule(wait=waits, pick=picks, way=st.sampled_from(["pay", "pay", "send_back"]))
    def move_money(self, wait: dt.timedelta, pick: int, way: str) -> None:
        self.walk.act(wait, lambda: getattr(self.walk, way)(pick))

    @precondition(lambda self: "termination_interview" in self.offers.nodes)
    @rule(wait=waits, passed=st.booleans())
    def ask_termination(self, wait: dt.timedelta, passed: bool) -> None:
        self.walk.act(wait, self.walk.interview)
        self.walk.act(wait, self.walk.request_termination)
        self.walk.act(wait, lambda: self.walk.review(passed=passed))

    @precondition(lambda self: len(self.snapshots) > 12)
    @rule(
        wait=waits, way=st.sampled_from(["performed", "cancelled", "terminated", "terminated_this_procedure"])
    )
    def close(self, wait: dt.timedelta, way: str) -> None:
        self.walk.act(wait, lambda: self.walk.close(way))
        self.walk.act(wait, self.walk.archive)

    @precondition(lambda self: len(self.snapshots) > 12)
    @rule(wait=waits, hours=picks)
    def cancel(self, wait: dt.timedelta, hours: int) -> None:
        """A misfiled case is rare: one in ten."""
        if hours < 4:
            self.walk.act(wait, self.walk.cancel)

    @invariant()
    def the_events_give_back_the_rows(self) -> None:
        history, standing = self.walk.history(), stored(self.walk.case)
        assert differences(replay(history), standing) == [], history[-1].kind
        assert [event.seq for event in history] == list(range(1, len(history) + 1))
        self.snapshots.append((self.walk.at, standing))
        self.offers = self.walk.offers()

    @invariant()
    def no_duty_stands_twice(self) -> None:
        nodes = Node.objects.filter(case=self.walk.case, state="open").values_list("kind", "subject_id")
        assert len(nodes) == len(set(nodes))

    @invariant()
    def the_rules_have_nothing_left_to_do(self) -> None:
        locked = read_locked(Case.objects.get(pk=self.walk.case.pk))
        left = flow.plan(locked.book, locked.state())
        assert left.empty, left

    @invariant()
    def the_row_and_the_clocks_say_what_the_events_say(self) -> None:
        """Stage, cash rate and flags: kept by the verbs, the same as computed anew from the events alone."""
        case = Case.objects.get(pk=self.walk.case.pk)
        state = flow_state(replay(self.walk.history()))
        assert Standing(case.stage, case.stage_since, case.cash_rate) == standing_of(book_of(case), state)
        self.stages.add(case.stage)
        calendar = calendar_for(case.court_id)
        for days in AHEAD:
            at = self.walk.at + dt.timedelta(days=days)
            kept = [
                Up(clock.flag, clock.rule_id, clock.subject_id, flag_day(clock.overdue_at))
                for clock in Deadline.objects.flagging(at).filter(case_id=case.pk)
            ]
            assert sorted(kept) == flags_of(book_of(case), state, calendar, at), days
            self.flags.update(up.flag for up in kept)

    @invariant()
    def an_open_case_has_something_ahead(self) -> None:
        case = Case.objects.get(pk=self.walk.case.pk)
        if case.is_open:
            assert Deadline.objects.open().filter(case_id=case.pk).exists(), "no clock"
            assert Node.objects.filter(case=case, state="open").exists(), "no duty"

    @invariant()
    def no_clock_is_orphaned(self) -> None:
        """A running clock has a duty that is still open; only a detector watches without one.

        A duty of several papers or steps (SQ-D-03) runs on until the last of them, also behind its first node.
        """
        running = Deadline.objects.filter(case_id=self.walk.case.pk, state__in=("running", "suspended"))
        nodes = dict(Node.objects.filter(case=self.walk.case).values_list("pk", "state"))
        book = read_locked(Case.objects.get(pk=self.walk.case.pk)).book
        for clock in running.exclude(node_id=None):
            met_by = book.rule(clock.rule_id).met_by
            is_joint = met_by is not None and met_by.mode == "all" and len(met_by.events) > 1
            if is_joint or clock.kind == "detector":
                continue
            assert nodes.get(clock.node_id) == "open", (clock.rule_id, nodes.get(clock.node_id))

    def teardown(self) -> None:
        try:
            history = self.walk.history()
            self.seen.update(event.kind for event in history)
            for at, standing in self.snapshots:
                assert differences(replay(history, known_at=at), standing) == [], "the past has changed"
        finally:
            transaction.savepoint_rollback(self.savepoint)


@pytest.mark.django_db
@pytest.mark.req("HD-05", "HD-07", "HD-11")
def test_a_case_is_the_fold_of_its_events() -> None:
    homes = [house(packs, features=features) for packs, features in RULES]
    CaseWalk.homes = [(home, person(home.court, "handler", unit=home.team, name="赵承办")) for home in homes]
    run_state_machine_as_test(
        CaseWalk,
        settings=settings(
            max_examples=32,
            stateful_step_count=24,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(CaseWalk.seen) >= 12, f"the walks hardly moved: {sorted(CaseWalk.seen)}"
    assert CaseWalk.stages >= {"investigation", "control", "payout"}, CaseWalk.stages
    assert CaseWalk.flags >= {"property_uncontrolled", "payout_late", "long_open", "second_investigation"}
