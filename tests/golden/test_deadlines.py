"""Golden tables: the date of every deadline rule, worked by hand from the published calendar.

One file per pack in `deadlines/`, a list of entries:
  rule         id of a deadline rule of that pack, version 1
  from         requirement ids or journeys whose acceptance names this date (one or a list; optional)
  start        a date, or an instant in quotes with its offset; absent for kind absolute
  facts        what the condition of the rule looks at
  suspend      [[first, last], ...] days deducted, both included; last null = still running
  extend       [{days: n}, ...] approved extensions
  holds        whether the condition holds by those facts (true if not written)
and one expectation:
  due          last day of the rule, flag day of a detector, or the fixed date
  earliest     first day on which the second act may be done (min_gap, min_elapsed)
  dues         all days of a repeated rule
  not_a_clock  true: an average, or something done at once
  suspended    true: an open suspension stops the count
  refused      true: the start lies before the pack took effect, so the rule has no date
with, where they apply: provisional (true where the notice of the year is not out; false if not written), warn
(early warnings), grace_until. `note` is the counting itself, so that a reader can check it with a calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import regimes
from regimes.amounts import Amount, Period, is_clock
from regimes.calendar import Calendar
from regimes.errors import RegimeError
from regimes.explain import explain
from regimes.packs import load_library
from regimes.rules import DeadlineRule
from regimes.suspensions import Suspension
from tests.regimes import day_walk

Entry = dict[str, Any]

TABLES = Path(__file__).parent / "deadlines"
PACKS = Path(regimes.__file__).parent / "packs"

EXPECTATIONS = {"due", "earliest", "dues", "not_a_clock", "suspended", "refused"}
OPTIONS = {"from", "start", "facts", "suspend", "extend", "holds", "provisional", "warn", "grace_until"}

# The rows of the main job that are about a clock: these dates are what proves them.
CLOCK_ROWS = {"JZ-11", "JZ-13", "JZ-33", "JZ-34", "JZ-35", "JZ-36", "JZ-37", "JZ-38", "JZ-41"}

# The walk reads published notices; that of 2027 is not out, and could still move days at the end of December.
LAST_WALKED = dt.date(2026, 12, 21)
WEEKDAYS = "一二三四五六日"


def entries_of(table: Path) -> list[Entry]:
    """The entries of one table, refused where a key is unknown or the expectation is not exactly one."""
    entries: list[Entry] = yaml.safe_load(table.read_text(encoding="utf-8"))
    for entry in entries:
        where = f"{table.name}: {entry.get('rule')} from {entry.get('start')}"
        unknown = entry.keys() - EXPECTATIONS - OPTIONS - {"rule", "note"}
        assert not unknown, f"{where}: unknown keys {sorted(unknown)}"
        assert len(entry.keys() & EXPECTATIONS) == 1, f"{where}: one expectation is needed"
        assert {"rule", "note"} <= entry.keys(), f"{where}: rule and note are needed"
    return entries


def sources_of(entry: Entry) -> list[str]:
    """The requirement ids and journeys behind an entry."""
    named = entry.get("from", [])
    return [named] if isinstance(named, str) else named


def cases() -> Iterator[Any]:
    """Every entry of every table as a pytest parameter (pack code, entry)."""
    for table in sorted(TABLES.glob("*.yaml")):
        for number, entry in enumerate(entries_of(table), start=1):
            proven = sorted(CLOCK_ROWS.intersection(sources_of(entry)))
            marks = [pytest.mark.req(*proven)] if proven else []
            name = f"{entry['rule']}@{entry.get('start', 'fixed')}#{number}"
            yield pytest.param(table.stem, entry, marks=marks, id=name)


ALL = list(cases())
DATED = [case for case in ALL if case.values[1].keys() & {"due", "earliest", "dues"}]
# The walk knows the published notices only, and has nothing to say of what is refused or is not a clock.
WALKED = [
    case
    for case in ALL
    if case.values[1].keys() & {"due", "earliest", "dues", "suspended"}
    and ("dues" in case.values[1] or not case.values[1].get("provisional"))
]
every_entry = pytest.mark.parametrize(("code", "entry"), ALL)
every_dated_entry = pytest.mark.parametrize(("code", "entry"), DATED)
every_walked_entry = pytest.mark.parametrize(("code", "entry"), WALKED)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    """The published notices."""
    return Calendar.seed()


def start_of(entry: Entry) -> dt.date | dt.datetime | None:
    """A date as YAML reads it, or the instant written in quotes."""
    start = entry.get("start")
    return dt.datetime.fromisoformat(start) if isinstance(start, str) else start


def suspensions_of(entry: Entry) -> list[Suspension]:
    """The deducted days as the engine takes them."""
    return [Suspension(first, last) for first, last in entry.get("suspend", [])]


def extensions_of(entry: Entry) -> list[Amount]:
    """The approved extensions, all in calendar days."""
    return [Amount(extension["days"], "day") for extension in entry.get("extend", [])]


def dates_of(entry: Entry) -> list[str]:
    """The expected dates or instants as text, in order; empty for the other expectations."""
    found = entry.get("dues") or [entry.get("due") or entry.get("earliest")]
    return [each.isoformat() if isinstance(each, dt.date) else each for each in found if each is not None]


def rule_of(code: str, entry: Entry) -> DeadlineRule:
    """The rule of version 1 of the pack, which stays what it is when later versions appear."""
    return next(rule for rule in load_library().pack(code, 1).deadlines if rule.id == entry["rule"])


def explained(code: str, entry: Entry, calendar: Calendar) -> dict[str, Any]:
    """What the product says of the rule: the JSON a user or another system reads."""
    explanation = explain(
        rule_of(code, entry),
        start_of(entry),
        facts=entry.get("facts", {}),
        suspensions=suspensions_of(entry),
        extensions=extensions_of(entry),
        calendar=calendar,
        pack=load_library().pack(code, 1),
    )
    return explanation.as_json()


def expected_json(entry: Entry) -> dict[str, Any]:
    """The part of that JSON which an entry speaks of."""
    dates = dates_of(entry)
    holds = entry.get("holds", True)
    expected: dict[str, Any] = {"rule": entry["rule"], "provisional": entry.get("provisional", False)}
    if "dues" in entry:
        expected |= {"kind": "repeat", "due": dates[0], "dues": dates}
    elif "earliest" in entry:
        expected |= {"kind": "min_gap", "earliest": dates[0]}
    elif "due" in entry:
        expected |= {"due": dates[0], "state": "set"}
    elif "suspended" in entry:
        expected |= {"due": None, "state": "suspended"}
    else:
        expected |= {"due": None, "kind": "not_a_clock"}
    if "warn" in entry:
        expected["warnings"] = [on.isoformat() for on in entry["warn"]]
    if "grace_until" in entry:
        expected["grace_until"] = entry["grace_until"].isoformat()
    return expected | {"condition": {"holds": holds, "missing": []}}


def seen_json(document: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The same part of what the product said."""
    seen = {key: document.get(key) for key in expected}
    seen["condition"] = {key: document["condition"][key] for key in ("holds", "missing")}
    if "warnings" in expected:
        seen["warnings"] = [warning["on"] for warning in document.get("warnings", [])]
    return seen


def parts_of(period: Period, k: int = 1) -> list[day_walk.Part]:
    """A period, taken k times, as the walk reads it."""
    return [(k * amount.n, amount.unit) for amount in period]


def walked(rule: DeadlineRule, entry: Entry) -> list[str]:
    """The dates of an entry by walking day by day; empty where an open suspension stops the walk."""
    start, gaps = start_of(entry), [tuple(gap) for gap in entry.get("suspend", [])]
    if rule.date is not None:
        return _texts(day_walk.due(rule.date, [], roll=rule.roll))
    if isinstance(start, dt.datetime):
        clock = start.replace(tzinfo=None)
        if is_clock(rule.period):
            minutes = sum(amount.n * 60 for amount in rule.period)
            end = day_walk.due_instant(clock, minutes, exact=rule.hours == "exact", gaps=gaps)
            return [f"{each}+08:00" for each in _texts(end)]
        start = clock.date()
    assert start is not None
    if rule.repeat is not None:
        return walked_repeats(start, rule)
    extensions = parts_of(tuple(extensions_of(entry)))
    rolls = "none" if rule.kind in {"detector", "min_elapsed", "min_gap"} else rule.roll
    end = day_walk.due(start, parts_of(rule.period), roll=rolls, gaps=gaps, extensions=extensions)
    if end is not None and rule.kind in {"detector", "min_elapsed"}:
        end += day_walk.DAY
    return _texts(end)


def walked_repeats(start: dt.date, rule: DeadlineRule) -> list[str]:
    """The occurrences up to the last year the walk knows."""
    assert rule.repeat is not None
    found: list[str] = []
    limit = day_walk.plain_end(start, parts_of(rule.repeat.until))
    for k in range(1, 100):
        parts = parts_of(rule.repeat.every, k)
        plain = day_walk.plain_end(start, parts)
        if plain > min(limit, LAST_WALKED):
            break
        found += _texts(day_walk.due(start, parts, roll=rule.roll))
    return found


def _texts(end: dt.date | None) -> list[str]:
    return [] if end is None else [end.isoformat()]


@every_entry
def test_explanation_gives_the_hand_worked_date(code: str, entry: Entry, calendar: Calendar) -> None:
    if "refused" in entry:
        with pytest.raises(RegimeError):
            explained(code, entry, calendar)
        return
    document = explained(code, entry, calendar)
    expected = expected_json(entry)
    assert seen_json(document, expected) == expected, f"{entry['note']}\n{document['steps']}"


@every_dated_entry
def test_note_reaches_the_expected_day(code: str, entry: Entry) -> None:
    for text in dates_of(entry):
        day = dt.date.fromisoformat(text[:10])
        written = f"{day:%m-%d}({WEEKDAYS[day.weekday()]})"
        assert written in entry["note"], f"{entry['rule']}: the note does not come to {written}"


@every_walked_entry
def test_walking_day_by_day_gives_the_same(code: str, entry: Entry) -> None:
    expected = dates_of(entry)
    if "dues" in entry:
        expected = [text for text in expected if text <= LAST_WALKED.isoformat()]
        assert expected
    assert walked(rule_of(code, entry), entry) == expected


@pytest.mark.parametrize("file", sorted(PACKS.glob("*/1.yaml")), ids=lambda file: file.parent.name)
def test_every_deadline_rule_has_a_hand_worked_date(file: Path) -> None:
    ruled = {rule["id"] for rule in yaml.safe_load(file.read_text(encoding="utf-8")).get("deadlines", [])}
    table = TABLES / f"{file.parent.name}.yaml"
    worked = {entry["rule"] for entry in entries_of(table)} if table.exists() else set()
    assert worked == ruled
