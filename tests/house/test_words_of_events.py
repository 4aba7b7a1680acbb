"""Every event of a case has words for its history, and every event of its money for the trail."""

from __future__ import annotations

import re
from pathlib import Path

from desk.selectors.trail import EVENTS
from desk.words import ACTS
from funds.audit import CHECKS

ROOT = Path(__file__).resolve().parents[2]
KIND = re.compile(r'(?:known\(locked, kind=|Act\(\s*kind=|_note\(\s*locked,\s*|_noted\()"([a-z_]+\.[a-z_]+)"')


def test_every_kind_of_a_case_has_words() -> None:
    found = {
        kind
        for room in ("cases", "closing", "measures")
        for file in (ROOT / room / "actions").glob("*.py")
        for kind in KIND.findall(file.read_text("utf-8"))
    }
    assert {"plan.served", "transfer.asked", "payout.requested"} <= found
    assert sorted(found - ACTS.keys()) == []


def test_what_moves_money_has_words() -> None:
    found = set(re.findall(r"'([a-z]+\.[a-z_]+)'", CHECKS["event_journal"][1]))
    assert {"payout.sent", "allocation.decided"} <= found
    assert sorted(found - EVENTS.keys()) == []
