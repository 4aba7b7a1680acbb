"""The trail of money: from a payout down to the receipt and the bank's line and up again, with every journal."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from desk.selectors.money_tab import bar
from desk.selectors.trail import Standing, standing_of
from funds.actions.allocating import allocate_receipt
from funds.actions.claiming import Part, claim_lines
from funds.actions.receipts import identify_receipt, release_receipt
from funds.models import Claim, Journal, Payout, Receipt
from funds.selectors import money_of
from kernel import time
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent
from tests.factories.courts import court, person
from tests.factories.pages import client_of, main
from tests.factories.statements import bank_account, confirmed, row, written
from tests.walks.stage import money, on, pay, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(db: None) -> tuple[House, Case, Case]:
    """50,000 came in one line of the bank: 30,000 is the first case's, 20,000 the second's; the first is paid out."""
    home = house()
    with on("2023-05-08"):
        account = bank_account(home.court, home.finance)
        first = assigned(home, filing("2023-05-08"))
        second = assigned(
            home, filing("2023-05-08", applicant("王五"), respondent("赵六"), amount="90000.00")
        )
        payee(home, first)
    with on("2023-05-10"):
        content = written([row("2023-05-09", "BANK-1", income="50000.00", payer="李四")])
        confirmed(account, content, home.funds)
        line = account.lines.get()
        for case, amount in ((first, "30000.00"), (second, "20000.00")):
            claim_lines(
                parts=[Part(line.pk, Decimal(amount))],
                about=case.about,
                actor=home.funds,
                at=time.now(),
                key=key(),
            )
    with on("2023-05-11"):
        pay(home, first, Receipt.objects.get(about=first.about), payee_of(first), "PAID-1")
    return home, first, second


def payee_of(case: Case) -> int:
    return money_of(case.about).payees[0].payee_id


def inside(answer: HttpResponse) -> str:
    """The page's own part, with its tags."""
    return answer.content.decode().partition('<main class="c-main"')[2].partition("</main>")[0]


def follow(browser: Client, page: str, words: str) -> str:
    """Click the link with these words within the page's own part."""
    found = re.search(rf'<a[^>]*href="([^"]+)"[^>]*>\s*{re.escape(words)}\s*<', page)
    assert found, words
    answer = browser.get(found[1])
    assert answer.status_code == 200
    return inside(answer)


def test_from_the_payout_down_to_the_banks_line_and_up_again(told: tuple[House, Case, Case]) -> None:
    home, first, second = told
    with on("2023-05-12"):
        browser = client_of(home.handler)
        tab = inside(browser.get(f"/cases/{first.pk}/money/"))
        assert "到位" in tab
        payout = follow(browser, tab, "¥30,000.00")
        assert "PAID-1" in payout
        assert "银行确认付款" in payout
        receipt = follow(browser, payout, "¥30,000.00")
        assert "去向" in receipt
        line = follow(browser, receipt, "¥50,000.00")
        assert "BANK-1" in line
        assert "认领到其他案件" in line
        assert second.number not in line, "what a line brought to another case stays a sum"
        again = follow(browser, line, "到账 ¥30,000.00")
        assert "PAID-1" in follow(browser, again, "发放 ¥30,000.00 给张三")


def test_every_journal_of_the_case_stands_with_its_event(told: tuple[House, Case, Case]) -> None:
    home, first, second = told
    with on("2023-05-12"):
        browser = client_of(home.handler)
        page = main(browser.get(f"/cases/{first.pk}/money/journals/"))
        sheet = browser.get(f"/cases/{first.pk}/money/journals/?format=xlsx")
        assert b"".join(sheet.streaming_content).startswith(b"PK")
    mine = Journal.objects.filter(receipt__about=first.about)
    assert mine.count() > 2
    for each in mine.select_related("event"):
        assert f"{each.event.stream}/{each.event.seq}" in page
    others = Journal.objects.filter(receipt__about=second.about).latest("pk")
    assert f"分录 {others.pk} 号" not in page


def test_another_court_and_another_case_find_no_trail(told: tuple[House, Case, Case]) -> None:
    home, first, second = told
    payout, receipt, line = (
        Payout.objects.get(),
        Receipt.objects.get(about=first.about),
        Claim.objects.first().line,
    )
    with on("2023-05-12"):
        stranger, own = client_of(person(court(), "fund_officer")), client_of(home.handler)
        for path in (f"payout/{payout.pk}", f"receipt/{receipt.pk}", f"line/{line.pk}"):
            assert stranger.get(f"/cases/{first.pk}/money/{path}/").status_code == 404
        for path in (
            f"payout/{payout.pk}",
            f"receipt/{receipt.pk}",
            "line/1987654321",
            f"journal/{receipt.pk}",
        ):
            assert own.get(f"/cases/{second.pk}/money/{path}/").status_code == 404


def test_a_fixed_number_of_queries_whatever_came(told: tuple[House, Case, Case]) -> None:
    home, first, _second = told

    def asked(path: str) -> int:
        with on("2023-05-12"), CaptureQueriesContext(connection) as queries:
            assert browser.get(path).status_code == 200
        return len(queries)

    browser = client_of(home.handler)
    paths = [f"/cases/{first.pk}/money/", f"/cases/{first.pk}/money/journals/"]
    before = [asked(path) for path in paths]
    with on("2023-05-12"):
        account = bank_account(home.court, home.finance)
        rows = [row("2023-05-12", income=f"{n}000.00") for n in range(1, 6)]
        confirmed(account, written(rows), home.funds)
        for line in account.lines.all():
            claim_lines(
                parts=[Part(line.pk, line.amount)],
                about=first.about,
                actor=home.funds,
                at=time.now(),
                key=key(),
            )
    assert [asked(path) for path in paths] == before


def test_the_bar_holds_no_more_than_its_width(told: tuple[House, Case, Case]) -> None:
    _home, first, _second = told
    found = money_of(first.about, claimed=Decimal("20000.00"))
    drawn = bar(found, Standing(Decimal("31000.00"), found.received, found.received, frozenset()))
    assert sum(Decimal(part["width"]) for part in drawn["parts"]) <= Decimal("100.02")
    assert [part["label"] for part in drawn["parts"]] == ["已发放", "到账未认领"]


def test_a_decision_goes_with_the_claim_that_was_taken_back(told: tuple[House, Case, Case]) -> None:
    """5,000 decided, the claim undone and made anew: nothing of it counts as allocated any more."""
    home, _first, second = told
    debts = [{"id": "d1", "creditor": "王五", "principal": "90000.00", "due_on": "2023-01-31"}]
    claims = {"first_day": "next", "debts": debts, "costs": []}
    with on("2023-05-12"):
        made = money(home, second, "5000.00", "H1")
        given = {"actor": home.handler, "at": time.now(), "key": key()}
        allocate_receipt(receipt_id=made.pk, claims=claims, **given)
        browser = client_of(home.handler)
        assert standing_of(second.about, second.court_id, made.amount).allocated == made.amount
        page = main(browser.get(f"/cases/{second.pk}/money/journals/"))
        assert "决定分配" in page
        assert "allocation.decided" not in page
        chain = f"/cases/{second.pk}/money/receipt/{made.pk}/"
        assert "第 1 版" in main(browser.get(chain))
    with on("2023-05-13"):
        by = {"receipt_id": made.pk, "actor": home.funds, "at": time.now()}
        release_receipt(reason="认错案件", key=key(), **by)
        identify_receipt(about=second.about, key=key(), **by)
        found = standing_of(second.about, second.court_id, made.amount)
        assert (found.allocated, found.decided) == (Decimal(0), frozenset())
        assert "第 1 版" not in main(client_of(home.handler).get(chain))
