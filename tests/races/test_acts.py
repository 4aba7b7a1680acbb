"""Two people at one case at the same moment: a thousand pairs, and the bank beside the officer (performance table 13)."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import threading
import time as stopwatch
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from cases.actions.assigning import hand_over_cases
from cases.actions.completing import complete_node
from cases.actions.holding import resume_case, suspend_case
from cases.actions.money import approve_payout, draft_payout, send_payout
from cases.models import Case, Fact, Node
from courts.models import User
from deadlines.models import Deadline
from documents.models import Paper
from events import audit, relay
from events.log import history
from events.models import Event, Pending
from funds import audit as books
from funds.actions.payees import register_payee
from funds.actions.payouts import confirm_paid
from funds.actions.receipts import identify_receipt, record_receipt
from funds.models import Payout, Receipt
from kernel import time
from kernel.errors import Conflict, DomainError, NotAllowed, NotFound
from notices.models import Message
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, filing, house
from tests.factories.courts import person
from tests.factories.crowd import copies

NOW = "2023-04-26 10:00"
PAIRS = 1000
# Five pairs a case use up its six nodes.
FORMS: dict[str, dict[str, Any]] = {
    "enforcement_notice": {
        "channel": "electronic", "sent_on": "2023-04-26", "platform_ref": "E-1", "with_report_order": False,
    },
    "property_report_order": {"sent_on": "2023-04-26"},
    "network_query_start": {"on": "2023-04-26", "scope": "national"},
    "provident_fund": {"on": "2023-04-26", "agency": "公积金中心", "result": "无缴存"},
    "real_estate_enquiry": {
        "on": "2023-04-26", "agency": "登记中心", "result": "无登记", "at_registration_place": True,
    },
    "onsite_investigation": {
        "on": "2023-04-26", "returned_on": "2023-04-26", "place": "某村", "place_kind": "village",
        "full_recording": True,
    },
}  # fmt: skip
KINDS = (
    "different nodes",
    "one node, two keys",
    "one node, one key",
    "against hand-over",
    "against suspension",
)
# What a case may go through in this test, from one event to the next.
LEGAL = {
    ("assigned", "running"),
    ("assigned", "suspended"),
    ("running", "suspended"),
    ("suspended", "running"),
}
PATIENCE = "SET lock_timeout = '10s'; SET statement_timeout = '20s'"
_keys = itertools.count(1)


def fresh() -> str:
    """A key of its own."""
    return f"race:{next(_keys)}"


class Pair:
    """Two threads with a connection each, that begin their acts at the same moment."""

    def __init__(self) -> None:
        self.barrier = threading.Barrier(2)
        self.pool = ThreadPoolExecutor(2, initializer=self._begin)

    def _begin(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(PATIENCE)

    def at_once(self, *acts: Callable[[], Any]) -> list[Any]:
        """Results of the acts, or the refusals they met; anything else, a deadlock above all, is raised."""
        waiting = [self.pool.submit(self._run, act) for act in acts]
        return [each.result(timeout=60) for each in waiting]

    def _run(self, act: Callable[[], Any]) -> Any:
        self.barrier.wait(30)
        try:
            return act()
        except DomainError as error:
            return error

    def close(self) -> None:
        """End both threads and their connections."""
        ending = [self.pool.submit(self._end) for _ in range(2)]
        for each in ending:
            each.result(timeout=60)
        self.pool.shutdown()

    def _end(self) -> None:
        self.barrier.wait(30)
        connections.close_all()


@dataclass
class Tally:
    """What was answered: (case, event id) of each success, and the refusals by kind of pair and code."""

    answered: list[tuple[int, int]] = field(default_factory=list)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)

    def note(self, kind: str, case_id: int, results: list[Any]) -> list[Event]:
        """Keep the outcome of a pair; its events."""
        self.pairs[kind] += 1
        events = []
        for result in results:
            if isinstance(result, DomainError):
                self.refused[(kind, result.code or type(result).__name__)] += 1
            else:
                event = result[0] if isinstance(result, list) else result
                events.append(event)
                self.answered.append((case_id, event.pk))
        return events


@dataclass
class Bench:
    """A court, a second handler, and how two threads meet in its cases."""

    home: House
    second: User
    both: Pair
    chance: random.Random
    tally: Tally = field(default_factory=Tally)

    def nodes(self, case_id: int) -> dict[str, tuple[int, int]]:
        """Open nodes that a form completes: kind -> (id, version)."""
        rows = Node.objects.filter(case_id=case_id, state="open", kind__in=FORMS)
        return {kind: (pk, version) for kind, pk, version in rows.values_list("kind", "pk", "version")}

    def complete(self, kind: str, seen: tuple[int, int], actor: User, key: str = "") -> Callable[[], Event]:
        """Completing a node as it was seen."""
        pk, version = seen
        given = {"node_id": pk, "seen_version": version, "values": FORMS[kind], "key": key or fresh()}
        return lambda: complete_node(actor=actor, at=time.now(), **given)

    def hand_over(self, case_id: int, owner: User) -> Callable[[], list[Event]]:
        given = {"case_ids": [case_id], "owner": owner, "team": self.home.team, "reason": "岗位调整"}
        key = fresh()
        return lambda: hand_over_cases(actor=self.home.director, at=time.now(), key=key, **given)

    def suspend(self, case_id: int, actor: User) -> Callable[[], Event]:
        key, on = fresh(), dt.date(2023, 4, 25)
        return lambda: suspend_case(
            case_id=case_id, ground="达成和解", on=on, actor=actor, at=time.now(), key=key
        )

    def race(self, case_id: int, count: int = len(KINDS)) -> None:
        """The pairs of one case, each once, in a random order."""
        owner = self.home.handler
        kinds = list(FORMS)
        self.chance.shuffle(kinds)
        for pair in self.chance.sample(KINDS, len(KINDS))[:count]:
            seen = self.nodes(case_id)
            first = kinds.pop()
            one = self.complete(first, seen[first], owner)
            match pair:
                case "different nodes":
                    second = kinds.pop()
                    acts = (one, self.complete(second, seen[second], owner))
                case "one node, two keys":
                    acts = (one, self.complete(first, seen[first], owner))
                case "one node, one key":
                    twice = self.complete(first, seen[first], owner, fresh())
                    acts = (twice, twice)
                case "against hand-over":
                    acts = (one, self.hand_over(case_id, self.second))
                case _:
                    acts = (one, self.suspend(case_id, owner))
            results = self.both.at_once(*acts)
            events = self.tally.note(pair, case_id, results)
            assert self.is_right(pair, results, events), (pair, first, results)
            if pair == "against hand-over":
                owner = self.second
            if pair == "against suspension":
                today = time.today()
                back = resume_case(case_id=case_id, on=today, actor=owner, at=time.now(), key=fresh())
                self.tally.answered.append((case_id, back.pk))

    def is_right(self, pair: str, results: list[Any], events: list[Event]) -> bool:
        """Whether a pair ended in a way that one after the other could have brought."""
        refusals = [result for result in results if isinstance(result, DomainError)]
        match pair:
            case "different nodes" | "against suspension":
                return len(events) == 2
            case "one node, two keys":
                return len(events) == 1 and isinstance(refusals[0], Conflict)
            case "one node, one key":
                return len(events) == 2 and events[0].pk == events[1].pk
            case _:
                # Whoever no longer has the case does not work on it, or no longer sees it.
                return len(events) == 2 or (
                    events[0].kind == "case.handed_over" and isinstance(refusals[0], NotAllowed | NotFound)
                )


@pytest.fixture
def bench(live_db: str) -> Iterator[Bench]:
    home = house(features=("haidian", "tianjin"))
    second = person(home.court, "handler", unit=home.team, name="赵承办")
    for each in (home.handler, home.director, home.funds, home.finance, second):
        assert each.scope
    both = Pair()
    try:
        with time.travel(NOW):
            yield Bench(home, second, both, random.Random(20230426))
    finally:
        both.close()


def crowd(bench: Bench, owner_sql: psycopg.Connection, count: int) -> range:
    """Cases filed nine days ago, with their handler."""
    with time.travel("2023-04-17 09:30"):
        case = assigned(bench.home, filing("2023-04-17"))
    return copies(owner_sql, case, count, replayable=True)


def test_a_thousand_pairs_of_simultaneous_acts(bench: Bench, owner_sql: psycopg.Connection) -> None:
    ids = crowd(bench, owner_sql, PAIRS // len(KINDS))
    began = stopwatch.monotonic()
    for case_id in ids:
        bench.race(case_id)
    seconds = stopwatch.monotonic() - began
    tally = bench.tally
    lost, twice = account(tally, ids)
    print(  # noqa: T201
        f"{sum(tally.pairs.values())} pairs in {seconds:.0f} s, {len(set(tally.answered))} acts, "
        f"{sum(tally.refused.values())} refused {dict(tally.refused)}: lost {lost}, twice {twice}"
    )
    assert tally.pairs == dict.fromkeys(KINDS, PAIRS // len(KINDS))
    assert (lost, twice) == (0, 0)
    assert list(audit.flaws()) == []
    for case_id in ids:
        check_history(case_id)
    for case_id in ids[::4]:
        check_fold(case_id)
    check_holder(ids)
    assert {result for kind, result in tally.refused if kind == "one node, two keys"} <= {
        "NODE-STATE",
        "NODE-VERSION",
    }


def account(tally: Tally, ids: range) -> tuple[int, int]:
    """(acts answered that are not there, acts that are there beyond those answered)."""
    answered = set(tally.answered)
    streams = [f"case:{pk}" for pk in ids]
    standing = Event.objects.filter(stream__in=streams, seq__gt=1).values_list("stream", "pk")
    written = {(int(stream.partition(":")[2]), pk) for stream, pk in standing}
    return len(answered - written), len(written - answered)


def check_history(case_id: int) -> None:
    """Gapless, legal from event to event, no version written over, no node closed twice."""
    events = list(history(f"case:{case_id}"))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    states, versions, closed = [], [], Counter()
    for event in events:
        for table, pk, columns in event.data["rows"]:
            if table == "cases.case":
                states.append(columns["state"])
                versions.append(columns["version"])
            if event.kind == "node.completed" and table == "cases.node" and pk == event.data["node"]:
                closed[pk] += columns["state"] == "done"
    moves = {move for move in itertools.pairwise(states) if move[0] != move[1]}
    assert moves <= LEGAL, states
    assert set(closed.values()) <= {0, 1}
    assert versions == list(range(versions[0], versions[0] + len(events))), "two acts wrote over one version"


def check_fold(case_id: int) -> None:
    """What the events tell is what stands."""
    assert differences(replay(history(f"case:{case_id}")), stored(Case.objects.get(pk=case_id))) == []


def check_holder(ids: range) -> None:
    """Whatever was written while the case went to another handler went with it."""
    owners = dict(Case.objects.filter(pk__in=ids).values_list("pk", "owner_id"))
    for model in (Node, Deadline, Message, Paper):
        rows = model.objects.filter(case_id__in=ids).values_list("case_id", "owner_id")
        left = [case_id for case_id, owner in rows if owner != owners[case_id]]
        assert left == [], model


def test_the_bank_beside_the_officer_never_deadlocks_and_the_books_agree(
    bench: Bench, owner_sql: psycopg.Connection
) -> None:
    """Two relays carry what the bank tells up to the cases while the officer completes nodes and pays from them."""
    ids = crowd(bench, owner_sql, 8)
    desk = Desk(bench, list(ids))
    for case_id in ids:
        desk.register(case_id)
    while relay.run():
        pass
    began = stopwatch.monotonic()
    with in_background(desk.carry, desk.carry, desk.bank) as failures:
        desk.officer()
        while not desk.paid_out():
            assert not failures
            assert stopwatch.monotonic() - began < 150, "stuck"
            stopwatch.sleep(0.05)
    assert failures == []
    receipts = Receipt.objects.count()
    noted = Fact.objects.filter(key="receipt_id").count()
    done = Node.objects.filter(kind="payout", state="done").count()
    twice = Event.objects.filter(kind="payout.noted").count() - Payout.objects.count()
    print(  # noqa: T201
        f"{receipts} receipts, {Payout.objects.count()} payouts, {len(ids) * len(FORMS)} nodes in "
        f"{stopwatch.monotonic() - began:.0f} s: lost {receipts - min(noted, done)}, twice {twice}"
    )
    assert (receipts, noted, done, twice) == (16, 16, 16, 0)
    assert not Pending.objects.exists()
    assert set(Payout.objects.values_list("state", flat=True)) == {"paid"}
    assert not Node.objects.filter(case_id__in=ids, kind__in=FORMS, state="open").exists()
    assert list(books.differences()) == []
    assert list(audit.flaws()) == []
    for case_id in ids:
        check_history(case_id)
        check_fold(case_id)


@contextmanager
def in_background(*tasks: Callable[[threading.Event], None]) -> Iterator[list[str]]:
    """Run each task in a thread of its own until the block ends; what broke them, in words."""
    over, failures = threading.Event(), []

    def run(task: Callable[[threading.Event], None]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(PATIENCE)
            task(over)
        except Exception as error:  # noqa: BLE001  the test names it
            failures.append(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    try:
        yield failures
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)


@dataclass
class Desk:
    """Those who move the money of some cases, and the officer who works on them meanwhile."""

    bench: Bench
    ids: list[int]
    payees: dict[int, int] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)

    def register(self, case_id: int) -> None:
        """The applicant's account with its undertaking."""
        home = self.bench.home
        self.payees[case_id] = register_payee(
            about=f"case:{case_id}", court_id=home.court.pk, name="张三", bank="云州农商银行",
            account="6217000010001234567", account_doubt="测试账号", undertaking_file_id=1, signed_on=time.today(),
            actor=home.filing, at=time.now(), key=fresh(),
        ).pk  # fmt: skip

    def carry(self, over: threading.Event) -> None:
        """A worker that relays."""
        while not over.is_set():
            if not relay.run(limit=5):
                stopwatch.sleep(0.03)

    def bank(self, over: threading.Event) -> None:
        """Two amounts arrive for each case; whatever was sent is confirmed."""
        home = self.bench.home
        for number, case_id in enumerate(self.ids * 2):
            receipt = record_receipt(
                court=home.court, amount=Decimal("1000.00"), arrived_on=time.today(), payer_name="李四",
                account_tail="1001", bank_serial=f"S-{number}", remark="", actor=home.funds, at=time.now(), key=fresh(),
            )  # fmt: skip
            about = f"case:{case_id}"
            identify_receipt(receipt_id=receipt.pk, about=about, actor=home.funds, at=time.now(), key=fresh())
            self.confirm()
        while not over.is_set():
            self.confirm()
            stopwatch.sleep(0.05)

    def confirm(self) -> None:
        """付款成功 for whatever is under way."""
        for pk in Payout.objects.filter(state="sent").values_list("pk", flat=True):
            confirm_paid(
                payout_id=pk, bank_ref=f"B-{pk}", paid_on=time.today(), actor=self.bench.home.finance,
                at=time.now(), key=fresh(),
            )  # fmt: skip

    def officer(self) -> None:
        """Complete every node of every case, and pay out what has arrived between two of them."""
        for kind, case_id in itertools.product(FORMS, self.ids):
            self.bench.complete(kind, self.bench.nodes(case_id)[kind], self.bench.home.handler)()
            self.pay(case_id)
        while len(self.told) < 2 * len(self.ids):
            for case_id in self.ids:
                self.pay(case_id)
            stopwatch.sleep(0.05)

    def pay(self, case_id: int) -> None:
        """发放 of what is noted in the case and not yet asked for."""
        home, now = self.bench.home, time.now()
        noted = Fact.objects.filter(case_id=case_id, key="receipt_id").values_list("value", flat=True)
        for receipt_id in set(noted) - self.told:
            self.told.add(receipt_id)
            payout = draft_payout(
                case_id=case_id, receipt_id=receipt_id, payee_id=self.payees[case_id], amount=Decimal("1000.00"),
                communication_record=None, actor=home.handler, at=now, key=fresh(),
            )  # fmt: skip
            given = {"case_id": case_id, "payout_id": payout.pk, "at": now}
            approve_payout(actor=home.director, key=fresh(), **given)
            send_payout(actor=home.funds, key=fresh(), **given)

    def paid_out(self) -> bool:
        """Everything is paid and every case knows it."""
        return (
            Payout.objects.filter(state="paid").count() == 2 * len(self.ids) and not Pending.objects.exists()
        )


def test_the_second_of_two_sees_what_the_first_has_closed(
    bench: Bench, owner_sql: psycopg.Connection
) -> None:
    """The trap of performance 1.1: who waited for the lock must not act on what was read before the wait."""
    (case_id,) = crowd(bench, owner_sql, 1)
    seen = bench.nodes(case_id)["provident_fund"]
    act = bench.complete("provident_fund", seen, bench.home.handler)
    other = bench.complete("provident_fund", seen, bench.home.handler)
    with psycopg.connect(owner_sql.info.dsn, password=owner_sql.info.password) as holder:
        holder.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [case_id])
        waiting = [bench.both.pool.submit(bench.both._run, each) for each in (act, other)]
        stopwatch.sleep(0.5)
        assert not any(each.done() for each in waiting), "somebody did not wait for the case"
        holder.rollback()
        results = [each.result(timeout=60) for each in waiting]
    (refused,) = [result for result in results if isinstance(result, DomainError)]
    assert refused.code == "NODE-STATE", "it was stopped by the constraint, not by what it saw"
    assert Node.objects.get(pk=seen[0]).version == seen[1] + 1
    check_history(case_id)
    check_fold(case_id)
