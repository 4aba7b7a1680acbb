"""Periods as clerks write them."""

from __future__ import annotations

import pytest

from regimes.amounts import Amount, parse_amount, parse_period, period_chinese, period_text, times
from regimes.errors import RegimeError


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("5 workdays", "5 workdays"),
        ("1 day", "1 day"),
        ("3 months + 15 days", "3 months + 15 days"),
        ("15 days + 3 months", "3 months + 15 days"),
        ("48 hours", "48 hours"),
        ("5个工作日", "5 workdays"),
        ("五个工作日", "5 workdays"),
        ("3个月+15日", "3 months + 15 days"),
        ("3个月零15日", "3 months + 15 days"),
        ("3个半月", "3 months + 15 days"),
        ("三个半月", "3 months + 15 days"),
        ("半个月", "15 days"),
        ("半年", "6 months"),
        ("二十日", "20 days"),
        ("一百二十天", "120 days"),
        ("十日", "10 days"),
        ("两年", "2 years"),
        ("24小时", "24 hours"),
        ("5分钟", "5 minutes"),
        ("1 year", "1 year"),
    ],
)
def test_both_languages(text: str, normal: str) -> None:
    assert period_text(parse_period(text)) == normal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "没有写期间"),
        ("soon", "看不懂期间"),
        ("5", "看不懂期间"),
        ("5 fortnights", "不认识的时间单位“fortnights”"),
        ("-5 days", "不能是负数"),
        ("0 days", "必须是正整数"),
        ("5 days + 3 days", "写了两次"),
        ("2 hours + 1 day", "不能与日、月、年混写"),
        ("5 workdays before", "看不懂期间"),
    ],
)
def test_what_is_refused_says_why_and_what_to_write(text: str, message: str) -> None:
    with pytest.raises(RegimeError) as caught:
        parse_period(text)
    assert message in str(caught.value)
    assert caught.value.field == "period"
    assert caught.value.fix


def test_a_single_amount_is_one_number_and_one_unit() -> None:
    assert parse_amount("15 days") == Amount(15, "day")
    with pytest.raises(RegimeError, match="只能写一个数"):
        parse_amount("1 month + 1 day")


def test_chinese_for_people() -> None:
    assert period_chinese(parse_period("3 months + 15 days")) == "3个月15日"
    assert period_chinese(()) == "即时"


def test_multiples_keep_the_parts_apart() -> None:
    assert period_text(times(parse_period("1 month + 15 days"), 3)) == "3 months + 45 days"
