"""What two courts' rule books say of one matter: the rows of the comparison, each read from the rules themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from regimes.amounts import period_chinese
from regimes.book import RuleBook
from regimes.rules import DeadlineRule, GuardRule, Rule, Suggestion

TERMINATION = "termination"
FUND_ACTIONS = (
    "record_fund_movement", "submit_payout", "approve_payout", "pay_out", "pause_payout_timer", "advance_from_revolving_fund"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a rule book says of a matter. advice: not a limit but a suggestion or a target."""

    text: str
    rule_id: str
    source: str
    condition: str = ""
    advice: bool = False
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Matter:
    """One row: what it is about, and which rules speak of it. duties: of deadlines and suggestions."""

    label: Any
    duties: tuple[str, ...] = ()
    section: str = ""
    keep: Callable[[Rule], bool] = lambda _rule: True


def _on(*actions: str) -> Callable[[Rule], bool]:
    return lambda rule: getattr(rule, "on", "") in actions


def _class_criteria(rule: Rule) -> bool:
    return getattr(rule, "sets", "case_class") == "case_class"


def _careful(rule: Rule) -> bool:
    """A guard of control that asks against whom or against what, not how much."""
    return isinstance(rule, GuardRule) and rule.on == "add_control_measure" and not rule.when.is_always


def _fund_approvals(rule: Rule) -> bool:
    return getattr(rule, "matter", "") in ("defer_payout", "escrow_funds", "payout")


MATTERS: tuple[Matter, ...] = (
    Matter(_lazy("执行通知"), ("enforcement_notice", "notice_and_report_order", "three_documents_served")),
    Matter(_lazy("分工"), section="duties_of_roles"),
    Matter(_lazy("接收案件"), ("case_acceptance",)),
    Matter(_lazy("发起网络查控"), ("network_query_start", "network_analysis_online_freeze")),
    Matter(_lazy("网上控制"), ("online_freeze", "online_control", "network_analysis_online_freeze")),
    Matter(_lazy("线下及其他控制"), ("offline_control", "other_property_control", "offline_joint_control", "property_uncontrolled")),
    Matter(_lazy("现场调查"), ("onsite_investigation",)),
    Matter(_lazy("线索核实"), ("clue_verification", "clue_control")),
    Matter(_lazy("启动确定参考价"), ("reference_price_start",)),
    Matter(_lazy("启动拍卖"), ("auction_start",)),
    Matter(_lazy("拍卖公告"), ("auction_announcement", "auction_announcement_movable", "auction_announcement_immovable")),
    Matter(_lazy("起拍价、保证金"), section="guards", keep=_on("set_starting_price", "set_auction_deposit")),
    Matter(_lazy("委托评估"), section="guards", keep=_on("choose_price_method", "commission_valuation")),
    Matter(_lazy("案款发放"), ("payout", "payout_small", "payout_submit_to_finance", "finance_payout", "payout_overdue")),
    Matter(_lazy("提存、延期发放"), ("escrow", "payout_after_deferral"), section="approvals", keep=_fund_approvals),
    Matter(_lazy("案款管理"), section="guards", keep=_on(*FUND_ACTIONS)),
    Matter(_lazy("结案期限"), ("case_close", "case_close_target", "case_close_statutory", "first_case_average")),
    Matter(_lazy("繁简分流、分类"), ("triage",), section="classifications"),
    Matter(_lazy("繁简标准"), section="criteria", keep=_class_criteria),
    Matter(_lazy("繁简转换"), ("conversion_assignment", "conversion_proposal", "conversion_feedback"), section="conversions"),
    Matter(_lazy("延长、扣除期限的审批"), section="approvals", keep=lambda rule: getattr(rule, "matter", "") in ("extend_case_limit", "deduct_period")),
    Matter(_lazy("终本条件"), section="checklists"),
    Matter(_lazy("终本时间"), ("case_close_termination", "termination_min_age")),
    Matter(_lazy("终本约谈"), ("termination_interview",)),
    Matter(_lazy("信访答复"), ("petition", "petition_written_reply", "complaint_reply", "assigned_petition")),
    Matter(_lazy("一案双查"), section="guards", keep=_on("save_petition", "confirm_violation")),
    Matter(_lazy("留言回复"), ("message_reply",)),
    Matter(_lazy("告知当事人的环节"), section="pushes"),
    Matter(_lazy("长期未结"), ("long_pending_ledger", "long_open", "overdue_clearing")),
    Matter(_lazy("涉企保护、慎重采取措施"), section="guards", keep=_careful),
    Matter(_lazy("承办人资格"), section="guards", keep=_on("assign_handler", "assign_case_to_team")),
    Matter(_lazy("定期工作"), section="schedules"),
    Matter(_lazy("核心指标"), section="indicators"),
)  # fmt: skip


def said(book: RuleBook, matter: Matter) -> list[Said]:
    """What a rule book says of a matter, in the order of its packs; [] when it is silent."""
    return [*_clocks(book, matter), *_others(book, matter)]


def _clocks(book: RuleBook, matter: Matter) -> Iterator[Said]:
    if not matter.duties:
        return
    for section in ("deadlines", "suggestions"):
        for pack, rule in book.reaching(section):
            if isinstance(rule, (DeadlineRule, Suggestion)) and rule.duty in matter.duties:
                yield Said(
                    text=_length(rule, pack.vocabulary),
                    rule_id=rule.id,
                    source=rule.source,
                    condition="" if rule.when.is_always else rule.when.chinese(pack.vocabulary),
                    advice=is_advice(rule),
                    verified=rule.verified,
                )


def _others(book: RuleBook, matter: Matter) -> Iterator[Said]:
    if not matter.section:
        return
    if matter.section == "checklists":
        rules: Iterator[object] = (item for _pack, item in book.checklist(TERMINATION))
    else:
        rules = (rule for _pack, rule in book.reaching(matter.section))
    for rule in rules:
        if isinstance(rule, Rule) and matter.keep(rule):
            yield Said(
                rule.title or rule.statement.rstrip("。"), rule.id, rule.source, verified=rule.verified
            )


def is_advice(rule: DeadlineRule | Suggestion) -> bool:
    """Whether a number is no limit: the source gives none, or strives for it."""
    if isinstance(rule, Suggestion):
        return True
    return rule.kind == "soft_target" or not rule.period_stated


def length_words(rule: DeadlineRule | Suggestion) -> str:
    """5个工作日, 每7日, 48小时, 当场, 6月30日前."""
    if isinstance(rule, DeadlineRule) and rule.date is not None:
        return _("%(m)d月%(d)d日前") % {"m": rule.date.month, "d": rule.date.day}
    if rule.kind == "at_once" or getattr(rule, "same_visit", False):
        return _("当场")
    if isinstance(rule, DeadlineRule) and rule.repeat is not None:
        return _("每%s") % period_chinese(rule.repeat.every)
    return period_chinese(rule.period) if rule.period else ""


def _length(rule: DeadlineRule | Suggestion, words: Any) -> str:
    event = words.events.get(rule.start)
    length = length_words(rule) or getattr(rule, "due_from", "") or rule.statement.rstrip("。")
    if not length_words(rule):
        return length
    return _("%(event)s后%(length)s") % {"event": event.zh, "length": length} if event and length else length
