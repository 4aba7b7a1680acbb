"""Every page of the portal as each side: nothing of the other side's numbers, address or account stands in any answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cases.models import Party
from documents.actions.render import render_due
from documents.models import Paper
from events import log
from events.models import Event
from funds.models import PayeeAccount
from kernel import time
from portal.urls import urlpatterns
from supervision.replay import differences, replay, stored
from tests.documents import pdf_text
from tests.factories.cases import AgentInput, applicant, assigned, filing, house, respondent
from tests.factories.pages import client_of, stands, words
from tests.petitions.test_letters import reader_of, write
from tests.walks.stage import money, on, payee

pytestmark = pytest.mark.django_db
SECRETS = {
    "applicant": ("13800007391", "110101199003070011", "东湖路一号", "13800006152", "甲方的悄悄话"),
    "respondent": ("13900008264", "110101199003070038", "西山巷九号", "13900005947", "乙方的悄悄话"),
}
"""Phone, ID number, address, the agent's phone, and what the side wrote to the court."""


def at_work() -> Any:
    home = house()
    with on("2025-02-10 09:00"):
        sides = {}
        for make, side in ((applicant, "applicant"), (respondent, "respondent")):
            phone, number, address, agent, _words = SECRETS[side]
            more = {"id_number": number, "id_reason": "护照换发", "address": address}
            sides[side] = make(phone=phone, agents=[AgentInput("代理人", agent, True)], **more)
        case = assigned(home, filing("2025-02-10", *sides.values()))
    with on("2025-02-12 09:00"):
        to = payee(home, case)
        money(home, case, "5000.00", "S1")
        while render_due(at=time.now()):
            pass
        for side, secrets in SECRETS.items():
            write(case, reader_of(case, side), words=secrets[-1])
    return home, case, to


def addresses(case: Any) -> list[str]:
    """Every address of the portal for this case; a paper's for each paper there is."""
    found = []
    for entry in urlpatterns:
        path = f"/my/{entry.pattern}".replace("<int:pk>", str(case.pk))
        papers = Paper.objects.filter(case_id=case.pk).values_list("pk", flat=True)
        found += (
            [path.replace("<int:paper_id>", str(pk)) for pk in papers] if "<int:paper_id>" in path else [path]
        )
    return found


def said(response: Any) -> str:
    """All that an answer holds: head and body, of a paper its text."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    for close in response._resource_closers:
        close()
    if body.startswith(b"%PDF"):
        return pdf_text.text(body)
    return f"{response.headers}{body.decode()}"


def said_status(client: Client, case: Any, paper: Paper) -> int:
    answer = client.get(f"/my/cases/{case.pk}/papers/{paper.pk}.pdf")
    said(answer)
    return answer.status_code


@pytest.mark.parametrize(("side", "other"), [("applicant", "respondent"), ("respondent", "applicant")])
def test_nothing_of_the_other_side_stands_in_any_answer(side: str, other: str) -> None:
    _home, case, to = at_work()
    client = client_of(reader_of(case, side))
    opened, everything = 0, ""
    for path in addresses(case):
        if "logout" in path:
            continue
        for answer in (client.get(path), client.post(path, {})):
            text = said(answer)
            opened += answer.status_code == 200
            everything += text
            for secret in SECRETS[other]:
                assert secret not in text, (path, secret)
            for phone in (SECRETS[other][0], SECRETS[other][3]):
                assert not stands(phone[-4:], text), (path, phone[-4:])
    names = {"applicant": "张三", "respondent": "李四"}
    for paper in Paper.objects.filter(case_id=case.pk):
        mine = names[side] in paper.facts["addressee"]
        assert (said_status(client, case, paper) == 200) is mine, "a paper is for whom it is addressed to"
    account = str(PayeeAccount.objects.get(payee=to).account)
    assert stands(account[-4:], everything) is (side == "applicant"), (
        "the account of the applicant, to it alone"
    )
    assert account not in everything
    assert opened >= 8, "the walk opened the pages at all"
    assert SECRETS[side][-1] in everything, "one's own words are shown: the walk can see such things"


def test_a_paper_that_was_opened_is_read_once_and_replay_knows_it() -> None:
    _home, case, _to = at_work()
    user = reader_of(case)
    paper = next(p for p in Paper.objects.filter(case_id=case.pk) if "张三" in p.facts["addressee"])
    client = client_of(user)
    assert "未查看" in words(client.get(f"/my/cases/{case.pk}/papers/"))
    before = client.get(f"/my/cases/{case.pk}/")["ETag"]
    said(client.head(f"/my/cases/{case.pk}/papers/{paper.pk}.pdf"))
    assert not Event.objects.filter(kind="paper.read").exists(), "asking for the head reads nothing"
    with time.travel("2025-03-07 10:05"):
        for _n in range(2):
            assert "张三" in said(client.get(f"/my/cases/{case.pk}/papers/{paper.pk}.pdf"))
    event = Event.objects.get(kind="paper.read")
    party = Party.objects.get(case=case, role="applicant").pk
    assert (event.stream, event.data["paper"], event.data["parties"]) == (case.about, paper.pk, [party])
    page = client.get(f"/my/cases/{case.pk}/papers/")
    assert "您 2025年3月7日 10:05 已查看" in words(page)
    assert client.get(f"/my/cases/{case.pk}/", HTTP_IF_NONE_MATCH=before).status_code == 200
    case.refresh_from_db()
    assert differences(replay(log.history(case.about)), stored(case)) == []
    other = client_of(reader_of(case, "respondent"))
    assert other.get(f"/my/cases/{case.pk}/papers/{paper.pk}.pdf").status_code == 404
    assert Event.objects.filter(kind="paper.read").count() == 1
