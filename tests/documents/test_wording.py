"""Days, amounts and names as papers write them."""

import datetime as dt
from decimal import Decimal

import pytest

from documents import wording


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (dt.date(2023, 4, 24), "二〇二三年四月二十四日"),
        (dt.date(2010, 10, 10), "二〇一〇年十月十日"),
        (dt.date(2024, 11, 30), "二〇二四年十一月三十日"),
        (dt.date(2024, 12, 1), "二〇二四年十二月一日"),
        (dt.date(2024, 1, 31), "二〇二四年一月三十一日"),
    ],
)
def test_a_paper_is_dated_in_numerals(day: dt.date, written: str) -> None:
    assert wording.day_in_numerals(day) == written


def test_days_and_amounts() -> None:
    assert wording.day(dt.date(2023, 4, 4)) == "2023年4月4日"
    assert wording.yuan(Decimal("80000.00")) == "80000元"
    assert wording.yuan(Decimal("1234567.50")) == "1234567.50元"
    assert wording.capitals(Decimal("60000.00")) == "陆万元整"


@pytest.mark.parametrize(
    ("text", "width", "spread"),
    [
        ("审判员", 5, "审　判　员"),
        ("张三", 3, "张　三"),
        ("孙大勇", 3, "孙大勇"),
        ("欧阳修文", 3, "欧阳修文"),
        ("甲", 3, "甲"),
        ("", 3, ""),
    ],
)
def test_short_names_are_spread(text: str, width: int, spread: str) -> None:
    assert wording.spread(text, width) == spread


def test_ordinals() -> None:
    assert [wording.ordinal(number) for number in (1, 10, 11, 20, 99, 100)] == [
        "一",
        "十",
        "十一",
        "二十",
        "九十九",
        "100",
    ]
