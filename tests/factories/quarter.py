"""A quarter of a court's money with faults from a seed: bank files, claims, payouts, a bank that errs, and the road up to
the cases whose workers die; played for tests and for `scripts/bench quarter`.

Whatever breaks is counted, and tried again as a person or a worker would: with the same key.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from cases.actions.claiming import claim_for_case
from cases.payroutes import case_of
from events.models import Event
from funds import transmitting
from funds.actions.allocating import allocate_receipt
from funds.actions.claiming import Part, undo_claim
from funds.actions.payouts import cancel_payout, send_payout
from funds.actions.receipts import identify_receipt, record_receipt
from funds.bank import Answer, Bank, Order
from funds.instructing import Through
from funds.models import Allocation, Claim, Journal, Payout, Receipt, StatementLine
from kernel import time
from kernel.errors import Conflict
from tests.factories.bank import Process
from tests.factories.cases import House, assigned, filing, house
from tests.factories.funds import LARGE, SMALL, Desk, payee, payout
from tests.factories.quarter_road import HEARD, Killer, Road
from tests.factories.statements import bank_account, previewed, row, taken, written
from tests.factories.statements import confirm_statement as confirm

FIRST, DAYS = dt.date(2023, 7, 3), 65
"""The working days of a quarter."""
DEATHS, CLICKS, KICKS = 0.03, 0.05, 0.7
"""Shares of acts during which the database goes away, that are clicked a second time, and behind which the relay is
woken; the broker loses the others, which wait for the beat."""
FATES = {"bank": 12, "nobody": 1, "hand": 2, "undo": 2, "split": 2, "cancel": 2, "allot": 3, "late": 1}
PER_CASE = 12
"""Lines of a case in the mean: as few as courts have, for what a case's book costs grows with them."""
DEBTS = [
    *((f"d{number:02d}", "200000.00", f"2023-01-{number:02d}") for number in range(1, 11)),
    ("rest", "1000000000.00", "2023-03-31"),
]
"""Judgments for the payee of each case: what comes first pays the first, so that money found late moves the shares."""


@dataclass
class Entry:
    """A line of the bank to be, and what will be done with it."""

    serial: str
    fen: int
    fate: str

    @property
    def yuan(self) -> str:
        """As the bank writes it."""
        return f"{Decimal(self.fen) / 100:.2f}"


class Dying:
    """A line to the bank over which orders go out and now and then the worker dies before it wrote the answer down."""

    def __init__(self, line: Bank, quarter: Quarter) -> None:
        self.line, self.quarter, self.longest_call = line, quarter, 1.0

    def pay(self, order: Order) -> Answer:
        """Tell the bank, and perhaps die."""
        answer = self.line.pay(order)
        if self.quarter.chance.random() < DEATHS:
            self.quarter.faults["worker died behind an order"] += 1
            raise KeyboardInterrupt
        return answer

    def ask(self, reference: Any) -> Answer:
        """Asking breaks nothing."""
        return self.line.ask(reference)


class Quarter:
    """A court with its cases. size: lines that the bank's files bring. faults: what went wrong, by kind.

    tell: hears of every fifth day.
    """

    def __init__(
        self, seed: int, size: int, teller: Process, tell: Callable[[str], object] = lambda _word: None
    ) -> None:
        self.tell = tell
        self.chance, self.size, self.teller = random.Random(seed), size, teller  # noqa: S311
        self.faults: Counter[str] = Counter()
        self.did: Counter[str] = Counter()
        self.road = Road(self.chance, self.faults)
        with time.travel(FIRST):
            home = house()
            self.account = bank_account(home.court, home.finance)
            self.desks = [a_case(home) for _each in range(1 + max(4, size // PER_CASE))]
            self.payees = {each.about: payee(each) for each in self.desks}
        self.opening, self.keys, self.brought = Decimal(0), 0, 0
        self.yesterday: tuple[Decimal, list[list[str]]] = (Decimal(0), [])
        self.again: list[Payout] = []

    def play(self) -> None:
        """Day by day, then on until the bank has said the last of every order."""
        days = min(DAYS, max(2, self.size // 6))
        for number in range(days):
            with time.travel(time.at_local(day_of(number), 10)):
                self.money_in((self.size - self.brought + days - number - 1) // (days - number))
                self.pay_again()
                self.road.run()
            self.to_the_bank(number)
            if number % 5 == 4:  # noqa: PLR2004
                self.tell(
                    f"{day_of(number)}: {self.brought} lines, {sum(self.faults.values())} faults of ours"
                )
        for number in range(days, days + 40):
            self.to_the_bank(number)
            if not Payout.objects.filter(state="sent").exists() and number > days + 2:
                self.road.until_quiet(time.at_local(day_of(number), 20))
                return
        raise RuntimeError("orders without an end")

    def do(self, verb: Callable[..., Any], **given: Any) -> Any:
        """One act: sometimes the database goes away in its midst, sometimes it is clicked twice."""
        self.keys += 1
        given = {"key": f"q{self.keys}", "at": time.now(), **given}
        self.did[verb.__name__] += 1
        if self.chance.random() < DEATHS:
            killer = Killer(self.chance.randrange(1, 12))
            try:
                with connection.execute_wrapper(killer):
                    return verb(**given)
            except (OperationalError, InterfaceError):
                connection.close()
            self.faults["database gone in an act"] += 1
        result = verb(**given)
        if self.chance.random() < CLICKS:
            self.faults["clicked twice"] += 1
            verb(**given)
        if self.chance.random() < KICKS:
            self.road.run()
        return result

    def money_in(self, number: int) -> None:
        """The day's file with so many lines; sometimes with yesterday's again, sometimes uploaded twice."""
        entries = [self.entry() for _each in range(number)]
        self.brought += number
        clerk, today = self.desks[0].finance, time.today().isoformat()
        for entry in entries:
            if entry.fate == "hand":
                self.by_hand(entry)
        rows = [row(today, each.serial, income=each.yuan) for each in entries]
        opening, old = self.yesterday if self.chance.random() < 0.2 else (self.opening, [])  # noqa: PLR2004
        self.faults["lines sent again"] += len(old)
        content = written([*old, *rows], opening=f"{opening:.2f}")
        seen = previewed(self.account, content, clerk)
        self.do(confirm, statement_id=seen.pk, actor=clerk)
        if self.chance.random() < 0.2:  # noqa: PLR2004
            self.faults["file uploaded twice"] += 1
            try:
                taken(self.account, content, clerk)
            except Conflict:
                self.did["second file refused"] += 1
        self.yesterday = (self.opening, rows)
        self.opening += sum((Decimal(each.yuan) for each in entries), Decimal(0))
        for entry in entries:
            self.meet(entry)

    def entry(self) -> Entry:
        """A line: its amount and its fate."""
        self.keys += 1
        fate = self.chance.choices(list(FATES), list(FATES.values()))[0]
        return Entry(f"Q{self.keys:08d}", self.chance.randrange(2, 20_000_000), fate)

    def by_hand(self, entry: Entry) -> None:
        """A clerk recorded it before the bank's file came."""
        at_desk = self.desks[0]
        self.do(
            record_receipt, court=at_desk.court, amount=Decimal(entry.yuan), arrived_on=time.today(), payer_name="",
            account_tail="", bank_serial=entry.serial, remark="", actor=at_desk.officer,
        )  # fmt: skip

    def meet(self, entry: Entry) -> None:
        """The fate of one line."""
        if entry.fate == "nobody":
            return
        line = StatementLine.objects.get(account=self.account, serial=entry.serial)
        at_desk, other = self.chance.sample(self.desks, 2)
        if entry.fate == "hand":
            known = Claim.objects.get(line=line).receipt_id
            receipt = self.do(identify_receipt, receipt_id=known, about=at_desk.about, actor=at_desk.officer)
        elif entry.fate == "split":
            part = Decimal(entry.fen // 2) / 100
            self.claimed(other, line, part)
            receipt = self.claimed(at_desk, line, Decimal(entry.yuan) - part)
        else:
            receipt = self.claimed(at_desk, line, None)
        if entry.fate in ("allot", "late"):
            self.allot(at_desk, receipt, is_late=entry.fate == "late")
        if entry.fate == "undo":
            self.do(undo_claim, receipt_id=receipt.pk, reason="认错案件", actor=at_desk.officer)
            return
        self.pay_out(at_desk, receipt, cancels=entry.fate == "cancel")

    def claimed(self, at_desk: Desk, line: StatementLine, amount: Decimal | None) -> Receipt:
        """A part of a line, all that is left by default, for the case of the desk."""
        given = {
            "parts": [Part(line.pk, amount)],
            "case_id": case_of(at_desk.about),
            "actor": at_desk.officer,
        }
        return self.do(claim_for_case, **given)[0]

    def allot(self, at_desk: Desk, receipt: Receipt, *, is_late: bool) -> None:
        """案款分配 by the law; with a value day before those of the case's other money, which is then decided anew."""
        debts = [
            {"id": name, "creditor": "张三", "principal": principal, "due_on": due}
            for name, principal, due in DEBTS
        ]
        claims: dict[str, Any] = {"first_day": "next", "debts": debts, "costs": []}
        if is_late:
            claims["valued"] = {str(receipt.pk): (FIRST - dt.timedelta(days=1)).isoformat()}
        self.do(allocate_receipt, receipt_id=receipt.pk, claims=claims, actor=at_desk.officer)

    def pay_out(self, at_desk: Desk, receipt: Receipt, *, cancels: bool = False) -> None:
        """All of it or a part, approved by another; then given up or told to the bank."""
        whole = self.chance.random() < 0.8  # noqa: PLR2004
        part = receipt.amount if whole else (receipt.amount / 2).quantize(Decimal("0.01")) or receipt.amount
        route = LARGE if part > 100_000 else SMALL  # noqa: PLR2004
        given = {
            "receipt": receipt,
            "to": self.payees[at_desk.about],
            "amount": f"{part:.2f}",
            "route": route,
        }
        made = payout(at_desk, "approved", **given)
        if cancels:
            self.do(cancel_payout, payout_id=made.pk, reason="重新制单", actor=at_desk.officer)
            return
        through = Through(self.account, "direct")
        self.do(send_payout, payout_id=made.pk, actor=at_desk.finance, through=through)

    def pay_again(self) -> None:
        """What the bank gave back goes out once more, as a new run, for every second one."""
        seen = {each.pk for each in self.again}
        back = Payout.objects.filter(state="returned", run=1).exclude(pk__in=seen).select_related("receipt")
        for made in back.order_by("pk"):
            self.again.append(made)
            if self.chance.random() < 0.5 and made.receipt.state == "identified":  # noqa: PLR2004
                self.did["second run"] += 1
                self.pay_out(next(each for each in self.desks if each.about == made.about), made.receipt)

    def to_the_bank(self, number: int) -> None:
        """The workers come by twice that day, between which the bank decides."""
        line = Dying(self.teller.line, self)
        for hour in (16, 18):
            with time.travel(time.at_local(day_of(number), hour)):
                for _attempt in self.until_nothing_is_due(line):
                    pass
                self.road.run()
            self.teller.settle()

    def until_nothing_is_due(self, line: Bank) -> Iterator[int]:
        """Whoever dies is followed by another worker, who asks once the lease is over."""
        while True:
            try:
                yield transmitting.transmit(bank=line, limit=self.size + 1)
            except KeyboardInterrupt:
                continue
            return

    def told(self) -> str:
        """What was done and what went wrong, for a person."""
        errors = self.faults + Counter(
            {f"bank: {name}": n for name, n in self.teller.books()["faults"].items()}
        )
        rows = {
            "cases": len(self.desks),
            "receipts": Receipt.objects.count(),
            "payouts": Payout.objects.count(),
            "journals": Journal.objects.count(),
            "told to the cases": Event.objects.filter(kind__in=HEARD.values()).count(),
            "decisions": Allocation.objects.count(),
            "decided anew for late money": Allocation.objects.filter(late__isnull=False).count(),
        }
        ends = Counter(Payout.objects.values_list("state", flat=True))
        parts = [
            ", ".join(f"{name} {count}" for name, count in sorted(each.items()))
            for each in (rows, ends, self.did, errors)
        ]
        return f"{self.brought} lines in; " + "; ".join(parts)


def a_case(home: House) -> Desk:
    """One more case of the same people, filed and given to its officer."""
    about = assigned(home, filing(FIRST)).about
    return Desk(home.court, home.funds, home.handler, home.director, home.finance, about)


def day_of(number: int) -> dt.date:
    """The working day of the quarter with this number, weekends left out."""
    return FIRST + dt.timedelta(days=number // 5 * 7 + number % 5)
