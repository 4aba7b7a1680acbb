"""The register of what verbs record, what waits, and the verdict on every rule."""

from __future__ import annotations

import ast
import importlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import call_command

from courts.scope import roles
from regimes.coverage import coverage, verdict
from regimes.packs import Pack, load_library, parse_pack
from regimes.records import (
    TITLES,
    UNDER_WAY,
    Register,
    Seen,
    load_register,
    names_of,
    overtaken,
    unproven,
    waits_for,
)
from regimes.rules import Approval, Conversion, GuardRule

ROOT = Path(__file__).resolve().parents[2]
SEEN = Seen("cases.actions.filing.file_case", "tests/cases/test_filing.py::test_x")


def register(**waiting: dict[str, str]) -> Register:
    """The tree's register with these waiting names in place of its own."""
    return replace(load_register(), waiting=dict.fromkeys(load_register().waiting, {}) | waiting)


def pack(**changes: str) -> Pack:
    """JZ-2023 with pieces of its text replaced."""
    text = load_library().pack("JZ-2023").text
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return parse_pack(text, "JZ-2023/1.yaml")


def test_every_name_of_every_pack_is_recorded_or_waits_for_a_named_work() -> None:
    found = [str(error) for each in load_library().packs for error in unproven(each, load_register())]
    assert found == []


def test_a_name_that_nobody_records_is_told_with_its_line() -> None:
    changed = pack(notice_sent_electronic="returned_to_court")
    bare = replace(register(), recorded={**load_register().recorded, "events": {}}, declared={})
    errors = [error for error in unproven(changed, bare) if error.key == "JZ-D-01.met_by"]
    assert [error.line for error in errors] == [changed.rule("JZ-D-01").line]
    assert "returned_to_court" in errors[0].message


def test_what_waits_is_not_recorded_meanwhile() -> None:
    assert overtaken(load_register()) == []
    assert overtaken(register(events={"case_filed": TITLES[0]})) == [("events", "case_filed")]


def test_a_rule_is_inactive_only_for_a_later_piece_of_work() -> None:
    every = [each for pack in load_library().packs for each in coverage(pack, load_register())]
    assert {each.waits_for for each in every if each.state == "inactive"} <= set(TITLES)
    assert not {each.rule.id for each in every if each.state == "covered" and not each.done}


def test_the_verdict_follows_what_was_seen() -> None:
    library = load_library().pack("JZ-2023")
    rule = library.rule("JZ-D-01")
    known = register()
    none = replace(known, recorded={**known.recorded, "rules": {}})
    assert verdict(library, rule, none).state == "open"
    half = replace(known, recorded={**known.recorded, "rules": {"JZ-D-01 started": SEEN}})
    assert verdict(library, rule, half).missing == ("met",)
    whole = {"JZ-D-01 started": SEEN, "JZ-D-01 met": SEEN}
    assert (
        verdict(library, rule, replace(known, recorded={**known.recorded, "rules": whole})).state == "covered"
    )


def test_a_rule_that_waits_for_work_under_way_is_open_not_inactive() -> None:
    library = load_library().pack("JZ-2023")
    rule = library.rule("JZ-D-16")
    seen = load_register().recorded
    events = {name: by for name, by in seen["events"].items() if name != "petition_reception"}
    bare = replace(register(), recorded={**seen, "rules": {}, "events": events})
    later = replace(bare, waiting={**bare.waiting, "events": {"petition_reception": TITLES[3]}})
    now = replace(bare, waiting={**bare.waiting, "events": {"petition_reception": UNDER_WAY[0]}})
    assert (verdict(library, rule, later).state, waits_for(rule, later)) == ("inactive", TITLES[3])
    assert verdict(library, rule, now).state == "open"


def test_half_of_an_or_that_can_hold_is_enough() -> None:
    rule = load_library().pack("BASE").rule("BASE-G-05")
    waiting = register(facts={"panel_record_present": TITLES[0], "president_approval_present": TITLES[0]})
    assert waits_for(rule, waiting) == ""
    alone = replace(
        waiting,
        recorded={**waiting.recorded, "facts": {}},
        waiting={
            **waiting.waiting,
            "facts": {**waiting.waiting["facts"], "applicant_signed_termination": TITLES[2]},
        },
        declared={},
    )
    assert waits_for(rule, alone) in TITLES


def test_the_recording_names_verbs_and_tests_that_exist() -> None:
    recorded = load_register().recorded
    shown = {seen for section in recorded.values() for seen in section.values()}
    for name in {seen.verb for seen in shown}:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function)), name
    tests: dict[str, set[str]] = {}
    for file in {seen.test.partition("::")[0] for seen in shown}:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        tests[file] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for seen in shown:
        file, _, test = seen.test.partition("::")
        assert test.partition("[")[0] in tests[file], seen.test


def test_the_command_lists_every_rule_and_fails_while_one_is_open() -> None:
    out = io.StringIO()
    try:
        call_command("rules", "--coverage", "--json", stdout=out)
        code = 0
    except SystemExit as exit_:
        code = int(exit_.code or 0)
    found = json.loads(out.getvalue())
    assert len(found) == sum(1 for each in load_library().packs for _ in each.rules())
    assert code == int(any(each["state"] == "open" for each in found))
    started = next(each for each in found if each["rule"] == "JZ-D-01")
    assert started["state"] == "covered"
    assert started["done"]["met"]["verb"] == "cases.actions.completing.complete_node"


def test_whoever_a_rule_asks_has_a_role_in_the_house() -> None:
    asked = {
        role
        for each in load_library().packs
        for rule in each.rules()
        for role in (
            *(rule.override if isinstance(rule, GuardRule) else ()),
            *(rule.chain if isinstance(rule, Approval) else ()),
            *((rule.approver,) if isinstance(rule, Conversion) else ()),
        )
    }
    assert "filing_head" in asked
    assert asked - roles().keys() - {"none", "superior_court", "adjudication_panel"} == set()


def test_every_rule_names_something_that_can_be_looked_up() -> None:
    names = {
        (section, name)
        for each in load_library().packs
        for rule in each.rules()
        for section, name, _ in names_of(rule)
    }
    assert ("facts", "control_ends_on") in names
    assert ("actions", "file_case") in names


@pytest.mark.parametrize("title", UNDER_WAY)
def test_work_under_way_is_no_reason_to_be_inactive(title: str) -> None:
    assert title not in TITLES
