"""繁简分流 in Chromium: the proposal in the pane, its forms, and the register, sound at both widths."""

from __future__ import annotations

import pytest

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.assigning import hand_over_cases
from cases.actions.converting import assign_converted, propose_conversion, record_trigger
from cases.actions.triage import classify_case, prepare_triage
from cases.models import Case
from courts.models import Unit
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, assigned, filing, house, key, node
from tests.factories.courts import person, unit
from tests.walks.stage import on


@pytest.fixture
def home(site: str) -> House:
    return house(packs=("SQ-2022",))


def undecided(home: House) -> Case:
    """A commercial arbitration of 300,000 yuan before its triage."""
    with on("2024-04-26 09:30"):
        made = assigned(home, filing("2024-04-26", amount="300000.00"))
        facts = {"case_kind": ["commercial_arbitration"], "marked_easy": False}
        prepare_triage(case_id=made.pk, facts=facts, actor=home.centre, at=time.now(), key=key())
    return made


def simple_with_objection(home: House, fast: Unit) -> Case:
    """A simple case with an objection and a draft of its conversion."""
    with on("2024-04-26 10:30"):
        made = assigned(home, filing("2024-04-26"))
    with on("2024-05-06"):
        given = {"facts": {}, "reason": "已有反馈", "on": time.today(), "actor": home.centre}
        classify_case(case_id=made.pk, classes={"case_class": "simple"}, at=time.now(), key=key(), **given)
        hand_over_cases(
            case_ids=[made.pk], owner=home.handler, team=fast, reason="分流",
            actor=home.centre, at=time.now(), key=key(),
        )  # fmt: skip
    with on("2024-05-08"):
        record_trigger(
            case_id=made.pk, event="objection_filed", words="案外人异议", on=time.today(),
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
    return made


def converted(home: House, fast: Unit) -> Case:
    """A case that went all the way to an ordinary team."""
    made = simple_with_objection(home, fast)
    plain = unit(home.court, function="ordinary", name="第一普执团队")
    judge = person(home.court, "handler", unit=plain, name="赵承办")
    head = person(home.court, "team_leader", unit=fast, name="孙队长")
    with on("2024-05-10"):
        propose_conversion(case_id=made.pk, ground="异议已立案", actor=head, at=time.now(), key=key())
        request = Request.objects.get(about=made.about, kind="convert_class")
        assent(request_id=request.pk, words="同意", actor=home.director, at=time.now(), key=key())
    with on("2024-05-13"):
        assign_converted(
            case_id=made.pk, owner=judge, team=plain, files="正卷一册、查控反馈、送达回证",
            actor=home.centre, at=time.now(), key=key(),
        )  # fmt: skip
    return made


@pytest.mark.parametrize("width", [1440, 390])
def test_triage_and_its_register_are_sound(visit: Visit, shoot: Shoot, home: House, width: int) -> None:
    fast = unit(home.court, function="fast", name="第一速执团队")
    waiting, drafted = undecided(home), simple_with_objection(home, fast)
    converted(home, fast)
    row = node(waiting, "triage")
    with time.travel("2024-05-14 10:00"):
        pages = {
            f"/cases/{waiting.pk}/?node={row.pk}": home.centre,
            f"/cases/{waiting.pk}/?node={row.pk}#handler": home.handler,
            f"/cases/{waiting.pk}/acts/triage-facts/": home.centre,
            f"/cases/{waiting.pk}/acts/correct-filing/": home.filing,
            f"/cases/{drafted.pk}/": home.centre,
            f"/cases/{drafted.pk}/acts/conversion-trigger/": home.handler,
            "/conversions": home.centre,
        }
        for number, (path, user) in enumerate(pages.items()):
            page = visit(path, user=user, width=width)
            shoot(page, f"triage-{number}")
            assert_sound(page)
            page.context.close()
