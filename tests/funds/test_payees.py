"""Registering who may be paid."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from events.log import history
from funds.bankcards import passes_luhn
from funds.models import Book, Payee, PayeeAccount
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from kernel.fields import blind_index
from tests.factories.courts import court, person
from tests.factories.funds import Desk, desk, payee

pytestmark = pytest.mark.django_db
CARD = "6222021001116245702"
OTHER_CARD = "6228480402564890018"


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-04-24 09:00"):
        yield desk()


def registered(at_desk: Desk) -> list[dict[str, Any]]:
    book = Book.objects.get(about=at_desk.about)
    return [event.data for event in history(book.stream) if event.kind == "payee.registered"]


@pytest.mark.req("JZ-10")
def test_an_account_with_its_undertaking(at_desk: Desk) -> None:
    clerk = person(at_desk.court, "filing_clerk")
    made = payee(at_desk, name=" 张三 ", account="6222 0210 0111 6245 702", actor=clerk)
    account = made.accounts.get()
    assert (made.name, made.version, made.about) == ("张三", 1, at_desk.about)
    assert account.account == CARD
    assert account.account_masked == "6222***********5702"
    assert account.has_undertaking
    assert account.signed_on == dt.date(2023, 4, 24)
    assert PayeeAccount.objects.get(account_index=blind_index(CARD, purpose="account")) == account
    (data,) = registered(at_desk)
    assert data["undertaking"] is True
    assert (data["payee"], data["about"]) == (made.pk, at_desk.about)


def test_the_number_is_nowhere_in_clear(at_desk: Desk) -> None:
    payee(at_desk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT account FROM funds_payeeaccount")
        assert CARD.encode() not in bytes(cursor.fetchone()[0])
    assert CARD not in str(registered(at_desk))
    assert "5702" not in str(registered(at_desk))


def test_without_undertaking_it_is_registered_and_says_so(at_desk: Desk) -> None:
    made = payee(at_desk, undertaking_file_id=None, signed_on=None)
    assert not made.accounts.get().has_undertaking
    assert registered(at_desk)[0]["undertaking"] is False


@pytest.mark.req("JZ-10")
def test_another_account_is_a_new_version_with_an_undertaking_signed_anew(at_desk: Desk) -> None:
    first = payee(at_desk)
    with pytest.raises(BadInput) as refused:
        payee(at_desk, account=OTHER_CARD, undertaking_file_id=31)
    assert refused.value.field == "undertaking_file_id"
    unsigned = payee(at_desk, account=OTHER_CARD, undertaking_file_id=None, signed_on=None)
    assert (unsigned.pk, unsigned.version) == (first.pk, 2)
    signed = payee(at_desk, account=OTHER_CARD, undertaking_file_id=32)
    assert signed.version == 3
    assert [
        (row.version, row.account, row.has_undertaking) for row in first.accounts.order_by("version")
    ] == [
        (1, CARD, True),
        (2, OTHER_CARD, False),
        (3, OTHER_CARD, True),
    ]
    assert [(data["version"], data["undertaking"]) for data in registered(at_desk)] == [
        (1, True),
        (2, False),
        (3, True),
    ]


@pytest.mark.req("JZ-10")
def test_another_account_by_staff_is_in_force_a_day_later_and_a_paper_neither_shortens_nor_begins_that(
    at_desk: Desk,
) -> None:
    first = payee(at_desk)
    payee(at_desk, account=OTHER_CARD, undertaking_file_id=None, signed_on=None)
    with time.travel("2023-04-24 20:00"):
        payee(at_desk, account=OTHER_CARD, undertaking_file_id=32)
    with time.travel("2023-04-26 10:00"):
        payee(at_desk, account=OTHER_CARD, undertaking_file_id=33)
        payee(at_desk, account=OTHER_CARD, undertaking_file_id=33, bank="中国农业银行云州支行")
    with time.travel("2023-04-28 10:00"):
        payee(at_desk, undertaking_file_id=34, by_payee=True)
    when = [time.local(row.in_force_at).strftime("%d %H:%M") for row in first.accounts.order_by("version")]
    assert when == ["24 09:00", "25 09:00", "25 09:00", "26 10:00", "27 10:00", "28 10:00"]
    waits = [data.get("in_force_at") for data in registered(at_desk)]
    assert [bool(each) for each in waits] == [False, True, False, False, True, False]
    assert dt.datetime.fromisoformat(waits[1]) == time.at_local(dt.date(2023, 4, 25), 9)


def test_the_table_keeps_no_account_in_force_before_it_was_registered(at_desk: Desk) -> None:
    account = payee(at_desk).accounts.get()
    account.pk, account.version = None, 2
    account.in_force_at -= dt.timedelta(seconds=1)
    with pytest.raises(IntegrityError, match="payee_account_not_before"), transaction.atomic():
        account.save(force_insert=True)


def test_what_stands_already_changes_nothing(at_desk: Desk) -> None:
    first = payee(at_desk, key="k")
    assert payee(at_desk, key="k").pk == first.pk
    assert payee(at_desk, key="another").version == 1
    assert len(registered(at_desk)) == 1
    with pytest.raises(Conflict):
        payee(at_desk, key="k", account=OTHER_CARD, undertaking_file_id=40)
    with pytest.raises(Conflict):
        payee(at_desk, name="李四", key="k")


def test_two_payees_of_one_case(at_desk: Desk) -> None:
    assert payee(at_desk).pk != payee(at_desk, name="李四", account=OTHER_CARD).pk
    assert Payee.objects.filter(about=at_desk.about).count() == 2


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"account": "6222021001116245703"}, "account"),
        ({"account": "12345"}, "account"),
        ({"account": "工商银行6222"}, "account"),
        ({"bank": "张三"}, "bank"),
        ({"bank": "6222021001116245702"}, "bank"),
        ({"name": " "}, "name"),
        ({"signed_on": None}, "signed_on"),
        ({"undertaking_file_id": None}, "signed_on"),
        ({"signed_on": dt.date(2023, 4, 25)}, "signed_on"),
    ],
)
def test_bad_input_is_refused_by_field(at_desk: Desk, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as bad:
        payee(at_desk, **fields)
    assert bad.value.field == field
    assert not Payee.objects.exists()


def test_a_card_that_fails_its_check_is_kept_with_a_reason(at_desk: Desk) -> None:
    with pytest.raises(BadInput) as bad:
        payee(at_desk, account="6222021001116245703")
    assert bad.value.detail == {"keepable": True}
    made = payee(at_desk, account="6222021001116245703", account_doubt="银行证明卡号无误")
    assert made.accounts.get().doubt == "银行证明卡号无误"


def test_company_accounts_have_no_check_digit(at_desk: Desk) -> None:
    assert payee(at_desk, name="云州公司", account="42050162860800000123").version == 1


@pytest.mark.parametrize(
    ("digits", "good"), [(CARD, True), (OTHER_CARD, True), ("79927398713", True), ("79927398710", False)]
)
def test_luhn(digits: str, good: bool) -> None:
    assert passes_luhn(digits) is good


def test_every_single_wrong_digit_is_found() -> None:
    for place in range(len(CARD)):
        for digit in "0123456789":
            wrong = CARD[:place] + digit + CARD[place + 1 :]
            assert passes_luhn(wrong) is (wrong == CARD)


def test_who_may_register(at_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        payee(at_desk, actor=person(at_desk.court, "bureau_director"))
    with pytest.raises(NotFound):
        payee(at_desk, actor=person(court(), "filing_clerk"))
    with pytest.raises(NotFound):
        payee(at_desk, actor=person(kind="party"))


def test_registration_opens_the_book_of_a_new_case(at_desk: Desk) -> None:
    at_desk.about = "case:700001"
    made = payee(at_desk)
    assert made.book.about == "case:700001"
