"""The pages of supervision, and the command of the auditor."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.test import Client

from cases.actions.assigning import seal_case
from cases.models import Access, Case
from courts.models import User
from deadlines.models import Firing, Timer
from kernel import time
from supervision.auditor import KINDS, Audit, Finding
from supervision.selectors import ClockAudit, wiring
from supervision.tables import SHOWN, finding_groups
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import court, person

pytestmark = pytest.mark.django_db
FILED = "2023-04-24 09:30"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel(FILED):
        return assigned(home, filing("2023-04-24"))


def page(user: User, address: str = "/supervision/clocks", status: int = 200) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    with time.travel(FILED):
        response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_a_sound_court_has_a_calm_page(home: House, case: Case) -> None:
    text = page(home.centre)
    assert "各项检查均未见异常" in text
    assert "没有异常" in text
    for kind in KINDS.values():
        assert str(kind.title) in text
    assert "还没有发出过提醒" in text


def test_a_finding_is_shown_with_its_case(home: House, case: Case) -> None:
    Timer.objects.all().delete()
    text = page(home.centre)
    assert "在办案件没有期限在走" in text
    assert f'href="/cases/{case.pk}/"' in text
    assert case.number in text
    assert "处异常" in text


def test_only_the_courts_a_person_sees_whole(home: House, case: Case) -> None:
    Timer.objects.all().delete()
    assert case.number not in page(house().centre)
    assert case.number in page(home.superior), "the court above sees the courts below"


@pytest.mark.parametrize("role", ["handler", "filing_clerk", "team_leader", "administrator"])
def test_others_get_no_page(role: str) -> None:
    page(person(court(), role), status=403)
    page(person(court(), role), "/supervision/reactions", status=403)


def test_a_sealed_case_is_named_only_to_those_let_in(home: House, case: Case) -> None:
    with time.travel(FILED):
        seal_case(case_id=case.pk, sealed=True, reason="涉密", actor=home.director, at=time.now(), key=key())
    Timer.objects.all().delete()
    text = page(home.centre)
    assert case.number not in text
    assert f"/cases/{case.pk}/" not in text
    assert "保密案件" in text
    assert case.number in page(home.director), "who sealed it was let in"
    Access.objects.create(user=home.centre, case=case, side="staff")
    assert case.number in page(home.centre)


def test_lateness_is_drawn_by_share(home: House, case: Case) -> None:
    clocks = Timer.objects.order_by("pk")[:4]
    with time.travel(FILED):
        for timer in clocks:
            Firing.objects.create(deadline_id=timer.pk, rung=0, due_rung_at=time.now(), fired_at=time.now())
    text = page(home.centre)
    assert "1 分钟内" in text
    assert "100.0" in text


def test_a_finding_of_no_case_has_no_link(home: House) -> None:
    with time.travel(FILED):
        finding = Finding(
            KINDS["unrelayed"],
            home.court.pk,
            None,
            "",
            False,
            None,
            "event:5",
            None,
            {"event": "a.b", "reaction": "c.d", "attempts": 7, "problem": ""},
        )
        groups = finding_groups(ClockAudit(Audit(time.now(), (finding,), ()), frozenset()))
    cells = groups[0]["groups"][0]["rows"][0]["cells"]
    assert cells[0] == {"kind": "main", "text": "不属于某一案件"}
    assert [cell["text"] for cell in cells[1:]] == ["a.b 应引起 c.d，已试 7 次", "—", "event:5"]


def test_the_page_asks_a_fixed_number_of_questions(
    home: House, case: Case, django_assert_max_num_queries
) -> None:
    with time.travel(FILED):
        assigned(home, filing("2023-04-24"))
    Timer.objects.all().delete()
    page(home.centre)
    client = Client()
    client.force_login(home.centre, backend="django.contrib.auth.backends.ModelBackend")
    with time.travel(FILED), django_assert_max_num_queries(19):
        client.get("/supervision/clocks")


def test_every_reaction_is_on_the_page(home: House) -> None:
    text = page(home.centre, "/supervision/reactions")
    assert wiring()
    for wire in wiring():
        assert wire.event in text
        assert wire.name in text
        assert wire.verb in text


def test_the_navigation_leads_there(home: House) -> None:
    assert 'href="/supervision/clocks"' in page(home.superior)
    assert 'href="/supervision/clocks"' not in page(home.handler, "/deadlines/calculator")


def audited() -> tuple[int, str]:
    out, code = io.StringIO(), 0
    with time.travel(FILED):
        try:
            call_command("audit_clocks", stdout=out)
        except SystemExit as left:
            code = int(left.code or 0)
    return code, out.getvalue()


def test_the_command_names_each_finding_and_fails(case: Case) -> None:
    code, text = audited()
    assert code == 0
    assert "共发现异常 0 处" in text
    Timer.objects.all().delete()
    code, text = audited()
    assert code == 1
    assert f"在办案件没有期限在走：{case.number} case:{case.pk}" in text
    assert text.count("期限在走却不会提醒：") == int(
        text.partition("期限在走却不会提醒 ")[2].partition("，")[0]
    )


def test_a_long_list_is_cut_but_counted(home: House, case: Case) -> None:
    with time.travel(FILED):
        more = [assigned(home, filing("2023-04-24")) for _ in range(4)]
    Timer.objects.all().delete()
    text = page(home.centre)
    assert "只列出最早的 20 项" in text
    assert text.count("届满，没有定时") == SHOWN
    assert more[-1].number in text, "the kind with fewer rows is shown whole"
