"""A limit that a court sets itself beside a rule (商丘 第十三条): of the very same duty, and never longer than it."""

from __future__ import annotations

from regimes.amounts import period_chinese
from regimes.rules import DeadlineRule


def why_not_shorter(rule: DeadlineRule, longer: DeadlineRule) -> tuple[str, str] | None:
    """(what is wrong, what to write) of a limit that must be shorter than another; None when it surely is.

    Surely: of the same units, none of them more, since a day and a workday cannot be compared without a calendar.
    """
    if _duty(rule) != _duty(longer):
        return (
            f"与 {longer.id} 不是同一事项的期限",
            f"start、met_by、per、roll、excludes 都照 {longer.id} 写，起算事件是 {longer.start}",
        )
    ours = {amount.unit: amount.n for amount in rule.period}
    theirs = {amount.unit: amount.n for amount in longer.period}
    limit = period_chinese(longer.period)
    if set(ours) != set(theirs):
        return f"与 {longer.id} 的单位不同，不能确定更短", f"用同样的单位，短于{limit}"
    if ours == theirs or any(ours[unit] > theirs[unit] for unit in ours):
        return (
            f"{period_chinese(rule.period)}不短于 {longer.id} 的{limit}",
            f"写短于{limit}的期限；各类案件的节点期限只能缩短，不能延长",
        )
    return None


def _duty(rule: DeadlineRule) -> tuple[object, ...]:
    return rule.kind, rule.start, rule.start_else, rule.met_by, rule.per, rule.roll, rule.excludes
