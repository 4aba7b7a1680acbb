"""A changed pack: what it would do to running clocks, and moving an open case to it by approval."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from approvals.actions.requests import assent, refuse
from cases.actions.repinning import ask_repin, preview_repin
from cases.models import Case
from cases.snapshot import read_locked
from courts.actions.packs import release_pack
from courts.models import PackRelease
from deadlines.models import Deadline, Timer
from events import log, relay
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound
from regimes import flow
from regimes.packs import FOLDER, Pack, parse_pack
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, filing, house, key

pytestmark = pytest.mark.django_db
START = "2026-03-02T09:00:00+08:00"


def changed(*swaps: tuple[str, str], version: int = 2, since: str = "2026-03-02") -> Pack:
    """JZ-2023 with some texts replaced, as its next version."""
    text = (FOLDER / "JZ-2023/1.yaml").read_text(encoding="utf-8")
    text = text.replace("version: 1\n", f"version: {version}\n", 1)
    head, _, tail = text.partition("effective:")
    first, _, rest = tail.partition("from: ")
    text = f"{head}effective:{first}from: {since}{rest[10:]}"
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    return parse_pack(text, "JZ-2023/2.yaml")


def rule_text(rule_id: str) -> str:
    """The lines of a rule in the seed."""
    text = (FOLDER / "JZ-2023/1.yaml").read_text(encoding="utf-8")
    begin = text.index(f"  - id: {rule_id}\n")
    return text[begin : text.index("\n  - id:", begin) + 1]


def with_period(rule_id: str, old: str, new: str) -> tuple[str, str]:
    text = rule_text(rule_id)
    assert f"period: {old}" in text, text
    return text, text.replace(f"period: {old}", f"period: {new}")


LONGER = with_period("JZ-D-01", "5 workdays", "9 workdays")


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel(START):
        return assigned(home, filing("2026-03-02"))


def released(pack: Pack) -> Pack:
    release_pack(pack=pack, text=pack.text, at=time.now(), actor="system:seed")
    return pack


def ask(home: House, case: Case, **changes: object) -> int:
    given = {
        "case_id": case.pk,
        "code": "JZ-2023",
        "version": 2,
        "ground": "新方案更合本案",
        "actor": home.handler,
    }
    return ask_repin(**{**given, **changes}, at=time.now(), key=key()).pk


def test_the_preview_and_the_move_agree_and_replay_holds(home: House, case: Case) -> None:
    with time.travel(START):
        released(changed(LONGER))
        rows = {c.rule_id: c for c in Deadline.objects.open().filter(case_id=case.pk)}
        before = {rule: row.due_on for rule, row in rows.items()}
        shifts = preview_repin(case_id=case.pk, code="JZ-2023", version=2, actor=home.handler)
        assert {(s.change, s.rule_id) for s in shifts} == {("moved", "JZ-D-01")}
        assert (shifts[0].old, shifts[0].new) == (before["JZ-D-01"], dt.date(2026, 3, 13))
        assert {c.rule_id: c.due_on for c in Deadline.objects.open().filter(case_id=case.pk)} == before

        request = ask(home, case)
        assert Case.objects.get(pk=case.pk).packs[1]["version"] == 1, "nothing moves before the answer"
        assent(request_id=request, actor=home.director, at=time.now(), key=key())
        relay.run()

        case.refresh_from_db()
        pin = next(pin for pin in case.packs if pin["code"] == "JZ-2023")
        assert (pin["version"], pin["whole"]) == (2, True)
        after = {c.rule_id: c for c in Deadline.objects.open().filter(case_id=case.pk)}
        assert after["JZ-D-01"].due_on == dt.date(2026, 3, 13)
        assert {r: c.due_on for r, c in after.items() if r != "JZ-D-01"} == {
            r: day for r, day in before.items() if r != "JZ-D-01"
        }
        assert {c.pack_version for c in after.values() if c.pack_code == "JZ-2023"} == {2}
        timer = Timer.objects.get(deadline=after["JZ-D-01"])
        assert time.today(max(timer.rungs)) > dt.date(2026, 3, 13)
        event = log.history(case.about)
        last = list(event)[-1]
        assert last.kind == "case.repinned"
        assert last.data["shifts"] == [
            ["moved", "JZ-D-01", after["JZ-D-01"].pk, before["JZ-D-01"].isoformat(), "2026-03-13"]
        ]
        assert differences(replay(log.history(case.about)), stored(case)) == []
        locked = read_locked(Case.objects.get(pk=case.pk))
        assert flow.plan(locked.book, locked.state()).empty


def test_a_rule_that_is_gone_ends_its_clock_and_a_new_one_starts(home: House, case: Case) -> None:
    gone = rule_text("JZ-D-01")
    fresh = gone.replace("JZ-D-01", "JZ-D-77").replace("period: 5 workdays", "period: 30 days")
    with time.travel(START):
        released(changed((gone, fresh)))
        shifts = preview_repin(case_id=case.pk, code="JZ-2023", version=2, actor=home.handler)
        assert {(s.change, s.rule_id) for s in shifts} == {("ended", "JZ-D-01"), ("started", "JZ-D-77")}
        assent(request_id=ask(home, case), actor=home.director, at=time.now(), key=key())
        relay.run()
        ended = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
        assert (ended.state, ended.reason) == ("cancelled", "换用的规则没有这项期限")
        assert not Timer.objects.filter(deadline=ended).exists()
        assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-77").state == "running"
        assert differences(replay(log.history(case.about)), stored(case)) == []


def test_moving_back_gives_the_old_dates_back(home: House, case: Case) -> None:
    with time.travel(START):
        before = {c.rule_id: c.due_on for c in Deadline.objects.open().filter(case_id=case.pk)}
        released(changed(LONGER))
        for version in (2, 1):
            request = ask(home, case, version=version)
            assent(request_id=request, actor=home.director, at=time.now(), key=key())
            relay.run()
        assert {c.rule_id: c.due_on for c in Deadline.objects.open().filter(case_id=case.pk)} == before


def test_a_refused_request_moves_nothing(home: House, case: Case) -> None:
    with time.travel(START):
        released(changed(LONGER))
        refuse(request_id=ask(home, case), actor=home.director, at=time.now(), key=key(), words="不必")
        relay.run()
        assert Case.objects.get(pk=case.pk).packs == case.packs


def test_what_cannot_be_asked(home: House, case: Case) -> None:
    with time.travel(START):
        released(changed(LONGER))
        for wrong in ({"version": 9}, {"version": 1}, {"code": "LY-2021"}, {"ground": " "}):
            with pytest.raises(BadInput):
                ask(home, case, **wrong)
        with pytest.raises(NotFound):
            ask(home, case, actor=house().handler)
        with pytest.raises(NotAllowed):
            assent(request_id=ask(home, case), actor=home.handler, at=time.now(), key=key())


def test_whatif_names_every_clock_per_court_and_officer_and_writes_nothing(
    home: House, case: Case, tmp_path: Path
) -> None:
    other = house()
    with time.travel(START):
        assigned(other, filing("2026-03-02"))
        assigned(house(("LY-2021",)), filing("2026-03-02"))
        file = tmp_path / "2.yaml"
        file.write_text(changed(LONGER).text, encoding="utf-8")
        before = (
            list(Deadline.objects.order_by("pk").values()),
            Case.objects.count(),
            PackRelease.objects.count(),
        )
        out = io.StringIO()
        call_command("whatif", str(file), "--json", stdout=out)
        found = json.loads(out.getvalue())
        assert (found["cases"], found["changes"]) == (2, {"moved": 2})
        assert [(p["court"], p["owner"], p["changes"]) for p in found["places"]] == sorted(
            (h.court.short_name, "李明法", {"moved": 1}) for h in (home, other)
        )
        assert {(line["rule"], line["new"]) for line in found["lines"]} == {("JZ-D-01", "2026-03-13")}
        out = io.StringIO()
        call_command("whatif", str(file), "--court", home.court.code, stdout=out)
        assert case.number in out.getvalue()
        assert "2026年3月9日" in out.getvalue()
        assert "2026年3月13日" in out.getvalue()
        assert other.court.short_name not in out.getvalue()
        assert before == (
            list(Deadline.objects.order_by("pk").values()),
            Case.objects.count(),
            PackRelease.objects.count(),
        )


def test_whatif_refuses_a_faulty_file_and_an_unknown_court(tmp_path: Path) -> None:
    file = tmp_path / "2.yaml"
    file.write_text("pack: JZ-2023\ndeadlines: 5\n", encoding="utf-8")
    err = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("whatif", str(file), stderr=err)
    assert f"{file}:2" in err.getvalue()
    file.write_text(changed(LONGER).text, encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("whatif", str(file), "--court", "无", stderr=err)
    assert "没有代字" in err.getvalue()
