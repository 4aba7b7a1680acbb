"""Amounts as people and banks write them, and shares that add up."""

from decimal import Decimal

import pytest

from kernel.errors import BadInput
from kernel.money import format_yuan, from_fen, parse_amount, split, to_fen


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("1,234.50元", "1234.50"),
        ("¥1,234.5", "1234.50"),
        ("￥１，２３４．５", "1234.50"),
        ("人民币 1,234.50 元", "1234.50"),
        ("RMB 3,000", "3000.00"),
        ("人民币￥50,000.00", "50000.00"),
        ("12.5万元", "125000.00"),
        ("12.5万", "125000.00"),
        ("1.2亿元", "120000000.00"),
        ("1亿2000万元", "120000000.00"),
        ("3万5千元", "35000.00"),
        ("0.123456万", "1234.56"),
        ("5元3角", "5.30"),
        ("1元整", "1.00"),
        ("1.500", "1.50"),
        ("伍万元整", "50000.00"),
        ("人民币五万元", "50000.00"),
        (1234, "1234.00"),
        (Decimal("1E+3"), "1000.00"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_amounts_are_understood(text: str | int | Decimal, amount: str) -> None:
    parsed = parse_amount(text)
    assert parsed == Decimal(amount)
    assert parsed.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "没有填写金额"),
        ("  ", "没有填写金额"),
        ("NaN", "看不懂"),
        ("Infinity", "看不懂"),
        ("1e5", "看不懂"),
        ("abc", "看不懂"),
        ("¥", "看不懂"),
        ("²", "看不懂"),
        ("1,23", "看不懂"),
        ("1,2345", "看不懂"),
        ("12 34", "看不懂"),
        ("3万5", "看不懂"),
        ("2000万1亿元", "看不懂"),
        ("1亿20000万元", "看不懂"),
        ("5.5元3角", "看不懂"),
        ("--5", "看不懂"),
        ("1.005", "两位小数"),
        ("1.23456789万", "两位小数"),
        ("0.001", "两位小数"),
        ("10000000000000000", "太大"),
        ("9" * 60, "太大"),
        ("-5", "负数"),
        ("−5元", "负数"),
        ("负伍元整", "负数"),
        ("壹佰伍元", "大写"),
        (Decimal("NaN"), "看不懂"),
    ],
)
def test_anything_else_is_refused_with_a_reason_and_a_way_out(text: str | Decimal, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refusal:
        parse_amount(text, field="paid")
    assert refusal.value.field == "paid"
    assert "1,234.50" in str(refusal.value.fix) or "123,400.50" in str(refusal.value.fix)


def test_a_long_wrong_text_is_refused_at_once() -> None:
    with pytest.raises(BadInput):
        parse_amount("1" * 50_000 + "x")


def test_floats_never_become_money() -> None:
    with pytest.raises(TypeError):
        parse_amount(1.1)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["-1,234.50", "-¥1,234.50", "¥-1,234.50", "人民币-1234.5元", "负1234.50元"])
def test_negative_amounts_pass_only_when_asked_for(text: str) -> None:
    assert parse_amount(text, allow_negative=True) == Decimal("-1234.50")


def test_minus_zero_is_zero() -> None:
    assert str(parse_amount("-0")) == "0.00"


def test_fen() -> None:
    assert to_fen(Decimal("1234.50")) == 123450
    assert str(from_fen(-5)) == "-0.05"
    with pytest.raises(ValueError, match="whole number of fen"):
        to_fen(Decimal("0.001"))
    with pytest.raises(ValueError, match="whole number of fen"):
        to_fen(Decimal("NaN"))


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("100", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("0.05", [1, 0, 1, Decimal("0.5")], ["0.02", "0.00", "0.02", "0.01"]),
        ("-100", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("0.01", [0, 3, 5], ["0.00", "0.00", "0.01"]),
        ("10", [Decimal("412000.00"), Decimal("88000.00")], ["8.24", "1.76"]),
        ("0", [0, 0], ["0.00", "0.00"]),
        ("0", [], []),
    ],
)
def test_shares_by_largest_remainder(amount: str, weights: list[Decimal | int], shares: list[str]) -> None:
    assert [str(share) for share in split(Decimal(amount), weights)] == shares


def test_an_amount_needs_somebody_to_go_to() -> None:
    for weights in ([], [0, 0]):
        with pytest.raises(BadInput) as refusal:
            split(Decimal("1"), weights)
        assert refusal.value.fix
    with pytest.raises(ValueError, match="negative"):
        split(Decimal("1"), [2, -1])


def test_amounts_on_the_page() -> None:
    assert format_yuan(Decimal("412000")) == "¥412,000.00"
    assert format_yuan(Decimal("-0.5")) == "-¥0.50"
