"""What a finance clerk reads while a payment hangs between the system and the bank, and what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from cases.actions.money import approve_payout
from desk.onetime import new_key
from funds import transmitting
from funds.audit import differences
from funds.models import BankAccount, Instruction, Journal, Payout
from kernel import time
from tests.conftest import cluster
from tests.desk.test_payment_pages import asked
from tests.factories.bank import Process, bank
from tests.factories.cases import House, house, key
from tests.factories.forms import signed_in, text_of
from tests.factories.pages import main
from tests.factories.statements import bank_account
from tests.faults.test_bank import Dies, go
from tests.walks.stage import on

WAITS = "还有 1 笔付款已发出、银行没有答复；导入回盘或者查明后再结。"


class Ends:
    """The database ends the connection right before the first statement with these words."""

    def __init__(self, words: str) -> None:
        self.words, self.has_ended = words, False

    def __call__(self, execute: Any, sql: str, *arguments: Any) -> Any:
        if not self.has_ended and self.words in sql:
            self.has_ended = True
            with cluster() as server:
                server.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
        return execute(sql, *arguments)


@pytest.fixture
def home(live_db: str) -> House:
    return house()


@pytest.fixture
def teller(home: House, tmp_path: Path) -> Iterator[Process]:
    with bank(tmp_path) as process:
        yield process


@pytest.fixture
def account(home: House) -> BankAccount:
    return bank_account(home.court, home.finance)


def approved(home: House) -> Payout:
    """A payout of 100.50 that waits to be paid."""
    (made,) = asked(home, 1)
    with on("2023-05-11 10:00"):
        given = {"payout_id": made.pk, "actor": home.director, "at": time.now(), "key": key()}
        return approve_payout(case_id=made.book.case_id, **given)


def pay(client: Client, made: Payout, account: BankAccount, act_key: str = "") -> Any:
    """银企直连 of one payout, confirmed."""
    form = {"act_key": act_key or new_key(), "selected": [made.pk], "account": account.pk, "confirmed": 1}
    return client.post("/finance/payments/do/direct", form)


def of(made: Payout) -> tuple[str, int, int]:
    """Its state, how often the bank is to be told, its journals."""
    told, booked = Instruction.objects.filter(payout=made), Journal.objects.filter(payout=made)
    return Payout.objects.get(pk=made.pk).state, told.count(), booked.count()


def test_the_database_stopped_in_mid_payout_is_said_and_the_same_click_pays_once(
    home: House, account: BankAccount
) -> None:
    made = approved(home)
    with on("2023-05-11 11:00"):
        client = signed_in(home.finance)
        client.raise_request_exception = False
        once = new_key()
        ending = Ends("INSERT INTO funds_journal")
        with connection.execute_wrapper(ending):
            broken = pay(client, made, account, once)
        connection.close()
        assert ending.has_ended
        assert broken.status_code == 500
        page = text_of(broken)
        assert "这是系统的问题，不是操作有误。刚才这一步没有保存。" in page
        assert "请稍后再试" in page
        assert of(made) == ("approved", 0, 0)
        assert list(differences()) == []
        for _click in range(2):
            assert pay(client, made, account, once).status_code == 302
        assert of(made) == ("sent", 1, 1)
    assert list(differences()) == []


@pytest.mark.parametrize("how", ["timeout", "killed"])
def test_a_payment_of_which_nobody_knows_stands_on_the_days_close_until_the_bank_is_asked(
    home: House, account: BankAccount, teller: Process, how: str
) -> None:
    """The bank accepts and its answer times out, or the worker dies before it wrote the answer down."""
    made = approved(home)
    with on("2023-05-11 11:00"):
        client = signed_in(home.finance)
        assert pay(client, made, account).status_code == 302
        if how == "timeout":
            teller.next("timeout")
            transmitting.transmit(bank=teller.line)
        else:
            with pytest.raises(KeyboardInterrupt):
                go(Dies(teller.line))
        page = main(client.get("/finance/close"))
        assert WAITS in page
        assert "已发出" in main(client.get(made_page(made)))
        assert list(differences()) == []
        teller.settle()
        go(teller.line, times=4)
        assert of(made) == ("paid", 1, 3)
        page = main(client.get("/finance/close"))
        assert "银行没有答复" not in page
        assert "银行确认付款" in main(client.get(made_page(made)))
    books = teller.books()
    assert [(row["received"], row["fen"]) for row in books["orders"]] == [(1, int(Decimal("100.50") * 100))]
    teller.assert_same()
    assert list(differences()) == []


def made_page(made: Payout) -> str:
    """来龙去脉 of a payout."""
    return f"/cases/{made.book.case_id}/money/payout/{made.pk}/"
