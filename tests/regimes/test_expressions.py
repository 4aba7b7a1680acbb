"""Conditions: typed against the vocabulary, three-valued, readable."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from regimes.errors import RegimeError
from regimes.expressions import ALWAYS, Expr, combined, parse_expression
from tests.regimes.small_packs import WORDS


def parse(text: str) -> Expr:
    return parse_expression(text, WORDS)


@pytest.mark.parametrize(
    ("text", "facts", "holds"),
    [
        ("", {}, True),
        ("always", {}, True),
        ("service_channel == electronic", {"service_channel": "electronic"}, True),
        ("service_channel == electronic", {"service_channel": "postal"}, False),
        ("service_channel != electronic", {"service_channel": "postal"}, True),
        ("service_channel == electronic", {}, None),
        ("service_channel == electronic", {"service_channel": None}, None),
        ("service_channel in [electronic, postal]", {"service_channel": "postal"}, True),
        ("service_channel not in [electronic]", {"service_channel": "electronic"}, False),
        ("default_judgment", {"default_judgment": True}, True),
        ("default_judgment == true", {"default_judgment": True}, True),
        ("default_judgment == false", {"default_judgment": True}, False),
        ("not default_judgment", {"default_judgment": "false"}, True),
        ("not default_judgment", {}, None),
        ("fund_amount <= 100000", {"fund_amount": Decimal("100000.00")}, True),
        ("fund_amount <= 100000", {"fund_amount": "100000.01"}, False),
        ("fund_amount > 0.7", {"fund_amount": 0.7}, False),
        ("fund_amount >= 0.7", {"fund_amount": 0.7}, True),
        ("fund_amount < 3", {"fund_amount": "2,000.5"}, False),
        ("100000 < fund_amount", {"fund_amount": 100001}, True),
        ("0.05 <= fund_amount <= 0.2", {"fund_amount": 0.2}, True),
        ("0.05 <= fund_amount <= 0.2", {"fund_amount": 0.21}, False),
        ("fund_amount in [1, 2, 3]", {"fund_amount": 2}, True),
        ("fund_amount <= claim_amount", {"fund_amount": 2, "claim_amount": 3}, True),
        ("fund_amount <= claim_amount", {"fund_amount": 2}, None),
        ("fund_amount == claim_amount", {"fund_amount": "2.00", "claim_amount": 2}, True),
        ("case_kind == labour", {"case_kind": ["civil", "labour"]}, True),
        ("case_kind == labour", {"case_kind": []}, False),
        ("case_kind != labour", {"case_kind": ["civil", "labour"]}, False),
        ("case_kind not in [labour]", {"case_kind": {"civil"}}, True),
    ],
)
def test_truth(text: str, facts: Mapping[str, object], holds: bool | None) -> None:
    assert parse(text).evaluate(facts) is holds


@pytest.mark.parametrize(
    ("facts", "holds", "missing"),
    [
        ({}, None, ("default_judgment", "fund_amount", "service_channel")),
        ({"default_judgment": False}, False, ()),
        ({"default_judgment": True}, None, ("fund_amount", "service_channel")),
        ({"default_judgment": True, "fund_amount": 5}, True, ()),
        ({"default_judgment": True, "fund_amount": 50}, None, ("service_channel",)),
        ({"fund_amount": 50, "service_channel": "electronic"}, False, ()),
    ],
)
def test_an_unknown_fact_matters_only_while_it_decides(
    facts: Mapping[str, object], holds: bool | None, missing: tuple[str, ...]
) -> None:
    expr = parse("default_judgment and (fund_amount < 10 or not service_channel == electronic)")
    assert expr.evaluate(facts) is holds
    assert expr.missing(facts) == missing


def test_names() -> None:
    expr = parse("default_judgment and fund_amount <= claim_amount")
    assert expr.names() == {"default_judgment", "fund_amount", "claim_amount"}
    assert ALWAYS.names() == frozenset()
    assert parse("fund_amount <= claim_amount").missing({"fund_amount": 1}) == ("claim_amount",)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("", "始终适用"),
        ("service_channel == electronic", "送达方式 为 电子送达"),
        ("service_channel != electronic", "送达方式 不为 电子送达"),
        ("service_channel in [electronic, postal]", "送达方式 为 电子送达、邮寄送达 之一"),
        ("not default_judgment", "缺席判决 为 否"),
        ("not service_channel == postal", "并非（送达方式 为 邮寄送达）"),
        ("fund_amount == 3", "案款金额 等于 3元"),
        ("fund_amount > claim_amount", "案款金额 超过 申请金额"),
        (
            "default_judgment and (fund_amount <= 100000 or case_kind == labour)",
            "缺席判决 为 是，且 （案款金额 不超过 100000元，或 案由 为 劳动）",
        ),
    ],
)
def test_chinese(text: str, chinese: str) -> None:
    assert parse(text).chinese(WORDS) == chinese


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("service_chanel == electronic", "没有这个事实“service_chanel”", "是否想写 service_channel？"),
        ("service_channel == electronc", "没有值“electronc”", "是否想写 electronic？"),
        ("service_channel == 5", "是选项，不能与“5”比较", "可选的值"),
        ("service_channel < electronic", "不能比较大小", "只能用"),
        ("service_channel", "不能单独作条件", "写成比较"),
        ("fund_amount == abc", "是数，不能与“abc”比较", "写数字"),
        ("fund_amount <= true", "是数，不能与“true”比较", "写数字"),
        ("fund_amount <= -5", "不会是负数", "不小于零"),
        ("fund_amount == default_judgment", "类型不同", "两边都应当是数"),
        ("fund_amount in [claim_amount]", "不能与“claim_amount”比较", "写数字"),
        ("default_judgment == electronic", "是是/否，不能与“electronic”比较", "not default_judgment"),
        ("service_channel in electronic", "右边应当是列表", "in [值, 值]"),
        ("service_channel == [electronic]", "右边不能是列表", "== 值"),
        ("service_channel is electronic", "只能用 ==", "例如"),
        ("1 == 1", "左边应当是事实", "例如"),
        ("fund_amount + 1", "不能写", "例如"),
        ("open('x')", "不能写", "例如"),
        ("__import__('os').system('x') == 1", "左边应当是事实", "例如"),
        ("fund_amount <=", "看不懂条件", "例如"),
        ("a" * 3000, "条件太长", "拆成"),
        ("(" * 300 + "default_judgment" + ")" * 300, "看不懂条件", "例如"),
    ],
)
def test_what_is_refused_says_why_and_what_to_write(text: str, message: str, fix: str) -> None:
    with pytest.raises(RegimeError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert fix in str(caught.value.fix)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("fund_amount <= 1", {"fund_amount": True}),
        ("fund_amount <= 1", {"fund_amount": "many"}),
        ("default_judgment", {"default_judgment": "perhaps"}),
        ("service_channel == electronic", {"service_channel": 5}),
    ],
)
def test_a_recorded_value_of_a_wrong_type_is_an_error_not_a_no(
    text: str, facts: Mapping[str, object]
) -> None:
    with pytest.raises(RegimeError) as caught:
        parse(text).evaluate(facts)
    assert caught.value.field in facts


def test_conditions_combine() -> None:
    both = combined([ALWAYS, parse("default_judgment"), parse("fund_amount < 3 or fund_amount > 5")])
    assert both.evaluate({"default_judgment": True, "fund_amount": 4}) is False
    assert parse(both.text) == both
    assert combined([]) is ALWAYS
