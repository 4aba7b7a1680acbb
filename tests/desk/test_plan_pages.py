"""参与分配 by its pages: drafted with two creditors, served, objected to, opposed, sued; the undisputed part goes out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from closing.models import DistributionPlan
from funds.audit import differences
from funds.models import Receipt, Transfer
from funds.selectors import money_of
from tests.factories.cases import House, applicant, assigned, filing, house
from tests.factories.courts import person
from tests.factories.forms import fill, form_of, signed_in, text_of
from tests.factories.pages import main
from tests.walks.stage import money, on

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(db: None) -> tuple[House, Case, Case, Receipt]:
    home = house()
    with on("2023-05-08"):
        first = assigned(home, filing("2023-05-08", amount="60000.00"))
        second = assigned(home, filing("2023-05-08", applicant("王五"), *filing("2023-05-08").parties[1:],
                                       amount="30000.00", basis="（2022）鄂9901民初99号民事判决书"))  # fmt: skip
        receipt = money(home, first, "10000.00", "S1")
    return home, first, second, receipt


def claims(*rows: tuple[str, str, str]) -> dict[str, str]:
    """The rows of the form: (number, rank, amount)."""
    made = {"claims-TOTAL_FORMS": str(len(rows)), "claims-INITIAL_FORMS": "0"}
    for place, (number, rank, amount) in enumerate(rows):
        made |= {
            f"claims-{place}-number": number,
            f"claims-{place}-rank": rank,
            f"claims-{place}-amount": amount,
            f"claims-{place}-order": "",
        }
    return made


def step(browser: Client, plan: DistributionPlan, name: str, **values: Any) -> Any:
    """One step by its form; a page between is confirmed."""
    action = f"/finance/plans/{plan.pk}/{name}/"
    answer = browser.post(action, fill(browser, action, **values))
    if answer.status_code == 200:
        answer = browser.post(action, {**form_of(text_of(answer), action), "typed": "分配"})
    return answer


def drafted(home: House, first: Case, second: Case) -> DistributionPlan:
    browser = signed_in(home.handler)
    action = f"/cases/{first.pk}/plans/new"
    given = fill(browser, action, grounds="不足清偿") | claims(
        (first.number, "debt", "60000.00"), (second.number, "debt", "30000.00")
    )
    check = browser.post(action, given)
    assert "¥6,666.67" in main(check)
    assert "大写：壹万元整" in main(check)
    done = browser.post(action, form_of(text_of(check), action))
    assert done.status_code == 302, main(done)
    return DistributionPlan.objects.get()


def test_from_the_draft_to_the_money(told: tuple[House, Case, Case, Receipt]) -> None:
    home, first, second, _receipt = told
    browser = signed_in(home.handler)
    with on("2023-05-10 10:00"):
        plan = drafted(home, first, second)
        for party in plan.parties.order_by("pk"):
            assert step(browser, plan, "serve", party=str(party.pk)).status_code == 302
        page = main(browser.get(f"/finance/plans/{plan.pk}/"))
        assert "期间至 2023年5月25日" in page
        early = step(browser, plan, "carry-out")
        assert early.status_code == 422
        assert "届满" in main(early)
    creditor, share = plan.parties.get(name="王五"), plan.shares.get(party__name="张三")
    with on("2023-05-12 10:00"):
        too_much = step(
            browser,
            plan,
            "object",
            party=str(creditor.pk),
            share=str(share.pk),
            amount="6666.68",
            words="计息有误",
        )
        assert too_much.status_code == 422
        assert "不超过该份额" in main(too_much)
        given = {"party": str(creditor.pk), "share": str(share.pk), "amount": "1000.00", "words": "计息有误"}
        assert step(browser, plan, "object", **given).status_code == 302
    objection = plan.objections.get()
    with on("2023-05-15 10:00"):
        assert step(browser, plan, "notify", objection=str(objection.pk)).status_code == 302
        other = str(plan.parties.get(name="张三").pk)
        assert step(browser, plan, "counter", objection=str(objection.pk), party=other).status_code == 302
        assert step(browser, plan, "sue", objection=str(objection.pk)).status_code == 302
        assert "已起诉，争议部分提存" in main(browser.get(f"/finance/plans/{plan.pk}/"))
    with on("2023-06-01 10:00"):
        done = step(browser, plan, "carry-out")
        assert done.status_code == 302, main(done)
    assert money_of(second.about).custody == Decimal("3333.33")
    assert Transfer.objects.get(cause="disputed").amount == Decimal("1000.00")
    assert list(differences()) == []


def test_what_is_wrong_is_said_at_its_row_and_nothing_is_written(
    told: tuple[House, Case, Case, Receipt],
) -> None:
    home, first, second, _receipt = told
    action = f"/cases/{first.pk}/plans/new"
    with on("2023-05-10 10:00"):
        browser = signed_in(home.handler)
        base = fill(browser, action, grounds="不足清偿")
        unknown = browser.post(action, base | claims(("（2023）鄂0000执1号", "debt", "100.00")))
        assert unknown.status_code == 422
        assert "本院没有案件“（2023）鄂0000执1号”" in main(unknown)
        blank = browser.post(action, base | claims(("", "debt", "")))
        assert "没有填写债权" in main(blank)
        amount = browser.post(action, base | claims((second.number, "debt", "三百元多")))
        assert "第 1 行填写有误" in main(amount)
        more = browser.post(action, base | claims((first.number, "debt", "1.00")) | {"add_row": "claims"})
        assert "第 2 笔" in main(more)
        colleague = person(home.court, "handler", name="旁人")
        assert signed_in(colleague).get(action).status_code == 404
        assert signed_in(home.director).get(action).status_code == 403
    assert not DistributionPlan.objects.exists()


def test_the_page_of_a_plan_asks_as_much_for_many_as_for_few(told: tuple[House, Case, Case, Receipt]) -> None:
    home, first, second, _receipt = told
    browser = signed_in(home.handler)
    with on("2023-05-10 10:00"):
        plan = drafted(home, first, second)
        path = f"/finance/plans/{plan.pk}/"
        with CaptureQueriesContext(connection) as few:
            browser.get(path)
        share = plan.shares.order_by("pk")[0]
        for party in plan.parties.order_by("pk"):
            step(browser, plan, "serve", party=str(party.pk))
        for party in plan.parties.order_by("pk")[:2]:
            step(
                browser, plan, "object", party=str(party.pk), share=str(share.pk), amount="1.00", words="有误"
            )
        with CaptureQueriesContext(connection) as many:
            browser.get(path)
    assert plan.objections.count() == 2
    assert len(few) == len(many)
