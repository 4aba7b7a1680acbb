"""Two people at one bank file, two at one line: one does it, the other hears so, and the books stay whole."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

import pytest

from funds.actions.claiming import Part, claim_lines, undo_claim
from funds.actions.monthends import count_month_ends
from funds.actions.reminding import remind_unclaimed
from funds.actions.statements import confirm_statement
from funds.audit import differences
from funds.models import ClaimReminder, Journal, MonthEnd, Receipt, Statement, StatementLine
from kernel import time
from kernel.errors import Conflict, WrongState
from tests.factories.cases import house
from tests.factories.funds import Desk, desk
from tests.factories.statements import arrived, bank_account, confirmed, previewed, row, written
from tests.races.test_acts import Pair, fresh

ROUNDS = 4


@pytest.fixture
def pair(live_db: str) -> Iterator[Pair]:
    both = Pair()
    yield both
    both.close()


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    made = desk()
    assert made.officer.scope
    assert made.finance.scope
    return made


def several(at_desk: Desk) -> list[StatementLine]:
    """Lines of 100.00 of one statement."""
    account = bank_account(at_desk.court, at_desk.officer)
    content = written([row(time.today().isoformat(), income="100.00") for _ in range(ROUNDS)])
    return list(confirmed(account, content, at_desk.officer).lines.order_by("pk"))


def test_two_clerks_claim_one_line_for_two_cases(pair: Pair, at_desk: Desk) -> None:
    other = desk(at_desk.court)
    for line in several(at_desk):
        given = {"parts": [Part(line.pk)], "at": time.now()}
        results = pair.at_once(
            partial(claim_lines, about=at_desk.about, actor=at_desk.officer, key=fresh(), **given),
            partial(claim_lines, about=other.about, actor=at_desk.finance, key=fresh(), **given),
        )
        assert sorted(isinstance(result, WrongState) for result in results) == [False, True], results
        [refused] = [result for result in results if isinstance(result, WrongState)]
        assert refused.code == "LINE-CLAIMED"
        assert Receipt.objects.filter(claim__line=line).count() == 1
    assert list(differences()) == []


def test_two_parts_of_one_line_never_exceed_it(pair: Pair, at_desk: Desk) -> None:
    for line in several(at_desk):
        given = {"parts": [Part(line.pk, Decimal("60.00"))], "about": at_desk.about, "at": time.now()}
        results = pair.at_once(
            partial(claim_lines, actor=at_desk.officer, key=fresh(), **given),
            partial(claim_lines, actor=at_desk.finance, key=fresh(), **given),
        )
        assert sum(isinstance(result, WrongState) for result in results) == 1, results
        assert StatementLine.objects.get(pk=line.pk).claimed == Decimal("60.00")
    assert list(differences()) == []


def test_two_undo_one_claim(pair: Pair, at_desk: Desk) -> None:
    line = arrived(bank_account(at_desk.court, at_desk.officer), at_desk.officer, "100.00")
    given = {"actor": at_desk.officer, "at": time.now()}
    [receipt] = claim_lines(parts=[Part(line.pk)], about=at_desk.about, key=fresh(), **given)
    undo = partial(undo_claim, receipt_id=receipt.pk, reason="认错", **given)
    results = pair.at_once(partial(undo, key=fresh()), partial(undo, key=fresh()))
    assert sum(isinstance(result, WrongState) for result in results) == 1, results
    assert StatementLine.objects.get().claimed == 0
    assert list(differences()) == []


def test_two_workers_confirm_one_file_and_two_uploads_of_it(pair: Pair, at_desk: Desk) -> None:
    account = bank_account(at_desk.court, at_desk.officer)
    for turn in range(ROUNDS):
        content = written([row(income="100.00"), row(income="20.00")], opening=f"{120 * turn}.00")
        first = previewed(account, content, at_desk.officer)
        second = previewed(account, content, at_desk.finance)
        journals = Journal.objects.count()
        one = {"at": time.now(), "actor": at_desk.officer}
        results = pair.at_once(
            partial(confirm_statement, statement_id=first.pk, key=fresh(), **one),
            partial(confirm_statement, statement_id=second.pk, key=fresh(), **one),
        )
        assert sorted(type(result) for result in results if isinstance(result, Conflict)) == [Conflict]
        results = pair.at_once(*[partial(confirm_statement, statement_id=first.pk, key=fresh(), **one)] * 2)
        assert StatementLine.objects.count() == 2 * (turn + 1)
        assert Journal.objects.count() == journals + 1
        assert Statement.objects.filter(state="confirmed").count() == turn + 1
    assert list(differences()) == []


def test_two_beats_remind_and_count_once(pair: Pair, live_db: str) -> None:
    with time.travel("2023-08-25 10:00"):
        home = house(features=("tianjin",))
        account = bank_account(home.court, home.finance)
        arrived(account, home.finance, "100.00")
    with time.travel("2023-09-01 10:00"):
        at = time.now()
        pair.at_once(*[partial(remind_unclaimed, at=at)] * 2)
        pair.at_once(*[partial(count_month_ends, at=at)] * 2)
    assert sorted(ClaimReminder.objects.values_list("rung", flat=True)) == [0, 1]
    assert MonthEnd.objects.get().lines == 1
