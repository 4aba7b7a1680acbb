"""竞买保证金 by its pages: each bidder's receipt is set aside, the losers' go back, the winner's becomes the price."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cases.models import Party
from funds.models import Transfer
from funds.selectors import money_of
from kernel import time
from measures.actions.finding import Found, add_property
from tests.factories.cases import assigned, filing, house, key
from tests.factories.forms import fill, signed_in, text_of
from tests.factories.pages import main
from tests.walks.stage import money, on

pytestmark = pytest.mark.django_db


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
