"""竞买保证金 by its pages: each bidder's receipt is set aside, the losers' go back, the winner's becomes the price."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cases.actions.transfers import set_deposit_aside
from cases.models import Party
from desk.onetime import new_key
from funds.models import Transfer
from funds.selectors import money_of
from kernel import time
from measures.actions.finding import Found, add_property
from measures.models import Property
from tests.factories.cases import assigned, filing, house, key
from tests.factories.forms import fill, signed_in, text_of
from tests.factories.pages import main
from tests.walks.stage import money, on

pytestmark = pytest.mark.django_db


def test_an_approved_transfer_is_given_up_on_its_form() -> None:
    home = house()
    with on("2023-06-01"):
        case = assigned(home, filing("2023-06-01"))
        receipt = money(home, case, "50000.00", "D1")
        found = Found(
            Party.objects.get(case=case, role="respondent").pk, "real_estate", "房屋", Decimal(500000)
        )
        by = {"case_id": case.pk, "actor": home.handler, "at": time.now()}
        add_property(item=found, source="declaration", on=time.today(), key=key(), **by)
        made = set_deposit_aside(
            receipt_id=receipt.pk,
            subject_id=Property.objects.get().subject_id,
            bidder="竞买人甲",
            on=time.today(),
            key=key(),
            **by,
        )
    form = f"/cases/{case.pk}/transfers/{made.pk}/cancel"
    with on("2023-06-02 10:00"):
        browser = signed_in(home.handler)
        assert form in text_of(browser.get(f"/cases/{case.pk}/money/"))
        page = main(browser.get(form))
        for words in ("取消理由", "竞买保证金 ¥50,000.00（伍万元整）"):
            assert words in page
        assert signed_in(home.director).get(form).status_code == 403
        empty = browser.post(form, fill(browser, form, reason=" "))
        assert (empty.status_code, "请填写“取消理由”" in main(empty)) == (422, True)
        given = fill(browser, form, reason="竞买人撤回报名")
        for _click in range(2):
            done = browser.post(form, given, follow=True)
        tab = main(browser.get(f"/cases/{case.pk}/money/"))
        assert "已取消" in tab
        assert browser.get(form).status_code == 404
        late = browser.post(form, {**given, "act_key": new_key()})
        assert late.status_code in (409, 422), "another click is told that it is too late"
    made.refresh_from_db()
    assert (made.state, made.reason, done.status_code) == ("cancelled", "竞买人撤回报名", 200)
    assert (money_of(case.about).custody, money_of(case.about).deposit) == (Decimal(50000), Decimal(0))


def test_a_deposit_is_set_aside_given_back_or_made_the_price() -> None:
    home = house()
    with on("2023-06-01"):
        case = assigned(home, filing("2023-06-01"))
        receipts = [money(home, case, "50000.00", f"D{n}") for n in range(2)]
        before = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/money/"))
        assert "登记竞买保证金" not in before, "nothing is auctioned"
        found = Found(
            Party.objects.get(case=case, role="respondent").pk, "real_estate", "房屋", Decimal(500000)
        )
        add_property(
            case_id=case.pk, item=found, source="declaration", on=time.today(), actor=home.handler, at=time.now(),
            key=key(),
        )  # fmt: skip
    ask = f"/cases/{case.pk}/transfers/new/deposit"
    with on("2023-06-02 10:00"):
        browser, funds, finance = (signed_in(user) for user in (home.handler, home.funds, home.finance))
        missing = browser.post(ask, fill(browser, ask, receipt=str(receipts[0].pk), bidder=""))
        assert missing.status_code == 422
        assert "请填写“竞买人”" in main(missing)
        for n, receipt in enumerate(receipts):
            given = fill(browser, ask, receipt=str(receipt.pk), bidder=f"竞买人{n}")
            assert browser.post(ask, given).status_code == 302
        loser, winner = Transfer.objects.order_by("pk")
        for made in (loser, winner):
            step = f"/cases/{case.pk}/transfers/{made.pk}/hold"
            assert funds.post(step, fill(funds, step)).status_code == 302
        tab = main(finance.get(f"/cases/{case.pk}/money/"))
        assert "退还竞买人" in tab
        assert "转为拍卖价款" in tab
        pay, price = (
            f"/cases/{case.pk}/transfers/{m.pk}/{s}" for m, s in ((loser, "pay"), (winner, "release"))
        )
        assert finance.post(pay, fill(finance, pay, bank_ref="BACK-1")).status_code == 302
        assert finance.post(price, fill(finance, price, reason="成交，抵作价款")).status_code == 302
    states = Transfer.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["paid", "released"]
    assert (money_of(case.about).custody, money_of(case.about).deposit) == (Decimal(50000), Decimal(0))
