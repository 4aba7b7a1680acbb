"""An explained date as plain text for a terminal: the rule, its ground, each counted and skipped day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from kernel.dates import long_date
from regimes.amounts import period_chinese
from regimes.explain import Explanation
from regimes.periods import Moment, local_date

MARKS = {
    "start": _lazy("起"),
    "date": _lazy("定"),
    "year": _lazy("计"),
    "month": _lazy("计"),
    "count": _lazy("计"),
    "skip": _lazy("休"),
    "hour": _lazy("计"),
    "suspend": _lazy("停"),
    "extend": _lazy("延"),
    "repeat": _lazy("次"),
    "roll": _lazy("顺"),
    "due": _lazy("到"),
    "flag": _lazy("标"),
    "gap": _lazy("隔"),
    "note": _lazy("注"),
}
END_NAMES = {
    "due": _lazy("到期"),
    "soft_target": _lazy("目标日"),
    "detector": _lazy("标记日"),
    "right": _lazy("届满"),
    "max_length": _lazy("届满"),
    "min_gap": _lazy("最早"),
    "min_elapsed": _lazy("最早"),
    "absolute": _lazy("到期"),
}


def told(explanation: Explanation) -> Iterator[str]:
    """The lines of the text."""
    yield from _heading(explanation)
    yield ""
    steps = explanation.result.steps
    days = ["" if step.on is None else moment_words(step.on, short=True) for step in steps]
    width = max(map(len, days), default=0)
    for on, step in zip(days, steps, strict=True):
        yield f"  {on:<{width}}  {MARKS[step.kind]}  {step.reason}"
    yield ""
    yield from _ending(explanation)


def moment_words(moment: Moment, *, short: bool = False) -> str:
    """2023年5月4日（周四）, with 18:30 behind it for an instant; short: 2023-05-04 周四."""
    day = local_date(moment)
    words = long_date(day)
    if short:
        words = f"{day} {words[words.index('（') + 1 : -1]}"
    return f"{words} {moment:%H:%M}" if isinstance(moment, dt.datetime) else words


def _heading(explanation: Explanation) -> Iterator[str]:
    rule, pack = explanation.rule, explanation.pack
    yield _line(_("规则"), f"{rule.id}  {pack.vocabulary.duties.get(rule.duty, '')}")
    verified = _("已核实") if rule.verified else _("待核实")
    version = _("%(code)s 第%(version)d版，%(verified)s")
    source = version % {"code": pack.code, "version": pack.version, "verified": verified}
    yield _line(_("依据"), f"{rule.source}（{source}）")
    yield _line(_("内容"), rule.statement)
    kind = pack.vocabulary.kinds.get(rule.kind, rule.kind)
    every = rule.repeat.every if rule.repeat else rule.period
    yield _line(_("期间"), f"{period_chinese(every)}（{kind}）" if every else kind)
    if not rule.when.is_always:
        yield _line(_("条件"), f"{explanation.condition} —— {_condition(explanation)}")
    if rule.note:
        yield _line(_("说明"), rule.note)


def _condition(explanation: Explanation) -> str:
    if explanation.holds is None:
        facts = explanation.pack.vocabulary.facts
        missing = "、".join(f"{facts[name].zh}（{name}）" for name in explanation.missing)
        return _("还不能判断，缺少事实：%(missing)s") % {"missing": missing}
    return _("成立") if explanation.holds else _("不成立，以下只说明怎样计算")


def _ending(explanation: Explanation) -> Iterator[str]:
    rule, result = explanation.rule, explanation.result
    name = str(END_NAMES.get(rule.kind, END_NAMES["due"]))
    if result.state == "not_a_clock":
        yield _line(name, _("不计算到期日"))
    elif result.state == "suspended" or result.due is None:
        yield _line(name, _("期限中止，尚未恢复，没有到期日"))
    elif result.dues:
        for number, due in enumerate(result.dues, start=1):
            yield _line(_("第%(n)d次") % {"n": number}, long_date(due))
    else:
        yield _line(name, moment_words(result.due))
    if explanation.grace_until is not None:
        yield _line(_("宽限"), long_date(explanation.grace_until))
    for on, reason in explanation.warnings:
        yield _line(_("预警"), f"{long_date(on)}  {reason}")
    if result.provisional:
        yield _line(_("暂定"), _("用到了尚未公布放假安排的日期，公布后可能变动"))


def _line(label: str, text: str) -> str:
    """Label in a column of four Chinese characters."""
    return f"{label}{'　' * max(1, 4 - len(label))}{text}"
