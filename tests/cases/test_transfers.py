"""提存、退款、保证金、垫付、保险: the rules and the approvers are asked, the clocks run, the case's money stays true."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from approvals.actions.requests import assent, refuse
from approvals.models import Request
from cases.actions.completing import complete_node
from cases.actions.transfers import (
    ask_transfer,
    cancel_transfer,
    hold_transfer,
    note_cause,
    pay_transfer,
    release_transfer,
    set_deposit_aside,
)
from cases.models import Case, Fact, Node, Party
from courts.models import User
from deadlines.models import Deadline
from desk.selectors.registers import progress
from documents.models import Paper
from events.models import Event
from funds.actions.receipts import receive_for_case
from funds.audit import differences
from funds.checks import free_of
from funds.models import Receipt, Transfer
from funds.revolving import fund_of
from funds.selectors import money_of
from kernel import time
from kernel.errors import BadInput, DomainError, NotAllowed, WrongState
from measures.actions.controlling import mark_disposable
from measures.actions.disposing import Announcement, announce_auction, record_result, set_price
from measures.actions.finding import Found, add_property
from tests.factories.cases import House, applicant, assigned, complete, filing, house, key, node, respondent
from tests.factories.courts import person
from tests.factories.statements import topped_up
from tests.walks.stage import control, due, item, money, on, pay, payee, state

pytestmark = pytest.mark.django_db
OPEN = ["first_rank", "title_clear", "no_objection", "possession_checked"]


def ask(
    home: House, case: Case, kind: str, amount: str, receipt: Receipt | None = None, **more: Any
) -> Transfer:
    given = {
        "ground": "领款人书面表示拒绝领取",
        "actor": home.handler,
        "at": time.now(),
        "key": key(),
        **more,
    }
    return ask_transfer(
        case_id=case.pk,
        kind=kind,
        amount=Decimal(amount),
        receipt_id=receipt.pk if receipt else None,
        **given,
    )


def grant(*people: User) -> None:
    request = Request.objects.latest("pk")
    for each in people:
        assent(request_id=request.pk, actor=each, at=time.now(), key=key())


def go(verb: Any, case: Case, made: Transfer, actor: User, **given: Any) -> Transfer:
    given = {"at": time.now(), "key": key(), "on": time.today(), **given}
    return verb(case_id=case.pk, transfer_id=made.pk, actor=actor, **given)


@pytest.mark.req("JZ-15")
def test_money_with_a_ground_is_escrowed_within_ten_days() -> None:
    """Ground of 2023-09-26: due 2023-10-07 by the requirement's own count, the clock says why."""
    home = house()
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-09-20"):
        case = assigned(home, filing("2023-09-20"))
        receipt = money(home, case, "30000.00", "S1")
        to = payee(home, case)
    with on("2023-09-26"):
        with pytest.raises(BadInput, match="法定的提存事由"):
            ask(home, case, "escrow", "30000.00", receipt, cause="papers_incomplete")
        made = ask(home, case, "escrow", "30000.00", receipt, cause="payee_refuses")
    assert due(case, "JZ-D-14") == "2023-10-07"
    with on("2023-09-27"):
        with pytest.raises(WrongState):
            go(hold_transfer, case, made, home.funds, body="云州市公证处")
        waiting = node(case, "escrow")
        with pytest.raises(DomainError):
            complete_node(
                node_id=waiting.pk, seen_version=waiting.version, actor=home.funds, on=time.today(),
                values={"on": "2023-09-27", "body": "甲", "ground": "乙"}, at=time.now(), key=key(),
            )  # fmt: skip
        grant(home.director, vice)
    assert Paper.objects.get(case_id=case.pk, kind="escrow_decision").facts["amount"] == "30000.00"
    with on("2023-09-28"):
        with pytest.raises(BadInput, match="提存机构"):
            go(hold_transfer, case, made, home.funds, body=" ")
        go(hold_transfer, case, made, home.funds, body="云州市公证处")
    assert (state(case, "JZ-D-14"), Node.objects.get(case=case, kind="escrow").state) == ("met", "done")
    # All of it is in escrow: nothing is to be paid out until it comes back.
    assert (state(case, "JZ-D-11"), Node.objects.get(case=case, kind="payout").state) == ("met_late", "done")
    found = money_of(case.about)
    assert (found.custody, found.escrow) == (Decimal(0), Decimal(30000))
    with on("2023-10-20"):
        go(release_transfer, case, made, home.funds, reason="领款人到院领取")
        assert (state(case, "JZ-D-11"), due(case, "JZ-D-11")) == ("running", "2023-10-27")
        assert Node.objects.get(case=case, kind="payout").state == "open"
        pay(home, case, receipt, to, "B1")
    assert money_of(case.about).paid == Decimal(30000)
    assert list(differences()) == []


def test_in_luoyang_escrow_is_approved_strictly_by_the_levels_of_its_pack() -> None:
    """LY-AP-04: the director, then the president in charge; the first alone gives nothing."""
    home = house(packs=("LY-2021",))
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-09-20"):
        case = assigned(home, filing("2023-09-20"))
        receipt = money(home, case, "30000.00", "S1")
    with on("2023-09-20 11:00"):
        made = ask(home, case, "escrow", "30000.00", receipt, cause="payee_refuses")
        request = Request.objects.latest("pk")
        assert request.chain == ["bureau_director", "vice_president"]
        assert request.facts["approval_rule"] == "LY-AP-04"
    with on("2023-09-21"):
        grant(home.director)
    made.refresh_from_db()
    assert made.state == "requested"
    with on("2023-09-22"):
        grant(vice)
    made.refresh_from_db()
    assert made.state == "approved"
    with on("2023-09-23"):
        go(hold_transfer, case, made, home.funds, body="云州市公证处")
    assert money_of(case.about).escrow == Decimal(30000)


def test_what_the_approvers_refuse_is_not_escrowed_and_its_clock_falls_away() -> None:
    home = house()
    with on("2023-09-20"):
        case = assigned(home, filing("2023-09-20"))
        receipt = money(home, case, "30000.00", "S1")
    with on("2023-09-21 09:00"):
        ask(home, case, "escrow", "30000.00", receipt, cause="disputed")
    with on("2023-09-21"):
        request = Request.objects.latest("pk")
        refuse(request_id=request.pk, actor=home.director, words="没有争议", at=time.now(), key=key())
    assert (Transfer.objects.get().state, state(case, "JZ-D-14") in ("met", "running")) == (
        "cancelled",
        False,
    )


def test_what_was_approved_is_given_up_before_it_is_moved() -> None:
    """By who asked, with a reason; the escrow's ten days end, the money is free again, nothing is moved afterwards."""
    home = house()
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-09-20"):
        case = assigned(home, filing("2023-09-20"))
        receipt = money(home, case, "30000.00", "S1")
    with on("2023-09-21 09:00"):
        made = ask(home, case, "escrow", "30000.00", receipt, cause="payee_refuses")
        given = {"case_id": case.pk, "transfer_id": made.pk, "reason": "领款人来院领取", "at": time.now()}
        with pytest.raises(WrongState, match="待审批"):
            cancel_transfer(actor=home.handler, key=key(), **given)
    with on("2023-09-21"):
        grant(home.director, vice)
    with on("2023-09-21 15:00"):
        given |= {"at": time.now()}
        with pytest.raises(NotAllowed):
            cancel_transfer(actor=home.director, key=key(), **given)
        with pytest.raises(BadInput, match="理由"):
            cancel_transfer(actor=home.handler, key=key(), **{**given, "reason": " "})
        again = key()
        for _ in range(2):
            cancel_transfer(actor=home.handler, key=again, **given)
    made.refresh_from_db()
    assert (made.state, state(case, "JZ-D-14")) == ("cancelled", "cancelled")
    assert free_of(receipt) == Decimal(30000)
    with on("2023-09-22"), pytest.raises(WrongState):
        go(hold_transfer, case, made, home.funds, body="云州市公证处")
    assert list(differences()) == []


@pytest.mark.req("JZ-91")
def test_money_that_waits_is_kept_with_its_cause() -> None:
    home = house()
    with on("2023-09-20"):
        case = assigned(home, filing("2023-09-20"))
        receipt = money(home, case, "300.00", "S1")
    with on("2023-09-21"):
        given = {"case_id": case.pk, "receipt_id": receipt.pk, "actor": home.handler, "at": time.now()}
        with pytest.raises(BadInput):
            note_cause(cause="lazy", steps="电话联系", key=key(), **given)
        note_cause(cause="payee_refuses", steps="电话联系两次，当事人表示不领", key=key(), **given)
    assert Fact.objects.get(case=case, key="unpaid_cause").value == "payee_refuses"


@pytest.mark.req("JZ-72", "JZ-73")
def test_old_money_that_was_given_back_is_cleared_once_it_has_left_the_account() -> None:
    """退还 after tracing is progress like escrow, from the bank's word on; what only waits for it lies there still."""
    home = house()
    with on("2023-06-01"):
        case = assigned(home, filing("2023-06-01"))
        given = {
            "payer_name": "某公司",
            "account_tail": "1111",
            "bank_serial": "OLD",
            "remark": "",
            "at": time.now(),
        }
        receipt = receive_for_case(
            about=case.about, court=home.court, amount=Decimal(700), arrived_on=dt.date(2020, 6, 1), actor=home.funds,
            key=key(), **given,
        )  # fmt: skip
    gone = Fact.objects.filter(case=case, key="@historical_balance_zero")

    def left() -> Decimal:
        return next(each.left for each in progress(home.funds, time.today()) if each.court == home.court)

    with on("2023-06-02"):
        made = ask(home, case, "refund", "700.00", receipt, ground="经付款行查明系误付")
        assert left() == Decimal(700)
    with on("2023-06-03"):
        grant(home.director)
    with on("2023-06-04"):
        go(hold_transfer, case, made, home.finance, body="")
        assert (left(), gone.exists()) == (Decimal(700), False)
        go(pay_transfer, case, made, home.finance, bank_ref="BACK-1")
        assert (left(), gone.exists()) == (Decimal(0), True)


@pytest.mark.req("LY-45")
def test_the_fund_advances_ten_thousand_and_not_a_fen_more() -> None:
    home = house(packs=("LY-2021",))
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-06-01"):
        over = assigned(
            home, filing("2023-06-01", amount="10000.01", basis="（2022）鄂9901民初13号民事判决书")
        )
        case = assigned(home, filing("2023-06-01", amount="10000.00"))
        to = payee(home, case)
        given = {"cause": "medical_fees", "ground": "住院费用急需"}
        with pytest.raises(WrongState, match="一万元"):
            ask(home, over, "advance", "9000.00", **given)
        with pytest.raises(BadInput, match="急需"):
            ask(home, case, "advance", "9000.00", cause="none", ground="急需")
        made = ask(home, case, "advance", "10000.00", payee_id=to, **given)
        topped_up(home.court, home.finance, "50000.00")
    with on("2023-06-02"):
        grant(home.director, vice)
    with on("2023-06-03"):
        go(pay_transfer, case, made, home.finance, bank_ref="ADV-1")
    assert fund_of(home.court.pk) == Decimal(40000)
    with on("2023-06-20"):
        receipt = money(home, case, "6000.00", "S1")
    assert fund_of(home.court.pk) == Decimal(46000), "later money restores the fund first"
    assert money_of(case.about).custody == Decimal(0)
    with on("2023-06-25"):
        money(home, case, "7000.00", "S2")
    assert (fund_of(home.court.pk), money_of(case.about).custody) == (Decimal(50000), Decimal(3000))
    assert receipt.amount == Decimal(6000)
    assert list(differences()) == []


def test_a_court_whose_rules_know_no_fund_advances_nothing() -> None:
    home = house()
    with on("2023-06-01"):
        case = assigned(home, filing("2023-06-01", amount="5000.00"))
        with pytest.raises(WrongState, match="没有规定周转基金"):
            ask(home, case, "advance", "100.00", cause="medical_fees")


@pytest.mark.req("LY-46")
def test_insurance_shows_as_aid_and_not_as_recovered() -> None:
    home = house(packs=("LY-2021",))
    with on("2023-06-01"):
        case = assigned(home, filing("2023-06-01"))
        made = ask(home, case, "insurance", "20000.00", body="云州财产保险公司")
    with on("2023-06-02"):
        grant(home.director)
    with on("2023-06-05"):
        go(pay_transfer, case, made, home.finance, bank_ref="INS-1")
    found = money_of(case.about, claimed=case.claim_amount)
    assert (found.aid, found.received, found.outstanding) == (Decimal(20000), Decimal(0), Decimal(80000))


def receipt_subject_of(case: Case, receipt: Receipt) -> int:
    """What stands for a receipt in the case."""
    return Fact.objects.get(case=case, key="receipt_id", value=receipt.pk).subject_id


def announced(home: House) -> Case:
    """A house worth 500,000, whose first auction opens on 2023-07-10."""
    with on("2023-06-01"):
        case = assigned(home, filing("2023-06-01", applicant(), respondent(), amount="500000.00"))
        party = Party.objects.get(case=case, role="respondent").pk
        given = {"actor": home.handler, "at": time.now(), "on": time.today()}
        house_of = Found(party, "real_estate", "房屋", Decimal(500000))
        add_property(case_id=case.pk, item=house_of, source="declaration", key=key(), **given)
        control(home, case, "seal", "房屋")
        mark_disposable(property_id=item(case, "房屋").pk, conditions=OPEN, key=key(), **given)
        complete(case, "reference_price_start", home.handler, on=time.today(), method="online_inquiry")
        waiting = node(case, "reference_price_set")
        set_price(
            node_id=waiting.pk, seen_version=waiting.version, price=Decimal(500000), method="online_inquiry",
            report="询1", key=key(), **given,
        )  # fmt: skip
        waiting = node(case, "auction_announcement")
        terms = Announcement(time.today(), dt.date(2023, 7, 10), Decimal(400000), Decimal(50000), "甲平台")
        announce_auction(
            node_id=waiting.pk, seen_version=waiting.version, announcement=terms, actor=home.handler, at=time.now(),
            key=key(),
        )  # fmt: skip
    return case


def test_losers_get_their_deposits_back_and_the_winner_pays_with_his() -> None:
    """BASE-D-26: 24 hours from the end of the bidding; met with the last loser, not with the first."""
    home = house()
    case = announced(home)
    subject = item(case, "房屋").subject_id
    with on("2023-07-10 11:00"):
        waiting = node(case, "auction_result")
        record_result(
            node_id=waiting.pk, seen_version=waiting.version, sold=True, price=Decimal(450000), on=time.today(),
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
        receipts = [money(home, case, "50000.00", f"D{n}") for n in range(3)]
    with on("2023-07-10 14:00"):
        made = [
            set_deposit_aside(
                case_id=case.pk, receipt_id=receipt.pk, subject_id=subject, bidder=f"竞买人{n}", on=time.today(),
                actor=home.handler, at=time.now(), key=key(),
            )
            for n, receipt in enumerate(receipts)
        ]  # fmt: skip
        for each in made:
            go(hold_transfer, case, each, home.funds, body="")
        with pytest.raises(NotAllowed):
            go(pay_transfer, case, made[0], home.handler, bank_ref="X")
    clock = Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-26")
    assert (clock.subject_id, clock.state) == (subject, "running")
    assert clock.due_at == dt.datetime.fromisoformat("2023-07-11T11:00:00+08:00")
    with on("2023-07-10 15:00"):
        go(release_transfer, case, made[2], home.funds, reason="成交，抵作价款")
        go(pay_transfer, case, made[0], home.finance, bank_ref="BACK-1")
    assert state(case, "BASE-D-26") == "running", "one loser still waits"
    with on("2023-07-10 16:30"):
        go(pay_transfer, case, made[1], home.finance, bank_ref="BACK-2")
    assert state(case, "BASE-D-26") == "met"
    last = Event.objects.filter(stream=case.about, kind="transfer.paid_noted").latest("pk")
    assert "losing_deposits_returned" in str(last.data)
    found = money_of(case.about)
    assert (found.custody, found.deposit) == (Decimal(50000), Decimal(0))
    # Nobody is to be paid a loser's deposit; the winner's has become the price and waits for its payout.
    subjects = [case.subjects.get(pk=receipt_subject_of(case, each)) for each in receipts]
    clocks = Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-12", state="running")
    assert set(clocks.values_list("subject_id", flat=True)) == {subjects[2].pk}
    assert {row.subject_id for row in Node.objects.filter(case=case, kind="payout", state="open")} == {
        subjects[2].pk
    }
    assert list(differences()) == []
