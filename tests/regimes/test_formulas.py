"""Formulas of indicators: read, refused with the line, computed; nothing divides by nothing into an error."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimes.errors import PackErrors, RegimeError
from regimes.formulas import evaluate, is_lower_better, names_of, parse, standing_of, total
from regimes.measures import SOURCES, load_measures, parse_measures
from regimes.packs import load_library
from regimes.rules import Calculation
from regimes.vocabulary import load_vocabulary
from tests.regimes.small_packs import HEAD, faults

AMOUNTS = st.decimals(min_value=0, max_value=10**9, places=2)


def test_a_formula_is_terms() -> None:
    assert names_of(Calculation("a - b", "c + 0.5 * a")) == ("a", "b", "c")
    assert total("a - 0.5 * b + 3", {"a": Decimal(10), "b": Decimal(4)}) == 11
    assert parse("") == ()


@pytest.mark.parametrize("text", ["a +", "+ a", "a b", "a - - b", "a * * b", "* a"])
def test_a_broken_formula_is_refused(text: str) -> None:
    with pytest.raises(RegimeError, match="公式"):
        parse(text)


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ("{numerator: cases_closed +}", "calc[1].numerator", "没有写完"),
        ("{numerator: cases_closed, exclude: [nothing]}", "calc[1].exclude", "没有这个不计入的情形"),
        ("{numerator: cases_closed, better: worse}", "calc[1].better", "不能写“worse”"),
        ("{numerator: cases_closed, warn: -1}", "calc[1].warn", "不小于零"),
        ("{denominator: cases_closed}", "calc[1].numerator", "没有写分子"),
        ("{numerator: cases_closed, members: [A]}", "calc[1].members", "只能和 slot"),
        ("{numerator: cases_closed, at_least: 1, at_most: 2}", "calc[1].at_least", "只能有一个目标"),
        ("{numerator: cases_closed, since: 去年}", "calc[1].since", "应当是日期"),
    ],
)
def test_faults_of_a_line_name_it(line: str, key: str, message: str) -> None:
    found = faults(f"{HEAD}indicators: [{{id: I, article: 一, statement: 无, calc: [{line}]}}]\n")
    assert len(found) == 1
    assert found[0].key.endswith(key)
    assert found[0].line == HEAD.count("\n") + 1
    assert message in found[0].message
    assert found[0].fix


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("cases_closd: {of: cases, on: closed}", "没有这个统计量“cases_closd”"),
        ("cases_closed: {of: casess, on: closed}", "of 不能写“casess”"),
        ("cases_closed: {of: cases, on: due}", "on 不能写“due”"),
        ("cases_closed: {of: cases, on: closed, where: [met]}", "没有这个统计条件“met”"),
        ("cases_closed: {of: cases, on: closed, sum: days}", "sum 不能写“days”"),
        ("cases_closed: {of: cases, on: closed, duty: [case_close]}", "只用于期限"),
        ("petitions_due: {of: clocks, on: due, duty: [petitoin]}", "没有这个事项“petitoin”"),
    ],
)
def test_faults_of_a_measure_name_the_line(entry: str, message: str) -> None:
    with pytest.raises(PackErrors) as found:
        parse_measures(f"measures:\n  {entry}\n", load_vocabulary())
    assert found.value.errors[0].line == 2
    assert message in found.value.errors[0].message
    assert found.value.errors[0].fix


def test_every_measure_of_the_tree_is_declared() -> None:
    known = load_measures()
    assert set(known) <= set(load_vocabulary().measures)
    assert all(measure.on in SOURCES[measure.of].dates for measure in known.values())
    slots = [c for p in load_library().packs for r in p.indicators for c in r.calculations if c.slot]
    assert len(slots) == 3
    assert all(slot.members for slot in slots)


def test_the_journey_figures() -> None:
    for above, below, shown in (("184", "200", "92.00"), ("181", "201", "90.05"), ("39", "40", "97.50")):
        found = evaluate(Calculation("a", "b"), {"a": Decimal(above), "b": Decimal(below)})
        assert str(found.value) == shown
    days = Calculation("a", "b", unit="days", at_most=70, warn=5)
    average = evaluate(days, {"a": Decimal(150), "b": Decimal(2)}).value
    assert (str(average), standing_of(average, days)) == ("75.0", "missed")
    assert standing_of(Decimal(70), days) == "near"
    assert standing_of(Decimal(60), days) == "met"
    assert is_lower_better(days)
    assert not is_lower_better(Calculation("a", at_least=90))
    assert is_lower_better(Calculation("a", at_least=90, better="lower"))
    assert standing_of(Decimal(0), Calculation("a", equal=0)) == "met"
    assert standing_of(Decimal(1), Calculation("a", equal=0)) == "missed"
    assert standing_of(None, days) == ""


@given(above=AMOUNTS, unit=st.sampled_from(["percent", "days", "score"]))
def test_dividing_by_nothing_says_so(above: Decimal, unit: str) -> None:
    words = {"b": "到期案件数"}
    found = evaluate(Calculation("a", "b", unit=unit), {"a": above, "b": Decimal(0)}, words)
    assert (found.value, found.reason) == (None, "分母为零：到期案件数为 0")
    cancelled = evaluate(Calculation("a", "b - b", unit=unit), {"a": above, "b": Decimal(7)}, words)
    assert cancelled.value is None
    assert cancelled.reason


@given(above=AMOUNTS, below=AMOUNTS.filter(bool))
def test_a_share_is_within_half_a_place_of_the_exact_one(above: Decimal, below: Decimal) -> None:
    found = evaluate(Calculation("a", "b"), {"a": above, "b": below})
    assert found.value is not None
    assert abs(found.value * below - 100 * above) <= Decimal("0.005") * below + Decimal("1e-9")


def test_a_measure_without_a_source_is_no_error() -> None:
    found = evaluate(Calculation("a", "b"), {"b": Decimal(1)}, {"a": "实质性化解信访数"})
    assert (found.value, found.reason) == (None, "“实质性化解信访数”还没有统计来源")
