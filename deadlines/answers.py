"""The answer of the calculator in words: the day, the sum that leads to it, its months and steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deadlines.forms import start_name
from deadlines.months import Count, Months, months_of
from kernel.dates import long_date
from regimes.amounts import period_chinese
from regimes.explain import Explanation
from regimes.packs import Pack
from regimes.periods import DAY_AFTER, EARLIEST_KINDS, Moment, Terms, local_date
from regimes.rules import DeadlineRule
from regimes.steps import Step

DAY_NAMES = {
    "due": _lazy("到期日"),
    "soft_target": _lazy("目标日"),
    "detector": _lazy("标记日"),
    "right": _lazy("届满日"),
    "max_length": _lazy("届满日"),
    "min_gap": _lazy("最早可以进行的日期"),
    "min_elapsed": _lazy("最早可以进行的日期"),
    "absolute": _lazy("规定的日期"),
}
LEGEND = {
    "start": _lazy("起算日"),
    "counted": _lazy("计入"),
    "makeup": _lazy("调休上班，计入"),
    "skipped": _lazy("休息日"),
    "suspended": _lazy("停止计时"),
    "due": _lazy("到期日"),
}


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A computed question: the count, and the explanation of the rule unless the period was free."""

    count: Count
    explanation: Explanation | None = None

    @property
    def rule(self) -> DeadlineRule | None:
        """The rule, if one was asked."""
        return self.explanation.rule if self.explanation else None

    @property
    def pack(self) -> Pack | None:
        """The pack of the rule, if one was asked."""
        return self.explanation.pack if self.explanation else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says. day: the date in words; where there is none, `state` and `reason` say why."""

    label: str
    day: str
    distance: str
    weekday: str
    state: str
    reason: str
    title: str
    note: str
    condition: str
    provisional: bool
    unverified: bool
    why: dict[str, Any]
    months: Months
    legend: list[dict[str, str]]
    steps: list[dict[str, str]]
    further: list[dict[str, str]] = field(default_factory=list)
    repeats: list[str] = field(default_factory=list)


def answer_of(reckoning: Reckoning, today: dt.date) -> Answer:
    """The words of a computed question. today: court-local date."""
    result, rule, terms = reckoning.count.result, reckoning.rule, reckoning.count.terms
    months = months_of(reckoning.count, today)
    day = moment_words(result.due) if result.due is not None else ""
    label = str(DAY_NAMES.get(terms.kind, DAY_NAMES["due"]))
    state, reason = _no_day(reckoning)
    return Answer(
        label=_("第1次到期日") if result.dues else label,
        day=day,
        distance=_distance(result.due, today),
        weekday=_weekday_note(reckoning.count),
        state=state,
        reason=reason,
        title=_title(reckoning),
        note=rule.note if rule else "",
        condition=_condition(reckoning),
        provisional=result.provisional,
        unverified=rule is not None and not rule.verified,
        why=_why(reckoning, label, day),
        months=months,
        legend=_legend(months, label),
        steps=[_step(step) for step in result.steps],
        further=list(_further(reckoning)),
        repeats=[long_date(due) for due in result.dues],
    )


def moment_words(moment: Moment) -> str:
    """2023年5月4日（周四）, with the time of day behind it for an instant."""
    words = long_date(local_date(moment))
    return f"{words} {moment:%H:%M}" if isinstance(moment, dt.datetime) else words


def _title(reckoning: Reckoning) -> str:
    rule, pack = reckoning.rule, reckoning.pack
    if rule is None or pack is None:
        return _("自定期间：%(period)s") % {"period": period_chinese(reckoning.count.terms.period)}
    return f"{rule.id} {pack.vocabulary.duties.get(rule.duty, '')}"


def _condition(reckoning: Reckoning) -> str:
    explanation = reckoning.explanation
    return explanation.condition if explanation and not explanation.rule.when.is_always else ""


def _no_day(reckoning: Reckoning) -> tuple[str, str]:
    """What stands in the place of the day, and why there is none; two empty texts where there is one."""
    state = reckoning.count.result.state
    if state == "suspended":
        return _("停止计时中"), _("还没有恢复，恢复后才有到期日")
    if state == "not_a_clock":
        at_once = reckoning.count.terms.kind == "at_once"
        return _("不计算到期日"), _("应当即时办理") if at_once else _(
            "这是多个案件的平均数，不是单个案件的期限"
        )
    return "", ""


def _distance(due: Moment | None, today: dt.date) -> str:
    if due is None:
        return ""
    days = (local_date(due) - today).days
    if days == 0:
        return _("就是今天")
    return _("距今天还有 %(n)d 日") % {"n": days} if days > 0 else _("距今天已过 %(n)d 日") % {"n": -days}


def _weekday_note(count: Count) -> str:
    """What is surprising about the day itself: a worked weekend, or a rest day that is not moved."""
    due = count.result.due
    if due is None:
        return ""
    reason = count.calendar.reason(local_date(due))
    if not reason:
        return ""
    if count.calendar.is_workday(local_date(due)):
        return _("当天调休上班")
    return _("当天是休息日，按规定不移动")


def _why(reckoning: Reckoning, label: str, day: str) -> dict[str, Any]:
    """The box components/why.html; months and steps stand below it on their own."""
    rule, pack = reckoning.rule, reckoning.pack
    if rule is None or pack is None:
        statement = _("起算当日不计入；按日、月、年计算的，末日是休息日时按所选方式移动。")
        reference = _("民事诉讼法第八十五条（条文待核实）")
    else:
        statement = rule.statement
        words = {"id": rule.id, "code": pack.code, "version": pack.version, "source": rule.source}
        reference = _("规则 %(id)s，%(code)s 第%(version)d版，%(source)s") % words
    question = (
        _("为什么是 %(day)s？") % {"day": day} if day else _("为什么没有%(label)s？") % {"label": label}
    )
    return {
        "question": question,
        "statement": statement,
        "chips": list(_chips(reckoning, day)),
        "ref": reference,
        "verified": rule.verified if rule else True,
        "provisional": reckoning.count.result.provisional,
    }


def _chips(reckoning: Reckoning, day: str) -> Iterator[dict[str, str]]:
    """start + amount − skipped + suspension + extension + roll = due."""
    terms, result, rule, pack = reckoning.count.terms, reckoning.count.result, reckoning.rule, reckoning.pack
    if terms.kind == "absolute":
        yield {"text": _("文件规定 %(day)s") % {"day": long_date(terms.date) if terms.date else ""}}
    elif result.start is not None:
        event = start_name(pack, rule) if rule and pack else _("起算")
        yield {"text": f"{event} {moment_words(result.start)}"}
    period = terms.repeat.every if terms.repeat else terms.period
    if period:
        yield {"op": "−" if terms.direction == "backward" else "+", "text": period_chinese(period)}
    if not terms.repeat:
        yield from _corrections(terms, result.steps)
        if terms.kind in DAY_AFTER and result.due is not None:
            yield {"op": "+", "text": _("次日")}
    if day:
        yield {"op": "=", "text": day, "tone": "due"}


def _corrections(terms: Terms, steps: tuple[Step, ...]) -> Iterator[dict[str, str]]:
    rest = sum(step.kind == "skip" for step in steps)
    stopped = [step for step in steps if step.kind == "suspend"]
    rolled = [step for step in steps if step.kind == "roll"]
    if rest:
        yield {"op": "−", "text": _("休息日 %(n)d 日不计") % {"n": rest}}
    if stopped:
        yield {"op": "+", "text": _stopped_words(stopped), "tone": "hold"}
    for step in steps:
        if step.kind == "extend":
            yield {"op": "+", "text": step.reason}
    if rolled:
        ahead = terms.roll == "previous_workday"
        words = _("提前 %(n)d 日") if ahead else _("顺延 %(n)d 日")
        yield {"op": "−" if ahead else "+", "text": words % {"n": len(rolled)}}


def _stopped_words(stopped: list[Step]) -> str:
    if any(step.n is None for step in stopped):
        return _("停止计时")
    in_workdays = any("个工作日" in step.reason for step in stopped)
    words = _("停止计时 %(n)d 个工作日") if in_workdays else _("停止计时 %(n)d 日")
    return words % {"n": sum(step.n or 0 for step in stopped)}


def _legend(months: Months, label: str) -> list[dict[str, str]]:
    words = {kind: str(name) for kind, name in LEGEND.items()} | {"due": label}
    return [{"kind": kind, "text": text} for kind, text in words.items() if kind in months.kinds]


def _step(step: Step) -> dict[str, str]:
    kind = "due" if step.kind in ("flag", "gap") else step.kind
    return {"on": "" if step.on is None else moment_words(step.on), "text": step.reason, "kind": kind}


def _further(reckoning: Reckoning) -> Iterator[dict[str, str]]:
    """Early warnings, grace, and how the rule may be extended."""
    explanation, result = reckoning.explanation, reckoning.count.result
    if explanation is None:
        return
    rule = explanation.rule
    for on, reason in explanation.warnings:
        yield {"label": reason, "value": long_date(on)}
    if explanation.grace_until is not None:
        yield {"label": _("宽限至"), "value": long_date(explanation.grace_until)}
    if rule.extension is not None:
        words = _("最多 %(times)d 次，每次 %(each)s")
        value = words % {"times": rule.extension.times, "each": rule.extension.each.chinese}
        yield {"label": _("可以延长"), "value": value}
    if result.last_day is not None and rule.kind in DAY_AFTER | EARLIEST_KINDS and rule.kind != "min_gap":
        yield {"label": _("期间最后一日"), "value": moment_words(result.last_day)}
