"""Paying out: two people, a frozen route, and money that is paid only when the bank says so."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from documents.models import File
from documents.uploads import store_upload
from events.log import history
from funds.actions.payoutpapers import attach_slips
from funds.actions.payouts import (
    approve_payout,
    cancel_payout,
    confirm_paid,
    draft_payout,
    finance_received,
    return_payout,
    send_payout,
    submit_payout,
    to_finance,
)
from funds.audit import differences
from funds.instructing import Through
from funds.models import Instruction, Journal, Payout, PayoutSlip
from funds.routes import Route
from funds.selectors import CaseMoney, money_of
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from tests.factories.courts import court, person
from tests.factories.documents import pdf
from tests.factories.funds import LARGE, SMALL, STEPS, Desk, arrival, desk, in_custody, payee, payout, take
from tests.factories.statements import bank_account

pytestmark = pytest.mark.django_db
CARD = "6228480402564890018"


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-05-10 09:00"):
        yield desk()


def money(at_desk: Desk) -> CaseMoney:
    return money_of(at_desk.about, claimed=Decimal("80000.00"))


def events_of(made: Payout) -> list[str]:
    return [event.kind for event in history(made.stream)]


def draft(at_desk: Desk, receipt: Any, to: Any, amount: str, **fields: Any) -> Payout:
    given = {"route": SMALL, "actor": at_desk.officer, "at": time.now(), "key": f"draft {amount}"}
    return draft_payout(receipt_id=receipt.pk, payee_id=to.pk, amount=Decimal(amount), **{**given, **fields})


def test_the_straight_way_of_small_money(at_desk: Desk) -> None:
    made = payout(at_desk, "drafted", amount="100000.00")
    assert (made.way, made.run, made.account) == (SMALL, 1, None)
    made = take(at_desk, made, "submitted")
    made = take(at_desk, made, "approved")
    assert money(at_desk).custody == Decimal("100000.00")
    made = take(at_desk, made, "sent")
    there = money(at_desk)
    assert (there.custody, there.in_transit, there.paid) == (Decimal(0), Decimal("100000.00"), Decimal(0))
    made = take(at_desk, made, "paid", on=dt.date(2023, 5, 10))
    there = money(at_desk)
    assert (there.custody, there.in_transit, there.paid) == (Decimal(0), Decimal(0), Decimal("100000.00"))
    assert there.is_settled
    assert events_of(made) == [
        f"payout.{step}" for step in ("drafted", "submitted", "approved", "sent", "paid")
    ]
    *_rest, paid = history(made.stream)
    wanted = {"payout": made.pk, "receipt": made.receipt_id, "about": at_desk.about, "amount": "100000.00"}
    assert paid.data.items() >= {**wanted, "paid_on": "2023-05-10"}.items()
    assert list(differences()) == []


def test_large_money_goes_through_finance(at_desk: Desk) -> None:
    made = payout(at_desk, "submitted", amount="250000.00", route=LARGE)
    with pytest.raises(WrongState) as early:
        take(at_desk, made, "approved", key="early")
    assert early.value.code == "PAYOUT-STATE"
    with time.travel("2023-05-15 10:00"):
        made = take(at_desk, made, "to_finance", on=dt.date(2023, 5, 12))
        assert (made.state, made.to_finance_on) == ("to_finance", dt.date(2023, 5, 12))
        with pytest.raises(WrongState):
            take(at_desk, made, "approved", key="early")
        with pytest.raises(BadInput) as before:
            take(at_desk, made, "received", on=dt.date(2023, 5, 11))
        assert before.value.field == "on"
        made = take(at_desk, made, "received")
        assert made.received_on == dt.date(2023, 5, 15)
        for step in ("approved", "sent", "paid"):
            made = take(at_desk, made, step)
    kinds = events_of(made)
    assert kinds[2:4] == ["payout.to_finance", "payout.finance_received"]
    assert next(e for e in history(made.stream) if e.kind == "payout.to_finance").effective_on == dt.date(
        2023, 5, 12
    )
    assert list(differences()) == []


def test_small_money_takes_no_finance_step(at_desk: Desk) -> None:
    made = payout(at_desk, "submitted")
    with pytest.raises(WrongState):
        take(at_desk, made, "to_finance")


def test_the_route_is_frozen(at_desk: Desk) -> None:
    asked = LARGE.as_json()
    made = draft(at_desk, in_custody(at_desk, "300000.00"), payee(at_desk), "300000.00", route=asked)
    asked["via_finance"] = False
    assert Payout.objects.get(pk=made.pk).way == LARGE
    assert Route.of(LARGE.as_json()) == LARGE


@pytest.mark.parametrize("wrong", [{}, {"code": ""}, {"code": "small", "colour": "red"}])
def test_a_route_that_is_none(at_desk: Desk, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as bad:
        draft(at_desk, in_custody(at_desk), payee(at_desk), "1.00", route=wrong)
    assert bad.value.field == "route"


@pytest.mark.req("JZ-71")
class TestTwoPeople:
    def test_maker_and_submitter_do_not_approve(self, at_desk: Desk) -> None:
        at_desk.director.appointments.create(role="fund_officer", court=at_desk.court)
        asked = {"actor": at_desk.director, "requested_by": at_desk.handler}
        made = draft(at_desk, in_custody(at_desk), payee(at_desk), "1.00", **asked)
        made = take(at_desk, made, "submitted")
        self.refuses(made, at_desk.director)
        other = draft(at_desk, in_custody(at_desk), payee(at_desk), "2.00")
        submit_payout(payout_id=other.pk, actor=at_desk.director, at=time.now(), key="s")
        self.refuses(other, at_desk.director)

    def test_the_requester_does_not_approve(self, at_desk: Desk) -> None:
        receipt, to = in_custody(at_desk), payee(at_desk)
        made = draft(at_desk, receipt, to, "1.00", requested_by=at_desk.director)
        take(at_desk, made, "submitted")
        self.refuses(made, at_desk.director)
        second = person(at_desk.court, "president")
        assert approve_payout(payout_id=made.pk, actor=second, at=time.now(), key="a").checker == second

    def test_who_has_no_right_to_approve(self, at_desk: Desk) -> None:
        made = payout(at_desk, "submitted")
        with pytest.raises(NotAllowed) as refused:
            approve_payout(payout_id=made.pk, actor=at_desk.handler, at=time.now(), key="a")
        assert refused.value.code == "FUNDS-RIGHT"

    def refuses(self, made: Payout, actor: Any) -> None:
        with pytest.raises(NotAllowed) as refused:
            approve_payout(payout_id=made.pk, actor=actor, at=time.now(), key="a")
        assert refused.value.code == "FUNDS-TWO-PEOPLE"


class TestTheAmount:
    def test_not_more_than_the_receipt_has_in_custody(self, at_desk: Desk) -> None:
        in_custody(at_desk, "900.00")
        receipt = in_custody(at_desk, "100.00")
        with pytest.raises(BadInput) as refused:
            draft(at_desk, receipt, payee(at_desk), "100.01")
        assert (refused.value.field, refused.value.code) == ("amount", "PAYOUT-CUSTODY")
        assert "¥100.00" in str(refused.value)
        assert not Payout.objects.exists()

    def test_what_others_have_spoken_for_is_taken_off(self, at_desk: Desk) -> None:
        receipt = in_custody(at_desk, "100.00")
        first, second = payee(at_desk), payee(at_desk, name="李四", account=CARD)
        third = payee(at_desk, name="王五", account=CARD)
        draft(at_desk, receipt, first, "60.00")
        with pytest.raises(BadInput, match="¥40.00"):
            draft(at_desk, receipt, second, "40.01")
        made = draft(at_desk, receipt, second, "40.00")
        for step in ("submitted", "approved", "sent", "paid"):
            made = take(at_desk, made, step)
        with pytest.raises(BadInput, match="¥0.00"):
            draft(at_desk, receipt, third, "0.01")

    def test_one_running_payout_of_a_receipt_to_a_payee(self, at_desk: Desk) -> None:
        receipt, to = in_custody(at_desk, "100.00"), payee(at_desk)
        draft(at_desk, receipt, to, "10.00")
        with pytest.raises(Conflict) as refused:
            draft(at_desk, receipt, to, "20.00")
        assert refused.value.code == "PAYOUT-RUNNING"

    def test_a_case_is_paid_in_parts_to_the_fen(self, at_desk: Desk) -> None:
        receipt, to = in_custody(at_desk, "100.00"), payee(at_desk)
        for amount in ("33.33", "33.33", "33.34"):
            made = draft(at_desk, receipt, to, amount, key=f"{amount} {Payout.objects.count()}")
            for step in ("submitted", "approved", "sent", "paid"):
                made = take(at_desk, made, step)
        assert money(at_desk).is_settled
        assert money(at_desk).paid == Decimal("100.00")


class TestThePayee:
    def test_only_a_registered_payee_of_the_same_case(self, at_desk: Desk) -> None:
        stranger = payee(desk(at_desk.court))
        with pytest.raises(BadInput) as refused:
            draft(at_desk, in_custody(at_desk), stranger, "1.00")
        assert refused.value.field == "payee"

    @pytest.mark.req("JZ-10")
    def test_no_undertaking_no_submission_where_the_route_needs_one(self, at_desk: Desk) -> None:
        needs = Route(code="small", needs_undertaking=True)
        to = payee(at_desk, undertaking_file_id=None, signed_on=None)
        made = draft(at_desk, in_custody(at_desk, "50000.00"), to, "50000.00", route=needs)
        with pytest.raises(WrongState, match="没有领款承诺书") as refused:
            take(at_desk, made, "submitted")
        assert refused.value.code == "PAYOUT-UNDERTAKING"
        payee(at_desk)
        made = take(at_desk, made, "submitted")
        assert made.account.version == 2

    def test_the_account_is_frozen_and_a_change_stops_the_payout(self, at_desk: Desk) -> None:
        made = payout(at_desk, "submitted")
        payee(at_desk, account=CARD, undertaking_file_id=77)
        with pytest.raises(WrongState) as refused:
            take(at_desk, made, "approved")
        assert refused.value.code == "PAYOUT-ACCOUNT"
        approved = payout(at_desk, "approved", to=payee(at_desk, name="李四"))
        payee(at_desk, name="李四", account=CARD, undertaking_file_id=78)
        with pytest.raises(WrongState):
            take(at_desk, approved, "sent")
        assert money(at_desk).in_transit == 0

    @pytest.mark.req("JZ-10")
    @pytest.mark.parametrize("channel", ["", "file", "direct"])
    def test_another_account_is_asked_for_at_once_and_paid_to_when_it_is_in_force(
        self, at_desk: Desk, channel: str
    ) -> None:
        payee(at_desk)
        to = payee(at_desk, account=CARD, undertaking_file_id=77)
        made = payout(at_desk, "approved", to=to, amount="500.00")
        bank = bank_account(at_desk.court, at_desk.finance) if channel else None
        given = {"payout_id": made.pk, "actor": at_desk.officer, "through": bank and Through(bank, channel)}
        with time.travel("2023-05-11 08:59"):
            with pytest.raises(WrongState) as refused:
                send_payout(**given, at=time.now(), key="early")
            assert refused.value.code == "PAYOUT-COOLING"
            assert "这个账户 2023年5月11日 09:00 起才能付款：领款账户刚刚变更" in str(refused.value)
            assert "核实" in str(refused.value.fix)
            assert (money(at_desk).in_transit, events_of(made)[-1]) == (Decimal(0), "payout.approved")
            assert not Instruction.objects.exists()
        with time.travel("2023-05-11 09:00"):
            assert send_payout(**given, at=time.now(), key="due").state == "sent"


class TestReturns:
    @pytest.mark.parametrize("state", ["sent", "paid"])
    def test_all_of_it_is_in_custody_again_and_the_next_is_a_new_run(self, at_desk: Desk, state: str) -> None:
        made = payout(at_desk, state, amount="500.00")
        given = {"payout_id": made.pk, "reason": "户名不符", "on": time.today(), "actor": at_desk.officer}
        made = return_payout(**given, at=time.now(), key="back")
        assert return_payout(**given, at=time.now(), key="back").state == "returned"
        there = money(at_desk)
        assert (there.custody, there.in_transit, there.paid) == (Decimal("500.00"), Decimal(0), Decimal(0))
        *_rest, event = history(made.stream)
        assert (event.kind, event.data["was"], event.data["run"]) == ("payout.returned", state, 1)
        assert "户名不符" not in str(event.data)
        again = draft(at_desk, made.receipt, made.payee, "500.00")
        assert again.run == 2
        for step in ("submitted", "approved", "sent", "paid"):
            again = take(at_desk, again, step)
        assert money(at_desk).paid == Decimal("500.00")
        assert list(differences()) == []

    def test_what_was_not_sent_cannot_be_returned(self, at_desk: Desk) -> None:
        made = payout(at_desk, "approved")
        with pytest.raises(WrongState):
            return_payout(
                payout_id=made.pk,
                reason="退",
                on=time.today(),
                actor=at_desk.officer,
                at=time.now(),
                key="back",
            )

    def test_a_return_before_the_payment(self, at_desk: Desk) -> None:
        made = payout(at_desk, "paid")
        with pytest.raises(BadInput) as refused:
            return_payout(
                payout_id=made.pk,
                reason="退",
                on=dt.date(2023, 5, 9),
                actor=at_desk.officer,
                at=time.now(),
                key="back",
            )
        assert refused.value.field == "on"


@pytest.mark.parametrize("state", ["drafted", "submitted", "approved"])
def test_a_payout_is_cancelled_before_it_is_sent(at_desk: Desk, state: str) -> None:
    made = payout(at_desk, state)
    given = {"payout_id": made.pk, "reason": "金额有误", "actor": at_desk.officer, "at": time.now()}
    assert cancel_payout(**given, key="c").state == "cancelled"
    assert cancel_payout(**given, key="c").state == "cancelled"
    assert events_of(made)[-1] == "payout.cancelled"
    assert draft(at_desk, made.receipt, made.payee, "50000.00").run == 1
    assert list(differences()) == []


def test_sent_money_is_not_cancelled(at_desk: Desk) -> None:
    with pytest.raises(WrongState):
        cancel_payout(
            payout_id=payout(at_desk, "sent").pk,
            reason="迟了",
            actor=at_desk.officer,
            at=time.now(),
            key="c",
        )


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"bank_ref": " "}, "bank_ref"),
        ({"bank_ref": "x" * 61}, "bank_ref"),
        ({"paid_on": dt.date(2023, 5, 11)}, "paid_on"),
        ({"paid_on": dt.date(2023, 5, 9)}, "paid_on"),
    ],
)
def test_a_confirmation_is_checked(at_desk: Desk, fields: dict[str, Any], field: str) -> None:
    made = payout(at_desk, "sent")
    given = {"bank_ref": "R1", "paid_on": dt.date(2023, 5, 10), "actor": at_desk.officer, "at": time.now()}
    with pytest.raises(BadInput) as bad:
        confirm_paid(payout_id=made.pk, key="p", **{**given, **fields})
    assert bad.value.field == field
    assert Payout.objects.get(pk=made.pk).state == "sent"


def test_one_bank_receipt_confirms_one_payout(at_desk: Desk) -> None:
    given = {"bank_ref": "R1", "paid_on": dt.date(2023, 5, 10), "actor": at_desk.officer, "at": time.now()}
    confirm_paid(payout_id=payout(at_desk, "sent").pk, key="p", **given)
    second = payout(at_desk, "sent")
    with pytest.raises(BadInput) as bad:
        confirm_paid(payout_id=second.pk, key="p", **given)
    assert bad.value.field == "bank_ref"
    assert Payout.objects.get(pk=second.pk).state == "sent"


def test_the_same_key_is_the_same_act_at_every_step(at_desk: Desk) -> None:
    receipt, to = in_custody(at_desk, "300000.00"), payee(at_desk)
    given = {"route": LARGE, "key": "d"}
    made = draft(at_desk, receipt, to, "300000.00", **given)
    assert draft(at_desk, receipt, to, "300000.00", **given).pk == made.pk
    with pytest.raises(Conflict) as other:
        draft(at_desk, receipt, to, "1.00", **given)
    assert other.value.code == "FUNDS-KEY"
    for step in STEPS[1:-1]:
        take(at_desk, made, step, key=step)
        made = take(at_desk, made, step, key=step)
    paid = {"bank_ref": "R9", "paid_on": time.today(), "actor": at_desk.officer, "at": time.now()}
    confirm_paid(payout_id=made.pk, key="p", **paid)
    confirm_paid(payout_id=made.pk, key="p", **paid)
    with pytest.raises(Conflict):
        confirm_paid(payout_id=made.pk, key="p", **{**paid, "bank_ref": "R10"})
    with pytest.raises(Conflict):
        send_payout(payout_id=made.pk, actor=at_desk.officer, at=time.now(), key="p")
    assert events_of(made) == [
        "payout.drafted",
        "payout.submitted",
        "payout.to_finance",
        "payout.finance_received",
        "payout.approved",
        "payout.sent",
        "payout.paid",
    ]
    assert Journal.objects.filter(payout=made).count() == 3


def test_who_may_do_what(at_desk: Desk) -> None:
    made = payout(at_desk, "submitted", amount="250000.00", route=LARGE)
    now = {"at": time.now(), "key": "x"}
    cannot_pay, reader = person(at_desk.court, "bureau_director"), person(at_desk.court, "general_group")
    for verb in (submit_payout, to_finance, finance_received, send_payout):
        with pytest.raises(NotAllowed):
            verb(payout_id=made.pk, actor=reader, **now)
    for verb in (finance_received, send_payout):
        with pytest.raises(NotAllowed):
            verb(payout_id=made.pk, actor=cannot_pay, **now)
    with pytest.raises(NotAllowed):
        draft(at_desk, in_custody(at_desk), payee(at_desk), "1.00", actor=reader)
    for stranger in (person(court(), "fund_officer"), person(kind="party")):
        with pytest.raises(NotFound):
            to_finance(payout_id=made.pk, actor=stranger, **now)
        with pytest.raises(NotFound):
            draft(at_desk, made.receipt, made.payee, "1.00", actor=stranger)


def test_money_without_a_case_cannot_be_paid(at_desk: Desk) -> None:
    with pytest.raises(WrongState) as refused:
        draft(at_desk, arrival(at_desk), payee(at_desk), "1.00")
    assert refused.value.code == "RECEIPT-STATE"


def test_sending_takes_few_statements(at_desk: Desk, django_assert_num_queries: Any) -> None:
    made = payout(at_desk, "approved")
    _ = at_desk.officer.scope
    # book id, lock, payout, key, custody, payout, last event, event, journal, lines; 2 savepoints of the test
    with django_assert_num_queries(11):
        send_payout(payout_id=made.pk, actor=at_desk.officer, at=time.now(), key="s")


def test_a_slip_belongs_to_what_was_paid(at_desk: Desk) -> None:
    made = payout(at_desk, "sent")
    other = desk(at_desk.court)
    with transaction.atomic():
        files = [slip_of(at_desk, made.about), slip_of(at_desk, other.about)]
    given = {"payout_id": made.pk, "at": time.now(), "key": "slip"}
    with pytest.raises(WrongState, match="还没有付款凭证"):
        attach_slips(file_ids=[files[0].pk], actor=at_desk.finance, **given)
    take(at_desk, made, "paid")
    for ids, field in (([], "files"), ([files[1].pk], "files")):
        with pytest.raises(BadInput) as refused:
            attach_slips(file_ids=ids, actor=at_desk.finance, **given)
        assert refused.value.field == field
    with pytest.raises(NotAllowed):
        attach_slips(file_ids=[files[0].pk], actor=at_desk.director, **given)
    for _click in range(2):
        [slip] = attach_slips(file_ids=[files[0].pk], actor=at_desk.finance, **given)
    assert (PayoutSlip.objects.get(), slip.file, list(differences())) == (slip, files[0], [])
    with pytest.raises(DatabaseError), transaction.atomic():
        slip.delete()


def slip_of(at_desk: Desk, about: str) -> File:
    return store_upload(
        upload=SimpleUploadedFile("回单.pdf", pdf()), kind="upload", about=about, case_id=None,
        court_id=at_desk.court.pk, team_id=None, owner_id=None, actor="user:1", at=time.now(),
    )  # fmt: skip
