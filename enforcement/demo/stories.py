"""The stories of the demo: what each case is there to show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from enforcement.demo import aside, money, petitions, transfers, turns
from enforcement.demo.case import DemoCase
from enforcement.demo.property import (
    announce,
    approve,
    ask_over_limit,
    control,
    feedback,
    price,
    ready_to_sell,
    renew_control,
    sell,
    start_price,
    transfer,
)

Tell = Callable[[DemoCase], object]
ACCOUNT, WALLET, CAR, FLAT = "存款（尾号1001）", "支付宝账户", "小型轿车", "住房一套"


# ------------------------------------------------------------------ pieces of stories


def start(case: DemoCase) -> DemoCase:
    """Filed, assigned the next day, served and queried two days later."""
    case.file().wait(1).assign()
    return case.wait(2).notice().query()


def found(case: DemoCase, *items: tuple[str, str, Decimal, bool]) -> DemoCase:
    """Three days later the network has answered."""
    start(case).wait(3)
    return feedback(case, *items)


def account(case: DemoCase, share: str = "1") -> tuple[str, str, Decimal, bool]:
    """A bank account with this share of the claim."""
    return "bank_account", ACCOUNT, (case.amount * Decimal(share)).quantize(Decimal("0.01")), False


def wallet(case: DemoCase) -> tuple[str, str, Decimal, bool]:
    """A wallet with a tenth of the claim."""
    return "alipay", WALLET, (case.amount / 10).quantize(Decimal("0.01")), False


def car(case: DemoCase, share: str) -> tuple[str, str, Decimal, bool]:
    """A car, which cannot be divided."""
    return "vehicle", CAR, (case.amount * Decimal(share)).quantize(Decimal("0.01")), True


def settle_by_account(case: DemoCase) -> DemoCase:
    """All of the claim is frozen, transferred and arrives."""
    case.file().payee().wait(1).assign()
    feedback(case.wait(2).notice().query().wait(3), account(case))
    control(case.wait(2), ACCOUNT)
    transfer(case.wait(4), ACCOUNT)
    return money.receive(case.wait(1), case.amount)


def no_property(case: DemoCase) -> DemoCase:
    """Everything asked, nothing found, a conclusion after fifty working days."""
    feedback(start(case).wait(3))
    case.wait(5).investigate()
    case.wait(5).limit_consumption()
    turns.summarise(case.wait(30))
    return case


# ------------------------------------------------------------------ just begun


def only_filed(case: DemoCase) -> None:
    """Waits for its handler."""
    case.file()


def only_assigned(case: DemoCase) -> None:
    """The notice has still to go out."""
    case.file().wait(1).assign()


def served(case: DemoCase) -> None:
    """The network has not answered yet."""
    start(case)


def found_account(case: DemoCase) -> None:
    """Found, to be frozen."""
    found(case, account(case, "0.4"), wallet(case))


def found_car(case: DemoCase) -> None:
    """A car beside the account; the account is frozen."""
    found(case, account(case, "0.3"), car(case, "0.5"))
    control(case.wait(1), ACCOUNT)


def frozen(case: DemoCase) -> None:
    """Frozen, the enquiries done."""
    found(case, account(case, "0.6"), wallet(case))
    control(case.wait(2), ACCOUNT, WALLET)
    case.wait(3).investigate()
    case.limit_consumption()


def entered_late(case: DemoCase) -> None:
    """补录: entered from the court's old ledger, long after it was filed; nobody is told."""
    case.at(case.script.workdays_ago(15)).file()
    case.assign()
    case.wait(1).notice()
    case.query()


def frozen_until(days: int) -> Tell:
    """Frozen under a receipt that states the last day: so many days from today."""

    def tell(case: DemoCase) -> None:
        found(case, account(case, "0.6"))
        control(case.wait(1), ACCOUNT, ends_on=case.script.today + dt.timedelta(days=days))
        case.wait(3).investigate()

    return tell


def renewed(case: DemoCase) -> None:
    """Frozen for a short term and frozen anew before its end."""
    found(case, account(case, "0.6"))
    control(case.wait(1), ACCOUNT, ends_on=case.script.today + dt.timedelta(days=4))
    case.wait(3).investigate()
    renew_control(case.at(case.script.workdays_ago(3)), ACCOUNT)


def over_limit(case: DemoCase) -> None:
    """The director has to say whether a car above the claim may be seized."""
    found(case, car(case, "1.6"))
    ask_over_limit(case.wait(1), CAR)


def over_limit_given(case: DemoCase) -> None:
    """The director agreed, the car is seized."""
    over_limit(case)
    approve(case.wait(1), "over_limit", "bureau_director")
    control(case.wait(1), CAR, kind="seize", approved=True)


# ------------------------------------------------------------------ held


def suspended(case: DemoCase) -> None:
    """中止: nothing counts."""
    found(case, account(case, "0.2"))
    control(case.wait(2), ACCOUNT)
    turns.suspend(case.wait(4), "被执行人进入破产程序，裁定中止执行。")


def resumed(case: DemoCase) -> None:
    """Suspended for two weeks."""
    suspended(case)
    turns.resume(case.wait(10))
    case.wait(2).investigate()


def extension_asked(case: DemoCase) -> None:
    """Six months are nearly over; the president has to say."""
    frozen(case)
    turns.ask_extension(case.at(case.script.workdays_ago(2)), 60)


def extension_given(case: DemoCase) -> None:
    """The president extended."""
    frozen(case)
    turns.ask_extension(case.at(case.script.workdays_ago(6)), 60)
    approve(case.wait(2), "extension", "president")


def deduction_asked(case: DemoCase) -> None:
    """A public notice is to be deducted."""
    start(case)
    turns.ask_deduction(case.wait(4), 30)


def handed_over(case: DemoCase) -> None:
    """移交."""
    found(case, account(case, "0.2"))
    control(case.wait(2), ACCOUNT)
    turns.hand_over(case.wait(2))


def recused(case: DemoCase) -> None:
    """回避."""
    start(case)
    turns.withdraw_handler(case.wait(1))


def moved_away(case: DemoCase) -> None:
    """移送 to another court, which has taken it."""
    found(case)
    transfers.offer(case.wait(3), "designated", "被执行人主要财产在受移送法院辖区，指定执行。")
    transfers.take(case.wait(1))


def offered_away(case: DemoCase) -> None:
    """移送, waiting for the other court."""
    start(case)
    transfers.offer(case.wait(2), "coordinated", "统一调配执行力量。")


def sent_back(case: DemoCase) -> None:
    """移送, sent back."""
    start(case)
    transfers.offer(case.wait(2), "coordinated", "统一调配执行力量。")
    transfers.send_back(case.wait(1))


def sealed(case: DemoCase) -> None:
    """保密."""
    start(case)
    turns.seal(case)


def cancelled(case: DemoCase) -> None:
    """撤销立案."""
    case.file().wait(1).assign()
    turns.ask_cancel(case.wait(1))
    approve(case.wait(1), "cancel_case", "bureau_director")


def with_clue(case: DemoCase) -> None:
    """A clue has to be verified."""
    found(case)
    turns.clue(case.wait(1), "被执行人在临江县城关镇有门面房一间对外出租。", urgent=case.story % 2 == 0)


# ------------------------------------------------------------------ disposal


def to_be_priced(case: DemoCase) -> None:
    """A seized car that may be sold."""
    found(case, car(case, "0.8"))
    control(case.wait(2), CAR, kind="seize")
    ready_to_sell(case.wait(4), CAR)


def being_priced(case: DemoCase) -> None:
    """网络询价."""
    to_be_priced(case)
    start_price(case.wait(3), CAR)


def priced(case: DemoCase) -> None:
    """The price is set."""
    being_priced(case)
    price(case.wait(6), CAR, (case.amount * Decimal("0.75")).quantize(Decimal("0.01")))


def announced(case: DemoCase) -> None:
    """拍卖公告."""
    priced(case)
    case.investigate()
    announce(case.wait(2), CAR, (case.amount * Decimal("0.6")).quantize(Decimal("0.01")), days=18)


def failed_auction(case: DemoCase) -> None:
    """流拍."""
    announced(case)
    sell(case.wait(14), CAR, None)


def sold(case: DemoCase) -> None:
    """成交, the price paid; the car is to be handed over."""
    announced(case)
    sell(case.wait(14), CAR, (case.amount * Decimal("0.7")).quantize(Decimal("0.01")))


# ------------------------------------------------------------------ money


def in_custody(case: DemoCase) -> None:
    """Money of the case waits for its payout."""
    settle_by_account(case)


def waits_for_check(case: DemoCase) -> None:
    """The payout waits for the second person."""
    settle_by_account(case)
    money.ask_payout(case.wait(1))


def at_finance(case: DemoCase) -> None:
    """A large payout is with finance."""
    waits_for_check(case)
    money.to_finance(case.wait(1))
    money.at_finance(case.wait(1))


def checked(case: DemoCase) -> None:
    """The payout may be sent."""
    waits_for_check(case)
    money.check(case)


def sent(case: DemoCase) -> None:
    """The order is with the bank."""
    checked(case)
    money.send(case.wait(1))


def paid(case: DemoCase) -> None:
    """Paid, to be closed."""
    sent(case)
    money.confirm(case)


def returned(case: DemoCase) -> None:
    """The bank gave the money back."""
    sent(case)
    money.give_back(case.wait(1))


# ------------------------------------------------------------------ 终本


def interview_due(case: DemoCase) -> None:
    """Nothing found: the interview has to be held."""
    no_property(case)


def termination_asked(case: DemoCase) -> None:
    """The named leader has to look at the file."""
    no_property(case)
    turns.interview(case.wait(5))
    turns.ask_termination(case.wait(1))


def termination_returned(case: DemoCase) -> None:
    """The named leader gave it back."""
    termination_asked(case)
    turns.review(case.wait(1), "走访笔录缺少村干部签名，请补正后再报。")


def terminated(case: DemoCase) -> None:
    """终本."""
    termination_asked(case)
    turns.review(case.wait(1))
    turns.close(case.wait(15), turns.TERMINATION, "未发现可供执行的财产，申请执行人签字同意。")


def terminated_archived(case: DemoCase) -> None:
    """终本, in the archive."""
    terminated(case)
    turns.archive(case.wait(15))


# ------------------------------------------------------------------ over


def performed(case: DemoCase) -> None:
    """执行完毕 by transfer."""
    settle_by_account(case)
    money.pay_out(case.wait(1), case.amount)
    turns.close(case.wait(2))


def performed_archived(case: DemoCase) -> None:
    """执行完毕, in the archive."""
    performed(case)
    turns.archive(case.wait(20))


def paid_by_respondent(case: DemoCase) -> None:
    """The respondent paid before the notice had to go out; archived."""
    case.file().payee().wait(1).assign()
    money.receive(case.wait(2), case.amount)
    money.pay_out(case.wait(1), case.amount)
    turns.close(case.wait(2))
    turns.archive(case.wait(20))


def withdrawn(case: DemoCase) -> None:
    """终结执行: the applicant withdrew; archived."""
    case.file().wait(1).assign()
    turns.close(case.wait(3), "terminated", "申请执行人撤回执行申请。")
    turns.archive(case.wait(20))


def settled_elsewhere(case: DemoCase) -> None:
    """销案."""
    case.file().wait(1).assign()
    turns.close(case.wait(3), "cancelled", "与另案合并执行，予以销案。")
    turns.archive(case.wait(15))


def petitioned(case: DemoCase) -> None:
    """A visitor was answered at once and content; their second petition lies with the bureau chief."""
    found(case, account(case, "0.4"))
    control(case.wait(2), ACCOUNT)
    petitions.register(case.wait(3), petitions.SPOT, oral="已当面说明：划拨到账后三十日内发放。")
    petitions.close(case, petitions.SPOT)
    petitions.register(case.at(case.script.workdays_ago(4)), petitions.PANEL)
    petitions.hear(case.wait(2), petitions.PANEL)
    petitions.ask(case.wait(1), petitions.PANEL)


def petitioned_by_phone(case: DemoCase) -> None:
    """Registered yesterday; nothing has been done yet."""
    found(case, account(case, "0.3"))
    control(case.wait(2), ACCOUNT)
    petitions.register(case.at(case.script.workdays_ago(1)), petitions.PANEL, channel="phone")


def escrowed(case: DemoCase) -> None:
    """The payee will not collect: escrowed by decision, four days after the ground."""
    settle_by_account(case)
    aside.note_cause(case.wait(2), "payee_refuses", "两次电话联系申请执行人，其明确表示暂不领取。")
    aside.ask(case.wait(1), "escrow", "1", "申请执行人书面表示拒绝领取。", cause="payee_refuses")
    aside.grant(case.wait(1), "bureau_director", "vice_president")
    aside.hold(case.wait(2), "云州市公证处")
    aside.voucher(case, "receipt")
    aside.voucher(case, "transfer")


def escrow_asked(case: DemoCase) -> None:
    """Escrow was asked for and lies with its approvers; old money of the court is being traced beside it."""
    settle_by_account(case)
    aside.find_old(case.wait(1))
    aside.ask(
        case.wait(1), "escrow", "0.5", "申请执行人下落不明，公告后仍未领取。", cause="payee_unreachable"
    )


def papers_missing(case: DemoCase) -> None:
    """Money waits because the payee's papers are not complete."""
    settle_by_account(case)
    aside.note_cause(case.wait(1), "papers_incomplete", "已电话通知补交身份证复印件和领款承诺书。")


def refunded(case: DemoCase) -> None:
    """A part was paid twice and goes back to its payer."""
    settle_by_account(case)
    aside.ask(case.wait(1), "refund", "0.1", "被执行人重复支付，多付部分退还付款人。")
    aside.grant(case.wait(1), "bureau_director")
    aside.hold(case.wait(1))
    aside.pay(case.wait(1))
    aside.voucher(case, "transfer")
    aside.ask(case, "refund", "0.05", "被执行人称另有一笔重复支付。")
    aside.grant(case, "bureau_director")
    aside.give_up(case, "经核对没有再次重复支付。")
    aside.give_old_back(case)


def insured(case: DemoCase) -> None:
    """Enforcement insurance paid a part to the applicant; it is aid and nothing of the claim."""
    found(case, account(case, "0.2"))
    aside.ask(
        case.wait(2), "insurance", "0.1", "涉民生案件，被执行人无财产可供执行。", body="云州财产保险公司"
    )
    aside.grant(case.wait(1), "bureau_director")
    aside.pay(case.wait(2))


def shared_out(case: DemoCase) -> None:
    """Two creditors share what there is; the plan is being served."""
    settle_by_account(case)
    aside.share(case.wait(1))
