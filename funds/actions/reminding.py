"""催领 (TJ-11): who may know whose money it is hears of what nobody has claimed, rung by rung of the court's rule."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from courts.models import Court
from deadlines.ladder import instants_of
from deadlines.receivers import Directory
from funds.claimtime import REMIND, Suggested, suggested
from funds.models import BankAccount, Book, ClaimReminder, Proposal, Receipt, StatementLine
from kernel import time
from kernel.dates import long_date
from kernel.money import format_yuan
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level
from regimes.vocabulary import Ladder, load_vocabulary

TOPIC = "到账待认领"
TOGETHER = 500
"""Lines of one transaction."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line, or a receipt recorded by hand, and the books it most likely belongs to; none where there is no clue."""

    thing: StatementLine | Receipt
    booked_on: dt.date
    amount: Decimal
    books: tuple[Book, ...]

    @property
    def named(self) -> dict[str, Any]:
        """What a reminder of it refers to."""
        return {"line" if isinstance(self.thing, StatementLine) else "receipt": self.thing}


def remind_unclaimed(*, at: dt.datetime) -> int:
    """Remind of everything whose rung has come, in every court whose rules ask for it; returns how many reminders.

    Each rung of each line once, however often it runs; a statement that comes late is reminded of at once.
    """
    done = 0
    today = time.today(at)
    with_money = Court.objects.filter(
        Exists(BankAccount.objects.filter(court=OuterRef("pk")))
        | Exists(Receipt.objects.unidentified().filter(court=OuterRef("pk")))
    )
    for court_id in with_money.order_by("pk").values_list("pk", flat=True):
        rule = suggested(court_id, REMIND, today)
        ladder = load_vocabulary().ladders.get(rule.rule.ladder) if rule else None
        if rule is None or ladder is None:
            continue
        for rung in range(len(ladder.rungs)):
            while found := _remind(court_id, rule, ladder, rung, at):
                done += found
    return done


def _remind(court_id: int, rule: Suggested, ladder: Ladder, rung: int, at: dt.datetime) -> int:
    """The next lines of a rung; returns how many were reminded of, 0 when none is left."""
    booked_until = _booked_until(rule, ladder, rung, at)
    if booked_until is None:
        return 0
    with transaction.atomic(durable=True):
        # The lock of the court's row makes two workers take turns; the second finds nothing left.
        Court.objects.select_for_update(no_key=True).get(pk=court_id)
        waiting = _waiting(court_id, booked_until, rung)
        told = _tell(court_id, waiting, rule, ladder, rung, at)
        ClaimReminder.objects.bulk_create(
            ClaimReminder(
                court_id=court_id,
                rule_id=rule.rule.id,
                rung=rung,
                due_on=rule.due(each.booked_on),
                told_at=at,
                readers=told[each.thing],
                **each.named,
            )
            for each in waiting
        )
    return len(waiting)


def _booked_until(rule: Suggested, ladder: Ladder, rung: int, at: dt.datetime) -> dt.date | None:
    """The latest booking day whose rung has come; None when not even the oldest could."""
    day = rule.latest_due(time.today(at))
    for _step in range(60):
        if instants_of(ladder, rule.due(day), rule.calendar)[rung] <= at:
            return day
        day -= dt.timedelta(days=1)
    return None


def _waiting(court_id: int, until: dt.date, rung: int) -> list[Waiting]:
    """The oldest that no reminder of this rung has been written for. Four queries."""
    reminded = ClaimReminder.objects.filter(line=OuterRef("pk"), rung=rung)
    lines = StatementLine.objects.unclaimed().filter(
        ~Exists(reminded), court_id=court_id, booked_on__lte=until
    )
    found: list[Any] = list(lines.order_by("booked_on", "pk")[:TOGETHER])
    likeliest = Proposal.objects.filter(line__in=found).order_by("line_id", "rank").select_related("book")
    best: dict[int, list[Proposal]] = defaultdict(list)
    for proposal in likeliest:
        if not best[proposal.line_id] or proposal.score == best[proposal.line_id][0].score:
            best[proposal.line_id].append(proposal)
    rows = [
        Waiting(line, line.booked_on, line.rest, tuple(proposal.book for proposal in best[line.pk]))
        for line in found
    ]
    by_hand = Receipt.objects.unidentified().filter(
        ~Exists(ClaimReminder.objects.filter(receipt=OuterRef("pk"), rung=rung)),
        court_id=court_id,
        arrived_on__lte=until,
    )
    receipts = by_hand.order_by(F("arrived_on"), "pk")[:TOGETHER]
    return rows + [Waiting(receipt, receipt.arrived_on, receipt.amount, ()) for receipt in receipts]


def _tell(
    court_id: int, waiting: Sequence[Waiting], rule: Suggested, ladder: Ladder, rung: int, at: dt.datetime
) -> Mapping[Any, list[int]]:
    """One notice for each reader and case; returns whom each line was told to."""
    directory = Directory(time.today(at))
    directory.learn({court_id}, {book.owner_id for each in waiting for book in each.books} - {None})
    told: dict[Any, list[int]] = defaultdict(list)
    grouped: dict[tuple[int | None, Book | None], list[Waiting]] = defaultdict(list)
    for each in waiting:
        for book in each.books or (None,):
            for reader in _readers(directory, ladder, rung, court_id, book):
                grouped[reader, book].append(each)
                if reader is not None and reader not in told[each.thing]:
                    told[each.thing].append(reader)
    tell_staff(
        [_notice(court_id, book, reader, rule, rung, group) for (reader, book), group in grouped.items()],
        at=at,
    )
    return told


def _readers(
    directory: Directory, ladder: Ladder, rung: int, court_id: int, book: Book | None
) -> list[int | None]:
    """Who holds the roles of the rung; where nobody does (no case, no handler yet), those of the rungs behind it."""
    team_id, owner_id = (book.team_id, book.owner_id) if book else (None, None)
    for step in ladder.rungs[rung:]:
        people = [
            person
            for role in step.to
            for person in directory.people(role, court_id=court_id, team_id=team_id, owner_id=owner_id)
        ]
        if people:
            return list(dict.fromkeys(people))
    return [None]


def _notice(
    court_id: int, book: Book | None, reader: int | None, rule: Suggested, rung: int, group: Iterable[Waiting]
) -> StaffNotice:
    listed = sorted(group, key=lambda each: (each.booked_on, each.thing.pk))
    facts = {
        "n": len(listed),
        "amount": format_yuan(sum((each.amount for each in listed), Decimal(0))),
        "day": long_date(listed[0].booked_on),
    }
    text = (
        _("%(n)d 笔到账款共%(amount)s尚未认领，可能属于本案，最早%(day)s到账。请告知案款专管是否认领。")
        if book
        else _("%(n)d 笔到账款共%(amount)s尚未认领，找不到对应的案件，最早%(day)s到账。请协助查找。")
    )
    about = book.about if book else f"unclaimed:{court_id}"
    first = min((name, each.thing.pk) for each in listed for name in each.named)
    return StaffNotice(
        court_id=court_id,
        team_id=book.team_id if book else None,
        owner_id=book.owner_id if book else None,
        about=about,
        case_id=book.case_id if book else None,
        topic=TOPIC,
        rule_id=rule.rule.id,
        node="",
        level=Level.WARN.value,
        to_user_id=reader,
        text=text % facts,
        key=f"unclaimed:{court_id}/{first[0]}{first[1]}/{rung}/{about}/{reader or ''}",
    )
