"""Figures of the case page: the ring never overflows, a month grid marks each day as it was counted."""

from __future__ import annotations

import datetime as dt

from desk.shapes import donut, month_grids


def day(months: list, month: int, number: int) -> dict:
    """One day of the month grid at index `month`."""
    return next(cell for week in months[month]["weeks"] for cell in week if cell and cell["number"] == number)


def test_parts_of_the_ring_follow_each_other() -> None:
    ring = donut([("prog", "已用", 53), ("hold", "扣除", 21)], total=203, number=129, unit="日剩余")
    assert [(part["value"], part["offset"]) for part in ring["parts"]] == [(53, 0), (21, -53)]
    assert ring["words"] == "已用 53 日，扣除 21 日，129 日剩余"


def test_an_overdue_limit_fills_the_ring_and_no_more() -> None:
    ring = donut([("hold", "扣除", 5), ("over", "已用", 400)], total=183, number=-222, unit="日")
    assert [part["value"] for part in ring["parts"]] == [5, 178]
    assert ring["parts"][1]["text"] == "400 日"


def test_a_ring_of_no_days_can_be_drawn() -> None:
    ring = donut([("prog", "已用", 3)], total=0, number=0, unit="日")
    assert (ring["total"], ring["parts"][0]["value"]) == (1, 0)


def test_days_are_marked_as_counted() -> None:
    steps = [
        {"kind": "count", "on": "2026-09-30", "n": 1, "reason": "第1个工作日"},
        {"kind": "skip", "on": dt.date(2026, 10, 1), "n": None, "reason": "国庆节，不计"},
        {"kind": "suspend", "on": "2026-10-08", "n": None, "reason": "异议审查"},
        {"kind": "count", "on": "2026-10-10", "n": 2, "reason": "调休上班，第2个工作日"},
        {"kind": "count", "on": "2026-10-12", "n": 3, "reason": "第3个工作日"},
        {"kind": "roll", "on": "2026-11-30", "n": None, "reason": "不参与标记"},
    ]
    months = month_grids(dt.date(2026, 9, 29), dt.date(2026, 10, 12), steps, today=dt.date(2026, 10, 10))
    assert [month["title"] for month in months] == ["2026年9月", "2026年10月"]
    kinds = [day(months, 1, number)["kind"] for number in (1, 2, 8, 10, 12)]
    assert kinds == ["skipped", "", "suspended", "makeup", "due"]
    assert day(months, 0, 29)["kind"] == "start"
    assert (day(months, 0, 30)["mark"], day(months, 1, 10)["mark"]) == ("1", "2")
    assert [cell["number"] for week in months[1]["weeks"] for cell in week if cell and cell["today"]] == [10]


def test_a_week_starts_on_monday_and_has_seven_cells() -> None:
    months = month_grids(dt.date(2026, 11, 3), None, [])
    assert [len(week) for week in months[0]["weeks"]] == [7] * 6
    assert months[0]["weeks"][0][6]["number"] == 1


def test_an_instant_marks_its_day() -> None:
    steps = [{"kind": "count", "on": "2026-11-04T11:00:00+08:00", "n": 1, "reason": "第1小时"}]
    months = month_grids(dt.date(2026, 11, 4), None, steps)
    assert day(months, 0, 4)["kind"] == "start"
    later = [{"kind": "count", "on": dt.datetime(2026, 11, 5, 9, tzinfo=dt.UTC), "n": 2, "reason": "第2小时"}]
    assert day(month_grids(dt.date(2026, 11, 4), None, later), 0, 5)["kind"] == "counted"
