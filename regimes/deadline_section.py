"""Reading `deadlines` and `suggestions` of a pack, and what must go together in a time limit."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, cast

from regimes.amounts import is_clock
from regimes.counting import Hours, Roll
from regimes.periods import DAY_AFTER, NOT_CLOCKS, Direction, Kind, Repeat
from regimes.readers import Fields
from regimes.rulekeys import ROLLS, Context, read_common, read_condition
from regimes.rules import DeadlineRule, ExtensionTerms, MetBy, Suggestion
from regimes.vocabulary import Ladder, read_rungs

KINDS = (
    "due", "detector", "soft_target", "min_gap", "min_elapsed", "max_length", "right", "absolute", "average",
    "at_once",
)  # fmt: skip
HOURS = ("next_full_hour", "exact")
# A pack's own `roll` reaches only these: an expiry, a flag or a gap never moves unless its rule says so.
ROLLED_BY_DEFAULT = frozenset({"due", "soft_target", "right", "absolute"})


def read_deadline(fields: Fields, context: Context) -> DeadlineRule:
    """One entry of `deadlines`."""
    words = context.vocabulary
    kind = cast(Kind, fields.choice("kind", KINDS, "due"))
    period = fields.period("period")
    rule = DeadlineRule(
        **read_common(fields, context),
        kind=kind,
        duty=fields.name("duty", words.duties, "事项"),
        node=fields.name("node", context.nodes, "节点"),
        per=fields.name("per", words.subjects, "对象") or "case",
        start=fields.name("start", words.events, "事件"),
        start_else=fields.name("start_else", words.events, "事件"),
        when=read_condition(fields, "when", words),
        period=period,
        period_stated=fields.boolean("period_stated", True),
        direction=cast(Direction, fields.choice("direction", ("forward", "backward"), "forward")),
        hours=cast(Hours, fields.choice("hours", HOURS, "next_full_hour")),
        roll=_roll(fields, context, kind, is_clock(period)),
        date=fields.date("date"),
        repeat=_repeat(fields),
        stated_end=fields.name("stated_end", words.facts, "事实"),
        grace=fields.period("grace"),
        extension=_extension(fields),
        met_by=read_met_by(fields, words.events),
        excludes=fields.names("excludes", words.intervals, "期间种类"),
        warn_at=fields.periods("warn_at"),
        ladder=_ladder(fields, context),
        role=fields.name("role", words.roles, "角色"),
        shortens=fields.text("shortens"),
    )
    _check_deadline(fields, rule)
    fields.done()
    return rule


def read_suggestion(fields: Fields, context: Context) -> Suggestion:
    """One entry of `suggestions`."""
    words = context.vocabulary
    rule = Suggestion(
        **read_common(fields, context),
        wording=fields.text("wording"),
        kind=cast(Kind, fields.choice("kind", KINDS, "due")),
        duty=fields.name("duty", words.duties, "事项"),
        node=fields.name("node", context.nodes, "节点"),
        per=fields.name("per", words.subjects, "对象") or "case",
        start=fields.name("start", words.events, "事件"),
        when=read_condition(fields, "when", words),
        period=fields.period("period"),
        hours=cast(Hours, fields.choice("hours", HOURS, "next_full_hour")),
        roll=cast(Roll, fields.choice("roll", ROLLS, "none")),
        met_by=read_met_by(fields, words.events),
        same_visit=fields.boolean("same_visit"),
        due_from=fields.text("due_from"),
        ladder=fields.name("ladder", words.ladders, "提醒阶梯"),
    )
    fields.done()
    return rule


def read_met_by(fields: Fields, events: Collection[str]) -> MetBy | None:
    """`{all: [..]}`, `{any: [..]}`, a list (all of it) or one event."""
    if not fields.has("met_by"):
        return None
    if not isinstance(fields.data["met_by"], dict):
        return MetBy("all", fields.names("met_by", events, "事件"))
    child = fields.child("met_by")
    if child is None:
        return None
    modes: list[Literal["all", "any"]] = ["all", "any"]
    found = [MetBy(mode, child.names(mode, events, "事件")) for mode in modes if child.has(mode)]
    child.done()
    if len(found) != 1:
        fields.report("met_by", "met_by 应当写 all 或 any 之一", "写 met_by: {all: [事件]} 或 {any: [事件]}")
        return None
    return found[0]


def _roll(fields: Fields, context: Context, kind: str, clock: bool) -> Roll:
    if fields.has("roll"):
        return cast(Roll, fields.choice("roll", ROLLS, "none"))
    return cast(Roll, context.roll if kind in ROLLED_BY_DEFAULT and not clock else "none")


def _repeat(fields: Fields) -> Repeat | None:
    child = fields.child("repeat")
    if child is None:
        return None
    child.need("every", "间隔", "写 every: 6 months")
    child.need("until", "截止", "写 until: 5 years")
    repeat = Repeat(child.period("every"), child.period("until"))
    child.done()
    return repeat if repeat.every and repeat.until else None


def _extension(fields: Fields) -> ExtensionTerms | None:
    child = fields.child("extension")
    if child is None:
        return None
    child.need("each", "每次延长多久", "写 each: 15 days")
    each = child.amount("each")
    terms = ExtensionTerms(child.integer("times", 1) or 1, each, child.amount("ask_before")) if each else None
    child.has("times")
    child.has("ask_before")
    child.done()
    return terms


def _ladder(fields: Fields, context: Context) -> Ladder:
    ladders = context.vocabulary.ladders
    if fields.has("ladder") and not isinstance(fields.data["ladder"], str):
        rungs = read_rungs(fields, "ladder", context.vocabulary.roles)
        return Ladder(f"{fields.text('id')}", "", rungs)
    name = fields.name("ladder", ladders, "提醒阶梯") or context.ladder
    return ladders.get(name, Ladder(name, "", ()))


def _check_deadline(fields: Fields, rule: DeadlineRule) -> None:
    """What belongs together by kind: a fixed date has no period, a clock needs a start and a period."""
    fields.need("duty", "事项", "写 duty: 事项名，先在词汇表的 duties 中登记")
    if rule.kind == "absolute":
        fields.need("date", "固定日期", "写 date: 2023-06-30")
        if rule.period or rule.start:
            fields.report("date", "固定日期的规则不能再写 start 或 period", "删去 start 和 period")
        return
    if rule.date is not None:
        fields.report("date", "只有 kind: absolute 才写 date", "改写 kind: absolute，或改用 start 和 period")
    if rule.kind in NOT_CLOCKS:
        return
    fields.need("start", "起算事件", "写 start: case_received 这样的事件名")
    if rule.repeat is None:
        fields.need("period", "期间", "写 period: 5 workdays")
    _check_counting(fields, rule)


def _check_counting(fields: Fields, rule: DeadlineRule) -> None:
    clock = is_clock(rule.period)
    if fields.has("hours") and not clock:
        fields.report("hours", "hours 只用于按小时、分钟计算的期限", "删去 hours")
    if rule.roll != "none" and (clock or rule.kind in DAY_AFTER or rule.kind == "min_gap"):
        fields.report("roll", "小时期限、预警和最短间隔不顺延", "写 roll: none，或删去 roll")
    if rule.grace and rule.kind != "max_length":
        fields.report("grace", "只有 kind: max_length 才写 grace", "删去 grace")
    if rule.repeat is not None:
        if rule.period and rule.period != rule.repeat.every:
            fields.report("repeat", "period 与 repeat.every 不一致", "只写 repeat，或把两处写成一样")
        if is_clock(rule.repeat.every) or rule.direction == "backward":
            fields.report("repeat", "重复的期限只能按日、工作日、月、年向后计算", "改用日、月、年")
    if rule.direction == "backward" and rule.kind in DAY_AFTER:
        fields.report("direction", "预警和最短等待不能倒推", "删去 direction")
