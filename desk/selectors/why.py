"""为什么是这一天: the box that explains a due day from what its clock stores: rule, start, suspensions, extensions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence, Set
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from deadlines.matters import source_of
from desk.selectors.clocks import ClockView
from desk.shapes import month_grids
from desk.words import day_words
from kernel.dates import long_date
from kernel.time import local
from regimes.amounts import Amount, period_chinese
from regimes.calendar import Calendar
from regimes.periods import Result, compute
from regimes.steps import Step
from regimes.suspensions import Suspension

DRAWN_MONTHS = 4


def why(clock: ClockView, calendar: Calendar, today: dt.date) -> dict[str, Any]:
    """The box for components/why.html. Reads nothing: the days are counted anew from the stored derivation."""
    result = result_of(clock, calendar)
    rule, row = clock.rule, clock.row
    box: dict[str, Any] = {
        "question": _question(clock),
        "statement": rule.statement,
        "rule_url": rule_url(clock),
        "ref": _reference(clock),
        "chips": _chips(clock, result, today),
        "verified": rule.verified,
        "provisional": row.provisional,
        "steps": [_step(step, today) for step in result.steps],
        **_drawing(clock, result, today),
    }
    if not rule.when.is_always:
        box["condition"] = {
            "text": rule.when.chinese(clock.pack.vocabulary),
            "holds": rule.when.evaluate(row.facts),
            "missing": _missing(clock),
        }
    return box


def result_of(clock: ClockView, calendar: Calendar) -> Result:
    """The count behind a clock, with its steps. Suspensions and extensions are those the clock was computed from."""
    rule, row = clock.rule, clock.row
    start = _moment(row.start) if row.start else None
    if rule.repeat is not None:
        return compute(rule.terms, start, calendar)
    return compute(
        rule.terms,
        start,
        calendar,
        suspensions=[
            Suspension(dt.date.fromisoformat(first), dt.date.fromisoformat(last) if last else None)
            for _kind, first, last in row.suspensions
        ],
        extensions=[Amount(days, unit) for days, unit in row.extensions],
    )


def beside(
    clocks: Sequence[ClockView], lead: ClockView, today: dt.date, *, above: Set[str] = frozenset()
) -> list[dict[str, Any]]:
    """The clocks of one node side by side, the leading one first: law, the court above, the court itself (JZ-40).

    above: codes of the packs that the court above follows. [] when the leading clock stands alone.
    """
    others = [clock for clock in clocks if clock is not lead and clock.state != "todo"]
    if not others:
        return []
    ends = [clock.due_on for clock in (lead, *others) if clock.binds and clock.is_open and clock.due_on]
    first = min(ends, default=None)
    return [_beside(clock, today, above, first if len(ends) > 1 else None) for clock in (lead, *others)]


def _beside(clock: ClockView, today: dt.date, above: Set[str], first: dt.date | None) -> dict[str, Any]:
    is_first = first is not None and clock.binds and clock.is_open and clock.due_on == first
    return {
        "tier": tier_of(clock, above),
        "source": source_of(clock.rule),
        "statement": clock.rule.statement,
        "due": day_words(clock.last_on, today) if clock.last_on else _("停止计时"),
        "first": is_first,
        "state": clock.state,
        "words": clock.words or None,
        "rule": clock.rule.id,
        "url": rule_url(clock),
        "verified": clock.rule.verified,
        "provisional": clock.row.provisional,
        "soft": not clock.binds,
    }


def tier_of(clock: ClockView, above: Set[str]) -> str:
    """全国规定, 上级法院规定 (a pack that the court above follows too) or 本院规定."""
    if clock.is_national:
        return _("全国规定")
    return _("上级法院规定") if clock.pack.code in above else _("本院规定")


def rule_url(clock: ClockView) -> str:
    """The rule in the library, in the version that the clock was started under."""
    page = reverse("desk:rule_pack", args=[clock.pack.code, clock.row.pack_version])
    return f"{page}?rule={clock.rule.id}#row-{clock.rule.id}"


def short_rule(clock: ClockView) -> str:
    """收案后5个工作日，荆中法发〔2023〕10号 三(二)1: the line below a node's name."""
    rule = clock.rule
    started = _started(clock)
    if not rule.period or not started:
        return source_of(rule)
    return _("%(event)s后%(period)s，%(source)s") % {
        "event": started,
        "period": period_chinese(rule.period),
        "source": source_of(rule),
    }


def _question(clock: ClockView) -> str:
    if clock.due_on is None:
        return _("为什么停止计时？")
    names = {"day": long_date(clock.due_on), "time": ""}
    if clock.row.due_at and local(clock.row.due_at).time() < dt.time(23, 59):
        names["time"] = f" {local(clock.row.due_at):%H:%M}"
    if clock.row.kind == "detector":
        return _("为什么从 %(day)s起标记？") % names
    if clock.row.kind in ("max_length", "right"):
        return _("为什么是 %(day)s%(time)s届满？") % names
    return _("为什么是 %(day)s%(time)s到期？") % names


def _reference(clock: ClockView) -> str:
    return _("%(source)s · 规则 %(rule)s（%(pack)s 第 %(version)d 版）") % {
        "source": clock.rule.source,
        "rule": clock.rule.id,
        "pack": clock.pack.code,
        "version": clock.row.pack_version,
    }


def _chips(clock: ClockView, result: Result, today: dt.date) -> list[dict[str, Any]]:
    """start + period + rest days skipped + suspended + extended + rolled = due."""
    chips: list[dict[str, Any]] = []
    if clock.row.stated:
        chips.append({"text": _("文书或回执写明的届满日")})
    else:
        chips += _counted(clock, result, today)
    if clock.due_on is None:
        chips.append({"op": "=", "text": _("尚未恢复，不计到期日"), "tone": "hold"})
    else:
        chips.append({"op": "=", "text": day_words(clock.due_on, today), "tone": "due"})
    return chips


def _counted(clock: ClockView, result: Result, today: dt.date) -> list[dict[str, Any]]:
    chips: list[dict[str, Any]] = []
    if result.start is not None:
        start = result.start.date() if isinstance(result.start, dt.datetime) else result.start
        chips.append({"text": f"{_started(clock)} {day_words(start, today)}".strip()})
    if clock.rule.period:
        chips.append({"op": "+", "text": period_chinese(clock.rule.period)})
    skipped = _many(result.steps, "skip")
    if skipped:
        chips.append({"op": "+", "text": _("跳过休息日 %(days)d 天") % {"days": skipped}})
    for kind, words in (("suspend", _("停止计时 %(days)d 日")), ("extend", _("延长 %(days)d 日"))):
        if days := sum(step.n or 0 for step in result.steps if step.kind == kind):
            chips.append({"op": "+", "text": words % {"days": days}, "tone": "hold"})
    if rolled := _many(result.steps, "roll"):
        chips.append({"op": "+", "text": _("逢休息日顺延 %(days)d 日") % {"days": rolled}})
    if clock.row.kind == "detector":
        chips.append({"op": "+", "text": _("次日标记")})
    return chips


def _drawing(clock: ClockView, result: Result, today: dt.date) -> dict[str, Any]:
    """Month grids, when the days fit into a few of them."""
    if result.start is None or clock.row.stated or isinstance(result.start, dt.datetime):
        return {}
    steps = [{"kind": s.kind, "on": s.on, "n": s.n, "reason": s.reason} for s in result.steps]
    months = month_grids(result.start, clock.due_on, steps, today=today)
    if len(months) > DRAWN_MONTHS:
        return {}
    kinds = {day["kind"] for month in months for week in month["weeks"] for day in week if day}
    return {"months": months, "legend": [item for item in _legend() if item["kind"] in kinds]}


def _legend() -> list[dict[str, str]]:
    words = (
        ("counted", _("计入")),
        ("makeup", _("调休上班，计入")),
        ("skipped", _("休息日，不计")),
        ("suspended", _("停止计时")),
        ("start", _("起算日")),
        ("due", _("到期日")),
    )
    return [{"kind": kind, "text": text} for kind, text in words]


def _step(step: Step, today: dt.date) -> dict[str, str]:
    on = step.on
    if on is None:
        when = ""
    elif isinstance(on, dt.datetime):
        when = f"{day_words(on.date(), today)} {on:%H:%M}"
    else:
        when = day_words(on, today)
    return {"on": when, "text": step.reason, "kind": step.kind}


def _started(clock: ClockView) -> str:
    event = clock.pack.vocabulary.events.get(clock.rule.start)
    return event.zh if event else ""


def _missing(clock: ClockView) -> str:
    facts = clock.pack.vocabulary.facts
    return "、".join(facts[name].zh for name in clock.rule.when.missing(clock.row.facts) if name in facts)


def _many(steps: Sequence[Step], kind: str) -> int:
    return sum(1 for step in steps if step.kind == kind)


def _moment(text: str) -> dt.date | dt.datetime:
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)
