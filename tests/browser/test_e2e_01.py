"""E2E-01 by mouse and keyboard: from the filing form to the archive, each person at their own desk.

The second story takes what the first one leaves out: the investigation on the spot and the sale of a car.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from cases.models import Case, Node
from courts.models import User
from events.models import Event
from kernel.capitals import in_capitals
from kernel.money import parse_amount
from tests.browser.clicking import Clicking, fill, open_node, said, send
from tests.browser.conftest import Shoot, Visit
from tests.factories.cases import House, house, node
from tests.factories.documents import jpeg, pdf

# Pages that the first story has looked at.
SEEN_BEFORE = (
    "filing", "payee", "assignment", "feedback", "receipt", "receipt-check", "payout-ask", "payout-check",
    "payout-step", "payout-confirm", "closing-node", "closing", "closing-check", "archive", "archived",
)  # fmt: skip


def file_case(walk: Clicking, home: House, amount: str) -> Case:
    """立案 at the window. The button is clicked twice in a hurry; one case comes of it."""
    page = walk.window(home.filing, "/cases/new")
    fill(page, cause="民间借贷纠纷", basis="（2022）鄂9901民初12号民事判决书", claim_amount=amount)
    fill(page, party__0__name="张三", party__0__phone="13800000001")
    fill(page, party__1__name="李四", party__1__phone="13900000001", party__1__location="in_court_area")
    assert page.inner_text("#id_claim_amount_capitals") == in_capitals(parse_amount(amount))
    walk.look(page, "filing")
    before = Case.objects.count()
    page.dblclick("form.c-act--wide > .c-row .c-btn--primary")
    page.wait_for_selector("#case-timeline")
    assert Case.objects.count() == before + 1
    return Case.objects.latest("pk")


def register_payee(walk: Clicking, home: House, case: Case, signed_on: str) -> None:
    """领款登记 with the signed undertaking, in the same window."""
    page = walk.window(home.filing, f"/cases/{case.pk}/")
    open_node(page, case, "payee_registration")
    fill(page, name="张三", bank="云州农商银行东湖支行", account="6217000010001234567")
    fill(page, account_doubt="测试账号", signed_on=signed_on)
    page.set_input_files(
        "[name=undertaking]", {"name": "领款承诺书.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    walk.look(page, "payee")
    assert "已办结“领款登记”" in send(page)


def assign(walk: Clicking, home: House, case: Case) -> None:
    """分案 by the command centre."""
    page = walk.window(home.centre, f"/cases/{case.pk}/")
    open_node(page, case, "assignment")
    fill(page, owner=str(home.handler.pk), team=str(home.team.pk))
    walk.look(page, "assignment")
    assert "已办结“分案”" in send(page)


def told(walk: Clicking, home: House, case: Case, topic: str) -> str:
    """Who was told of a topic, as the tab 当事人 shows it."""
    page = walk.window(home.handler, f"/cases/{case.pk}/parties/")
    heads = page.locator(".c-told li").filter(has=page.locator(f"b:text-is('{topic}')"))
    return " ".join(heads.all_inner_texts())


def feed_back(walk: Clicking, home: House, case: Case, *items: tuple[str, str, str], whole: str = "") -> None:
    """网络查控反馈: one row typed for each item (kind, name, value); the one named `whole` cannot be divided."""
    page = walk.window(home.clerk, f"/cases/{case.pk}/")
    open_node(page, case, "network_feedback")
    for index, (kind, label, value) in enumerate(items):
        if index:
            page.click("#node-work [name=add_row]")
            page.wait_for_selector(f'[name="found-{index}-kind"]')
        row = f"found__{index}__"
        fill(page, **{f"{row}kind": kind, f"{row}label": label, f"{row}value": value})
        if label == whole:
            fill(page, **{f"{row}indivisible": True})
    walk.look(page, "feedback")
    assert "已办结“网络查控反馈”" in send(page)


def confirmed(walk: Clicking, page: Page, name: str, typed: str = "") -> str:
    """From the form of an act to the page that shows what it would do, and on; what is said then."""
    send(page)
    if typed:
        fill(page, typed=typed)
    walk.look(page, name)
    return send(page)


def receive(walk: Clicking, home: House, case: Case, amount: str, serial: str) -> None:
    """案款到账: the fund officer records the entry of the bank and claims it for the case."""
    page = walk.window(home.funds, f"/cases/{case.pk}/money/")
    page.click("a:text-is('登记到账')")
    fill(page, amount=amount, bank_serial=serial, payer_name="李四", account_tail="1001")
    walk.look(page, "receipt")
    assert "已登记到账并认领到本案" in confirmed(walk, page, "receipt-check")


def pay_out(walk: Clicking, home: House, case: Case, bank_ref: str) -> None:
    """Asked by the handler, approved by the director, sent and confirmed by the fund officer."""
    page = walk.window(home.handler, f"/cases/{case.pk}/money/")
    page.click("a:text-is('提请发放')")
    walk.look(page, "payout-ask")
    assert "已提请发放，等待审批" in confirmed(walk, page, "payout-check")
    assert page.locator(".c-payout a.c-btn").all_inner_texts() == ["取消"], (
        "nobody approves what they asked for"
    )
    for person, name, typed, words in (
        (home.director, "批准", "发放", "已批准发放"),
        (home.funds, "发出付款", "发放", "等待银行确认"),
    ):
        page = walk.window(person, f"/cases/{case.pk}/money/")
        walk.look(page, "money")
        page.click(f".c-payout a:text-is('{name}')")
        assert words in confirmed(walk, page, "payout-step", typed)
    page.click(".c-payout a:text-is('登记到账')")
    fill(page, bank_ref=bank_ref)
    walk.look(page, "payout-confirm")
    assert "已登记银行确认到账" in send(page)


def close_and_archive(walk: Clicking, home: House, case: Case) -> None:
    """结案 as 执行完毕 with the word typed, then 归档."""
    page = walk.window(home.handler, f"/cases/{case.pk}/")
    open_node(page, case, "closing")
    walk.look(page, "closing-node")
    page.click("#node-work .c-btn--primary")
    fill(page, closing_type="performed")
    walk.look(page, "closing")
    said_then = confirmed(walk, page, "closing-check", "结案")
    assert "已结案" in said_then
    assert "已结案" in page.inner_text(".c-head")
    open_node(page, case, "archive")
    fill(page, volumes="正卷一册")
    walk.look(page, "archive")
    assert "已办结“归档”" in send(page)
    assert "已归档" in page.inner_text(".c-head")
    walk.look(page, "archived")


def line(walk: Clicking, user: User, case: Case, kind: str, label: str = "") -> str:
    """The words of a node's line, the node opened."""
    rows = Node.objects.filter(case=case, kind=kind)
    row = rows.get(subject__label=label) if label else rows.get()
    page = walk.window(user, f"/cases/{case.pk}/?node={row.pk}")
    return " ".join(page.locator(f"#node-{row.pk} > *:not(.c-node__pane)").all_inner_texts()).replace(
        "\n", " "
    )


@pytest.mark.req("JZ-08")
def test_the_journey_by_mouse_and_keyboard(visit: Visit, shoot: Shoot, site: str) -> None:
    home = house(features=("haidian", "tianjin"))
    walk = Clicking(visit, shoot, site, "e2e-01")
    with walk.day("2023-04-24 09:30"):
        case = file_case(walk, home, "8万元")
        register_payee(walk, home, case, "2023-04-24")
        assign(walk, home, case)
    with walk.day("2023-04-24 10:00"):
        for topic in ("立案", "分案"):
            assert "张三" in told(walk, home, case, topic)
            assert "李四" in told(walk, home, case, topic)
        walk.look(walk.window(home.handler), "told")
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        assert "5月4日（周四） 还剩 10 日" in line(walk, home.handler, case, "enforcement_notice")
        assert "BASE-D-01" in page.inner_text(".c-beside")
        walk.look(page, "assigned")
    with walk.day("2023-04-26"):
        send_notice(walk, home, case)
    with walk.day("2023-04-26 11:00"):
        page = walk.window(home.handler, f"/cases/{case.pk}/papers/")
        assert page.locator(".c-told .c-pill").all_inner_texts() == ["已生成"] * 3
        walk.look(page, "papers")
        page = walk.window(home.clerk, f"/cases/{case.pk}/")
        open_node(page, case, "network_query_start")
        fill(page, scope="national")
        walk.look(page, "query-start")
        assert "已办结“网络查控发起”" in send(page)
    with walk.day("2023-04-27"):
        feed_back(
            walk, home, case, ("bank_account", "尾号1001", "40000"), ("bank_account", "尾号1002", "12000"),
            ("alipay", "支付宝", "8000"), ("vehicle", "小型轿车", "9万元"), whole="小型轿车",
        )  # fmt: skip
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        for label in ("尾号1001", "尾号1002", "支付宝"):
            assert "5月5日（周五）" in line(walk, home.handler, case, "online_freeze", label)
        assert "5月15日（周一）" in line(walk, home.handler, case, "offline_control", "小型轿车")
        walk.look(page, "found")
        assert told(walk, home, case, "网络财产查询结果") == "", (
            "the respondent hears of it only after control"
        )
    with walk.day("2023-05-04"):
        freeze(walk, home, case)
    with walk.day("2023-05-06"):
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        open_node(page, case, "property_declaration")
        fill(page, declared="truthful", content="名下三个账户、一辆小型轿车")
        walk.look(page, "declaration")
        assert "已办结“财产申报（李四）”" in send(page)
    with walk.day("2023-05-10"):
        deduct(walk, home, case)
        receive(walk, home, case, "6万元", "S-0510")
    with walk.day("2023-05-10 11:00"):
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        assert "5月17日（周三）" in line(walk, home.handler, case, "payout")
        walk.look(page, "payout-node")
        assert "张三" in told(walk, home, case, "划拨")
    with walk.day("2023-05-15"):
        leave_the_car(walk, home, case)
    with walk.day("2023-05-16"):
        pay_out(walk, home, case, "B-0516")
    with walk.day("2023-05-17"):
        assert "张三" in told(walk, home, case, "案款发放")
    with walk.day("2023-05-18"):
        receive(walk, home, case, "20000", "S-0518")
    with walk.day("2023-05-22"):
        pay_out(walk, home, case, "B-0522")
    with walk.day("2023-05-26"):
        for tab in ("property", "money", "log"):
            walk.look(walk.window(home.handler, f"/cases/{case.pk}/{tab}/"), tab)
        close_and_archive(walk, home, case)
    with walk.day("2023-05-27"):
        written = walk.window(home.handler, f"/cases/{case.pk}/parties/").inner_text(".c-told")
        assert f"您申请执行的{case.number}案已结案" in written, "the applicant is told"
        assert f"您好，{case.number}案已结案" in written, "the respondent is told"
        walk.look(walk.window(home.handler), "told-all")
        walk.look(walk.window(home.handler, "/notifications"), "notifications")


def send_notice(walk: Clicking, home: House, case: Case) -> None:
    """执行通知 from the list in three clicks; by post first is refused, and a hurried second click changes nothing."""
    page = walk.window(home.handler, "/worklist")
    walk.look(page, "worklist")
    row = node(case, "enforcement_notice").pk
    page.click(f'a[href*="node={row}"]')
    page.wait_for_selector(f"#node-{row} #node-work form")
    fill(page, channel="post")
    page.click("#node-work .c-btn--primary")
    page.wait_for_selector("#node-work [data-errors]")
    assert "JZ-G-SVC-03" in page.inner_text("#node-work [data-errors]")
    walk.look(page, "notice-refused")
    fill(page, channel="electronic", platform_ref="E-0426")
    with page.expect_navigation():
        page.dblclick("#node-work .c-btn--primary")
    assert "已办结“执行通知（李四）”" in said(page)
    assert Event.objects.filter(stream=case.about, kind="node.completed", data__node=row).count() == 1
    assert "已办结" in line(walk, home.handler, case, "enforcement_notice")
    walk.look(page, "notice-done")


def freeze(walk: Clicking, home: House, case: Case) -> None:
    """网上冻结 of three items at once; the car beside them is over the limit."""
    page = walk.window(home.handler, f"/cases/{case.pk}/")
    open_node(page, case, "online_freeze", "尾号1001")
    page.click("#node-work .c-rows .c-more > summary")
    for label in ("尾号1002", "支付宝"):
        page.locator(f'.c-taking[aria-label="{label}"] input[name$="-take"]').check()
    fill(page, agency="云州农商银行", document="冻结回执1号")
    walk.look(page, "freeze")
    assert "已办结“网上冻结（尾号1001）”" in send(page)
    for label in ("尾号1001", "尾号1002", "支付宝"):
        assert "已办结" in line(walk, home.handler, case, "online_freeze", label)
    open_node(page, case, "offline_control", "小型轿车")
    fill(page, document="查封清单1号")
    page.click("#node-work .c-btn--primary")
    page.wait_for_selector("#node-work [data-errors]")
    assert "JZ-G-OVER-01" in page.inner_text("#node-work [data-errors]")
    walk.look(page, "car-refused")


def deduct(walk: Clicking, home: House, case: Case) -> None:
    """划拨 of each frozen item from the tab 财产与措施."""
    page = walk.window(home.handler, f"/cases/{case.pk}/property/")
    walk.look(page, "property-frozen")
    for label in ("尾号1001", "尾号1002", "支付宝"):
        page.goto(page.url.split("#")[0])
        page.locator(".c-card", has=page.locator(f"h2:has-text('{label}')")).locator(
            "a:text-is('划拨')"
        ).click()
        if label == "尾号1001":
            walk.look(page, "deduct")
        assert "已登记划拨" in send(page)


def leave_the_car(walk: Clicking, home: House, case: Case) -> None:
    """Approval as an indivisible property is asked and refused; the car stays free, with the reason on record."""
    page = walk.window(home.handler, f"/cases/{case.pk}/property/")
    page.click("a:text-is('申请超标的控制')")
    fill(page, ground="车辆不可分")
    walk.look(page, "over-limit-ask")
    assert "已提请审批" in send(page)
    page = walk.window(home.director, "/approvals")
    walk.look(page, "approvals")
    fill(page, words="剩余标的仅两万元")
    with page.expect_navigation():
        page.click("button:text-is('不同意')")
    page = walk.window(home.handler, f"/cases/{case.pk}/")
    row = open_node(page, case, "offline_control", "小型轿车")
    fill(page, decision="leave", reason="价值超过剩余标的")
    walk.look(page, "car-left")
    assert "已办结“线下查封、扣押（小型轿车）”" in send(page)
    page = walk.window(home.handler, f"/cases/{case.pk}/?node={row}")
    assert "价值超过剩余标的" in page.inner_text("#node-work")


@pytest.mark.req("JZ-08")
def test_a_car_is_found_sold_and_paid_out(visit: Visit, shoot: Shoot, site: str) -> None:
    home = house(packs=("JZ-2023", "LY-2021"))
    walk = Clicking(visit, shoot, site, "sale", seen=set(SEEN_BEFORE))
    with walk.day("2024-01-08 09:30"):
        case = file_case(walk, home, "12万元")
        register_payee(walk, home, case, "2024-01-08")
        assign(walk, home, case)
    with walk.day("2024-01-09"):
        page = walk.window(home.handler, "/worklist")
        row = node(case, "acceptance").pk
        page.click(f'a[href*="node={row}"]')
        page.wait_for_selector(f"#node-{row} #node-work form")
        walk.look(page, "acceptance")
        assert "已办结“接收案件”" in send(page)
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        open_node(page, case, "enforcement_notice")
        fill(page, channel="electronic", platform_ref="E-0109")
        assert "已办结" in send(page)
        someone_was_faster(walk, home, case)
    with walk.day("2024-01-10"):
        feed_back(walk, home, case, ("vehicle", "鄂D12345", "12万元"))
        investigate(walk, home, case)
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        open_node(page, case, "consumption_limit")
        fill(page, ground="未按执行通知履行")
        walk.look(page, "consumption-limit")
        assert "已办结“限制消费（李四）”" in send(page)
    with walk.day("2024-01-11"):
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        open_node(page, case, "field_evidence")
        page.set_input_files(
            "[name=files]", {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": jpeg(800, 600)}
        )
        walk.look(page, "field-evidence")
        assert "已办结“现场取证材料留存（李四）”" in send(page)
    with walk.day("2024-01-12"):
        seal_and_release_for_sale(walk, home, case)
    sell(walk, home, case)
    with walk.day("2024-04-02"):
        receive(walk, home, case, "12万元", "S-0402")
    with walk.day("2024-04-03"):
        pay_out_by_finance(walk, home, case)
    with walk.day("2024-04-15"):
        close_and_archive(walk, home, case)


def someone_was_faster(walk: Clicking, home: House, case: Case) -> None:
    """Two have the same form open; the second is told what the first one did, and nothing is written twice."""
    slow, fast = (
        walk.window(home.handler, f"/cases/{case.pk}/"),
        walk.window(home.clerk, f"/cases/{case.pk}/"),
    )
    for page in (slow, fast):
        row = open_node(page, case, "network_query_start")
        fill(page, scope="national")
    assert "已办结“网络查控发起”" in send(fast)
    slow.click("#node-work .c-btn--primary")
    slow.wait_for_selector("#node-work [data-errors]")
    assert "周书记" in slow.inner_text("#node-work [data-errors]")
    walk.look(slow, "stale")
    assert Event.objects.filter(stream=case.about, kind="node.completed", data__node=row).count() == 1


def investigate(walk: Clicking, home: House, case: Case) -> None:
    """传统查控: on the spot, housing fund, real estate; without record or recording the visit is refused."""
    page = walk.window(home.handler, f"/cases/{case.pk}/")
    open_node(page, case, "onsite_investigation")
    fill(page, on="2024-01-10", returned_on="2024-01-10", place="东湖村三组12号", place_kind="village")
    page.click("#node-work .c-btn--primary")
    page.wait_for_selector("#node-work [data-errors]")
    walk.look(page, "onsite-refused")
    fill(page, record="走访村委会，李四长期在外务工", result="无财产", photo_count="3")
    walk.look(page, "onsite")
    assert "已办结“现场调查（李四）”" in send(page)
    for kind, agency in (
        ("provident_fund", "云州市住房公积金中心"),
        ("real_estate_enquiry", "云州市不动产登记中心"),
    ):
        page = walk.window(home.handler, f"/cases/{case.pk}/")
        open_node(page, case, kind)
        fill(page, agency=agency, result="无登记")
        walk.look(page, kind.replace("_", "-"))
        assert "已办结" in send(page)


def seal_and_release_for_sale(walk: Clicking, home: House, case: Case) -> None:
    """查封 of the car, then the four conditions of a sale."""
    page = walk.window(home.handler, f"/cases/{case.pk}/")
    open_node(page, case, "offline_control", "鄂D12345")
    fill(page, agency="云州市车辆管理所", document="查封清单3号")
    walk.look(page, "seal")
    assert "已办结" in send(page)
    page = walk.window(home.handler, f"/cases/{case.pk}/property/")
    page.click("a:text-is('登记可处置')")
    for box in page.locator("[name=conditions]").all():
        box.check()
    assert "财产 鄂D12345（车辆，¥120,000.00）" in page.inner_text("main")
    walk.look(page, "disposable")
    assert "已登记可处置" in send(page)


def sell(walk: Clicking, home: House, case: Case) -> None:
    """评估, 拍卖: each step by its node, with the days that the rules set for them."""
    for day, kind, values in (
        ("2024-01-22", "reference_price_start", {"method": "agreement"}),
        ("2024-02-05", "reference_price_set", {"price": "12万元", "report": "议价笔录1号"}),
        (
            "2024-02-18",
            "auction_announcement",
            {
                "opens_on": "2024-03-20",
                "platform": "人民法院诉讼资产网",
                "starting_price": "12万元",
                "deposit": "12000",
                "ruling": "（2024）拍卖裁定",
            },
        ),
        ("2024-03-21", "auction_result", {"sold": "yes", "price": "12万元"}),
    ):
        with walk.day(day):
            page = walk.window(home.handler, f"/cases/{case.pk}/")
            open_node(page, case, kind)
            fill(page, **values)
            walk.look(page, kind.replace("_", "-"))
            assert "已办结" in send(page)
    with walk.day("2024-03-28"):
        page = walk.window(home.handler, f"/cases/{case.pk}/property/")
        walk.look(page, "property-sold")
        page.click("a:text-is('登记价款交齐')")
        assert "已登记" in send(page)
        walk.look(walk.window(home.handler, f"/cases/{case.pk}/"), "case-sold")


def pay_out_by_finance(walk: Clicking, home: House, case: Case) -> None:
    """Above 100,000 yuan: talked over and written down, through finance, approved by another, paid."""
    page = walk.window(home.handler, f"/cases/{case.pk}/money/")
    page.click("a:text-is('提请发放')")
    said = {"channel": "phone", "talked_on": "2024-04-03", "talked_time": "09:10", "talked_with": "张三"}
    fill(page, record="告知发放数额，同意付至登记账户", **said)
    assert "已提请发放，等待审批" in confirmed(walk, page, "payout-check")
    page.click(".c-payout a:text-is('移送财务')")
    walk.look(page, "to-finance")
    assert "已移送财务" in send(page)
    page = walk.window(home.finance, f"/cases/{case.pk}/money/")
    page.click(".c-payout a:text-is('财务接收')")
    walk.look(page, "finance-receives")
    assert "财务已接收" in send(page)
    for person, name, words in (
        (home.director, "批准", "已批准发放"),
        (home.finance, "发出付款", "等待银行确认"),
    ):
        page = walk.window(person, f"/cases/{case.pk}/money/")
        page.click(f".c-payout a:text-is('{name}')")
        send(page)
        fill(page, typed="发放")
        assert words in send(page)
    page.click(".c-payout a:text-is('登记到账')")
    fill(page, bank_ref="B-2")
    assert "已登记银行确认到账" in send(page)
    walk.look(page, "money-paid")
