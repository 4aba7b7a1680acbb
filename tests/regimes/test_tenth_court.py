"""A court nobody here thought of: its pack is made from docs/packs.md alone, checked, tried, released and run."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from cases.models import Case
from courts.actions.drafts import sign_off, upload_draft
from courts.actions.founding import follow_pack
from deadlines.models import Deadline
from events import log, relay
from jobs import running
from kernel import time
from regimes.packs import FOLDER, TEMPLATE, Library, load_library, parse_pack
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person

GUIDE = Path(__file__).resolve().parents[2] / "docs/packs.md"


def worked_example() -> str:
    """The whole pack that the guide says can be copied."""
    section = GUIDE.read_text(encoding="utf-8").partition("## 11 完整示例")[2]
    found = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("heading", ["下载模板", "pack_template.yaml"])
def test_the_guide_tells_of_the_template(heading: str) -> None:
    assert heading in GUIDE.read_text(encoding="utf-8")


def test_the_template_is_a_right_pack_beside_all_others() -> None:
    pack = parse_pack(TEMPLATE.read_text(encoding="utf-8"), "XX-2025/1.yaml")
    Library([*load_library().packs, pack])
    assert pack.deadlines
    assert pack.guards
    assert pack.pushes
    assert pack.suggestions
    assert not pack.verified, "nothing is law before somebody has compared it with the source"


def test_every_key_of_the_template_stands_in_the_guide() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    keys = set(re.findall(r"^[ -]*([a-z_]+):", TEMPLATE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name for name in keys if f"`{name}`" not in guide} == set()


@pytest.mark.django_db
def test_a_tenth_court_runs_by_a_pack_written_after_the_guide() -> None:
    text = worked_example()
    assert not (FOLDER / "QS-2025").exists(), "the example is no pack of the tree"
    home: House = house(())
    admin = person(home.court, "administrator")
    with time.travel("2026-03-02T09:00:00+08:00"):
        draft = upload_draft(
            data=text.encode(), name="QS-2025.yaml", applies_to="", actor=admin, at=time.now(), key=key()
        )
        relay.run()
        running.sweep()
        sign_off(draft_id=draft.pk, digest=draft.digest, actor=home.director, at=time.now(), key=key())
        follow_pack(
            court=home.court, code="QS-2025", position=0, features=[], actor=admin.actor, at=time.now()
        )
        case: Case = assigned(home, filing("2026-03-02"))
        assert [(pin["code"], pin["version"]) for pin in case.packs] == [("BASE", 1), ("QS-2025", 1)]
        own = Deadline.objects.open().filter(case_id=case.pk, pack_code="QS-2025")
        assert own.exists(), "the tenth court's own clocks run"
        for clock in own:
            assert clock.due_on is not None
            assert clock.pack_digest == draft.digest
        assert differences(replay(log.history(case.about)), stored(case)) == []
    out = io.StringIO()
    call_command(
        "explain_deadline",
        "QS-D-01",
        "--start",
        "2025-04-29",
        "--fact",
        "service_channel=electronic",
        stdout=out,
    )
    assert "2025年5月7日" in out.getvalue(), "as the guide works it out by hand"
