"""大写 as the central bank's rules for settlement vouchers have it."""

from decimal import Decimal

import pytest

from kernel.capitals import in_capitals, parse_capitals
from kernel.errors import BadInput


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        # The examples of the rules, 五(一) to 五(四).
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("1286000.00", "壹佰贰拾捌万陆仟元整"),
        ("412000", "肆拾壹万贰仟元整"),
        ("0", "零元整"),
        ("-0.00", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角"),
        ("10", "壹拾元整"),
        ("10500", "壹万零伍佰元整"),
        ("100000001", "壹亿零壹元整"),
        ("100050000", "壹亿零伍万元整"),
        ("1050000000", "壹拾亿伍仟万元整"),
        ("1000100000000", "壹万零壹亿元整"),
        ("-1.20", "负壹元贰角"),
        ("9999999999999999.99", "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amounts_are_written_by_the_rules_and_read_back(amount: str, capitals: str) -> None:
    assert in_capitals(Decimal(amount)) == capitals
    assert parse_capitals(capitals) == Decimal(amount)


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "10000000000000000", "1e30"])
def test_other_amounts_are_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="two decimals"):
        in_capitals(Decimal(amount))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("人民币伍万元整", "50000"),
        ("伍萬圓正", "50000"),
        ("五万元", "50000"),
        ("两万元", "20000"),
        ("伍万", "50000"),
        ("拾伍元", "15"),
        ("壹仟陆佰捌拾元零叁角贰分", "1680.32"),
        ("壹拾万零柒仟元零伍角叁分", "107000.53"),
        ("伍元叁角整", "5.30"),
        (" 伍 元 整 ", "5"),
    ],
)
def test_spellings_that_banks_accept_are_read(text: str, amount: str) -> None:
    assert parse_capitals(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "元",
        "整",
        "负",
        "壹佰伍元",  # 105 or 150
        "壹万伍元",
        "壹仟伍拾元",
        "壹壹元",
        "伍拾伍佰元",
        "壹佰零贰拾元",
        "壹佰零元",
        "伍万伍万元",
        "壹亿万元",
        "零伍分",
        "伍元零角伍分",
        "伍分叁角",
        "5拾元",
        "壹仟万亿亿元",
    ],
)
def test_what_may_hide_a_change_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_capitals(text, field="sum")
    assert refusal.value.field == "sum"
    assert refusal.value.fix
