"""A statement's lines find their cases by number, remark and payer; a claim becomes money, clocks and a notice of the case."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cases.actions.claiming import claim_for_case
from cases.actions.money import draft_payout
from cases.actions.transfers import ask_transfer
from cases.models import Case
from deadlines.models import Deadline
from documents.models import Paper
from events import relay
from events.models import Event
from funds.actions.claiming import Part
from funds.audit import differences
from funds.models import BankAccount, Book, Payout, Proposal, StatementLine, SubAccount, Transfer
from funds.numbers import is_whole
from kernel import time
from kernel.errors import NotAllowed, WrongState
from notices.models import Message
from tests.cases.test_completing import NOTICE
from tests.factories.cases import House, applicant, assigned, complete, filing, house, key, respondent
from tests.factories.statements import bank_account, confirmed, row, written
from tests.walks.stage import money, on, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def account(home: House) -> BankAccount:
    with on("2023-09-01"):
        return bank_account(home.court, home.finance)


def case_of(home: House, *names: str, day: str = "2023-09-01", amount: str = "80000.00") -> Case:
    with on(f"{day} 09:30"):
        parties = [applicant(), *(respondent(name) for name in names)]
        return assigned(home, filing(day, *parties, amount=amount))


def lines(home: House, account: BankAccount, *rows: list[str]) -> list[StatementLine]:
    confirmed(account, written(rows), home.finance)
    relay.run()
    return list(StatementLine.objects.order_by("row"))


def proposed(line: StatementLine) -> list[tuple[str, int, list[str]]]:
    found = Proposal.objects.filter(line=line).select_related("book").order_by("rank")
    return [(each.book.about, each.score, each.reasons) for each in found]


def claim(home: House, case: Case, *parts: Part, **more: object) -> list[object]:
    given = {"actor": home.finance, "at": time.now(), "key": key(), **more}
    return claim_for_case(case_id=case.pk, parts=parts, **given)


def test_candidates_are_ranked_with_their_reasons(home: House, account: BankAccount) -> None:
    first = case_of(home, "云州甲公司")
    second = case_of(home, "云州甲公司", amount="500.00")
    number = SubAccount.objects.get(book__about=first.about).number
    with on("2023-09-26"):
        by_number, by_remark, by_payer, unknown = lines(
            home, account,
            row("2023-09-26", income="10.00", payer="乙", sub=number),
            row("2023-09-26", income="20.00", payer="云州甲公司", remark=f"付{first.number}案款"),
            row("2023-09-26", income="500.00", payer="云州甲公司"),
            row("2023-09-26", income="30.00", payer="没有这个人"),
        )  # fmt: skip
    assert proposed(by_number) == [(first.about, 100, ["sub_account"])]
    assert proposed(by_remark) == [
        (first.about, 120, ["number", "payer"]),
        (second.about, 40, ["payer"]),
    ]
    assert proposed(by_payer) == [
        (second.about, 55, ["amount", "payer"]),
        (first.about, 40, ["payer"]),
    ]
    assert proposed(unknown) == []
    assert not Event.objects.filter(kind="receipt.identified").exists()


def test_another_court_is_never_proposed(home: House, account: BankAccount) -> None:
    case = case_of(house(), "云州甲公司")
    with on("2023-09-26"):
        [line] = lines(
            home, account, row("2023-09-26", income="1.00", payer="云州甲公司", remark=case.number)
        )
    assert proposed(line) == []


@pytest.mark.req("JM-27")
def test_a_claim_starts_the_clock_and_tells_creditor_and_officer_at_once(
    home: House, account: BankAccount
) -> None:
    case = case_of(home, "云州甲公司")
    with on("2023-09-26 10:00"):
        [line] = lines(home, account, row("2023-09-26", income="100000.00", payer="云州甲公司"))
        [receipt] = claim(home, case, Part(line.pk))
        relay.run()
        told = Message.objects.filter(about=case.about, topic="payment_arrived")
        assert {message.audience for message in told} == {"applicant", "staff"}
        assert told.get(audience="staff").to_user_id == home.handler.pk
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-11").due_on.isoformat() == "2023-10-07"
    assert receipt.about == case.about
    assert list(differences()) == []


def test_two_claims_of_one_line_are_one(home: House, account: BankAccount) -> None:
    first, second = case_of(home, "云州甲公司"), case_of(home, "云州乙公司")
    with on("2023-09-26"):
        [line] = lines(home, account, row("2023-09-26", income="100.00"))
        claim(home, first, Part(line.pk))
        with pytest.raises(WrongState) as refused:
            claim(home, second, Part(line.pk))
    assert refused.value.code == "LINE-CLAIMED"


@pytest.mark.req("SQ-18")
def test_a_handler_cannot_claim(home: House, account: BankAccount) -> None:
    case = case_of(home, "云州甲公司")
    with on("2023-09-26"):
        [line] = lines(home, account, row("2023-09-26", income="100.00"))
        with pytest.raises(NotAllowed):
            claim(home, case, Part(line.pk), actor=home.handler)


@pytest.mark.req("JM-27")
def test_money_outside_the_system_is_refused_where_the_rules_forbid_it() -> None:
    home = house(packs=("JM-2022",))
    with on("2023-09-01"):
        account = bank_account(home.court, home.finance, range_prefix="")
    case = case_of(home, "云州甲公司")
    with on("2023-09-26"):
        [line] = lines(home, account, row("2023-09-26", income="100.00"))
        with pytest.raises(WrongState) as refused:
            claim(home, case, Part(line.pk))
        assert refused.value.code == "JM-G-FUND-01"
        bank_account(home.court, home.finance)
        [receipt] = claim(home, case, Part(line.pk))
    assert receipt.amount == Decimal("100.00")
    assert Book.objects.get(about=case.about).sub_account.number


@pytest.mark.req("JM-27")
def test_money_that_no_statement_shows_does_not_leave_and_stands_as_an_exception() -> None:
    home = house(packs=("JM-2022",))
    with on("2023-09-01"):
        account = bank_account(home.court, home.finance)
    case = case_of(home, "云州甲公司")
    with on("2023-09-26"):
        to = payee(home, case)
        receipt = money(home, case, "500.00", "BY-HAND")
    with on("2023-09-27"):
        asked = {"case_id": case.pk, "receipt_id": receipt.pk, "actor": home.handler, "at": time.now()}
        for number in range(2):
            with pytest.raises(WrongState) as refused:
                draft_payout(
                    payee_id=to, amount=receipt.amount, communication_record=None, key=f"p{number}", **asked
                )
            assert refused.value.code == "JM-G-FUND-01"
            with pytest.raises(WrongState) as refused:
                ask_transfer(kind="refund", amount=Decimal(1), ground="多付", key=f"r{number}", **asked)
            assert refused.value.code == "JM-G-FUND-01"
        assert not Payout.objects.exists()
        assert not Transfer.objects.exists()
        [exception] = Event.objects.filter(stream=case.about, kind="fund.off_system")
        assert exception.data["receipt"] == receipt.pk
        assert Message.objects.filter(topic="off_system").count() == 1
        lines(home, account, row("2023-09-26", "BY-HAND", income="500.00"))
        assert receipt.claim.from_statement is False
        made = draft_payout(
            payee_id=to, amount=receipt.amount, communication_record=None, **{**asked, "key": "now"}
        )
    assert made.state == "submitted"


def test_the_number_is_issued_at_filing_and_printed_on_the_notice(home: House, account: BankAccount) -> None:
    case = case_of(home, "云州甲公司")
    number = SubAccount.objects.get(book__about=case.about)
    assert is_whole(number.number)
    with on("2023-09-04 10:00"):
        complete(case, "enforcement_notice", home.handler, **{**NOTICE, "sent_on": "2023-09-04"})
    paper = Paper.objects.filter(about=case.about, kind="execution_notice").first()
    assert paper is not None
    assert number.number in str(paper.secret_facts)
    assert number.number not in str(paper.facts)
