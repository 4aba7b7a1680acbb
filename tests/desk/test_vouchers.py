"""Receipts and vouchers: numbered by court, the amount in capitals, a second print marked 补打, void with its money."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from cases.models import Case
from funds.actions.payouts import return_payout
from funds.models import Payout, Receipt, Voucher, VoucherPrint
from kernel import time
from tests.documents import pdf_text
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import court, person
from tests.factories.forms import fill, signed_in
from tests.factories.pages import hidden, main
from tests.walks.stage import money, on, pay, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(db: None) -> tuple[House, Case, Payout]:
    home = house()
    with on("2023-05-08"):
        case = assigned(home, filing("2023-05-08"))
        account = payee(home, case)
    with on("2023-05-10"):
        receipt = money(home, case, "20000.50", "S1")
    with on("2023-05-11"):
        made = pay(home, case, receipt, account, "B-1")
    return home, case, made


def page_of(case: Case, what: str, of: int) -> str:
    return f"/cases/{case.pk}/vouchers/{what}/{of}/"


def issued(browser: Client, path: str) -> Voucher:
    assert browser.post(f"{path}issue", fill(browser, path, f"{path}issue")).status_code == 302
    return Voucher.objects.latest("pk")


def printed(browser: Client, path: str, **more: str):
    return browser.post(f"{path}print", {"act_key": hidden(browser.get(path), "act_key"), **more})


def test_a_receipt_and_a_confirmation_bear_their_numbers_and_capitals(
    told: tuple[House, Case, Payout],
) -> None:
    home, case, made = told
    browser = signed_in(home.funds)
    with on("2023-05-12 10:00"):
        receipt = issued(browser, page_of(case, "receipt", made.receipt_id))
        paid = issued(browser, page_of(case, "payout", made.pk))
        pdf = printed(browser, page_of(case, "payout", made.pk))
        register = main(browser.get("/finance/registers/vouchers/"))
    code = home.court.code
    assert receipt.number == f"（2023）{code}案款收字第000001号"
    assert paid.number == f"（2023）{code}案款付字第000001号"
    said = pdf_text.text(pdf.content).replace(" ", "").replace("　", "")
    for words in (paid.number, case.number, "¥20,000.50", "贰万元伍角", "案款发放确认书", "领款人（签名）"):
        assert words in said, words
    assert "补打" not in said
    assert len(pdf_text.lines(pdf.content)) == 1, "one sheet"
    assert "6217000010001234567" not in said
    assert receipt.number in register


def test_a_second_print_needs_a_reason_and_is_marked(told: tuple[House, Case, Payout]) -> None:
    home, case, made = told
    browser, path = signed_in(home.funds), page_of(case, "receipt", made.receipt_id)
    with on("2023-05-12 10:00"):
        voucher = issued(browser, path)
        once = hidden(browser.get(path), "act_key")
        first = [browser.post(f"{path}print", {"act_key": once}).content for _ in range(2)]
        assert first[0] == first[1], "the same click is the same copy"
        without = printed(browser, path)
        assert without.status_code == 422
        assert "补打须写明理由" in main(without)
        again = pdf_text.text(printed(browser, path, reason="原件遗失").content).replace(" ", "")
        assert "补打（第2次，2023-05-12）" in again
        assert "原件遗失" in main(browser.get(path))
    assert [each.copy for each in voucher.prints.order_by("copy")] == [1, 2]
    for change in (
        lambda: Voucher.objects.filter(pk=voucher.pk).update(facts={}),
        lambda: VoucherPrint.objects.filter(voucher=voucher).delete(),
        lambda: Voucher.objects.filter(pk=voucher.pk).update(ordinal=9),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_what_came_back_voids_its_voucher_and_strangers_find_none(told: tuple[House, Case, Payout]) -> None:
    home, case, made = told
    browser, path = signed_in(home.funds), page_of(case, "payout", made.pk)
    with on("2023-05-12 10:00"):
        issued(browser, path)
        once = hidden(browser.get(path), "act_key")
        return_payout(
            payout_id=made.pk, reason="户名不符", on=time.today(), actor=home.funds, at=time.now(), key=key()
        )
        assert "作废" in main(browser.get(path))
        refused = browser.post(f"{path}print", {"act_key": once})
        assert refused.status_code == 422
        assert "票据作废" in main(refused)
        assert signed_in(person(court(), "fund_officer")).get(path).status_code == 404
        assert signed_in(home.centre).get(path).status_code == 200
        assert signed_in(home.centre).post(f"{path}print", {"act_key": once}).status_code == 403


def test_numbers_of_a_court_have_no_gap_and_another_court_counts_its_own(
    told: tuple[House, Case, Payout],
) -> None:
    home, case, _made = told
    other = house()
    with on("2023-05-12 10:00"):
        theirs = assigned(other, filing("2023-05-12"))
        mine = [money(home, case, "10.00", f"N{n}") for n in range(2)]
        far = money(other, theirs, "10.00", "N9")
    with on("2023-05-12 11:00"):
        for at_home, of, row in ((home, case, mine[0]), (other, theirs, far), (home, case, mine[1])):
            issued(signed_in(at_home.funds), page_of(of, "receipt", row.pk))
            refused = page_of(of, "receipt", Receipt.objects.exclude(about=of.about).latest("pk").pk)
            assert signed_in(at_home.funds).get(refused).status_code == 404
    found = Voucher.objects.order_by("pk").values_list("court_id", "ordinal")
    assert list(found) == [(home.court.pk, 1), (other.court.pk, 1), (home.court.pk, 2)]
