"""Money arrives, is identified, is released again, or never was."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from events.log import history
from funds.actions.payouts import cancel_payout
from funds.actions.receipts import (
    identify_receipt,
    receive_for_case,
    record_receipt,
    release_receipt,
    void_receipt,
)
from funds.audit import differences
from funds.books import hand_over, open_book
from funds.models import Book, Journal, Receipt
from funds.selectors import money_of
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from tests.factories.courts import court, person, unit
from tests.factories.funds import Desk, arrival, desk, in_custody, payout

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-05-10 09:00"):
        yield desk()


def identify(at_desk: Desk, receipt: Receipt, **fields: Any) -> Receipt:
    given = {"about": at_desk.about, "actor": at_desk.officer, "at": time.now(), "key": "identify"}
    return identify_receipt(receipt_id=receipt.pk, **{**given, **fields})


def events_of(receipt: Receipt) -> list[str]:
    return [event.kind for event in history(receipt.stream)]


def test_arrival_stands_unidentified(at_desk: Desk) -> None:
    receipt = arrival(at_desk, "60000.00", arrived_on=dt.date(2023, 5, 9))
    assert (receipt.state, receipt.book, receipt.about) == ("unidentified", None, "")
    event = next(history(receipt.stream))
    assert (event.kind, event.effective_on, event.data["amount"]) == (
        "receipt.arrived",
        dt.date(2023, 5, 9),
        "60000.00",
    )
    journal = Journal.objects.get()
    assert (journal.event, journal.on, journal.key) == (
        event,
        dt.date(2023, 5, 9),
        f"receipt:{receipt.pk}/arrived",
    )
    assert list(differences()) == []


def test_identification_moves_it_into_the_custody_of_its_case(at_desk: Desk) -> None:
    team, handler = unit(at_desk.court), person(at_desk.court, "handler")
    hand_over(about=at_desk.about, team_id=team.pk, owner_id=handler.pk)
    receipt = arrival(at_desk, "60000.00", arrived_on=dt.date(2023, 5, 9))
    assert not Receipt.objects.visible_to(handler).exists()
    receipt = identify(at_desk, receipt)
    book = Book.objects.get(about=at_desk.about)
    assert (receipt.state, receipt.book, receipt.about) == ("identified", book, at_desk.about)
    assert (receipt.team_id, receipt.owner_id) == (team.pk, handler.pk)
    assert Receipt.objects.visible_to(handler).get() == receipt
    *_first, event = history(receipt.stream)
    wanted = {"receipt": receipt.pk, "book": book.pk, "about": at_desk.about}
    assert event.kind == "receipt.identified"
    assert event.data.items() >= {**wanted, "amount": "60000.00", "arrived_on": "2023-05-09"}.items()
    assert money_of(at_desk.about).custody == Decimal("60000.00")
    assert list(differences()) == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"arrived_on": dt.date(2023, 5, 11)}, "arrived_on"),
        ({"account_tail": "62220210"}, "account_tail"),
        ({"account_tail": "12a"}, "account_tail"),
    ],
)
def test_bad_input_is_refused_by_field_and_writes_nothing(
    at_desk: Desk, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as bad:
        arrival(at_desk, **fields)
    assert bad.value.field == field
    assert not Receipt.objects.exists()


def test_who_may_record_and_for_which_court(at_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        arrival(at_desk, actor=person(at_desk.court, "handler"))
    with pytest.raises(NotAllowed):
        arrival(at_desk, actor=person(court(), "fund_officer"))
    receipt = arrival(at_desk)
    with pytest.raises(NotAllowed):
        identify(at_desk, receipt, actor=person(at_desk.court, "bureau_director"))
    stranger = person(court(), "fund_officer")
    with pytest.raises(BadInput) as unknown:
        identify(at_desk, receipt, actor=stranger)
    assert unknown.value.field == "about"
    theirs = desk(court())
    with pytest.raises(NotFound):
        identify(theirs, receipt)
    assert receipt.journals.count() == 1


def test_the_same_key_or_the_same_bank_serial_adds_nothing(at_desk: Desk) -> None:
    first = arrival(at_desk, key="k", bank_serial="S1")
    assert arrival(at_desk, key="k", bank_serial="S1").pk == first.pk
    assert arrival(at_desk, key="another click", bank_serial="S1").pk == first.pk
    with pytest.raises(Conflict) as other_amount:
        arrival(at_desk, "1.00", key="another click", bank_serial="S1")
    assert other_amount.value.code == "RECEIPT-SERIAL"
    with pytest.raises(Conflict) as other_input:
        arrival(at_desk, "1.00", key="k", bank_serial="S2")
    assert other_input.value.code == "FUNDS-KEY"
    assert (Receipt.objects.count(), Journal.objects.count()) == (1, 1)
    identify(at_desk, first)
    identify(at_desk, first)
    assert events_of(first) == ["receipt.arrived", "receipt.identified"]


def test_two_courts_may_have_one_serial(at_desk: Desk) -> None:
    arrival(at_desk, bank_serial="S1")
    assert arrival(desk(), bank_serial="S1").pk
    assert Receipt.objects.count() == 2


def test_entries_without_a_serial_are_told_apart_by_their_key(at_desk: Desk) -> None:
    assert arrival(at_desk, bank_serial="").pk != arrival(at_desk, bank_serial="").pk


def test_an_identified_receipt_is_not_identified_again(at_desk: Desk) -> None:
    receipt = in_custody(at_desk)
    other = desk(at_desk.court)
    with pytest.raises(WrongState) as refused:
        identify(other, receipt, key="second")
    assert refused.value.code == "RECEIPT-STATE"
    with pytest.raises(Conflict):
        identify(other, receipt, key="identify")
    with pytest.raises(BadInput):
        identify(at_desk, arrival(at_desk), about="case:999999")


def test_money_of_one_court_does_not_go_into_a_book_of_another(at_desk: Desk) -> None:
    theirs = desk(court(parent=at_desk.court.parent))
    of_both = person(at_desk.court, "fund_officer")
    of_both.appointments.create(role="fund_officer", court=theirs.court)
    receipt = arrival(at_desk)
    with pytest.raises(BadInput, match="同一法院"):
        identify(theirs, receipt, actor=of_both)


def test_a_wrong_identification_is_reversed_and_made_anew(at_desk: Desk) -> None:
    wrong, right = at_desk, desk(at_desk.court)
    receipt = in_custody(wrong, "700.00")
    given = {"receipt_id": receipt.pk, "reason": "认错案件", "actor": at_desk.officer, "at": time.now()}
    receipt = release_receipt(**given, key="release")
    assert (receipt.state, receipt.book, receipt.about, receipt.owner_id) == ("unidentified", None, "", None)
    assert release_receipt(**given, key="release").state == "unidentified"
    receipt = identify(right, receipt, actor=at_desk.officer, key="again")
    receipt = release_receipt(**given, key="release again")
    receipt = identify(right, receipt, actor=at_desk.officer, key="third")
    assert (money_of(wrong.about).custody, money_of(right.about).custody) == (Decimal(0), Decimal("700.00"))
    released = [event for event in history(receipt.stream) if event.kind == "receipt.released"]
    assert released[0].data["about"] == wrong.about
    assert Journal.objects.filter(kind="reversal", reverses__kind="identification").count() == 2
    assert list(differences()) == []


@pytest.mark.parametrize("state", ["drafted", "approved", "sent", "paid"])
def test_money_spoken_for_or_spent_is_not_released(at_desk: Desk, state: str) -> None:
    receipt = in_custody(at_desk)
    payout(at_desk, state, receipt=receipt, amount="1.00")
    given = {"receipt_id": receipt.pk, "reason": "认错", "actor": at_desk.officer, "at": time.now()}
    with pytest.raises(WrongState) as refused:
        release_receipt(**given, key="release")
    assert refused.value.code == "RECEIPT-SPENT"


def test_a_cancelled_payout_frees_the_receipt(at_desk: Desk) -> None:
    made = payout(at_desk, "approved")
    given = {"reason": "重新核对", "actor": at_desk.officer, "at": time.now()}
    cancel_payout(payout_id=made.pk, key="cancel", **given)
    assert release_receipt(receipt_id=made.receipt_id, key="release", **given).state == "unidentified"


def test_a_receipt_that_never_arrived_is_voided_and_its_serial_is_free(at_desk: Desk) -> None:
    receipt = arrival(at_desk, bank_serial="S1")
    given = {"reason": "重复登记", "actor": at_desk.officer, "at": time.now()}
    assert void_receipt(receipt_id=receipt.pk, key="void", **given).state == "voided"
    assert void_receipt(receipt_id=receipt.pk, key="void", **given).state == "voided"
    with pytest.raises(WrongState):
        identify(at_desk, receipt)
    assert arrival(at_desk, bank_serial="S1").pk != receipt.pk
    with pytest.raises(WrongState):
        void_receipt(receipt_id=in_custody(at_desk).pk, key="void", **given)
    assert list(differences()) == []


def test_events_carry_no_free_text(at_desk: Desk) -> None:
    receipt = arrival(at_desk, payer_name="张三丰", remark="手机13800138000", account_tail="7788")
    void_receipt(receipt_id=receipt.pk, reason="张三丰重复", actor=at_desk.officer, at=time.now(), key="v")
    written = str([event.data for event in history(receipt.stream)])
    assert not any(text in written for text in ("张三丰", "13800138000", "7788"))


def test_the_book_of_a_case_is_opened_once(at_desk: Desk) -> None:
    again = open_book(court_id=at_desk.court.pk, about=at_desk.about, at=time.now())
    assert again.pk == Book.objects.get(about=at_desk.about).pk
    assert again.case_id == int(at_desk.about.removeprefix("case:"))
    with pytest.raises(Conflict):
        open_book(court_id=court().pk, about=at_desk.about, at=time.now())


def test_recording_takes_few_statements(at_desk: Desk, django_assert_max_num_queries: Any) -> None:
    _ = at_desk.officer.scope
    given = {"payer_name": "", "account_tail": "", "bank_serial": "S", "remark": "", "key": "k"}
    with time.travel("2023-05-10 09:00"), django_assert_max_num_queries(11):
        record_receipt(
            court=at_desk.court,
            amount=Decimal(5),
            arrived_on=dt.date(2023, 5, 10),
            actor=at_desk.officer,
            at=time.now(),
            **given,
        )


def received(at_desk: Desk, **fields: Any) -> Receipt:
    given = {
        "about": at_desk.about, "court": at_desk.court, "amount": Decimal("60000.00"),
        "arrived_on": dt.date(2023, 5, 9), "payer_name": "李四", "account_tail": "1001", "bank_serial": "S-9",
        "remark": "", "actor": at_desk.officer, "at": time.now(), "key": "received",
    }  # fmt: skip
    return receive_for_case(**{**given, **fields})


def test_money_of_a_known_case_is_recorded_and_claimed_at_once(at_desk: Desk) -> None:
    receipt = received(at_desk)
    assert (receipt.state, receipt.about) == ("identified", at_desk.about)
    assert events_of(receipt) == ["receipt.arrived", "receipt.identified"]
    assert received(at_desk).pk == receipt.pk
    assert money_of(at_desk.about).custody == Decimal("60000.00")
    assert list(differences()) == []


def test_an_entry_that_waited_is_claimed_and_one_of_another_case_is_refused(at_desk: Desk) -> None:
    with_serial = {"bank_serial": "S-9", "arrived_on": dt.date(2023, 5, 9)}
    waiting = arrival(at_desk, "60000.00", **with_serial)
    assert received(at_desk).pk == waiting.pk
    other = open_book(court_id=at_desk.court.pk, about="case:999", at=time.now())
    with pytest.raises(WrongState):
        received(at_desk, about=other.about, key="another")
    assert Receipt.objects.count() == 1


def test_nothing_stands_when_the_claim_is_refused(at_desk: Desk) -> None:
    with pytest.raises(BadInput):
        received(at_desk, about="case:404")
    assert Receipt.objects.count() == 0
