"""The line to the bank breaks where it hurts: behind every fault both ledgers are equal and no order went twice."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection

from events.log import history
from funds import transmitting
from funds.actions.payouts import send_payout
from funds.audit import differences
from funds.bank import Answer, Result
from funds.instructing import Through
from funds.models import Instruction, Journal, Payout
from funds.selectors import money_of
from kernel import time
from tests.factories.bank import Process, bank
from tests.factories.funds import Desk, desk, in_custody, payee, payout
from tests.factories.statements import bank_account
from tests.faults.test_funds import Killer

LATER = dt.timedelta(minutes=5)


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    made = desk()
    assert made.officer.scope
    return made


@pytest.fixture
def teller(at_desk: Desk, tmp_path: Path) -> Iterator[Process]:
    with bank(tmp_path) as process:
        yield process


def told(at_desk: Desk, number: int = 1, amount: str = "100.00") -> list[Payout]:
    """Payouts handed to the line, not yet to the bank."""
    account = bank_account(at_desk.court, at_desk.finance)
    made = []
    for each in range(number):
        to = payee(at_desk, name=f"张{each}")
        approved = payout(at_desk, "approved", receipt=in_custody(at_desk, amount), to=to, amount=amount)
        send_payout(
            payout_id=approved.pk,
            actor=at_desk.finance,
            at=time.now(),
            key="send",
            through=Through(account, "direct"),
        )
        made.append(approved)
    return made


def go(line: Any, times: int = 1) -> None:
    """The worker comes by, each time five minutes later."""
    for turn in range(times):
        transmitting.transmit(bank=line, clock=lambda turn=turn: time.now() + LATER * turn)


def state_of(made: Payout) -> str:
    return Payout.objects.get(pk=made.pk).state


def whole(teller: Process, at_desk: Desk) -> None:
    teller.assert_same()
    assert list(differences()) == []


def test_paid_only_when_the_bank_says_so(at_desk: Desk, teller: Process) -> None:
    (made,) = told(at_desk)
    go(teller.line)
    assert (state_of(made), money_of(at_desk.about).in_transit) == ("sent", made.amount)
    teller.settle()
    go(teller.line, times=2)
    assert state_of(made) == "paid", Instruction.objects.get().code
    assert money_of(at_desk.about).paid == made.amount
    assert [e.actor for e in history(made.stream)][-1] == "system:bank"
    whole(teller, at_desk)


@pytest.mark.parametrize("fault", ["timeout", "error", "drop", "busy"])
def test_an_answer_that_is_lost(at_desk: Desk, teller: Process, fault: str) -> None:
    """The bank accepts and its answer is lost, or it got nothing: asked by reference, then sent if it is not there."""
    (made,) = told(at_desk)
    teller.next(fault)
    go(teller.line, times=2)
    teller.settle()
    go(teller.line, times=4)
    assert state_of(made) == "paid"
    whole(teller, at_desk)


def test_refused_returned_and_returned_after_paid(at_desk: Desk, teller: Process) -> None:
    refused, returned, late = told(at_desk, 3)
    teller.next("refuse", "return", "late")
    go(teller.line)
    assert state_of(refused) == "returned"
    teller.settle()
    go(teller.line, times=2)
    assert (state_of(returned), state_of(late)) == ("returned", "paid")
    teller.settle()
    transmitting.transmit(bank=teller.line, clock=lambda: time.now() + dt.timedelta(hours=2))
    assert state_of(late) == "returned"
    assert money_of(at_desk.about).custody == refused.amount + returned.amount + late.amount
    whole(teller, at_desk)


def test_a_paid_order_is_asked_about_ever_less_often_and_to_the_last_day() -> None:
    told = dt.datetime(2023, 5, 10, 2, tzinfo=dt.UTC)
    at, waits = told + LATER, []
    while (due := transmitting._watch(Instruction(made_at=told), at)) is not None:
        waits.append(due - at)
        at = due
    assert (waits[0], waits) == (dt.timedelta(hours=1), sorted(waits))
    assert len(waits) < 20
    assert at >= told + transmitting.WATCHED


class Dies:
    """A line over which the order goes out and the worker dies before it could write the answer down."""

    longest_call = 1.0

    def __init__(self, line: Any) -> None:
        self.line = line

    def pay(self, order: Any) -> Answer:
        self.line.pay(order)
        raise KeyboardInterrupt

    def ask(self, reference: Any) -> Answer:
        return self.line.ask(reference)


def test_killed_between_sending_and_recording(at_desk: Desk, teller: Process) -> None:
    (made,) = told(at_desk)
    with pytest.raises(KeyboardInterrupt):
        go(Dies(teller.line))
    assert Instruction.objects.get(payout=made).state == "sending"
    # Within the lease nobody touches it; behind it the bank is asked, not told again.
    assert transmitting.transmit(bank=teller.line) == 0
    teller.settle()
    go(teller.line, times=3)
    assert state_of(made) == "paid"
    whole(teller, at_desk)


def test_the_database_stops_while_the_answer_is_booked(at_desk: Desk, teller: Process) -> None:
    """Killed before its 1st, 2nd ... statement until it gets through: booked wholly or not at all, at the end once."""
    (made,) = told(at_desk)
    go(teller.line)
    teller.settle()
    held = transmitting._claim(time.now() + LATER)
    answer = teller.line.ask(held.order.reference)
    deaths = 0
    while True:
        killer = Killer(before=deaths + 1)
        try:
            with connection.execute_wrapper(killer):
                transmitting.record(held, answer, at=time.now() + LATER)
        except OperationalError:
            deaths += 1
            connection.close()
            assert state_of(made) == "sent", f"half an act after death before statement {deaths}"
            continue
        break
    assert deaths >= 8
    assert state_of(made) == "paid"
    whole(teller, at_desk)


def test_duplicate_answers_book_once(at_desk: Desk, teller: Process) -> None:
    (made,) = told(at_desk)
    go(teller.line)
    teller.settle()
    held = transmitting._claim(time.now() + LATER)
    answer = teller.line.ask(held.order.reference)
    for _each in range(3):
        transmitting.record(held, answer, at=time.now() + LATER)
    assert Journal.objects.filter(payout=made).count() == 3
    stale = Answer(Result.ABSENT)
    transmitting.record(held, stale, at=time.now() + LATER)
    assert Instruction.objects.get(payout=made).state == "handed"
    whole(teller, at_desk)


def test_an_answer_that_does_not_fit_stops_nobody_else(at_desk: Desk, teller: Process) -> None:
    """A receipt number that another payout has: not booked, marked, and the next order still goes."""
    first, second = told(at_desk, 2)
    go(teller.line)
    teller.settle()
    go(teller.line, times=2)
    ref = Payout.objects.get(pk=first.pk).bank_ref
    third, fourth = (
        payout(at_desk, "approved", to=payee(at_desk, name=name), amount="100.00") for name in "甲乙"
    )
    account = Instruction.objects.first().account
    for each in (third, fourth):
        through = Through(account, "direct")
        send_payout(payout_id=each.pk, actor=at_desk.finance, at=time.now(), key="s", through=through)

    class Mistaken:
        longest_call = 1.0

        def pay(self, order: Any) -> Answer:
            is_third = order.reference == Instruction.objects.get(payout=third).reference
            answer = teller.line.pay(order)
            return Answer(Result.PAID, ref, time.today()) if is_third else answer

        ask = staticmethod(teller.line.ask)

    go(Mistaken())
    assert (state_of(third), state_of(fourth)) == ("sent", "sent")
    assert Instruction.objects.get(payout=fourth).state == "handed"
    assert Instruction.objects.get(payout=third).code
    teller.settle()
    transmitting.transmit(bank=teller.line, clock=lambda: time.now() + dt.timedelta(hours=2))
    assert {state_of(each) for each in (first, second, third, fourth)} == {"paid"}
    whole(teller, at_desk)


def test_random_faults_from_a_printed_seed(at_desk: Desk, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # noqa: T201
    made = told(at_desk, 12)
    with bank(tmp_path, seed=seed, faults=0.5, slow=1.0) as teller:
        for turn in range(12):
            moment = time.now() + dt.timedelta(hours=2) * turn
            transmitting.transmit(bank=teller.line, clock=lambda moment=moment: moment)
            teller.settle()
        states = {state_of(each) for each in made}
        assert states <= {"paid", "returned"}
        whole(teller, at_desk)
