"""Facts are checked by type and frozen in plain form; what is missing is named in Chinese."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from documents import catalogue
from documents.facts import FrozenFacts, freeze
from kernel.errors import BadInput
from tests.factories import documents as factory

ON = dt.date(2023, 4, 24)


def frozen(kind: str, *, secret: dict[str, Any] | None = None, **changes: Any) -> FrozenFacts:
    secrets = factory.secrets(kind) if secret is None else secret
    return freeze(catalogue.kind(kind), factory.facts(kind, **changes), secrets, court=factory.COURT, on=ON)


@pytest.mark.parametrize("kind", list(catalogue.kinds()))
def test_every_required_fact_is_required_by_name(kind: str) -> None:
    definition = catalogue.kind(kind)
    for fact in definition.facts.values():
        if fact.is_required and not fact.court and not fact.is_issue_day:
            with pytest.raises(BadInput) as refusal:
                frozen(kind, **{fact.key: None})
            assert str(refusal.value) == f"《{definition.zh}》缺少：{fact.zh}"
            assert refusal.value.field == fact.key


def test_all_missing_facts_are_named_at_once() -> None:
    with pytest.raises(BadInput, match="缺少：执行依据、应履行的义务、承办人") as refusal:
        frozen("execution_notice", basis_document="  ", obligations=[], handler=None)
    assert refusal.value.detail["missing"] == ["basis_document", "obligations", "handler"]


def test_values_are_frozen_in_plain_form() -> None:
    result = frozen(
        "freeze_ruling",
        freeze_amount=Decimal("60000"),
        freeze_from=dt.date(2023, 5, 4),
        freeze_until="2024年5月3日",
        judges=(" 王平 ",),
    ).open
    assert result["freeze_amount"] == "60000.00"
    assert (result["freeze_from"], result["freeze_until"]) == ("2023-05-04", "2024-05-03")
    assert result["judges"] == ["王平"]


def test_the_court_and_the_day_are_filled_in() -> None:
    result = frozen("execution_notice").open
    assert result["court_name"] == "云州市东湖区人民法院"
    assert result["issued_on"] == "2023-04-24"
    assert frozen("execution_notice", issued_on="2023-04-25").open["issued_on"] == "2023-04-25"


def test_secret_facts_stay_apart() -> None:
    result = frozen("freeze_ruling")
    assert "respondent_details" not in result.open
    assert "429900197903040015" in result.secret["respondent_details"][0]


@pytest.mark.parametrize(
    "text",
    ["李四，429900197903040015", "电话13800000000", "账号6227000000000000026", "尾号42990019790304001X"],
)
def test_numbers_of_people_are_refused_in_open_facts(text: str) -> None:
    with pytest.raises(BadInput, match="里有身份证号、手机号或账号") as refusal:
        frozen("freeze_ruling", property=[text], secret={})
    assert refusal.value.field == "property"
    assert text not in str(refusal.value)


def test_a_secret_fact_is_not_taken_in_the_open_nor_the_other_way() -> None:
    with pytest.raises(BadInput, match="须加密保存"):
        frozen("freeze_ruling", respondent_details=["男"])
    with pytest.raises(BadInput, match="不是加密事项"):
        frozen("freeze_ruling", secret={"clerk": "赵小燕"})


def test_an_unknown_fact_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match="没有“moon”这一项") as refusal:
        frozen("freeze_ruling", moon="满月")
    assert "冻结金额" in str(refusal.value.fix)


def test_details_must_pair_with_what_they_describe() -> None:
    with pytest.raises(BadInput, match="“账号”有1项，“冻结的财产”有2项"):
        frozen("freeze_ruling", secret={"property_accounts": ["6227000000000000026"]})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("freeze_amount", 60000.5),
        ("freeze_amount", "六万左右"),
        ("freeze_from", "明年"),
        ("judges", "王平"),
        ("judges", ["王平", ""]),
        ("clerk", ["赵小燕"]),
        ("clerk", "长" * 4001),
        ("property", ["存款"] * 301),
    ],
)
def test_a_value_of_the_wrong_type_names_its_field(key: str, value: object) -> None:
    with pytest.raises(BadInput) as refusal:
        frozen("freeze_ruling", secret={}, **{key: value})
    assert refusal.value.field == key
    assert str(refusal.value.fix)


def test_rows_have_all_their_columns() -> None:
    with pytest.raises(BadInput, match="每行应有：执行事项、日期、结果"):
        frozen("termination_ruling", elements=[["网络查控", "2024年1月12日"]])
