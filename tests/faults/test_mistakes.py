"""Money that must not go out: each mistake is refused in words a clerk can act on, and nothing was written."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from funds.actions.payouts import draft_payout, send_payout
from funds.actions.receipts import release_receipt
from funds.audit import differences
from funds.instructing import Through
from funds.models import Instruction, Journal, Payout, Receipt
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, WrongState
from tests.factories.courts import court
from tests.factories.funds import SMALL, Desk, arrival, desk, granted, in_custody, payee, payout
from tests.factories.statements import bank_account


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    made = desk()
    assert made.officer.scope
    return made


def draft(at_desk: Desk, receipt: Receipt, to: Any, amount: str, key: str = "k") -> Payout:
    return draft_payout(
        receipt_id=receipt.pk, payee_id=to.pk, amount=Decimal(amount), route=SMALL, actor=at_desk.officer,
        at=time.now(), key=key,
    )  # fmt: skip


def unregistered(at_desk: Desk) -> None:
    draft(at_desk, in_custody(at_desk, "100.00"), payee(desk(at_desk.court)), "1.00")


def more_than_there_is(at_desk: Desk) -> None:
    draft(at_desk, in_custody(at_desk, "100.00"), payee(at_desk), "100.01")


def a_tenth_of_a_fen(at_desk: Desk) -> None:
    draft(at_desk, in_custody(at_desk, "100.00"), payee(at_desk), "0.001")


def nothing(at_desk: Desk) -> None:
    draft(at_desk, in_custody(at_desk, "100.00"), payee(at_desk), "0.00")


def of_nobody(at_desk: Desk) -> None:
    draft(at_desk, arrival(at_desk, "100.00"), payee(at_desk), "1.00")


def to_the_same_again(at_desk: Desk) -> None:
    receipt, to = in_custody(at_desk, "100.00"), payee(at_desk)
    draft(at_desk, receipt, to, "1.00")
    draft(at_desk, receipt, to, "1.00", key="again")


def promised_to_escrow(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "100.00")
    granted(at_desk, "escrow", "60.00", receipt)
    draft(at_desk, receipt, payee(at_desk), "40.01")


def released_while_it_is_set_aside(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "100.00")
    granted(at_desk, "refund", "60.00", receipt)
    release_receipt(receipt_id=receipt.pk, reason="认错", actor=at_desk.officer, at=time.now(), key="r")


def from_another_courts_account(at_desk: Desk) -> None:
    made = payout(at_desk, "approved", amount="100.00")
    elsewhere = desk(court())
    through = Through(bank_account(elsewhere.court, elsewhere.finance), "direct")
    send_payout(payout_id=made.pk, actor=at_desk.finance, at=time.now(), key="s", through=through)


def sent_by_a_second_clerk(at_desk: Desk) -> None:
    made = payout(at_desk, "sent", amount="100.00")
    send_payout(payout_id=made.pk, actor=at_desk.finance, at=time.now(), key="second")


@pytest.mark.parametrize(
    ("mistake", "kind", "words"),
    [
        (unregistered, BadInput, "收款人不是本案登记的领款人"),
        (more_than_there_is, BadInput, "金额超过这笔款项可以发放的余额（¥100.00）"),
        (a_tenth_of_a_fen, BadInput, "金额最多精确到分，“0.001”超出了两位小数"),
        (nothing, BadInput, "金额须大于零"),
        (of_nobody, WrongState, "款项尚未认领到案件"),
        (to_the_same_again, Conflict, "已有一笔发放正在办理"),
        (promised_to_escrow, BadInput, "金额超过这笔款项可以发放的余额（¥40.00）"),
        (released_while_it_is_set_aside, WrongState, "正在办理提存、退款"),
        (from_another_courts_account, BadInput, "付款账户不是本院的案款专户"),
        (sent_by_a_second_clerk, WrongState, "这笔发放已发出，现在不能付款"),
    ],
)
def test_refused_in_words_and_nothing_moved(
    at_desk: Desk, mistake: Callable[[Desk], None], kind: type[DomainError], words: str
) -> None:
    with pytest.raises(kind) as refused:
        mistake(at_desk)
    assert words in str(refused.value)
    assert refused.value.fix, "it says what to do"
    assert not Instruction.objects.exists()
    sent = Payout.objects.filter(state__in=["sent", "paid"]).count()
    assert Journal.objects.exclude(payout=None).count() == sent
    assert not Receipt.objects.filter(state="unidentified", book__isnull=False).exists()
    assert list(differences()) == []
