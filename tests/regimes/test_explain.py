"""Explanations: the date of a rule with its condition, its source and every step, as JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from regimes.amounts import Amount
from regimes.calendar import Calendar
from regimes.errors import RegimeError
from regimes.explain import Explanation, explain
from regimes.packs import load_library
from regimes.suspensions import Suspension
from tests.regimes.small_packs import HEAD, PACK, RULE, pack

CALENDAR = Calendar.seed()
KEYS = ["rule", "kind", "source", "start", "due", "provisional", "steps"]


def explained(start: str | None, *changes: tuple[str, str], more: str = "", **given: Any) -> Explanation:
    """Explain the small pack's rule after replacing texts and adding keys."""
    text = PACK
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    found = pack(text + more)
    moment = (
        dt.datetime.fromisoformat(start) if start and "T" in start else start and dt.date.fromisoformat(start)
    )
    return explain(found.deadlines[0], moment or None, calendar=CALENDAR, pack=found, **given)


def test_a_due_date_as_json() -> None:
    document = explained("2023-04-24", facts={"service_channel": "electronic"}).as_json()
    assert list(document)[:7] == KEYS
    assert document["rule"] == "XX-D-01"
    assert document["kind"] == document["rule_kind"] == "due"
    assert document["source"] == "某中法〔2023〕1号 三(二)1"
    assert (document["start"], document["due"]) == ("2023-04-24", "2023-05-04")
    assert document["provisional"] is False
    assert document["steps"][1] == {"kind": "count", "on": "2023-04-25", "n": 1, "reason": "第1个工作日"}
    assert document["pack"] == "XX-2023/1"
    assert document["verified"] is True
    assert document["condition"] == {"text": "送达方式 为 电子送达", "holds": True, "missing": []}
    assert json.loads(json.dumps(document, ensure_ascii=False)) == document


@pytest.mark.parametrize(
    ("facts", "holds", "missing"),
    [({}, None, ["service_channel"]), ({"service_channel": "postal"}, False, [])],
)
def test_a_rule_is_explained_even_if_it_does_not_apply(
    facts: dict[str, object], holds: bool | None, missing: list[str]
) -> None:
    document = explained("2023-04-24", facts=facts).as_json()
    assert document["due"] == "2023-05-04"
    assert document["condition"] == {"text": "送达方式 为 电子送达", "holds": holds, "missing": missing}


@pytest.mark.parametrize(
    ("kind", "public", "due", "extra"),
    [
        ("right", "due", "2023-05-04", {}),
        ("soft_target", "soft_target", "2023-05-04", {}),
        ("max_length", "due", "2023-05-04", {}),
        ("detector", "detector", "2023-05-05", {"last_day": "2023-05-04"}),
        ("min_gap", "min_gap", "2023-05-04", {"earliest": "2023-05-04"}),
        ("min_elapsed", "min_gap", "2023-05-05", {"earliest": "2023-05-05"}),
        ("average", "not_a_clock", None, {"state": "not_a_clock"}),
        ("at_once", "not_a_clock", None, {"state": "not_a_clock"}),
    ],
)
def test_kinds(kind: str, public: str, due: str | None, extra: dict[str, str]) -> None:
    document = explained("2023-04-24", more=f"    kind: {kind}\n").as_json()
    assert (document["kind"], document["rule_kind"], document["due"]) == (public, kind, due)
    assert extra.items() <= document.items()
    assert document["steps"]


def test_a_fixed_date_and_a_repeat() -> None:
    fixed = RULE.replace("    start: case_received\n", "").replace("period: 5 workdays", "date: 2023-12-31")
    found = pack(HEAD + fixed + "    kind: absolute\n    roll: next_workday\n")
    document = explain(found.deadlines[0], None, calendar=CALENDAR, pack=found).as_json()
    assert (document["kind"], document["start"], document["due"]) == ("absolute", None, "2024-01-02")

    again = explained(
        "2024-08-01",
        ("period: 5 workdays", "repeat: {every: 6 months, until: 5 years}\n    roll: next_workday"),
    ).as_json()
    assert (again["kind"], again["due"]) == ("repeat", "2025-02-05")
    assert again["dues"][:4] == ["2025-02-05", "2025-08-01", "2026-02-02", "2026-08-03"]
    assert again["provisional"] is True


def test_hours_are_instants_of_the_court() -> None:
    document = explained("2025-03-07T18:30", ("5 workdays", "24 hours"), more="    hours: exact\n").as_json()
    assert document["start"] == "2025-03-07T18:30:00+08:00"
    assert document["due"] == "2025-03-08T18:30:00+08:00"
    with pytest.raises(RegimeError, match="需要起算时刻"):
        explained("2025-03-07", ("5 workdays", "24 hours"))


def test_grace_and_early_warnings() -> None:
    length = explained(
        "2023-05-07", ("5 workdays", "1 year"), more="    kind: max_length\n    grace: 6 months\n"
    )
    assert length.as_json()["due"] == "2024-05-07"
    assert length.as_json()["grace_until"] == "2024-11-07"
    ledger = explained(
        "2023-03-10", ("5 workdays", "6 months"), more="    kind: detector\n    warn_at: [5 months]\n"
    )
    assert ledger.as_json()["warnings"] == [{"on": "2023-08-10", "reason": "满5个月，预警"}]
    assert ledger.as_json()["due"] == "2023-09-11"


def test_only_the_intervals_a_rule_excludes_are_deducted() -> None:
    pauses = [
        Suspension(dt.date(2024, 5, 1), dt.date(2024, 5, 10), "suspension"),
        Suspension(dt.date(2024, 6, 1), dt.date(2024, 6, 10), "deduction_approved"),
        Suspension(dt.date(2024, 7, 1), dt.date(2024, 7, 10)),
    ]
    found = explained(
        "2024-04-26",
        ("5 workdays", "6 months"),
        more="    excludes: [deduction_approved]\n",
        suspensions=pauses,
    )
    assert found.result.due == dt.date(2024, 11, 15)
    assert found.result.steps[-1].reason == "中止执行不属于本条可扣除的期间，未扣除"


def test_an_open_suspension_leaves_no_date_and_says_so() -> None:
    pauses = [Suspension(dt.date(2023, 4, 26), None)]
    document = explained("2023-04-24", suspensions=pauses).as_json()
    assert (document["due"], document["state"]) == (None, "suspended")
    assert "尚未恢复" in document["steps"][-1]["reason"]


def test_an_extension_is_told() -> None:
    document = explained("2023-04-24", extensions=[Amount(2, "workday")]).as_json()
    assert (document["raw"], document["due"]) == ("2023-05-04", "2023-05-06")
    assert {"kind": "extend", "on": "2023-05-06", "n": 2, "reason": "延长2个工作日"} in document["steps"]


def test_a_new_rule_does_not_reach_back_but_a_rule_for_open_cases_does() -> None:
    with pytest.raises(RegimeError, match="自 2023-02-22 起适用于新收案件") as caught:
        explained("2023-02-21")
    assert (caught.value.code, caught.value.field) == ("XX-D-01", "start")
    assert caught.value.fix
    assert explained("2023-01-10", more="    applies_to: open_cases\n").result.due == dt.date(2023, 1, 17)
    assert explained("2023-02-22").result.due == dt.date(2023, 3, 1)


def test_unverified_law_says_so() -> None:
    assert explained("2023-04-24", more="    verified: no\n").as_json()["verified"] is False


def test_the_end_that_a_paper_states_goes_before_the_counted_one() -> None:
    pack, rule = load_library().deadline("BASE-D-36")
    found = explain(
        rule,
        dt.date(2024, 5, 6),
        facts={"property_kind": "bank_account", "control_ends_on": "2025-04-30"},
        calendar=CALENDAR,
        pack=pack,
    )
    assert found.as_json()["due"] == "2025-04-30"
    assert found.result.steps[-1].reason == "文书或者回执写明的届满日，以写明的为准"
    counted = explain(rule, dt.date(2024, 5, 6), facts={}, calendar=CALENDAR, pack=pack)
    assert counted.as_json()["due"] != "2025-04-30"
    with pytest.raises(RegimeError):
        explain(rule, dt.date(2024, 5, 6), facts={"control_ends_on": "明年"}, calendar=CALENDAR, pack=pack)
