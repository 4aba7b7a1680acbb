"""What the pages of money read, in a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from funds.actions.receipts import void_receipt
from funds.books import hand_over
from funds.models import Book, Payee, Payout, Receipt
from funds.selectors import money_of, running_payouts, unidentified
from kernel import time
from tests.factories.courts import court, person, unit
from tests.factories.funds import Desk, arrival, desk, in_custody, payee, payout

pytestmark = pytest.mark.django_db
CARD = "6228480402564890018"


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-05-10 09:00"):
        yield desk()


def test_the_money_of_a_case(at_desk: Desk) -> None:
    first = in_custody(at_desk, "60000.00")
    to, other = payee(at_desk), payee(at_desk, name="李四", account=CARD)
    payout(at_desk, "paid", receipt=first, to=to, amount="20000.00")
    payout(at_desk, "sent", receipt=first, to=to, amount="5000.00")
    payout(at_desk, "approved", receipt=first, to=other, amount="1000.00")
    with time.travel("2023-05-18 09:00"):
        second = in_custody(at_desk, "10000.00")
    in_custody(desk(at_desk.court), "77777.00")
    money = money_of(at_desk.about, claimed=Decimal("80000.00"))
    assert (money.claimed, money.received, money.outstanding) == (
        Decimal("80000.00"),
        Decimal("70000.00"),
        Decimal("10000.00"),
    )
    assert (money.custody, money.in_transit, money.paid) == (
        Decimal("45000.00"),
        Decimal("5000.00"),
        Decimal("20000.00"),
    )
    assert (money.escrow, money.fee, money.is_settled) == (Decimal(0), Decimal(0), False)
    assert [(row.receipt.pk, row.custody, row.free) for row in money.receipts] == [
        (first.pk, Decimal("35000.00"), Decimal("34000.00")),
        (second.pk, Decimal("10000.00"), Decimal("10000.00")),
    ]
    assert [row.state for row in money.payouts] == ["approved", "sent", "paid"]
    assert [(row.payee.name, row.version) for row in money.payees] == [("张三", 1), ("李四", 1)]


def test_a_case_without_money(at_desk: Desk) -> None:
    money = money_of("case:987654321", claimed=Decimal("5.00"))
    assert (money.received, money.outstanding, money.receipts) == (Decimal(0), Decimal("5.00"), ())
    assert money_of(at_desk.about).is_settled


def test_more_received_than_claimed_leaves_nothing_outstanding(at_desk: Desk) -> None:
    in_custody(at_desk, "10.00")
    assert money_of(at_desk.about, claimed=Decimal("8.00")).outstanding == Decimal(0)


@pytest.mark.parametrize("rows", [1, 4])
def test_the_page_takes_seven_queries_however_much_there_is(
    at_desk: Desk, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        payout(at_desk, "paid", to=payee(at_desk, name=f"张{number}"))
    with django_assert_num_queries(7):
        money = money_of(at_desk.about)
        assert [(str(p.payee), str(p.account), str(p.maker), str(p.checker)) for p in money.payouts]
        assert [(str(row.payee), row.account_masked) for row in money.payees]
    assert len(money.payouts) == rows


def test_unidentified_money_of_the_court_oldest_first(at_desk: Desk, django_assert_num_queries: Any) -> None:
    young = arrival(at_desk, arrived_on=dt.date(2023, 5, 9))
    old = arrival(at_desk, arrived_on=dt.date(2023, 4, 30))
    in_custody(at_desk)
    gone = arrival(at_desk)
    void_receipt(receipt_id=gone.pk, reason="误登", actor=at_desk.officer, at=time.now(), key="v")
    arrival(desk())
    _ = at_desk.officer.scope
    with django_assert_num_queries(1):
        rows = list(unidentified(at_desk.officer))
        assert all(str(row.court) for row in rows)
    assert [row.pk for row in rows] == [old.pk, young.pk]
    assert [row.days_here(dt.date(2023, 5, 10)) for row in rows] == [10, 1]
    assert not unidentified(person(at_desk.court, "handler")).exists()
    assert not unidentified(person(kind="party")).exists()


def test_running_payouts_of_the_court(at_desk: Desk, django_assert_num_queries: Any) -> None:
    made = [payout(at_desk, state) for state in ("drafted", "approved", "sent")]
    payout(at_desk, "paid")
    payout(desk(), "drafted")
    _ = at_desk.officer.scope
    with django_assert_num_queries(1):
        rows = list(running_payouts(at_desk.officer))
        assert all((str(row.receipt), str(row.payee), str(row.maker)) for row in rows)
    assert [row.pk for row in rows] == [row.pk for row in made]


def test_the_money_moves_with_its_case(at_desk: Desk) -> None:
    payout(at_desk)
    team = unit(at_desk.court)
    handler, leader = person(at_desk.court, "handler"), person(at_desk.court, "team_leader", unit=team)
    models = (Book, Receipt, Payee, Payout)
    assert [model.objects.visible_to(handler).count() for model in models] == [0, 0, 0, 0]
    hand_over(about=at_desk.about, team_id=team.pk, owner_id=handler.pk)
    for reader in (handler, leader):
        assert [model.objects.visible_to(reader).count() for model in models] == [1, 1, 1, 1]
    for stranger in (person(court(), "fund_officer"), person(kind="party")):
        assert [model.objects.visible_to(stranger).count() for model in models] == [0, 0, 0, 0]
