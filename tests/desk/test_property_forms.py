"""Property from its finding to its sale, through the forms: rows without scripts, limits refused in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from approvals.actions.requests import assent
from approvals.models import Request
from cases.models import Case, Node
from events.models import Event
from kernel import time
from measures.models import Control, Property
from tests.factories.cases import House, assigned, complete, filing, house, key, node
from tests.factories.forms import fill, form_of, signed_in, text_of
from tests.walks.stage import control, feedback, item, on

pytestmark = pytest.mark.django_db
DAY = "2023-04-27"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        made = assigned(home, filing("2023-04-24"))
        complete(made, "network_query_start", home.handler, on="2023-04-24", scope="national")
    return made


@pytest.fixture
def client(home: House) -> Client:
    return signed_in(home.handler)


def open_form(client: Client, row: Node, **values: object) -> tuple[str, dict]:
    action = f"/cases/{row.case_id}/nodes/{row.pk}/"
    return action, fill(client, f"/cases/{row.case_id}/?node={row.pk}", action, **values)


def found(index: int, label: str, kind: str, value: str) -> dict[str, str]:
    """One row of what was found."""
    return {
        f"found-{index}-{name}": text for name, text in (("label", label), ("kind", kind), ("value", value))
    }


def test_feedback_takes_rows_that_are_added_without_scripts(client: Client, case: Case) -> None:
    row = node(case, "network_feedback")
    with time.travel(f"{DAY} 10:00"):
        action, data = open_form(client, row, **found(0, "尾号1001", "bank_account", "5万元"))
        longer = client.post(action, {**data, "add_row": "found"})
        assert longer.status_code == 200
        second = {**form_of(text_of(longer), action), **found(1, "鄂D12345", "vehicle", "90000")}
        assert second["found-0-label"] == "尾号1001", "nothing typed is lost"
        assert second["act_key"] == data["act_key"]
        assert client.post(action, second).status_code == 302
    assert dict(Property.objects.filter(case=case).values_list("label", "value")) == {
        "尾号1001": Decimal("50000.00"),
        "鄂D12345": Decimal("90000.00"),
    }


def test_a_row_can_be_dropped_and_an_empty_one_is_no_row(client: Client, case: Case) -> None:
    row = node(case, "network_feedback")
    with time.travel(f"{DAY} 10:00"):
        action, data = open_form(client, row, **found(0, "不要的", "vehicle", "1"))
        longer = form_of(text_of(client.post(action, {**data, "add_row": "found"})), action)
        shorter = form_of(text_of(client.post(action, {**longer, "drop_row": "found-0"})), action)
        assert shorter["found-0-label"] == ""
        assert client.post(action, shorter).status_code == 302
    assert not Property.objects.filter(case=case).exists()
    assert Node.objects.get(pk=row.pk).values["items"] == 0


def test_a_wrong_row_is_named_and_all_rows_stay(client: Client, case: Case) -> None:
    with time.travel(f"{DAY} 10:00"):
        action, data = open_form(
            client, node(case, "network_feedback"), **found(0, "尾号1001", "bank_account", "很多")
        )
        response = client.post(action, data)
    page = text_of(response)
    assert response.status_code == 422
    assert "第 1 行填写有误" in page
    assert "看不懂金额“很多”" in page
    assert form_of(page, action)["found-0-label"] == "尾号1001"


def test_control_of_the_item_and_of_a_second_one_in_one_act(home: House, client: Client, case: Case) -> None:
    with on(f"{DAY} 10:00"):
        feedback(
            home, case, DAY, ("bank_account", "尾号1001", "50000"), ("bank_account", "尾号1002", "20000")
        )
    first, second = item(case, "尾号1001"), item(case, "尾号1002")
    with time.travel("2023-04-28 10:00"):
        action, data = open_form(client, node(case, "online_freeze", "尾号1001"))
        data |= {
            f"item{second.pk}-take": "on",
            "started_on": "2023-04-28",
            f"item{first.pk}-ends_on": "2023-10-01",
        }
        answers = [client.post(action, data).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert Event.objects.filter(kind="control.taken").count() == 1
    ends = dict(Control.objects.filter(case=case).values_list("property_id", "ends_on"))
    assert ends == {first.pk: dt.date(2023, 10, 1), second.pk: dt.date(2024, 4, 28)}


def test_control_beyond_the_claim_is_refused_with_its_rule(home: House, client: Client, case: Case) -> None:
    with on(f"{DAY} 10:00"):
        feedback(home, case, DAY, ("vehicle", "鄂D12345", "190000"))
    with time.travel("2023-04-28 10:00"):
        action, data = open_form(client, node(case, "offline_control"))
        response = client.post(action, data)
    assert response.status_code == 422
    assert "JZ-G-OVER-01" in text_of(response)
    assert item(case, "鄂D12345").state == "found"


def test_an_item_left_free_needs_a_reason(home: House, client: Client, case: Case) -> None:
    with on(f"{DAY} 10:00"):
        feedback(home, case, DAY, ("vehicle", "鄂D12345", "190000"))
    with time.travel("2023-04-28 10:00"):
        action, data = open_form(client, node(case, "offline_control"), decision="leave")
        refused = client.post(action, data)
        done = client.post(action, {**data, "reason": "远超剩余标的，申请执行人同意不查封"})
    assert refused.status_code == 422
    assert "没有填写理由" in text_of(refused)
    assert done.status_code == 302
    assert item(case, "鄂D12345").state == "not_controlled"


@pytest.fixture
def car(home: House, case: Case) -> Property:
    """A car under seal that may be sold."""
    with on(f"{DAY} 10:00"):
        feedback(home, case, DAY, ("vehicle", "鄂D12345", "70000"))
        control(home, case, "seal", "鄂D12345")
    return item(case, "鄂D12345")


CONDITIONS = ["first_rank", "title_clear", "no_objection", "possession_checked"]


def test_disposal_waits_for_all_four_conditions(client: Client, case: Case, car: Property) -> None:
    action = f"/cases/{case.pk}/property/{car.pk}/disposable/"
    with time.travel("2023-04-28 10:00"):
        data = fill(client, action, conditions=CONDITIONS[:3])
        refused = client.post(action, data)
        done = client.post(action, {**data, "conditions": CONDITIONS})
    assert refused.status_code == 422
    assert "处置条件尚未全部满足：占有使用情况已查明" in text_of(refused)
    assert done["Location"] == f"/cases/{case.pk}/property/#property-{car.pk}"
    assert item(case, car.label).state == "disposable"


def test_price_announcement_and_result_of_a_sale(client: Client, case: Case, car: Property) -> None:
    page = f"/cases/{case.pk}/property/{car.pk}/disposable/"
    with time.travel("2023-04-28 10:00"):
        client.post(page, fill(client, page, conditions=CONDITIONS))
    with time.travel("2023-05-05 10:00"):
        action, data = open_form(client, node(case, "reference_price_start"), method="online_inquiry")
        assert client.post(action, data).status_code == 302
    with time.travel("2023-05-15 10:00"):
        action, data = open_form(
            client, node(case, "reference_price_set"), price="6.8万元", report="询2023-1"
        )
        assert data["method"] == "online_inquiry", "the method it was started with"
        assert client.post(action, data).status_code == 302
    with time.travel("2023-05-20 10:00"):
        hint = text_of(client.get(f"/cases/{case.pk}/?node={node(case, 'auction_start').pk}"))
        assert "以发布拍卖公告为启动" in hint
        action, data = open_form(
            client,
            node(case, "auction_announcement"),
            opens_on="2023-05-25",
            platform="甲平台",
            starting_price="50000",
            deposit="5000",
        )
        refused = client.post(action, data)
        assert refused.status_code == 422
        assert "最早 2023-06-04 开拍" in text_of(refused)
        assert client.post(action, {**data, "opens_on": "2023-06-10"}).status_code == 302
    with time.travel("2023-06-11 10:30"):
        action, data = open_form(client, node(case, "auction_result"), sold="yes")
        assert "请填写成交价" in text_of(client.post(action, data))
        assert client.post(action, {**data, "price": "51000"}).status_code == 302
    assert item(case, car.label).state == "disposed"
    assert Node.objects.get(case=case, kind="auction_start").state == "done"


def test_the_page_of_property_offers_what_fits(client: Client, case: Case, car: Property) -> None:
    with time.travel("2023-04-28 10:00"):
        page = text_of(client.get(f"/cases/{case.pk}/property/"))
    own = f"/cases/{case.pk}/property/{car.pk}/"
    assert f'{own}disposable/"' in page
    assert f'{own}release/"' in page
    assert f'{own}deduct/"' not in page, "a car is not deducted"
    assert "¥70,000.00 / ¥80,000.00" in page


def test_release_and_renewal(home: House, client: Client, case: Case, car: Property) -> None:
    renew, let_go = (f"/cases/{case.pk}/property/{car.pk}/{name}/" for name in ("renew", "release"))
    with time.travel("2024-04-28 10:00"):
        assert client.post(renew, fill(client, renew, document="续封1号")).status_code == 302
        assert Control.objects.get(case=case, state="active").document == "续封1号"
        assert client.post(let_go, fill(client, let_go)).status_code == 422, "no reason"
        assert client.post(let_go, fill(client, let_go, reason="当事人和解")).status_code == 302
    assert item(case, car.label).state == "released"


def test_deduction_never_takes_more_than_is_frozen(home: House, client: Client, case: Case) -> None:
    with on(f"{DAY} 10:00"):
        feedback(home, case, DAY, ("bank_account", "尾号1001", "50000"))
        control(home, case, "freeze", "尾号1001")
    action = f"/cases/{case.pk}/property/{item(case, '尾号1001').pk}/deduct/"
    with time.travel("2023-05-10 10:00"):
        data = fill(client, action)
        assert data["amount"] == "50000.00"
        refused = client.post(action, {**data, "amount": "50000.01"})
        assert refused.status_code == 422
        assert "超过冻结余额" in text_of(refused)
        assert client.post(action, data).status_code == 302
    assert item(case, "尾号1001").state == "disposed"


def test_cannot_be_disposed_of_only_after_approval(
    home: House, client: Client, case: Case, car: Property
) -> None:
    ask, note = (
        f"/cases/{case.pk}/property/{car.pk}/{name}/" for name in ("ask-cannot-dispose", "cannot-dispose")
    )
    with on("2023-04-28 10:00"):
        early = client.post(note, fill(client, note, reason="下落不明"))
        assert early.status_code == 422
        assert "还没有获批" in text_of(early)
        assert client.post(ask, fill(client, ask, ground="车辆下落不明，多次查找未果")).status_code == 302
        asked = Request.objects.get(kind="cannot_dispose")
        assent(request_id=asked.pk, actor=home.director, at=time.now(), key=key())
        assert client.post(note, fill(client, note)).status_code == 302
    assert item(case, car.label).state == "cannot_be_disposed"


def test_property_of_another_court_or_case_is_not_found(
    home: House, client: Client, case: Case, car: Property
) -> None:
    address = f"/cases/{case.pk}/property/{car.pk}/release/"
    with time.travel("2023-04-28 10:00"):
        other = assigned(home, filing("2023-04-28"))
        assert signed_in(house().handler).get(address).status_code == 404
        assert client.get(f"/cases/{other.pk}/property/{car.pk}/release/").status_code == 404
        assert client.get(f"/cases/{case.pk}/property/{car.pk}/nothing/").status_code == 404


def test_found_otherwise(client: Client, case: Case) -> None:
    action = f"/cases/{case.pk}/acts/property/"
    with time.travel("2023-04-28 10:00"):
        data = fill(client, action, source="declaration")
        assert client.post(action, data).status_code == 422, "an empty row is nothing"
        row = found(0, "股权", "equity", "30000")
        assert client.post(action, {**data, **row}).status_code == 302
    assert item(case, "股权").source == "declaration"
