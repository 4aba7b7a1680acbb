"""What stands above a case: its stage, its cash rate, and each flag with the rule, the day and what takes it away."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.standing import CASH_RATE, flag_day
from desk.selectors.case_file import CaseFile
from desk.selectors.clocks import ClockView
from desk.selectors.why import why
from desk.words import short_day
from regimes.standing import figures_of
from regimes.vocabulary import load_vocabulary


def facts(file: CaseFile) -> list[dict[str, Any]]:
    """Stage and cash rate for the head of the case; only those that the rules of the case define (HD-05, HD-07)."""
    return [*_stage(file), *_cash_rate(file)]


def flags(file: CaseFile) -> list[dict[str, Any]]:
    """The flags that are up for components/flags.html, the longest standing first (HD-11)."""
    held: dict[str, list[ClockView]] = {}
    for clock in sorted(_flagging(file), key=lambda each: (each.row.overdue_at, each.row.pk)):
        held.setdefault(clock.row.flag, []).append(clock)
    return [_flag(file, name, clocks) for name, clocks in held.items()]


def _flagging(file: CaseFile) -> Iterator[ClockView]:
    """As Deadline.objects.flagging(at) has them, from the clocks that are read already."""
    for clock in file.clocks:
        row = clock.row
        if row.flag and row.state == "running" and row.overdue_at is not None and row.overdue_at <= file.at:
            yield clock


def _flag(file: CaseFile, name: str, clocks: list[ClockView]) -> dict[str, Any]:
    first = clocks[0]
    since = flag_day(first.row.overdue_at)
    pack, rule = file.state.book.flags.get(name, (first.pack, None))
    box = why(first, file.state.calendar, file.today)
    if not first.rule.period_stated:
        box["statement"] = _("%(rule)s（日数由本项目建议，原文没有写明）") % {"rule": box["statement"]}
    return {
        "text": load_vocabulary().flags.get(name, name),
        "days": _("已 %(n)d 日") % {"n": (file.today - since).days + 1},
        "since": short_day(since, file.today),
        "about": "、".join(_about(file, clocks)),
        "statement": rule.statement if rule else first.rule.statement,
        "source": _("%(source)s · 规则 %(rule)s（%(pack)s 第 %(version)d 版）")
        % {
            "source": (rule or first.rule).source,
            "rule": (rule or first.rule).id,
            "pack": pack.code,
            "version": pack.version,
        },
        "cleared_by": rule.cleared_by if rule else "",
        "why": box,
    }


def _about(file: CaseFile, clocks: list[ClockView]) -> list[str]:
    """The items that hold the flag up; nothing where it is the case itself."""
    subjects = dict.fromkeys(clock.row.subject_id for clock in clocks)
    return [file.state.labels[subject] for subject in subjects if subject != file.state.root]


def _stage(file: CaseFile) -> list[dict[str, Any]]:
    case = file.case
    if not case.stage or case.stage_since is None:
        return []
    names = {"stage": load_vocabulary().stages.get(case.stage, case.stage)}
    names["day"] = short_day(case.stage_since, file.today)
    return [{"label": _("阶段"), "value": _("%(stage)s（%(day)s起）") % names}]


def _cash_rate(file: CaseFile) -> list[dict[str, Any]]:
    rates = figures_of(file.state.book, file.state.state()).get(CASH_RATE)
    if rates is None:
        return []
    rule = file.state.book.figures[CASH_RATE]
    if rates[0] is None:
        return [{"label": rule.title, "value": _("不计算（执行标的为零）")}]
    words = percent(rates[0])
    wider = next((rate for rate in rates[1:] if rate is not None and rate != rates[0]), None)
    if wider is not None:
        words = _("%(rate)s（含微信、支付宝 %(wider)s）") % {"rate": words, "wider": percent(wider)}
    return [{"label": rule.title, "value": words}]


def percent(rate: Decimal) -> str:
    """0.75 as 75.00%."""
    return f"{100 * rate:.2f}%"
