"""Registers of money: what stands in each, who sees it, its workbook, and the acts on the money tab."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.asking import ask_approval
from cases.actions.holds import release_hold
from cases.actions.transfers import ask_transfer, note_cause
from cases.models import Case, Hold
from closing.actions.distributing import draft_plan
from closing.distribution import Claimed
from closing.models import DistributionPlan
from courts.models import Court, User
from desk.selectors.ageing import ageing
from desk.selectors.registers import bucket, progress, waiting
from funds.actions.receipts import record_receipt
from funds.models import Receipt, TopUp, Trace, Transfer
from kernel import time
from tests.factories.cases import House, assigned, filing, house, key, proof
from tests.factories.courts import court, person
from tests.factories.documents import pdf
from tests.factories.pages import client_of, hidden, main
from tests.walks.stage import money, on

pytestmark = pytest.mark.django_db
NAMES = ("ageing", "causes", "escrow", "deferral", "refund", "advance", "aid", "old", "plans", "vouchers")


def old_receipt(home: House, day: str, amount: str, serial: str, at_court: Court | None = None) -> Any:
    return record_receipt(
        court=at_court or home.court, amount=Decimal(amount), arrived_on=dt.date.fromisoformat(day),
        payer_name="某公司", account_tail="1111", bank_serial=serial, remark="", actor=home.funds, at=time.now(),
        key=key(),
    )  # fmt: skip


def scan() -> SimpleUploadedFile:
    return SimpleUploadedFile("拨款.pdf", pdf(), content_type="application/pdf")


@pytest.fixture
def told(db: None) -> tuple[House, Case]:
    """A case with money that waits, an escrow asked for, a cause, a plan, old money."""
    home = house()
    with on("2023-05-08"):
        case = assigned(home, filing("2023-05-08"))
        receipts = [money(home, case, f"{n}000.00", f"S{n}") for n in (1, 2, 3)]
        old_receipt(home, "2020-05-10", "12300.00", "OLD1")
        old_receipt(home, "2020-05-11", "1.00", "OLD2")
    with on("2023-05-10"):
        given = {"case_id": case.pk, "actor": home.handler, "at": time.now()}
        note_cause(
            receipt_id=receipts[0].pk, cause="papers_incomplete", steps="已通知补正", key=key(), **given
        )
        note_cause(receipt_id=receipts[1].pk, cause="payee_refuses", steps="电话两次", key=key(), **given)
        ask_transfer(
            kind="escrow", receipt_id=receipts[1].pk, amount=Decimal(2000), cause="payee_refuses", ground="拒不领取",
            key=key(), **given,
        )  # fmt: skip
        draft_plan(
            receipt_id=receipts[2].pk, claims=[Claimed(case.pk, "张三", "debt", Decimal(80000))], grounds="不足清偿",
            key=key(), **given,
        )  # fmt: skip
    return home, case


@pytest.mark.parametrize("name", NAMES)
def test_each_register_is_a_page_and_a_workbook(told: tuple[House, Case], name: str) -> None:
    home, _case = told
    with on("2023-05-10 16:00"):
        browser = client_of(home.funds)
        page = browser.get(f"/finance/registers/{name}/")
        assert page.status_code == 200
        assert "导出 Excel" in main(page)
        sheet = browser.get(f"/finance/registers/{name}/?format=xlsx")
        assert b"".join(sheet.streaming_content).startswith(b"PK")
    assert browser.get("/finance/registers/nothing/").status_code == 404


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("escrow", ["2,000.00", "领款人拒不领取", "待审批"]),
        ("causes", ["领款材料手续不全：1 笔", "领款人拒不领取：1 笔", "提存办理中", "没有记录原因：1 笔"]),
        ("ageing", ["5天以内：3 笔，¥6,000.00", "荆中法发〔2023〕10号"]),
        ("plans", ["3,000.00", "第 1 版", "张三", "0 / 2 人"]),
        ("old", ["12,300.00", "2020年5月10日", "未开始"]),
    ],
)
def test_what_stands_in_a_register(told: tuple[House, Case], name: str, words: list[str]) -> None:
    home, case = told
    with on("2023-05-10 16:00"):
        page = main(client_of(home.funds).get(f"/finance/registers/{name}/"))
    assert [word for word in words if word not in page] == []
    assert name == "old" or case.number in page
    assert "2020-05-11" not in page
    other = person(court(), "fund_officer")
    with on("2023-05-10 16:00"):
        assert case.number not in main(client_of(other).get(f"/finance/registers/{name}/"))


def test_the_ageing_of_a_court_and_each_officer_opens_the_same_list(told: tuple[House, Case]) -> None:
    """Three receipts wait within five days; the figure of the court, of its officer and the list behind both agree."""
    home, _case = told
    other = house()
    with on("2023-05-08"):
        theirs = assigned(other, filing("2023-05-08"))
        money(other, theirs, "70.00", "T1")
    with on("2023-05-10 16:00"):
        browser = client_of(home.centre)
        page = browser.get("/finance/ageing")
        assert "全院" in main(page)
        assert "70.00" not in main(page)
        for path in sorted(
            set(re.findall(r'href="(/finance/registers/ageing/\?[^"]*officer=[^"]*)"', page.content.decode()))
        ):
            listed = main(browser.get(unescape(path)))
            assert "5天以内：3 笔，¥6,000.00" in listed
        assert "没有记录" in main(browser.get("/finance/registers/ageing/?bucket=late"))
        assert "没有记录" in main(browser.get(f"/finance/registers/ageing/?court={other.court.pk}"))
        sheet = browser.get("/finance/ageing?format=xlsx")
        assert b"".join(sheet.streaming_content).startswith(b"PK")
    with on("2023-05-10 16:00"):
        user = User.objects.get(pk=home.centre.pk)
        ((court_, (officer,)),) = ageing(user, time.today())
        assert (court_.heaps["5"].count, officer.heaps["5"].amount) == (3, Decimal("6000.00"))
        assert officer.owner == home.handler
        for left in (-1, 0, 5, 6, 10, 11, 15, 16, 30, 31):
            day = dt.date(2023, 5, 15) - dt.timedelta(days=left)
            chosen = bucket(waiting(user, day).rows[0].left)
            (seen,) = [name for name, heap in ageing(user, day)[0][0].heaps.items() if heap.count]
            assert seen == chosen
            assert len(waiting(user, day, chosen=chosen).rows) == 3
            assert not waiting(user, day, chosen="late" if chosen != "late" else "5").rows


def test_money_is_sorted_by_the_days_that_are_left() -> None:
    days = (-1, 0, 5, 6, 10, 15, 16, 30, 31)
    assert [bucket(left) for left in days] == ["late", "5", "5", "10", "10", "15", "30", "30", "later"]


@pytest.mark.req("JZ-73")
def test_a_basic_court_with_old_money_after_june_is_late(told: tuple[House, Case]) -> None:
    """12,300.00 left on 2023-07-01: overdue; what is escrowed does not count any more."""
    home, _case = told
    with on("2023-07-01"):
        user = User.objects.get(pk=home.funds.pk)
        (row,) = [each for each in progress(user, time.today()) if each.court.pk == home.court.pk]
        assert (row.left, row.due, row.rule) == (Decimal("12301.00"), dt.date(2023, 6, 30), "JZ-D-19")
        assert row.is_late(time.today())
        assert not row.is_late(dt.date(2023, 6, 30))
        page = main(client_of(home.funds).get("/finance/registers/old/"))
    assert "已超期，剩余 ¥12,301.00" in page


def test_old_money_is_traced_on_its_page(told: tuple[House, Case]) -> None:
    home, _case = told
    pk = Receipt.objects.get(bank_serial="OLD1").pk
    with on("2023-05-11"):
        browser = client_of(home.funds)
        assert browser.get(f"/finance/old/{pk}/").status_code == 200
        form = {"act_key": "k1", "step": "asked", "on": "2023-05-11", "note": "发函"}
        refused = browser.post(f"/finance/old/{pk}/", form)
        assert refused.status_code == 422
        assert "逐步" in main(refused)
        assert browser.post(f"/finance/old/{pk}/", {**form, "step": "payer_bank"}).status_code == 302
    assert Trace.objects.get().step == "payer_bank"
    with on("2023-05-11"):
        assert client_of(person(court(), "fund_officer")).get(f"/finance/old/{pk}/").status_code == 404


def test_a_plan_is_a_page_for_who_sees_its_case(told: tuple[House, Case]) -> None:
    home, case = told
    pk = DistributionPlan.objects.get().pk
    with on("2023-05-11"):
        page = main(client_of(home.handler).get(f"/finance/plans/{pk}/"))
        assert case.number in page
        assert "3,000.00" in page
        assert client_of(person(court(), "fund_officer")).get(f"/finance/plans/{pk}/").status_code == 404


def test_escrow_is_asked_for_and_done_from_the_money_tab(told: tuple[House, Case]) -> None:
    home, case = told
    vice = person(home.court, "vice_president", name="韩副院")
    request = Request.objects.get(kind="escrow_funds")
    with on("2023-05-11"):
        for each in (home.director, vice):
            assent(request_id=request.pk, actor=each, at=time.now(), key=key())
    made = Transfer.objects.get(kind="escrow")
    address = f"/cases/{case.pk}/transfers/{made.pk}/hold"
    with on("2023-05-12"):
        assert (
            f"/transfers/{made.pk}/hold"
            in client_of(home.funds).get(f"/cases/{case.pk}/money/").content.decode()
        )
        assert client_of(home.handler).get(address).status_code in (403, 404)
        browser = client_of(home.funds)
        shown = browser.get(address)
        form = {name: hidden(shown, name) for name in ("act_key", "seen_version", "seen_seq")}
        form |= {"on": "2023-05-12", "body": ""}
        assert "提存机构" in main(browser.post(address, form))
        assert browser.post(address, {**form, "act_key": "h2", "body": "云州市公证处"}).status_code == 302
    assert Transfer.objects.get(kind="escrow").state == "held"
    with on("2023-05-13"):
        assert client_of(home.funds).get(address).status_code == 404


@pytest.mark.req("LY-20")
def test_a_deferral_stands_in_its_register_with_ten_days_after_its_ground() -> None:
    home = house(packs=("LY-2021",))
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-05-10"):
        case = assigned(home, filing("2023-05-10"))
        money(home, case, "30000.00", "S1")
    with on("2023-05-12"):
        facts = {"subject": case.subjects.get(kind="receipt").pk, "code": "other_statutory"}
        request = ask_approval(
            case_id=case.pk, matter="defer_payout", facts=facts, ground="执行异议审查中", files=proof(case, home.handler),
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
        for each in (home.director, vice):
            assent(request_id=request.pk, actor=each, at=time.now(), key=key())
    with on("2023-05-15"):
        page = main(client_of(home.handler).get("/finance/registers/deferral/?state=open"))
    assert case.number in page
    assert "执行异议审查中" in page
    with on("2023-06-01"):
        given = {"on": time.today(), "outcome": "cause_gone", "actor": home.handler, "at": time.now()}
        release_hold(case_id=case.pk, hold_id=Hold.objects.get(case=case).pk, key=key(), **given)
    with on("2023-06-02"):
        page = main(client_of(home.handler).get("/finance/registers/deferral/?state=ended"))
    assert "LY-D-10" in page or "BASE-D-68" in page


def test_a_register_asks_as_much_for_one_row_as_for_many(
    told: tuple[House, Case], django_assert_max_num_queries: Any
) -> None:
    home, _case = told
    browser = client_of(home.funds)

    def asked(name: str) -> int:
        with on("2023-05-10 18:00"), django_assert_max_num_queries(20) as seen:
            assert browser.get(f"/finance/registers/{name}/").status_code == 200
        return len(seen)

    filled = ("ageing", "causes", "escrow", "old", "plans")
    for name in filled:
        asked(name)
    before = [asked(name) for name in filled]
    with on("2023-05-10 16:00"):
        more = [assigned(home, filing("2023-05-10")) for _each in range(2)]
        receipts = [[money(home, case, f"{n}000.00", f"M{case.pk}-{n}") for n in (4, 5, 6)] for case in more]
        old_receipt(home, "2020-05-09", "7.00", "OLD3")
    with on("2023-05-10 17:00"):
        for case, (first, second, third) in zip(more, receipts, strict=True):
            given = {"case_id": case.pk, "actor": home.handler, "at": time.now()}
            note_cause(receipt_id=first.pk, cause="papers_incomplete", steps="已通知", key=key(), **given)
            ask_transfer(
                kind="escrow", receipt_id=second.pk, amount=Decimal(5000), cause="payee_refuses", ground="拒不领取",
                key=key(), **given,
            )  # fmt: skip
            claims = [Claimed(each.pk, f"债权人{each.pk}", "debt", Decimal(80000)) for each in more]
            draft_plan(receipt_id=third.pk, claims=claims, grounds="不足清偿", key=key(), **given)
    assert [asked(name) for name in filled] == before
    for name in NAMES:
        asked(name)


def test_the_court_declares_what_its_revolving_fund_had_at_the_start(told: tuple[House, Case]) -> None:
    home, _case = told
    with on("2023-05-11"):
        browser = client_of(home.finance)
        first = browser.get("/finance/fund/")
        assert "还没有拨入" in main(first)
        form = {
            "act_key": hidden(first, "act_key"),
            "amount": "100000",
            "on": "2023-05-11",
            "evidence": "云财拨〔2022〕8号",
        }
        for wrong, words in (
            ({"amount": "0.001"}, "分"),
            ({"on": "2023-05-12"}, "日期"),
            ({"amount": "-5"}, "金额"),
            ({"evidence": ""}, "凭据"),
            ({"file": SimpleUploadedFile("拨款.pdf", b"MZ not a paper")}, "不能接收这种文件"),
            ({"file": ""}, "请选择扫描件"),
        ):
            refused = browser.post("/finance/fund/", {**form, "file": scan(), **wrong})
            assert refused.status_code == 422
            assert words in main(refused)
        for _ in range(2):
            assert browser.post("/finance/fund/", {**form, "file": scan()}).status_code == 302
        shown = browser.get("/finance/fund/")
        page = main(shown)
        assert "余额 ¥100,000.00 壹拾万元整" in page
        assert page.count("拨入 fund:") == 1
        assert "期初余额（元）" not in page, "declared once"
        made = TopUp.objects.get()
        assert f'href="/finance/fund/{made.pk}/"' in shown.content.decode()
        way = browser.get(f"/finance/fund/{made.pk}/").content.decode()
        assert reverse("documents:file", args=[made.file_id]) in way
        assert client_of(home.handler).get("/finance/fund/").status_code == 403
        assert client_of(home.handler).get(f"/finance/fund/{made.pk}/").status_code == 403
        assert client_of(person(court(), "finance")).get(f"/finance/fund/{made.pk}/").status_code == 404


def test_what_nobody_can_be_found_for_is_escrowed_by_two_people_on_its_page(told: tuple[House, Case]) -> None:
    home, _case = told
    receipt = Receipt.objects.get(bank_serial="OLD1")
    path = f"/finance/old/{receipt.pk}/"
    with on("2023-05-11"):
        one, other = client_of(home.funds), client_of(home.finance)
        assert one.post(f"{path}ask", {"act_key": "a0"}).status_code == 422
        for n, step in enumerate(("payer_bank", "asked", "reconciled", "unknown")):
            form = {"act_key": f"s{n}", "step": step, "on": "2023-05-11", "note": "已查"}
            assert one.post(path, form).status_code == 302
        assert other.post(f"{path}hold", {"act_key": "h0", "on": "2023-05-11"}).status_code == 422
        assert one.post(f"{path}ask", {"act_key": "a1"}).status_code == 302
        own = one.post(f"{path}hold", {"act_key": "h1", "on": "2023-05-11"})
        assert own.status_code == 422
        assert "须由另一人办理" in main(own)
        assert other.post(f"{path}hold", {"act_key": "h2", "on": "2023-05-11"}).status_code == 302
        assert Transfer.objects.get(kind="court_escrow").state == "held"
        assert "已提存" in main(other.get(path))
        back = {"act_key": "r1", "on": "2023-05-11", "reason": "付款人持回单认领"}
        assert other.post(f"{path}release", back).status_code == 302
    assert Transfer.objects.get(kind="court_escrow").state == "released"


@pytest.mark.parametrize("by_cause", [False, True])
def test_what_waits_is_turned_page_by_page_under_whole_headings(
    told: tuple[House, Case], by_cause: bool
) -> None:
    """Given three receipts that wait, when two stand on a page, then each stands once, and headings tell of all of them."""
    home, _case = told
    with on("2023-05-10 16:00"):
        user, day = User.objects.get(pk=home.funds.pk), time.today()
        whole = waiting(user, day, by_cause=by_cause)
        first = waiting(user, day, by_cause=by_cause, size=2)
        second = waiting(user, day, by_cause=by_cause, size=2, after=first.next)
        seen = [row.receipt.pk for part in (first, second) for row in part.rows]
        assert seen == [row.receipt.pk for row in whole.rows]
        assert len(set(seen)) == 3
        assert not second.next
        back = waiting(user, day, by_cause=by_cause, size=2, before=second.prev)
        assert [row.receipt.pk for row in back.rows] == seen[:2]
        counts = {code: heap.count for code, heap in second.more.items()}
        assert counts == ({"papers_incomplete": 1, "payee_refuses": 1, "": 1} if by_cause else {"5": 3})
        assert sum(heap.amount for heap in second.more.values()) == Decimal("6000.00")
