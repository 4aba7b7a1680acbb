"""After every fault the three audits must agree: log, books, clocks."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from deadlines.sweep import sweep
from documents.actions.render import render_due
from events import relay
from kernel import time
from notices.delivery import deliver
from notices.providers.file import FileProvider

AUDITS = ("verify_audit", "verify_books")
# The clocks only where whole cases are staged: the others put rows of one floor into a house without its neighbours.
WHOLE = {"test_acts", "test_papers"}
# Behind every rung that a test has staged: nothing may be left that the sweeps do not see.
LATER = "2032-03-01 10:00"


@pytest.fixture(autouse=True)
def audited(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Once the sweeps have run again, ask the audits behind every test that commits; the failure shows what they say."""
    if "live_db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("live_db")
    yield
    monkeypatch.setattr("documents.actions.render._pdf_of", lambda paper: f"%PDF-1.7 {paper.pk}".encode())
    with time.travel(LATER):
        for job in (relay.run, lambda: render_due(at=time.now()), lambda: sweep().timers, relay.run):
            while job():
                pass
        deliver(provider=FileProvider(tmp_path / "sms.jsonl"))
        is_whole = request.module.__name__.rpartition(".")[2] in WHOLE
        for audit in (*AUDITS, *(["audit_clocks"] if is_whole else [])):
            out, err = io.StringIO(), io.StringIO()
            try:
                call_command(audit, stdout=out, stderr=err)
            except (CommandError, SystemExit) as found:
                pytest.fail(f"{audit}: {found}\n{out.getvalue()[-3000:]}{err.getvalue()[-1000:]}")
