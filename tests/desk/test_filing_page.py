"""立案 from the page: parties in rows, doubtful numbers kept with a reason, one click one case."""

from __future__ import annotations

import pytest
from django.test import Client

from cases.models import Case, ClaimItem, Party
from kernel import time
from tests.factories.cases import House, citizen_id, house
from tests.factories.forms import fill, form_of, signed_in, text_of

pytestmark = pytest.mark.django_db
PAGE = "/cases/new"
AT = "2023-04-24 09:30"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def client(home: House) -> Client:
    return signed_in(home.filing)


def filled(client: Client, **values: object) -> dict:
    """A filing of 张三 against 李四."""
    data = fill(client, PAGE, "", **{
        "party-0-name": "张三", "party-0-phone": "13800000001", "party-0-id_number": citizen_id(1),
        "party-1-name": "李四", "party-1-location": "in_court_area",
        "cause": "民间借贷纠纷", "basis": "（2022）鄂9901民初12号民事判决书", "claim_amount": "8万元",
    })  # fmt: skip
    return {**data, **values}


def test_a_case_is_filed_and_its_page_opens(home: House, client: Client) -> None:
    with time.travel(AT):
        response = client.post(PAGE, filled(client), follow=True)
    case = Case.objects.get()
    assert response.redirect_chain[-1][0] == f"/cases/{case.pk}/"
    assert f"已立案：{case.number}。" in text_of(response)
    assert case.claim_amount == 80000
    assert set(Party.objects.values_list("name", "role")) == {("张三", "applicant"), ("李四", "respondent")}


def test_two_clicks_file_one_case(client: Client) -> None:
    with time.travel(AT):
        data = filled(client)
        where = {client.post(PAGE, data)["Location"] for _ in range(2)}
    assert Case.objects.count() == 1
    assert len(where) == 1


def test_rows_are_added_and_dropped_without_scripts(client: Client) -> None:
    with time.travel(AT):
        longer = client.post(PAGE, {**filled(client), "add_row": "party"})
        data = form_of(text_of(longer), PAGE)
        assert data["party-0-name"] == "张三"
        assert data["claim_amount"] == "8万元"
        data |= {
            "party-2-role": "respondent",
            "party-2-kind": "enterprise",
            "party-2-name": "某某商贸有限公司",
        }
        shorter = form_of(text_of(client.post(PAGE, {**data, "drop_row": "party-1"})), PAGE)
        assert shorter["party-1-name"] == "某某商贸有限公司"
        assert client.post(PAGE, shorter).status_code == 302
    assert list(Party.objects.order_by("id").values_list("name", flat=True)) == ["张三", "某某商贸有限公司"]


def test_a_doubtful_number_is_kept_with_a_reason_only(client: Client) -> None:
    wrong = citizen_id(1)[:-1] + ("1" if citizen_id(1)[-1] != "1" else "2")
    with time.travel(AT):
        data = filled(client, **{"party-0-id_number": wrong})
        assert "id_reason" not in "".join(data), "asked only where a number is in doubt"
        refused = client.post(PAGE, data)
        page = text_of(refused)
        assert refused.status_code == 422
        assert "确系如此的，填写保留理由后可以继续" in page
        assert "第 1 名当事人填写有误" in page
        again = {**form_of(page, PAGE), "party-0-id_reason": "身份证原件如此"}
        done = client.post(PAGE, again, follow=True)
    assert "已按“身份证原件如此”保留" in text_of(done)
    assert Party.objects.get(name="张三").id_doubt == "身份证原件如此"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"claim_amount": "0"}, "执行标的须大于零"),
        ({"claim_amount": "很多"}, "看不懂金额"),
        ({"filed_on": "2023-04-25"}, "立案日期不能晚于今天"),
        ({"cause": ""}, "id_cause_error"),
        ({"number": "（2023）鄂0000执1号"}, "id_number_error"),
        ({"party-0-role": "respondent"}, "没有申请执行人"),
        ({"party-0-phone": "138000"}, "id_party-0-phone_error"),
        ({"party-1-name": ""}, "第 2 名当事人填写有误"),
        ({"claim-0-kind": "principal", "claim-0-amount": "70000"}, "各项请求之和与执行标的不一致"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(client: Client, values: dict, words: str) -> None:
    with time.travel(AT):
        data = filled(client, **values)
        response = client.post(PAGE, data)
    page = text_of(response)
    assert response.status_code == 422
    assert words in page
    assert form_of(page, PAGE)["basis"] == data["basis"]
    assert not Case.objects.exists()


def test_items_of_the_claim(client: Client) -> None:
    with time.travel(AT):
        longer = client.post(PAGE, {**filled(client), "add_row": "claim"})
        data = form_of(text_of(longer), PAGE) | {
            "claim-0-kind": "principal", "claim-0-amount": "70000", "claim-1-kind": "interest", "claim-1-amount": "10000",
        }  # fmt: skip
        assert client.post(PAGE, data).status_code == 302
    assert list(ClaimItem.objects.order_by("id").values_list("kind", "amount")) == [
        ("principal", 70000),
        ("interest", 10000),
    ]


def test_a_number_filed_before_is_not_filed_again(client: Client, home: House) -> None:
    with time.travel(AT):
        number = f"（2023）{home.court.code}执7号"
        assert client.post(PAGE, filled(client, number=number)).status_code == 302
        again = client.post(
            PAGE, filled(client, number=number.replace("（", "(").replace("）", ")")), follow=True
        )
        other = client.post(PAGE, filled(client, number=number, claim_amount="9万元"))
    assert "此前已经立案，内容相同" in text_of(again)
    assert other.status_code == 422
    assert "已经立案，但内容不同" in text_of(other)
    assert Case.objects.count() == 1


def test_only_who_files_may_open_the_page(home: House) -> None:
    assert signed_in(home.funds).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_an_agent_is_written_with_the_party(client: Client) -> None:
    with time.travel(AT):
        alone = client.post(PAGE, filled(client, **{"party-0-agent_phone": "13700000001"}))
        assert "请填写代理人姓名" in text_of(alone)
        data = filled(
            client,
            **{
                "party-0-agent": "钱律师",
                "party-0-agent_phone": "13700000001",
                "party-0-agent_firm": "某某律师事务所",
            },
        )
        assert client.post(PAGE, data).status_code == 302
        page = text_of(client.get(f"/cases/{Case.objects.get().pk}/parties/"))
    assert "代理律师" in page
    assert "钱律师" in page
    assert "13700000001" not in page, "numbers are covered"
    assert "137****0001" in page
