"""From the mappings of a pack file to rules: one reader for each section, every name checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from regimes import formulas
from regimes.counting import Roll
from regimes.deadline_section import read_deadline, read_suggestion
from regimes.errors import did_you_mean
from regimes.inspection_section import read_inspection
from regimes.linedyaml import LinedList
from regimes.readers import Fields
from regimes.rulekeys import ROLLS, Context, read_common, read_condition
from regimes.rules import (
    Approval,
    Calculation,
    Checklist,
    ChecklistItem,
    Classification,
    Conversion,
    Criterion,
    FlagRule,
    Ground,
    GuardRule,
    HoldRule,
    Indicator,
    PushRule,
    Reading,
    RoleDuty,
    Schedule,
    StageRule,
)
from regimes.vocabulary import Vocabulary

SEVERITIES = ("block", "warn", "second_person", "auto", "alert", "route")
UNITS = ("percent", "days", "count", "score", "workload")


def read_guard(fields: Fields, context: Context) -> GuardRule:
    """One entry of `guards`."""
    words = context.vocabulary
    fields.need("on", "在什么操作前检查", "写 on: close_case 这样的操作名")
    fields.need("require", "应当满足的条件", "写 require: 条件")
    rule = GuardRule(
        **read_common(fields, context),
        on=fields.name("on", words.actions, "操作"),
        when=read_condition(fields, "if", words),
        require=read_condition(fields, "require", words),
        severity=fields.choice("severity", SEVERITIES, "block"),
        refusal=fields.text("refusal"),
        fix=fields.text("fix"),
        override=tuple(
            role for role in fields.names("override", {*words.roles, "none"}, "角色") if role != "none"
        ),
        override_reason=fields.text("override_reason"),
        route_to=fields.name("route_to", words.roles, "角色"),
    )
    if rule.severity == "block":
        fields.need("refusal", "拒绝理由", "写 refusal: 用一句话告诉用户为什么不行")
    if rule.severity == "route":
        fields.need("route_to", "转交对象", "写 route_to: 角色")
    fields.done()
    return rule


def read_push(fields: Fields, context: Context) -> PushRule:
    """One entry of `pushes`."""
    words = context.vocabulary
    fields.need("on", "触发事件", "写 on: [事件]")
    fields.need("to", "接收人", "写 to: [applicant, respondent]")
    holds = fields.child("hold")
    recipients = {} if holds is None else {key: holds.names(key, words.events, "事件") for key in holds.data}
    rule = PushRule(
        **read_common(fields, context),
        on=fields.names("on", words.events, "事件"),
        to=fields.names("to", words.roles, "角色"),
        topic=fields.text("topic"),
        hold=recipients,
    )
    for recipient in recipients:
        if holds is not None and recipient not in rule.to:
            holds.report(recipient, f"“{recipient}”不在接收人之中", f"接收人有 {'、'.join(rule.to)}")
    fields.done()
    return rule


def read_checklist(fields: Fields, context: Context) -> Checklist:
    """One entry of `checklists` with its items."""
    fields.need("id", "编号", "写 id: termination")
    checklist = Checklist(
        id=fields.text("id"),
        title=fields.text("title"),
        items=tuple(_checklist_item(item, context) for item in fields.children("items")),
    )
    fields.done()
    return checklist


def read_classification(fields: Fields, context: Context) -> Classification:
    """One entry of `classifications`."""
    words = context.vocabulary
    fields.need("sets", "要确定的事实", "写 sets: case_class")
    sets = fields.name("sets", words.facts, "事实")
    rule = Classification(
        **read_common(fields, context),
        sets=sets,
        when=read_condition(fields, "when", words),
        node=fields.name("node", context.nodes, "节点"),
        asks=fields.names("asks", words.facts, "事实"),
        many=fields.integer("many", 10) or 10,
        decided_by=fields.name("decided_by", words.roles, "角色"),
        prepared_by=fields.name("prepared_by", words.roles, "角色"),
        otherwise=fields.name("otherwise", _members(words, sets), "类别"),
        sort_by=fields.name("sort_by", words.facts, "事实"),
    )
    fields.done()
    return rule


def read_criterion(fields: Fields, context: Context) -> Criterion:
    """One entry of `criteria`."""
    words = context.vocabulary
    fields.need("class", "类别", "写 class: simple")
    sets = fields.name("sets", words.facts, "事实") or "case_class"
    rule = Criterion(
        **read_common(fields, context),
        sets=sets,
        value=fields.name("class", _members(words, sets), "类别"),
        when=read_condition(fields, "when", words),
        order=fields.integer("order", 0) or 0,
        stated=fields.boolean("stated", True),
    )
    fields.done()
    return rule


def read_conversion(fields: Fields, context: Context) -> Conversion:
    """One entry of `conversions`."""
    words = context.vocabulary
    classes = _members(words, "case_class")
    rule = Conversion(
        **read_common(fields, context),
        from_class=fields.name("from", classes, "类别"),
        to_class=fields.name("to", classes, "类别"),
        on=fields.names("on", words.events, "事件"),
        done=fields.name("done", words.events, "事件"),
        proposed_by=fields.name("proposed_by", words.roles, "角色"),
        approver=fields.name("approver", words.roles, "角色"),
    )
    fields.done()
    return rule


def read_reading(fields: Fields, context: Context) -> Reading:
    """One entry of `readings`."""
    words = context.vocabulary
    fields.need("sets", "计算口径", "写 sets: interest_first_day")
    fields.need("value", "取哪一种理解", "写 value: next")
    sets = fields.name("sets", words.facts, "事实")
    rule = Reading(
        **read_common(fields, context),
        sets=sets,
        value=fields.name("value", _members(words, sets), "理解"),
    )
    fields.done()
    return rule


def read_approval(fields: Fields, context: Context) -> Approval:
    """One entry of `approvals`."""
    words = context.vocabulary
    fields.need("matter", "审批事项", "写 matter: 事项名")
    fields.need("chain", "审批层级", "写 chain: [团队负责人, 局长]，由低到高")
    rule = Approval(
        **read_common(fields, context),
        matter=fields.name("matter", words.matters, "审批事项"),
        chain=fields.names("chain", words.roles, "角色"),
        when=read_condition(fields, "if", words),
        report_to=fields.names("report_to", words.roles, "角色"),
        switch=fields.boolean("switch"),
        sets=fields.names("sets", words.facts, "事实"),
        happens=fields.names("happens", words.events, "事件"),
        ladder=fields.name("ladder", words.ladders, "提醒阶梯") or "approval",
    )
    for fact in rule.sets:
        if words.facts[fact].type != "boolean":
            fields.report("sets", f"“{fact}”不是是否类的事实", "批准后只能把是否类的事实记为“是”")
    fields.done()
    return rule


def read_ground(fields: Fields, context: Context) -> Ground:
    """One entry of `grounds`."""
    words = context.vocabulary
    fields.need("code", "事由", "写 code: public_notice 这样的法定事由")
    fields.need("matters", "适用的审批事项", "写 matters: [deduct_period]")
    ground = Ground(
        **read_common(fields, context),
        code=fields.name("code", _members(words, "statutory_ground_code"), "法定事由"),
        matters=fields.names("matters", words.matters, "审批事项"),
        interval=fields.name("interval", words.intervals, "期间种类"),
        evidence=fields.text("evidence"),
    )
    if "deduct_period" in ground.matters:
        fields.need("interval", "扣除期间的种类", "写 interval: public_notice")
    fields.done()
    return ground


def read_hold(fields: Fields, context: Context) -> HoldRule:
    """One entry of `holds`."""
    words = context.vocabulary
    fields.need("interval", "期间种类", "写 interval: stay")
    fields.need("per", "可以针对什么", "写 per: [case, property]")
    fields.need("title", "名称", "写 title: 案外人异议")
    rule = HoldRule(
        **read_common(fields, context),
        interval=fields.name("interval", words.intervals, "期间种类"),
        per=fields.names("per", words.subjects, "对象"),
        stops=fields.names("stops", context.nodes, "节点"),
        suspends=fields.boolean("suspends"),
        starts=fields.names("starts", words.events, "事件"),
        ends=fields.names("ends", words.events, "事件"),
        sets=fields.table("sets"),
        guard=fields.name("guard", words.actions, "操作"),
        document_needed=fields.text("document_needed"),
        outcomes=fields.table("outcomes"),
    )
    for fact, value in rule.sets.items():
        if value not in _members(words, fact):
            fields.report(
                "sets", f"“{fact}: {value}”不在词汇表中", "写 sets: {objection_kind: act} 这样的枚举值"
            )
    if rule.suspends and rule.per != ("case",):
        fields.report("suspends", "只有针对全案的事由才能使案件中止", "写 per: [case]，或者去掉 suspends")
    if not rule.suspends and not rule.stops:
        fields.need("stops", "停止哪些节点", "写 stops: [auction_start]；全部停止的写 suspends: yes")
    fields.done()
    return rule


def read_role_duty(fields: Fields, context: Context) -> RoleDuty:
    """One entry of `duties_of_roles`."""
    words = context.vocabulary
    fields.need("role", "角色", "写 role: handler")
    rule = RoleDuty(
        **read_common(fields, context),
        role=fields.name("role", words.roles, "角色"),
        item=fields.text("item"),
        duty=fields.name("duty", words.duties, "事项"),
        nodes=fields.names("node", context.nodes, "节点"),
    )
    fields.done()
    return rule


def read_indicator(fields: Fields, context: Context) -> Indicator:
    """One entry of `indicators`."""
    rule = Indicator(
        **read_common(fields, context),
        stated=fields.boolean("stated", True),
        sets=fields.name("sets", context.vocabulary.facts, "事实"),
        calculations=tuple(_calculation(each, context.vocabulary) for each in fields.children("calc")),
    )
    fields.done()
    return rule


def read_stage(fields: Fields, context: Context) -> StageRule:
    """One entry of `stages`."""
    words = context.vocabulary
    fields.need("stage", "阶段", "写 stage: control")
    fields.need("entered_by", "进入阶段的事件", "写 entered_by: [property_controlled]")
    rule = StageRule(
        **read_common(fields, context),
        stage=fields.name("stage", words.stages, "阶段"),
        entered_by=fields.names("entered_by", words.events, "事件"),
        left_by=fields.names("left_by", words.events, "事件"),
    )
    fields.done()
    return rule


def read_flag(fields: Fields, context: Context) -> FlagRule:
    """One entry of `flags`."""
    words = context.vocabulary
    fields.need("flag", "标记", "写 flag: payout_late，先在词汇表的 flags 中登记")
    fields.need("duties", "事项", "写 duties: [事项名]，这些事项的期限超过时标记")
    fields.need("cleared_by", "怎样解除", "写 cleared_by: 用一句话告诉用户办了什么就解除")
    rule = FlagRule(
        **read_common(fields, context),
        flag=fields.name("flag", words.flags, "标记"),
        group=fields.name("group", words.flag_groups, "标记的类别"),
        duties=fields.names("duties", words.duties, "事项"),
        cleared_by=fields.text("cleared_by"),
    )
    fields.done()
    return rule


def read_schedule(fields: Fields, context: Context) -> Schedule:
    """One entry of `schedules`."""
    words = context.vocabulary
    days = {*words.schedule_days, *(str(day) for day in range(1, 32))}
    on = fields.raw("on")
    if isinstance(on, LinedList):
        on[:] = [str(day) if isinstance(day, int) else day for day in on]
    elif isinstance(on, int):
        fields.data["on"] = str(on)
    months = fields.raw("months")
    rule = Schedule(
        **read_common(fields, context),
        who=fields.name("who", words.roles, "角色"),
        every=fields.period("every"),
        on=fields.names("on", days, "日子"),
        months=tuple(months) if isinstance(months, LinedList) and _are_months(fields, months) else (),
        roll=cast(Roll, fields.choice("roll", ROLLS, "none")),
        track_only=fields.boolean("track_only"),
        suggested=fields.boolean("suggested"),
        campaign=fields.boolean("campaign"),
        sections=fields.texts("sections"),
    )
    fields.done()
    return rule


READERS: dict[str, Callable[[Fields, Context], Any]] = {
    "deadlines": read_deadline,
    "guards": read_guard,
    "pushes": read_push,
    "checklists": read_checklist,
    "classifications": read_classification,
    "criteria": read_criterion,
    "conversions": read_conversion,
    "approvals": read_approval,
    "readings": read_reading,
    "grounds": read_ground,
    "holds": read_hold,
    "duties_of_roles": read_role_duty,
    "indicators": read_indicator,
    "stages": read_stage,
    "flags": read_flag,
    "schedules": read_schedule,
    "suggestions": read_suggestion,
    "inspections": read_inspection,
}


def _members(words: Vocabulary, fact: str) -> Mapping[str, str]:
    return words.facts[fact].values if fact in words.facts else {}


def _checklist_item(fields: Fields, context: Context) -> ChecklistItem:
    words = context.vocabulary
    fields.need("require", "应当满足的条件", "写 require: 条件")
    item = ChecklistItem(
        **read_common(fields, context),
        hard=fields.boolean("hard"),
        when=read_condition(fields, "if", words),
        require=read_condition(fields, "require", words),
        evidence=fields.text("evidence"),
        group=fields.text("group"),
        stage=fields.choice("stage", ("before_closing", "after_closing"), "before_closing"),
    )
    fields.done()
    return item


def _calculation(fields: Fields, words: Vocabulary) -> Calculation:
    targets = {key: _target(fields, key) for key in ("at_least", "at_most", "equal", "warn")}
    calculation = Calculation(
        numerator=fields.text("numerator"),
        denominator=fields.text("denominator"),
        unit=fields.choice("unit", UNITS, "percent"),
        result=fields.boolean("result"),
        slot=fields.boolean("slot"),
        title=fields.text("title"),
        exclude=fields.names("exclude", words.exclusions, "不计入的情形"),
        since=fields.date("since"),
        better=fields.choice("better", ("", "higher", "lower"), ""),
        members=fields.texts("members"),
        **targets,
    )
    for key in ("numerator", "denominator"):
        terms: tuple[formulas.Term, ...] = fields.parsed(key, formulas.parse, ())
        for name in (name for term in terms for name in term.names):
            if name not in words.measures:
                fields.report(key, f"没有这个统计量“{name}”", did_you_mean(name, list(words.measures)))
    if not calculation.numerator and not calculation.slot:
        fields.report("numerator", "没有写分子（numerator）", "写统计量的名称；由法院指定的写 slot: yes")
    if calculation.members and not calculation.slot:
        fields.report("members", "members 只能和 slot: yes 一起写", "补写 slot: yes，或者去掉 members")
    if sum(targets[key] is not None for key in ("at_least", "at_most", "equal")) > 1:
        fields.report("at_least", "一行只能有一个目标", "at_least、at_most、equal 只留一个")
    fields.done()
    return calculation


def _target(fields: Fields, key: str) -> float | None:
    value = fields.raw(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        fields.report(key, f"{key} 应当是不小于零的数", "例如 at_least: 90")
        return None
    return value


def _are_months(fields: Fields, months: LinedList) -> bool:
    if all(isinstance(month, int) and 1 <= month <= 12 for month in months):
        return True
    fields.report("months", "months 应当是 1 到 12 的月份", "例如 months: [3, 6, 9, 12]")
    return False
