"""Why a date is what it is: the rule, its condition, the count step by step, as a value and as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from regimes.amounts import Amount, is_clock
from regimes.calendar import Calendar
from regimes.counting import forward_date
from regimes.errors import RegimeError
from regimes.packs import Pack
from regimes.periods import NOT_CLOCKS, Kind, Moment, Result, compute, local_date
from regimes.rules import DeadlineRule
from regimes.steps import Step
from regimes.suspensions import Suspension, merged

# The kinds a reader of the JSON must tell apart; the pack's own kind stands in rule_kind.
_PUBLIC_KINDS: dict[Kind, str] = {
    "due": "due",
    "right": "due",
    "max_length": "due",
    "detector": "detector",
    "soft_target": "soft_target",
    "absolute": "absolute",
    "min_gap": "min_gap",
    "min_elapsed": "min_gap",
    "average": "not_a_clock",
    "at_once": "not_a_clock",
}
_NOTES = {
    "average": "这是一段时间内各案的平均值，不是单个案件的期限，不计算到期日",
    "at_once": "应当即时办理，不计算到期日",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A computed rule. holds: the condition by the facts given; None = facts missing, listed in `missing`.

    grace_until: the end of the grace after a maximum length. warnings: early warnings, date and length.
    """

    rule: DeadlineRule
    pack: Pack
    result: Result
    condition: str
    holds: bool | None
    missing: tuple[str, ...]
    grace_until: dt.date | None = None
    warnings: tuple[tuple[dt.date, str], ...] = ()

    @property
    def kind(self) -> str:
        """due, detector, soft_target, absolute, repeat, min_gap or not_a_clock."""
        return "repeat" if self.rule.repeat is not None else _PUBLIC_KINDS[self.rule.kind]

    def as_json(self) -> dict[str, Any]:
        """Plain values. Dates are YYYY-MM-DD; instants of hour clocks are ISO with +08:00; None is null."""
        result, rule = self.result, self.rule
        document: dict[str, Any] = {
            "rule": rule.id,
            "kind": self.kind,
            "source": rule.source,
            "start": _iso(result.start),
            "due": _iso(result.due),
            "provisional": result.provisional,
            "steps": [
                {"kind": step.kind, "on": _iso(step.on), "n": step.n, "reason": step.reason}
                for step in result.steps
            ],
            "rule_kind": rule.kind,
            "state": result.state,
            "statement": rule.statement,
            "pack": self.pack.name,
            "verified": rule.verified,
            "condition": {"text": self.condition, "holds": self.holds, "missing": list(self.missing)},
        }
        return document | self._where_they_apply()

    def _where_they_apply(self) -> dict[str, Any]:
        result = self.result
        extra: dict[str, Any] = {
            "raw": _iso(result.raw),
            "last_day": _iso(result.last_day),
            "earliest": _iso(result.earliest),
            "dues": [due.isoformat() for due in result.dues],
            "grace_until": _iso(self.grace_until),
            "warnings": [{"on": on.isoformat(), "reason": reason} for on, reason in self.warnings],
            "note": self.rule.note,
        }
        return {key: value for key, value in extra.items() if value}


def explain(
    rule: DeadlineRule,
    start: Moment | None,
    *,
    facts: Mapping[str, object] | None = None,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Amount] = (),
    calendar: Calendar,
    pack: Pack,
) -> Explanation:
    """Compute a rule and say why, whether or not its condition holds; the explanation says which it is.

    A suspension without a kind, or of a kind the rule excludes, is deducted; another kind is named and left
    in. Raises RegimeError for a start before the rule is in force (rules for new cases), a missing start, and
    a fact of a wrong type.
    """
    _check_in_force(rule, start, pack)
    known = facts or {}
    deducted = [each for each in suspensions if not each.kind or each.kind in rule.excludes]
    result = compute(rule.terms, start, calendar, suspensions=deducted, extensions=extensions)
    if (stated := stated_end(rule, known)) is not None:
        result = _as_stated(result, stated)
    notes = [*_ignored(suspensions, deducted, pack), *_not_a_clock(rule)]
    if notes:
        result = replace(result, steps=(*result.steps, *notes))
    return Explanation(
        rule,
        pack,
        result,
        condition=rule.when.chinese(pack.vocabulary),
        holds=rule.when.evaluate(known),
        missing=rule.when.missing(known),
        grace_until=_grace(rule, result, calendar),
        warnings=_warnings(rule, result, calendar, deducted),
    )


def stated_end(rule: DeadlineRule, facts: Mapping[str, object]) -> dt.date | None:
    """The last day that a paper states, where the rule lets it go before the counting. Raises RegimeError."""
    held = facts.get(rule.stated_end) if rule.stated_end else None
    if not held:
        return None
    if isinstance(held, dt.date):
        return held
    try:
        return dt.date.fromisoformat(str(held))
    except ValueError as error:
        raise RegimeError(
            f"事实“{rule.stated_end}”应当是日期，现在是“{held}”",
            field=rule.stated_end,
            fix="按 2026-03-05 的样式填写",
        ) from error


def _as_stated(result: Result, stated: dt.date) -> Result:
    """The count with the end that the paper states; the counted end stays to be read as `raw`."""
    step = Step("due", stated, None, "文书或者回执写明的届满日，以写明的为准")
    return replace(result, due=stated, last_day=stated, state="set", steps=(*result.steps, step))


def _check_in_force(rule: DeadlineRule, start: Moment | None, pack: Pack) -> None:
    since = rule.effective_from or pack.effective_from
    if start is None or rule.kind == "absolute" or rule.applies_to != "new_cases":
        return
    day = local_date(start)
    if day < since:
        raise RegimeError(
            f"规则 {rule.id} 自 {since} 起适用于新收案件，起算日 {day} 在其之前",
            code=rule.id,
            field="start",
            fix="核对起算日期，或选用当时有效的规则包",
        )


def _ignored(suspensions: Sequence[Suspension], deducted: Sequence[Suspension], pack: Pack) -> list[Step]:
    names = pack.vocabulary.intervals
    return [
        Step("note", each.first, None, f"{names.get(each.kind, each.kind)}不属于本条可扣除的期间，未扣除")
        for each in suspensions
        if each not in deducted
    ]


def _not_a_clock(rule: DeadlineRule) -> list[Step]:
    return [Step("note", None, None, _NOTES[rule.kind])] if rule.kind in NOT_CLOCKS else []


def _grace(rule: DeadlineRule, result: Result, calendar: Calendar) -> dt.date | None:
    if not rule.grace or result.last_day is None or isinstance(result.last_day, dt.datetime):
        return None
    return forward_date(result.last_day, rule.grace, calendar, ())


def _warnings(
    rule: DeadlineRule, result: Result, calendar: Calendar, suspensions: Sequence[Suspension]
) -> tuple[tuple[dt.date, str], ...]:
    """Early warnings counted from the same start, without a roll."""
    start = result.start
    if start is None or isinstance(start, dt.datetime):
        return ()
    suspended = merged(suspensions)
    found: list[tuple[dt.date, str]] = []
    for period in rule.warn_at:
        on = None if is_clock(period) else forward_date(start, period, calendar, suspended)
        if on is not None:
            found.append((on, f"满{''.join(amount.chinese for amount in period)}，预警"))
    return tuple(found)


def _iso(moment: Moment | None) -> str | None:
    return None if moment is None else moment.isoformat()
