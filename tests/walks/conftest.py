"""Counts of the journeys at the end of a run: what passes, and what waits for which piece of work."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from tests.walks.journeys import TITLES, journeys

COUNTED = ("passed", "xfailed", "xpassed", "failed", "error")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each row of a journey with its journey and title; user properties also come back from parallel workers."""
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        journey = given.get("journey") or getattr(getattr(item, "module", None), "JOURNEY", "")
        if "name" not in given or journey not in journeys():
            continue
        waits = item.get_closest_marker("xfail")
        item.user_properties.append(("row", (journey, waits.kwargs["reason"] if waits else "now")))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """E2E-01: 25 passing, 9 waiting (All rules of all courts: 4, ...)."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for state in COUNTED:
        for report in terminalreporter.stats.get(state, ()):
            for name, value in getattr(report, "user_properties", ()):
                if name == "row":
                    journey, title = value
                    found[journey][title if state == "xfailed" else state] += 1
    if found:
        terminalreporter.section("journeys")
    for journey in sorted(found):
        terminalreporter.write_line(line(journey, found[journey]))


def line(journey: str, counted: Counter[str]) -> str:
    """One journey in words."""
    waiting = [f"{title}: {counted[title]}" for title in TITLES if counted[title]]
    number = sum(counted[title] for title in TITLES)
    broken = counted["failed"] + counted["error"] + counted["xpassed"]
    parts = [f"{counted['passed']} passing", *([f"{broken} BROKEN"] if broken else [])]
    parts.append(f"{number} waiting" + (f" ({', '.join(waiting)})" if waiting else ""))
    return f"{journey}: {', '.join(parts)}"
