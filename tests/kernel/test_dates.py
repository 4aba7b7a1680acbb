"""Dates as people, papers and spreadsheets write them."""

import datetime as dt

import pytest

from kernel.dates import long_date, parse_date
from kernel.errors import BadInput

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    "value",
    [
        "2023年3月5日",
        "2023年03月05日",
        "2023年3月5号",
        "2023 年 3 月 5 日",
        "2023.3.5",
        "2023/3/5",
        "2023-03-05",
        "20230305",
        20230305,
        "２０２３年３月５日",
        "２０２３－０３－０５",
        "二〇二三年三月五日",
        "二零二三年〇三月〇五日",
        "2023-3-5 10:20",
        "2023-03-05T10:20:30.5+08:00",
        "2023年3月5日（周日）",
        "2023年3月5日星期天",
        44990,
        44990.75,
        44990.0,
        "44990",
        dt.date(2023, 3, 5),
        dt.datetime(2023, 3, 5, 23, 59),  # noqa: DTZ001
        dt.datetime(2023, 3, 4, 16, 30, tzinfo=dt.UTC),
    ],
)
def test_one_day_in_many_spellings(value: object) -> None:
    parsed = parse_date(value, today=TODAY)
    assert parsed == dt.date(2023, 3, 5)
    assert type(parsed) is dt.date


@pytest.mark.parametrize(
    ("value", "why", "fix"),
    [
        ("2023-02-30", "2月没有30日", "2023年2月的最后一天是28日"),
        ("2023-02-29", "2023年2月没有29日", "最后一天是28日"),
        ("2023年4月31日", "4月没有31日", "最后一天是30日"),
        ("2023-4-0", "4月没有0日", "最后一天是30日"),
        ("2023-13-01", "没有13月", "1到12"),
        ("20231345", "没有13月", "1到12"),
        ("1800-1-1", "年份1800", "1900"),
        ("2026年11月20日（周四）", "周五", "核对"),
        ("3月5日", "没有四位数的年份", "2026年11月20日"),
        ("23.3.5", "没有四位数的年份", "2026-11-20"),
        ("2023-3/5", "看不懂", "2026-11-20"),
        ("二〇二三年十十月三日", "看不懂", "2026-11-20"),
        ("下周", "看不懂", "2026-11-20"),
        (99999, "99999", "2026-11-20"),
        ("", "没有填写日期", "2026-11-20"),
        (None, "没有填写日期", "2026-11-20"),
        (True, "没有填写日期", "2026-11-20"),
        (float("nan"), "看不懂", "2026-11-20"),
    ],
)
def test_impossible_dates_say_why(value: object, why: str, fix: str) -> None:
    with pytest.raises(BadInput, match=why) as refusal:
        parse_date(value, today=TODAY, field="filed_on")
    assert refusal.value.field == "filed_on"
    assert fix in str(refusal.value.fix)


def test_leap_days_exist() -> None:
    assert parse_date("2024年2月29日", today=TODAY) == dt.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("word", "days"), [("前天", -2), ("昨天", -1), ("今天", 0), ("明天", 1), ("后天", 2)]
)
def test_words_are_counted_from_the_court_day(word: str, days: int) -> None:
    assert parse_date(word, today=TODAY) == TODAY + dt.timedelta(days=days)


def test_long_form_names_the_weekday_and_reads_back() -> None:
    assert long_date(TODAY) == "2026年11月20日（周五）"
    week = [TODAY + dt.timedelta(days=day) for day in range(7)]
    assert [parse_date(long_date(day), today=TODAY) for day in week] == week
