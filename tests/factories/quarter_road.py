"""The road up in a simulated quarter: its workers die between, in and behind reactions, and deliver twice; whether each
case has heard of each of its moneys once is reckoned from the events alone."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection
from django.db.models import Sum

from cases.models import Fact
from events import relay
from events.models import Event, Pending
from funds.models import Payout, Receipt
from kernel import time
from kernel.errors import DomainError
from notices.models import Message

DEATHS, TWICE = 0.08, 0.06
"""Shares of the workers' rounds in which one dies, and in which a reaction runs that another worker will run too."""
HEARD = {
    "receipt.identified": "receipt.noted",
    "receipt.released": "receipt.released_noted",
    "payout.paid": "payout.noted",
    "payout.returned": "payout.returned_noted",
    "payee.registered": "payee.noted",
}
"""What the books tell, and as what its case keeps it."""


class Killer:
    """This process's connection ends right before its n-th statement."""

    def __init__(self, before: int) -> None:
        self.left = before

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.left -= 1
        if self.left == 0 and connection.connection is not None:
            try:
                connection.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            except psycopg.Error:
                connection.connection.close()
        return execute(*arguments)


class Dies:
    """The worker dies at a statement that begins with `words`: before it, or, behind, before the next one."""

    def __init__(self, words: str, *, behind: bool) -> None:
        self.words, self.behind, self.is_next = words, behind, False

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        is_it = sql.startswith(self.words)
        if self.is_next or (is_it and not self.behind):
            raise KeyboardInterrupt
        self.is_next = is_it
        return execute(sql, *arguments)


class Road:
    """The workers of the relay. faults: what went wrong is counted there."""

    def __init__(self, chance: random.Random, faults: Counter[str]) -> None:
        self.chance, self.faults = chance, faults

    def run(self) -> None:
        """What is due goes up. Whoever dies is followed by another; what the dead held is due when its lease is over."""
        if self.chance.random() < TWICE:
            self.told_early()
        if self.chance.random() < DEATHS:
            name, wrapper = self.death()
            try:
                with connection.execute_wrapper(wrapper):
                    relay.run(limit=3)
            except (KeyboardInterrupt, OperationalError, InterfaceError):
                self.faults[name] += 1
                connection.close()
        while relay.run():
            pass

    def death(self) -> tuple[str, Callable[..., Any]]:
        """One of three: between two deliveries, anywhere in one, or after its verb and before it is struck off."""
        return self.chance.choice(
            [
                ("relay killed between deliveries", Dies('UPDATE "events_pending"', behind=True)),
                ("relay killed before striking off", Dies('DELETE FROM "events_pending"', behind=False)),
                ("database gone under the relay", Killer(self.chance.randrange(3, 40))),
            ]
        )

    def told_early(self) -> None:
        """A worker whose lease ran out was not dead after all: its reaction runs, and then another's."""
        due = Pending.objects.filter(due_at__lte=time.now()).select_related("event").order_by("due_at", "id")
        pending = due.first()
        if pending is not None:
            self.faults["reaction run by two"] += 1
            try:
                relay.reactions()[pending.event.kind][pending.reaction](pending.event)
            except (
                DomainError
            ):  # What it builds on is still in dead hands; the relay itself tries again later.
                self.faults["reaction too early"] += 1

    def until_quiet(self, begins: dt.datetime) -> None:
        """Hour after hour until nothing is owed. Raises RuntimeError with what can not be delivered."""
        for hour in range(48):
            with time.travel(begins + dt.timedelta(hours=hour)):
                self.run()
            if not Pending.objects.exists():
                return
        raise RuntimeError(f"not delivered: {list(Pending.objects.values_list('reaction', 'problem')[:5])}")


def unheard() -> Iterator[str]:
    """What the cases did not hear of, heard twice, or answered with a wrong duty; empty when both floors tell the same."""
    for told, noted in HEARD.items():
        events = Event.objects.filter(kind=told)
        ours = Counter((event.data["about"], f"event:{event.pk}") for event in events)
        theirs = Counter(Event.objects.filter(kind=noted).values_list("stream", "key"))
        if ours != theirs:
            yield f"{told}: lost {list(ours - theirs)[:5]}, too many {list(theirs - ours)[:5]}"
    arrivals = Message.objects.filter(topic="payment_arrived", audience="staff").count()
    if arrivals != Event.objects.filter(kind="receipt.noted").count():
        yield f"the officer was told {arrivals} times of money"
    yield from _duties()


def _duties() -> Iterator[str]:
    """A receipt's payout is done in its case where the bank has paid all of it, and not while some of it is not paid."""
    paid = dict(
        Payout.objects.filter(state="paid")
        .values("receipt")
        .annotate(sum=Sum("amount"))
        .values_list("receipt", "sum")
    )
    number = dict(Fact.objects.filter(key="receipt_id").values_list("subject_id", "value"))
    done = {
        number.get(subject): bool(moments)
        for subject, moments in Fact.objects.filter(key="@payout_done").values_list("subject_id", "value")
    }
    for receipt in Receipt.objects.filter(state="identified"):
        is_paid = paid.get(receipt.pk, 0) >= receipt.amount
        if is_paid != done.get(receipt.pk, False):
            yield f"{receipt.about} receipt:{receipt.pk} paid {is_paid}, in its case {not is_paid}"
