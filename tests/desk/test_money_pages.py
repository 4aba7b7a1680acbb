"""Paying out through the pages: asked by one, approved by another, sent, confirmed by the bank; each step once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, Node
from events import relay
from funds.models import PayeeAccount, Payout, Receipt
from kernel import time
from notices.models import Message
from tests.factories.cases import House, assigned, filing, house, node
from tests.factories.courts import court, person
from tests.factories.documents import jpeg, pdf, upload
from tests.factories.forms import fill, form_of, signed_in, text_of
from tests.walks.stage import money, on, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with on("2023-04-24 09:30"):
        made = assigned(home, filing("2023-04-24"))
        payee(home, made)
    return made


@pytest.fixture
def receipt(home: House, case: Case) -> Receipt:
    with on("2023-05-10 10:00"):
        return money(home, case, "20000.00", "S1")


def confirmed(client: Client, action: str, **values: object):
    """Fill in, look at the check, confirm. Returns (the check, the answer)."""
    check = client.post(action, fill(client, action, **values))
    return check, client.post(action, {**form_of(text_of(check), action), "typed": "发放"})


def step(payout: Payout, name: str) -> str:
    return f"/cases/{payout.about.removeprefix('case:')}/payouts/{payout.pk}/{name}/"


def asked(home: House, case: Case, receipt: Receipt, **values: object) -> Payout:
    client = signed_in(home.handler)
    _check, done = confirmed(client, f"/cases/{case.pk}/receipts/{receipt.pk}/payout/", **values)
    assert done.status_code == 302, text_of(done)
    return Payout.objects.get(receipt=receipt)


def test_a_small_payout_from_asking_to_the_banks_word(home: House, case: Case, receipt: Receipt) -> None:
    with on("2023-05-12 10:00"):
        action = f"/cases/{case.pk}/receipts/{receipt.pk}/payout/"
        client = signed_in(home.handler)
        pane = text_of(client.get(f"/cases/{case.pk}/?node={node(case, 'payout').pk}"))
        assert action in pane
        assert "为什么是 2023年5月17日（周三）到期？" in pane
        check = client.post(action, fill(client, action))
        assert "大写：贰万元整" in text_of(check)
        sent = form_of(text_of(check), action)
        assert [client.post(action, sent).status_code for _ in range(2)] == [302, 302]
        payout = Payout.objects.get(receipt=receipt)
        assert payout.state == "submitted"
        director, funds = signed_in(home.director), signed_in(home.funds)
        assert "带 * 的必填" not in text_of(director.get(step(payout, "approve"))), (
            "nothing is to be filled in"
        )
        assert confirmed(director, step(payout, "approve"))[1].status_code == 302
        untyped = funds.post(step(payout, "send"), fill(funds, step(payout, "send")) | {"confirmed": "1"})
        assert untyped.status_code == 422
        assert "请输入“发放”两个字" in text_of(untyped)
        assert confirmed(funds, step(payout, "send"))[1].status_code == 302
        word = fill(funds, step(payout, "confirm"), bank_ref="B-1")
        assert funds.post(step(payout, "confirm"), word).status_code == 302
    payout.refresh_from_db()
    assert payout.state == "paid"
    assert Node.objects.get(case=case, kind="payout").state == "done"


def test_who_asked_does_not_approve(home: House, case: Case, receipt: Receipt) -> None:
    with time.travel("2023-05-12 10:00"):
        payout = asked(home, case, receipt)
        assert signed_in(home.handler).get(step(payout, "approve")).status_code == 403
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/money/"))
        seen = text_of(signed_in(home.director).get(f"/cases/{case.pk}/money/"))
    assert step(payout, "approve") not in page
    assert step(payout, "approve") in seen
    assert "待审批" in page


def test_above_the_limit_the_talk_must_be_on_record(home: House, case: Case) -> None:
    with on("2023-05-10 10:00"):
        large = money(home, case, "100000.01", "S2")
    with time.travel("2023-05-12 10:00"):
        action = f"/cases/{case.pk}/receipts/{large.pk}/payout/"
        client = signed_in(home.handler)
        _check, refused = confirmed(client, action)
        assert refused.status_code == 422
        assert "JZ-G-FUND-01" in text_of(refused)
        halves = client.post(action, fill(client, action, record="同意付至登记账户", talked_time="25:00"))
        assert halves.status_code == 422
        for words in ("请填写“沟通方式”", "请填写“沟通对象”", "按“时:分”填写"):
            assert words in text_of(halves)
        said = {"channel": "phone", "talked_on": "2023-05-11", "talked_time": "15:30", "talked_with": "张三"}
        said["record"] = "同意付至登记账户"
        false = client.post(action, fill(client, action, attachments=upload(b"MZ", "录音.mp3"), **said))
        assert (false.status_code, "不能接收这种文件" in text_of(false)) == (422, True)
        payout = asked(home, case, large, attachments=upload(jpeg(), "通话截图.jpg"), **said)
        assert payout.way.via_finance
        [kept] = payout.talk.files.all()
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/money/"))
        assert "5月11日 15:30 电话 张三，同意付至登记账户" in page
        assert reverse("documents:file", args=[kept.pk]) in page
        assert client.get(reverse("documents:file", args=[kept.pk])).getvalue() == jpeg()
        stranger = signed_in(person(court(), "finance"))
        assert stranger.get(reverse("documents:file", args=[kept.pk])).status_code == 404
        assert step(payout, "to-finance") in page
        client.post(step(payout, "to-finance"), fill(client, step(payout, "to-finance")))
        finance = signed_in(home.finance)
        assert (
            finance.post(step(payout, "received"), fill(finance, step(payout, "received"))).status_code == 302
        )
    payout.refresh_from_db()
    assert payout.received_on is not None


def test_more_than_is_free_is_refused_at_its_field(home: House, case: Case, receipt: Receipt) -> None:
    with time.travel("2023-05-12 10:00"):
        client = signed_in(home.handler)
        action = f"/cases/{case.pk}/receipts/{receipt.pk}/payout/"
        _check, refused = confirmed(client, action, amount="20000.01")
    assert refused.status_code == 422
    assert not Payout.objects.exists()


def test_a_returned_payment_can_be_asked_for_again(home: House, case: Case, receipt: Receipt) -> None:
    with on("2023-05-12 10:00"):
        payout = asked(home, case, receipt)
        confirmed(signed_in(home.director), step(payout, "approve"))
        funds = signed_in(home.funds)
        confirmed(funds, step(payout, "send"))
        back = fill(funds, step(payout, "return"), reason="户名不符")
        assert funds.post(step(payout, "return"), back).status_code == 302
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/money/"))
    assert "已退回" in page
    assert f"/receipts/{receipt.pk}/payout/" in page


def test_a_payout_is_cancelled_with_a_reason(home: House, case: Case, receipt: Receipt) -> None:
    with time.travel("2023-05-12 10:00"):
        payout = asked(home, case, receipt)
        client = signed_in(home.handler)
        assert client.post(step(payout, "cancel"), fill(client, step(payout, "cancel"))).status_code == 422
        reason = fill(client, step(payout, "cancel"), reason="账户有误")
        assert client.post(step(payout, "cancel"), reason).status_code == 302
    payout.refresh_from_db()
    assert payout.state == "cancelled"


def test_steps_and_receipts_of_others_are_not_found(home: House, case: Case, receipt: Receipt) -> None:
    with time.travel("2023-05-12 10:00"):
        payout = asked(home, case, receipt)
        stranger = signed_in(house().director)
        assert stranger.get(step(payout, "approve")).status_code == 404
        other = assigned(home, filing("2023-05-12"))
        client = signed_in(home.handler)
        assert client.get(f"/cases/{other.pk}/payouts/{payout.pk}/cancel/").status_code == 404
        assert client.get(f"/cases/{other.pk}/receipts/{receipt.pk}/payout/").status_code == 404
        assert client.get(step(payout, "nothing")).status_code == 404


def test_the_payee_is_registered_from_its_node(home: House) -> None:
    with time.travel("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        row = node(case, "payee_registration")
        action = f"/cases/{case.pk}/nodes/{row.pk}/"
        client = signed_in(home.filing)
        data = fill(client, f"/cases/{case.pk}/?node={row.pk}", action, bank="云州农商银行东湖支行")
        assert data["name"] == "张三", "the applicant"
        wrong = client.post(action, {**data, "account": "6217000010001234567"})
        assert wrong.status_code == 422
        assert "银行卡号校验不通过" in text_of(wrong)
        kept = {**data, "account": "6217000010001234567", "account_doubt": "存折照片一致"}
        unsigned = client.post(action, {**kept, "undertaking": upload(pdf())})
        assert unsigned.status_code == 422
        assert "领款承诺书与签署日期须一并填写" in text_of(unsigned)
        signed = {**form_of(text_of(unsigned), action), "signed_on": "2023-04-24"}
        assert client.post(action, signed).status_code == 302
        while relay.run():
            pass
    assert PayeeAccount.objects.get().has_undertaking
    assert Node.objects.get(pk=row.pk).state == "done"


@pytest.mark.req("JZ-10")
def test_another_account_is_the_creditors_own_and_waits_in_sight(home: House) -> None:
    """A name that is no creditor's is refused; the new account tells its payee and the page from when it is paid to."""
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        payee(home, case, signed=False)
    with on("2023-05-10 10:00"):
        receipt = money(home, case, "20000.00", "S1")
    with on("2023-05-12 10:00"):
        action = f"/cases/{case.pk}/acts/payee/"
        client = signed_in(home.filing)
        other = {"bank": "云州农商银行东湖支行", "account": "6228480402564890018", "signed_on": "2023-05-12"}
        data = fill(client, action, **other)
        forged = client.post(action, {**data, "name": "李四"})
        assert forged.status_code == 422
        assert "“李四”不是本案的申请执行人" in text_of(forged)
        assert PayeeAccount.objects.count() == 1
        given = {**form_of(text_of(forged), action), "name": "张 三", "undertaking": upload(pdf())}
        assert client.post(action, given).status_code == 302
        assert [row.payee.name for row in PayeeAccount.objects.all()] == ["张三", "张三"]
    (told,) = Message.objects.filter(about=case.about, topic="account_changed_at_court")
    assert told.number == "13800000001"
    assert "收款账户改为尾号0018，2023年5月13日 10:00生效" in told.text
    with on("2023-05-12 11:00"):
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/money/"))
        assert "5月13日 10:00 起生效" in page
        assert "账户刚变更，还不能付款" in page
        payout = asked(home, case, receipt)
        director, funds = signed_in(home.director), signed_in(home.funds)
        assert confirmed(director, step(payout, "approve"))[1].status_code == 302
        check, refused = confirmed(funds, step(payout, "send"))
        assert "账户刚变更，5月13日 10:00 起才能付款" in text_of(check)
        assert refused.status_code == 422
        assert "这个账户 2023年5月13日 10:00 起才能付款" in text_of(refused)
    with on("2023-05-13 10:00"):
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/money/"))
        assert "今天 10:00 起生效" in page
        assert "还不能付款" not in page
        assert confirmed(funds, step(payout, "send"))[1].status_code == 302


def test_without_a_payee_the_page_says_where_to_register(home: House) -> None:
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        money(home, case, "500.00", "S9")
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/money/"))
    assert "还没有登记领款账户" in page
    assert f"/cases/{case.pk}/acts/payee/" in page
    assert "/payout/" not in page
