"""Sample deadlines of the /components/ page, counted day by day, with the box that explains them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from .shapes import month_grids

Step = dict[str, Any]

_WEEKDAYS = "一二三四五六日"
# 2026 as published: Mid-Autumn 25-27 September, National Day 1-7 October;
# made up on 20 September and 10 October.
_HOLIDAYS = {dt.date(2026, 9, day): "中秋节" for day in (25, 26, 27)} | {
    dt.date(2026, 10, day): "国庆节" for day in range(1, 8)
}
_MAKEUPS = (dt.date(2026, 9, 20), dt.date(2026, 10, 10))


def why_samples() -> dict[str, Any]:
    """Boxes of holidays with a make-up day, of a suspension, and of an unverified provisional rule."""
    return {"whys": [_holiday_why(), _suspended_why(), _open_why()]}


def payout_why() -> dict[str, Any]:
    """为什么是 2026年11月17日 到期: ten working days after money arrived on 3 November 2026."""
    start = dt.date(2026, 11, 3)
    steps = list(_workdays(start, 10))
    return {
        "question": _("为什么是 2026年11月17日（周二）到期？"),
        "statement": _("符合发放条件的执行案款，在到账后十个工作日内发出支付案款通知。"),
        "rule_url": "#days",
        "chips": [
            {"text": _("到账 11月3日（周二）")},
            {"op": "+", "text": _("10 个工作日")},
            {"op": "−", "text": _("扣除 0 日")},
            {"op": "=", "text": _("11月17日（周二）"), "tone": "due"},
        ],
        "ref": _("规则 DEMO-F-02，示例办法第 3 版第九条"),
        "at": _("11月3日 09:12"),
        "months": month_grids(start, steps[-1]["on"], steps, today=dt.date(2026, 11, 20)),
        "steps": _words(start, steps),
        "legend": _legend("counted", "skipped", "start", "due"),
    }


def _holiday_why() -> dict[str, Any]:
    start = dt.date(2026, 9, 24)
    steps = list(_workdays(start, 10))
    return {
        "question": _("为什么是 2026年10月15日（周四）到期？"),
        "statement": _("收到案件后十个工作日内，通过网络执行查控系统完成首次查询。"),
        "rule_url": "#days",
        "chips": [
            {"text": _("收案 9月24日（周四）")},
            {"op": "+", "text": _("10 个工作日")},
            {"op": "=", "text": _("10月15日（周四）"), "tone": "due"},
        ],
        "condition": {"text": _("案件类型 为 首次执行"), "holds": True, "missing": ""},
        "ref": _("规则 DEMO-D-07，示例方案第 1 版二（三）2"),
        "at": _("9月24日 16:20"),
        "months": month_grids(start, steps[-1]["on"], steps),
        "steps": _words(start, steps),
        "legend": _legend("counted", "makeup", "skipped", "start", "due"),
        "open": True,
    }


def _suspended_why() -> dict[str, Any]:
    start = dt.date(2026, 11, 2)
    pause = (dt.date(2026, 11, 9), dt.date(2026, 11, 13))
    steps = list(_workdays(start, 10, pause))
    return {
        "question": _("为什么是 2026年11月23日（周一）到期？"),
        "statement": _("收到评估报告后十个工作日内启动拍卖；异议审查期间不计入。"),
        "chips": [
            {"text": _("收到报告 11月2日（周一）")},
            {"op": "+", "text": _("10 个工作日")},
            {"op": "+", "text": _("停止计时 5 个工作日"), "tone": "hold"},
            {"op": "=", "text": _("11月23日（周一）"), "tone": "due"},
        ],
        "ref": _("规则 DEMO-P-11，示例规程第 2 版第二十四条"),
        "at": _("11月13日 17:30"),
        "months": month_grids(start, steps[-1]["on"], steps, today=dt.date(2026, 11, 20)),
        "steps": _words(start, steps),
        "legend": _legend("counted", "suspended", "skipped", "start", "due"),
        "open": True,
    }


def _open_why() -> dict[str, Any]:
    return {
        "question": _("为什么是 2027年3月7日（周日）到期？"),
        "statement": _("自立案之日起六个月内执结；届满日逢休息日是否顺延，原文没有写明。"),
        "chips": [
            {"text": _("立案 2026年9月7日（周一）")},
            {"op": "+", "text": _("6 个月")},
            {"op": "=", "text": _("2027年3月7日（周日）"), "tone": "due"},
        ],
        "verified": False,
        "provisional": True,
        "condition": {
            "text": _("有财产可供执行"),
            "holds": None,
            "missing": _("网络查控结果、传统查控结果"),
        },
        "ref": _("规则 DEMO-B-01，示例规则第 1 版"),
        "at": _("9月7日 10:05"),
    }


def _workdays(start: dt.date, wanted: int, pause: tuple[dt.date, dt.date] | None = None) -> Iterator[Step]:
    on, counted = start, 0
    while counted < wanted:
        on += dt.timedelta(days=1)
        free = _free_day(on)
        if free:
            yield {"kind": "skip", "on": on, "n": None, "reason": _("%(day)s，不计") % {"day": free}}
        elif pause and pause[0] <= on <= pause[1]:
            yield {"kind": "suspend", "on": on, "n": None, "reason": _("异议审查，停止计时")}
        else:
            counted += 1
            text = _("调休上班，第%(n)d个工作日") if on in _MAKEUPS else _("第%(n)d个工作日")
            yield {"kind": "count", "on": on, "n": counted, "reason": text % {"n": counted}}


def _free_day(on: dt.date) -> str:
    if on in _MAKEUPS:
        return ""
    return _HOLIDAYS.get(on, "") or ("", "周六", "周日")[max(on.weekday() - 4, 0)]


def _words(start: dt.date, steps: list[Step]) -> list[dict[str, Any]]:
    shown = [{"on": _day(start), "text": _("起算事实发生，不计入"), "kind": "start"}]
    shown += [{"on": _day(step["on"]), "text": step["reason"], "kind": step["kind"]} for step in steps]
    shown[-1] = {**shown[-1], "kind": "due", "text": _("%(reason)s，到期") % {"reason": shown[-1]["text"]}}
    return shown


def _day(on: dt.date) -> str:
    return _("%(month)d月%(day)d日（周%(weekday)s）") % {
        "month": on.month,
        "day": on.day,
        "weekday": _WEEKDAYS[on.weekday()],
    }


def _legend(*kinds: str) -> list[dict[str, str]]:
    words = {
        "counted": _("计入"),
        "makeup": _("调休上班，计入"),
        "skipped": _("休息日，不计"),
        "suspended": _("停止计时"),
        "start": _("起算日"),
        "due": _("到期日"),
    }
    return [{"kind": kind, "text": words[kind]} for kind in kinds]
