"""Unclaimed money: the judge hears on the next working day, the centre three later; each month's end is counted once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cases.actions.claiming import claim_for_case
from cases.models import Case
from enforcement.celery import app
from events import relay
from funds.actions.claiming import Part, undo_claim
from funds.actions.monthends import count_month_ends
from funds.actions.reminding import remind_unclaimed
from funds.audit import differences
from funds.claimtime import CLAIM, suggested
from funds.models import BankAccount, ClaimReminder, MonthEnd, Receipt, StatementLine
from kernel import time
from notices.models import Message
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent
from tests.factories.courts import person
from tests.factories.funds import arrival, desk
from tests.factories.statements import bank_account, confirmed, row, written
from tests.factories.statements import on as day
from tests.walks.stage import on

pytestmark = pytest.mark.django_db
FRIDAY = "2023-09-22 10:00"


@pytest.fixture
def home() -> House:
    made = house(features=["tianjin"])
    with on("2023-08-01"):
        bank_account(made.court, made.finance)
    return made


def filed(home: House, name: str = "云州甲公司") -> Case:
    with on("2023-09-01 09:30"):
        return assigned(home, filing("2023-09-01", applicant(), respondent(name)))


def waiting(home: House, *rows: list[str]) -> list[StatementLine]:
    confirmed(BankAccount.objects.get(court=home.court), written(rows), home.finance)
    relay.run()
    return list(StatementLine.objects.order_by("pk"))


def remind(moment: str) -> int:
    with on(moment):
        return remind_unclaimed(at=time.now())


def told(person_id: int) -> list[str]:
    return list(
        Message.objects.filter(topic="到账待认领", to_user_id=person_id).values_list("text", flat=True)
    )


@pytest.mark.req("TJ-11")
def test_the_judge_is_reminded_on_the_next_working_day_and_once(home: House) -> None:
    case = filed(home)
    with on(FRIDAY):
        [line] = waiting(home, row("2023-09-22", income="100.00", payer="云州甲公司"))
    for early in ("2023-09-22 23:00", "2023-09-24 12:00", "2023-09-25 08:59"):
        assert remind(early) == 0
    assert told(home.handler.pk) == []
    assert remind("2023-09-25 09:05") == 1
    [text] = told(home.handler.pk)
    assert "1 笔到账款共¥100.00尚未认领，可能属于本案" in text
    message = Message.objects.get(topic="到账待认领")
    assert (message.about, message.rule_id, message.state) == (case.about, "TJ-U-01", "delivered")
    made = ClaimReminder.objects.get()
    assert (made.line, made.readers, made.rung) == (line, [home.handler.pk], 0)
    assert made.due_on.isoformat() == "2023-09-25"
    assert remind("2023-09-25 17:00") == remind("2023-09-26 09:05") == 0


@pytest.mark.req("TJ-11")
def test_what_was_claimed_is_not_reminded_of(home: House) -> None:
    case = filed(home)
    with on(FRIDAY):
        [line] = waiting(home, row("2023-09-22", income="100.00", payer="云州甲公司"))
        given = {"actor": home.finance, "at": time.now(), "key": key()}
        claim_for_case(case_id=case.pk, parts=[Part(line.pk)], **given)
    assert remind("2023-09-25 09:05") == 0


def test_the_centre_hears_three_working_days_later_and_at_once_without_a_clue(home: House) -> None:
    centre = person(home.court, "command_centre")
    filed(home)
    with on(FRIDAY):
        waiting(
            home,
            row("2023-09-22", income="100.00", payer="云州甲公司"),
            row("2023-09-22", income="5.00", payer="谁也不是"),
        )
    assert remind("2023-09-25 09:05") == 2
    assert len(told(home.handler.pk)) == 1
    [text] = told(centre.pk)
    assert "1 笔到账款共¥5.00尚未认领，找不到对应的案件" in text
    assert remind("2023-09-28 08:59") == 0
    assert remind("2023-09-28 09:05") == 2
    assert len(told(centre.pk)) == 3


def test_money_recorded_by_hand_is_reminded_of_too(home: House) -> None:
    centre = person(home.court, "command_centre")
    with on(FRIDAY):
        at_desk = desk(home.court)
        arrival(at_desk, "70.00")
    assert remind("2023-09-25 09:05") == 1
    assert "¥70.00" in told(centre.pk)[0]
    assert ClaimReminder.objects.get().receipt == Receipt.objects.get()


def test_a_court_without_the_practice_reminds_nobody() -> None:
    made = house()
    with on("2023-08-01"):
        bank_account(made.court, made.finance)
    filed(made)
    with on(FRIDAY):
        waiting(made, row("2023-09-22", income="100.00", payer="云州甲公司"))
    assert remind("2023-09-28 10:00") == 0


def test_the_days_to_claim_are_a_suggestion_of_the_pack(home: House) -> None:
    with on(FRIDAY):
        found = suggested(home.court.pk, CLAIM, time.today())
    assert found is not None
    assert (found.rule.id, found.rule.wording) == ("BASE-U-01", "未写期限")
    assert found.due(day("2023-09-22")).isoformat() == "2023-09-25"
    assert found.latest_due(day("2023-09-27")).isoformat() == "2023-09-24"


def test_the_beat_names_both() -> None:
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {"funds.remind_unclaimed", "funds.count_month_ends"} <= named


def test_a_months_end_is_counted_as_it_stood(home: House) -> None:
    case = filed(home)
    with on("2023-09-28 10:00"):
        first, _second = waiting(
            home,
            row("2023-09-26", income="100.00", payer="云州甲公司"),
            row("2023-09-28", income="40.00", payer="谁也不是"),
        )
        given = {"actor": home.finance, "at": time.now()}
        [receipt] = claim_for_case(
            case_id=case.pk, parts=[Part(first.pk, Decimal("60.00"))], key=key(), **given
        )
        arrival(desk(home.court), "7.00")
    with on("2023-10-09 10:00"):
        relay.run()
        undo_claim(receipt_id=receipt.pk, reason="认错", actor=home.finance, at=time.now(), key=key())
        claim_for_case(case_id=case.pk, parts=[Part(first.pk)], actor=home.finance, at=time.now(), key=key())
    with on("2023-10-12 10:00"):
        assert count_month_ends(at=time.now()) == 2
        assert count_month_ends(at=time.now()) == 0
    august, september = MonthEnd.objects.order_by("month")
    assert (august.is_zero, august.until) == (True, None)
    assert (september.lines, september.amount) == (2, Decimal("80.00"))
    assert (september.by_hand, september.by_hand_amount) == (1, Decimal("7.00"))
    assert september.until is not None
    assert september.until.isoformat() == "2023-09-28"
    assert list(differences()) == []
