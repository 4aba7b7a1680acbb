"""How the pages say days, events and recorded values. Templates only print what is made here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from kernel.dates import long_date
from kernel.money import format_yuan
from kernel.time import local

ACTS = {
    "case.filed": _lazy("立案"),
    "case.assigned": _lazy("分案"),
    "case.national_number": _lazy("登记国家系统编号"),
    "case.handed_over": _lazy("移交案件"),
    "case.transfer_offered": _lazy("移送其他法院"),
    "case.transfer_withdrawn": _lazy("撤回移送"),
    "case.transfer_refused": _lazy("退回移送"),
    "case.court_changed": _lazy("接收移送，换用受移送法院的规则"),
    "case.sealed": _lazy("设定保密"),
    "case.let_in": _lazy("授权查看保密案件"),
    "case.suspended": _lazy("中止执行"),
    "case.resumed": _lazy("恢复执行"),
    "hold.set": _lazy("登记停止事由"),
    "hold.released": _lazy("解除停止事由"),
    "approval.noted": _lazy("审批通过"),
    "case.deducted": _lazy("扣除期限"),
    "case.extended": _lazy("延长期限"),
    "case.corrected": _lazy("更正起算日期"),
    "case.reprojected": _lazy("日历调整，重算期限"),
    "case.repinned": _lazy("换用另一版规则"),
    "case.cancelled": _lazy("撤销立案"),
    "case.closed": _lazy("结案"),
    "case.archived": _lazy("归档"),
    "case.files_kept": _lazy("上传材料"),
    "node.completed": _lazy("办结节点"),
    "task.taken": _lazy("领办事项"),
    "task.given": _lazy("分派任务单"),
    "task.offered": _lazy("移交事项"),
    "task.accepted": _lazy("接收事项"),
    "task.refused": _lazy("拒绝接收事项"),
    "task.settled": _lazy("了结移交争议"),
    "task.returned": _lazy("退回事项"),
    "task.moved": _lazy("改派事项"),
    "act.voided": _lazy("撤销一次办理"),
    "case.classified": _lazy("繁简分流"),
    "triage.prepared": _lazy("登记分流情况"),
    "conversion.trigger_recorded": _lazy("登记转换情形"),
    "conversion.proposed": _lazy("提出繁简转换"),
    "conversion.approved": _lazy("批准繁简转换"),
    "conversion.not_approved": _lazy("繁简转换未批准"),
    "approval.asked": _lazy("提请审批"),
    "property.found": _lazy("登记财产"),
    "property.decided": _lazy("变更财产状态"),
    "control.taken": _lazy("采取控制措施"),
    "control.renewed": _lazy("续行控制措施"),
    "control.released": _lazy("解除控制措施"),
    "fund.deducted": _lazy("划拨"),
    "auction.price_paid": _lazy("价款全额交付"),
    "supervision.planned": _lazy("制定清积计划"),
    "supervision.issued": _lazy("发起督办"),
    "supervision.added": _lazy("补充督办要求"),
    "supervision.read": _lazy("签收督办"),
    "supervision.answered": _lazy("反馈督办"),
    "supervision.extension_asked": _lazy("申请延期反馈督办"),
    "supervision.extended": _lazy("批准督办延期"),
    "supervision.extension_refused": _lazy("督办延期未批准"),
    "supervision.escalated": _lazy("提级督办"),
    "supervision.sent_back": _lazy("退回督办反馈"),
    "supervision.closed": _lazy("核销督办"),
    "clue.received": _lazy("收到财产线索"),
    "paper.read": _lazy("当事人查看文书"),
    "case.filing_corrected": _lazy("更正立案信息"),
    "letter.received": _lazy("收到当事人留言"),
    "letter.read": _lazy("阅读当事人留言"),
    "letter.answered": _lazy("回复当事人留言"),
    "letter.drafted": _lazy("保存留言回复草稿"),
    "letter.handed_over": _lazy("转交留言"),
    "petition.registered": _lazy("登记信访"),
    "petition.handed_over": _lazy("转交信访"),
    "petition.told": _lazy("书面告知信访人"),
    "petition.panel_heard": _lazy("合议庭研究信访"),
    "petition.drafted": _lazy("保存信访答复草稿"),
    "petition.reply_asked": _lazy("信访书面答复报批"),
    "petition.reply_approved": _lazy("信访书面答复获批准"),
    "petition.reply_sent_back": _lazy("信访书面答复未获批准"),
    "petition.answered": _lazy("答复信访人"),
    "petition.closed": _lazy("信访办结"),
    "receipt.noted": _lazy("案款到账"),
    "payee.noted": _lazy("登记领款账户"),
    "payee.wanted": _lazy("缺领款承诺书，重新开出领款登记"),
    "payout.requested": _lazy("提请发放案款"),
    "payout.handed_over": _lazy("发放材料移送财务"),
    "payout.at_finance": _lazy("财务接收发放材料"),
    "payout.assented": _lazy("同意发放案款"),
    "payout.approved": _lazy("批准发放案款"),
    "payout.sent": _lazy("发出付款"),
    "payout.noted": _lazy("案款发放到账"),
    "payout.returned_noted": _lazy("付款被退回"),
    "payout.allocated": _lazy("按分配提请发放"),
    "fund.off_system": _lazy("案款脱离系统，不得付出"),
    "receipt.released_noted": _lazy("到账退回待认领"),
    "receipt.cause_noted": _lazy("登记未发放的原因"),
    "transfer.asked": _lazy("提请提存、退款或者垫付"),
    "transfer.granted": _lazy("批准提存、退款或者垫付"),
    "transfer.refused": _lazy("提存、退款或者垫付未批准"),
    "transfer.held_noted": _lazy("款项转入专门科目"),
    "transfer.released_noted": _lazy("款项转回待发"),
    "transfer.cancelled_noted": _lazy("取消提存、退款或者垫付"),
    "transfer.paid_noted": _lazy("专项款项付出"),
    "deposit.set_aside": _lazy("登记竞买保证金"),
    "plan.drafted": _lazy("拟定分配方案"),
    "plan.served": _lazy("送达分配方案"),
    "plan.objected": _lazy("对分配方案提出异议"),
    "plan.objection_notified": _lazy("通知分配方案异议"),
    "plan.countered": _lazy("反对分配方案异议"),
    "plan.sued": _lazy("提起分配方案异议之诉"),
    "plan.carried_out": _lazy("执行分配方案"),
    "termination.requested": _lazy("报请终本"),
    "termination.reviewed": _lazy("审核终本报请"),
}
VALUES = {
    "on": _lazy("日期"),
    "price": _lazy("金额"),
    "method": _lazy("确定方式"),
    "report": _lazy("报告编号"),
    "opens_on": _lazy("开拍日期"),
    "starting_price": _lazy("起拍价"),
    "deposit": _lazy("保证金"),
    "platform": _lazy("拍卖平台"),
    "ruling": _lazy("裁定文号"),
    "sold": _lazy("成交"),
    "items": _lazy("反馈财产项数"),
    "queried": _lazy("已查项目"),
    "national": _lazy("总对总查询"),
    "volumes": _lazy("卷宗情况"),
    "time": _lazy("约谈时间"),
    "place": _lazy("约谈地点"),
    "interviewee": _lazy("被约谈人"),
    "findings": _lazy("财产情况"),
    "clues": _lazy("财产线索"),
    "opinion": _lazy("申请执行人意见"),
    "signed": _lazy("被约谈人已签名"),
    "agrees": _lazy("同意终本"),
}


def day_words(day: dt.date, today: dt.date) -> str:
    """4月28日（周五）; with the year when it is another one than today's."""
    words = long_date(day)
    return words.partition("年")[2] if day.year == today.year else words


def short_day(day: dt.date, today: dt.date) -> str:
    """4月28日; with the year when it is another one than today's."""
    return day_words(day, today).partition("（")[0]


def plain_day(day: dt.date) -> str:
    """2023年4月28日."""
    return long_date(day).partition("（")[0]


def instant_words(at: dt.datetime, today: dt.date) -> str:
    """今天 10:26, or 4月28日 10:26, on the court's clock."""
    here = local(at)
    if here.date() == today:
        return _("今天 %(time)s") % {"time": f"{here:%H:%M}"}
    return f"{short_day(here.date(), today)} {here:%H:%M}"


def act_words(kind: str) -> str:
    """What an event of this kind is called."""
    return str(ACTS.get(kind, kind))


def value_label(key: str) -> str:
    """What a recorded value is called where no declared field names it."""
    return str(VALUES.get(key, key))


def value_words(value: Any, choices: Mapping[str, str] | None = None) -> str:
    """A recorded value as a person reads it: 是 / 否, dates in words, amounts with the sign, choices by name."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, (list, tuple)):
        return "、".join(value_words(item, choices) for item in value)
    text = str(value)
    if choices and text in choices:
        return choices[text]
    try:
        return plain_day(dt.date.fromisoformat(text))
    except ValueError:
        return text


def yuan(amount: Decimal | str) -> str:
    """¥412,000.00."""
    return format_yuan(Decimal(amount))
