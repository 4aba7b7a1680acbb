"""The finance clerk's day in a real browser: bank file, match, allocate, pay, close of day; each page at both widths."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Page, expect

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.money import approve_payout
from cases.actions.transfers import ask_transfer, note_cause
from cases.models import Case
from closing.actions.distributing import draft_plan, serve_plan
from closing.distribution import Claimed
from closing.models import DistributionPlan
from events import relay
from funds.audit import differences
from funds.models import Claim, Instruction, PaymentBatch, Payout, Receipt, StatementLine, SubAccount
from kernel import time
from tests.browser.clicking import Clicking, fill, send
from tests.browser.conftest import Shoot, Visit
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent
from tests.factories.courts import person
from tests.factories.documents import jpeg
from tests.factories.statements import bank_account, row, written
from tests.walks.stage import money, on, payee

PAYER = "云州顺达运输有限公司"
SHARES = (Decimal("53333.33"), Decimal("26666.67"))
"""80,000 for 80,000 and 40,000 of principal."""


def test_the_finance_clerks_day(visit: Visit, shoot: Shoot, site: str, tmp_path: Path) -> None:
    walk = Clicking(visit, shoot, site, "finance")
    with on("2023-09-01 09:30"):
        home = house(name="东湖区人民法院")
        bank_account(home.court, home.finance)
        first: Case = assigned(home, filing("2023-09-01", applicant(), respondent(PAYER)))
        second: Case = assigned(
            home, filing("2023-09-01", applicant("李四"), respondent(PAYER), amount="5000.00")
        )
        payee(home, first)
    number = SubAccount.objects.get(book__about=first.about).number
    rows = [
        row("2023-09-20", income="80000.00", payer=PAYER, remark=f"{first.number}案款"),
        row("2023-09-25", income="12,000.00", payer="赵六", sub=number),
        row("2023-09-25", income="0.00", payer="银行利息"),
        row("2023-09-26", income="350.50", payer="王五", remark="执行款"),
        row("2023-09-26", outgo="1,200.00", payer="张三", remark="发放"),
    ]
    (tmp_path / "九月流水.csv").write_bytes(written(rows, opening="5000.00"))
    with walk.day("2023-09-26 10:00"):
        match(walk, home, tmp_path / "九月流水.csv")
    receipt = Receipt.objects.get(about=first.about)
    with walk.day("2023-09-27 10:00"):
        payee(home, first, "王芳")
        allocate(walk, home, first, receipt)
        page = walk.window(home.director, f"/cases/{first.pk}/money/")
        walk.look(page, "money-tab")
        for made in Payout.objects.order_by("pk"):
            given = {"payout_id": made.pk, "actor": home.director, "at": time.now(), "key": key()}
            approve_payout(case_id=first.pk, **given)
    with walk.day("2023-09-27 14:00"):
        pay(walk, home)
        answer(walk, home, tmp_path / "回盘.csv")
        follow(walk, home, first, Payout.objects.get(amount=SHARES[0]))
    with walk.day("2023-09-27 16:00"):
        set_aside(walk, home, first, second)
    with walk.day("2023-09-28 17:00"):
        registers(walk, home)
        close(walk, home)
    assert list(differences()) == []


def match(walk: Clicking, home: House, file: Path) -> None:
    """The bank's file in three steps, then the first line by one key."""
    page = walk.window(home.finance, "/finance/statements/")
    page.set_input_files("input[type=file]", str(file))
    walk.look(page, "upload")
    page.get_by_role("button", name="上传并核对各列").click()
    expect(page.get_by_text("第一步（共三步）")).to_be_visible()
    walk.look(page, "columns")
    page.get_by_role("button", name="读入并预览").click()
    expect(page.get_by_text("第二步（共三步）")).to_be_visible()
    walk.look(page, "preview")
    page.get_by_role("button", name="确认入账 4 笔").click()
    expect(page.get_by_text("已入账 4 笔")).to_be_visible()
    relay.run()
    page = walk.window(home.finance, "/finance/match/")
    walk.look(page, "match")
    page.locator("body").press("1")
    expect(page.get_by_text("已认领 1 笔")).to_be_visible()
    walk.look(page, "claimed")


def allocate(walk: Clicking, home: House, case: Case, receipt: Receipt) -> None:
    """Two judgments share the receipt by the law; what each creditor gets is asked for in one act."""
    page = walk.window(home.handler, f"/cases/{case.pk}/receipts/{receipt.pk}/allocate/")
    fill(
        page,
        d1_title="（2023）鄂9901民初101号",
        d1_creditor="张三",
        d1_principal="80000.00",
        d1_due_on="2023-08-01",
    )
    page.get_by_role("button", name="再加一份执行依据").click()
    fill(
        page,
        d2_title="（2023）鄂9901民初102号",
        d2_creditor="王芳",
        d2_principal="40000.00",
        d2_due_on="2023-08-15",
    )
    walk.look(page, "allocate")
    send(page)
    walk.look(page, "allocate-check")
    send(page)
    walk.look(page, "allocation")
    page = walk.window(home.handler, f"/cases/{case.pk}/money/")
    page.get_by_role("link", name="按分配提请发放").click()
    walk.look(page, "ask-allocated")
    send(page)
    expect(page.get_by_text("捌万元整")).to_be_visible()
    walk.look(page, "ask-allocated-check")
    send(page)
    assert tuple(Payout.objects.order_by("pk").values_list("amount", flat=True)) == SHARES
    page = walk.window(home.handler, f"/cases/{case.pk}/fee/?amount=600000")
    walk.look(page, "fee")


def pay(walk: Clicking, home: House) -> None:
    """Chosen, shown with its total in capitals, put into a file for the bank."""
    page = walk.window(home.finance, "/finance/payments/?tab=pay")
    for box in page.locator("input[name=selected]").all():
        box.check()
    walk.look(page, "to-pay")
    page.locator("button[formaction*='/file'], button[value='file']").first.click()
    expect(page.get_by_text("捌万元整").first).to_be_visible()
    walk.look(page, "pay-check")
    page.locator("form button.c-btn--primary, form button.c-btn--danger").last.click()
    page.wait_for_url("**/finance/payments/*/")
    walk.look(page, "batch")


def answer(walk: Clicking, home: House, file: Path) -> None:
    """Until the bank has answered, the day is not closed; then its file says that both were paid."""
    page = walk.window(home.finance, "/finance/close")
    expect(page.get_by_text("还有 2 笔付款已发出、银行没有答复")).to_be_visible()
    page = walk.window(home.finance, f"/finance/payments/{PaymentBatch.objects.get().pk}/")
    with page.expect_download():
        page.get_by_role("button", name="下载批次文件").click()
    told = Instruction.objects.select_related("payout").order_by("pk")
    lines = [f"{each.reference},{each.payout.amount},成功,H{each.pk},2023-09-27" for each in told]
    file.write_bytes("\n".join(["指令号,金额,结果,回单号,日期", *lines]).encode("gb18030"))
    page.reload()
    page.set_input_files("#returns", str(file))
    page.get_by_role("button", name="导入回盘").click()
    expect(page.get_by_text("成功 2 笔")).to_be_visible()
    walk.look(page, "answered")
    assert {each.state for each in Payout.objects.all()} == {"paid"}


def follow(walk: Clicking, home: House, case: Case, made: Payout) -> None:
    """Down from the payout to the bank's line; the voucher is issued and printed on the way."""
    page = walk.window(home.finance, f"/cases/{case.pk}/money/")
    page.click(".c-payout__what a")
    walk.look(page, "trail-payout")
    page.click(".c-trail__step:has-text('到账') a")
    walk.look(page, "trail-receipt")
    page.click(".c-trail__step:has-text('银行流水') a")
    walk.look(page, "trail-line")
    assert f"/line/{Claim.objects.get(receipt=made.receipt).line_id}/" in page.url
    page = walk.window(home.finance, f"/cases/{case.pk}/money/journals/")
    walk.look(page, "journals")
    page = walk.window(home.finance, f"/cases/{case.pk}/vouchers/payout/{made.pk}/")
    page.get_by_role("button", name="开具").click()
    expect(page.get_by_text("案款付字第000001号")).to_be_visible()
    walk.look(page, "voucher")
    page = walk.window(home.finance, f"/cases/{case.pk}/payouts/{made.pk}/slip/")
    page.set_input_files(
        "input[type=file]", files=[{"name": "回单.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}]
    )
    walk.look(page, "slip")
    assert "付款凭证已归入本笔发放" in send(page)
    walk.look(page, "money-with-slip")


def set_aside(walk: Clicking, home: House, first: Case, second: Case) -> None:
    """A plan for two creditors, the revolving fund, a cause for which money waits."""
    money(home, second, "3000.00", "S2")
    into_fund(walk, home)
    mine = money(home, first, "6000.00", "S3")
    while relay.run():
        pass
    note_cause(
        case_id=first.pk, receipt_id=mine.pk, cause="papers_incomplete", steps="已通知补正", actor=home.handler,
        at=time.now(), key=key(),
    )  # fmt: skip
    ask_transfer(
        case_id=second.pk, kind="escrow", receipt_id=Receipt.objects.get(about=second.about).pk, amount=Decimal(3000),
        cause="payee_refuses", ground="领款人书面表示拒绝领取", actor=home.handler, at=time.now(), key=key(),
    )  # fmt: skip
    give_up(walk, home, second)
    page = walk.window(home.handler, f"/cases/{first.pk}/plans/new")
    fill(
        page,
        receipt=str(mine.pk),
        grounds="不足清偿全部债务",
        claims__1__number=second.number,
        claims__1__amount="5000",
    )
    walk.look(page, "plan-draft")
    send(page)
    walk.look(page, "plan-check")
    plan = draft_plan(
        case_id=first.pk, receipt_id=mine.pk, claims=[
            Claimed(first.pk, "张三", "debt", Decimal(80000)), Claimed(second.pk, "李四", "debt", Decimal(5000)),
        ], grounds="不足清偿全部债务", actor=home.handler, at=time.now(), key=key(),
    )  # fmt: skip
    party = plan.parties.earliest("pk")
    serve_plan(
        plan_id=plan.pk, party_id=party.pk, on=time.today(), actor=home.handler, at=time.now(), key=key()
    )
    page = walk.window(home.handler, f"/finance/plans/{DistributionPlan.objects.get().pk}/")
    walk.look(page, "plan")


def into_fund(walk: Clicking, home: House) -> None:
    """A line is put into the fund by one key; from the fund a click leads back to the bank's file."""
    walk.look(walk.window(home.finance, "/finance/fund/"), "fund-empty")
    line = StatementLine.objects.get(payer_name="王五")
    page = walk.window(home.finance, f"/finance/match/?line={line.pk}")
    page.locator("body").press("0")
    expect(page.get_by_text("已拨入周转基金 ¥350.50")).to_be_visible()
    walk.look(page, "fund-claimed")
    page = walk.window(home.finance, "/finance/fund/")
    walk.look(page, "fund")
    page.locator("a:text-is('拨入')").click()
    walk.look(page, "top-up")
    page.click(".c-trail__step:has-text('银行流水') a")
    expect(page).to_have_url(re.compile(f"/finance/statements/{line.statement_id}/"))


def give_up(walk: Clicking, home: House, case: Case) -> None:
    """取消 of an approved escrow from the money tab."""
    request = Request.objects.get(about=case.about)
    for role in request.chain:
        who = home.director if role == "bureau_director" else person(home.court, role)
        assent(request_id=request.pk, actor=who, at=time.now(), key=key())
    while relay.run():
        pass
    page = walk.window(home.handler, f"/cases/{case.pk}/money/")
    page.locator("a:text-is('取消')").click()
    fill(page, reason="领款人已来院领取")
    walk.look(page, "transfer-cancel")
    assert "已取消，没有款项变动" in send(page)


def registers(walk: Clicking, home: House) -> None:
    """What the clerk looks through at the end of the day."""
    for path, name in (
        ("", "inbox"),
        ("unclaimed", "unclaimed"),
        ("ageing", "ageing"),
        ("registers/vouchers/", "vouchers"),
        ("registers/causes/", "causes"),
        ("registers/escrow/", "escrow"),
        ("payments/?tab=batches", "batches"),
        ("accounts/new", "account"),
    ):
        page: Page = walk.window(home.finance, f"/finance/{path}")
        walk.look(page, name)


def close(walk: Clicking, home: House) -> None:
    """日结: every payment is answered, the bank and the books agree."""
    page = walk.window(home.finance, "/finance/close")
    expect(page.get_by_text("银行没有答复")).to_have_count(0)
    expect(page.get_by_text("调节后银行与账面相符")).to_be_visible()
    walk.look(page, "close")
