"""Sign-in from outside: codes, their life, the throttle, and that nothing tells whether a number is known."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any
from unittest import mock

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Access, Case, ContactPoint, Party
from courts.models import User
from documents import catalogue, compose
from documents.actions.render import render_due
from documents.facts import freeze
from documents.models import Paper
from events import relay
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotFound
from notices.models import Message
from portal.actions.signing import ask_code, issue_paper_code, send_codes, sign_in_by_paper, sign_in_by_phone
from portal.models import Code, Reader, Try
from portal.throttle import TooOften
from tests.cases.test_completing import NOTICE
from tests.factories import documents
from tests.factories.cases import AgentInput, applicant, assigned, complete, filing, house, key, respondent
from tests.factories.pages import client_of, words

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN, HERE = "13800000001", "13700000099", "10.0.0.1"


def a_case(**fields: Any) -> Case:
    with time.travel("2025-03-03 09:00"):
        return assigned(house(), filing("2025-03-03", **fields))


def code_for(phone: str = KNOWN, place: str = HERE) -> str:
    """Ask, let the worker send, and read the SMS."""
    ask_code(phone=phone, place=place, at=time.now())
    send_codes(at=time.now())
    message = Message.objects.filter(topic="sign_in_code").order_by("-id")[0]
    return re.search(r"\d{6}", message.full_text)[0]


def enter(code: str, phone: str = KNOWN, place: str = HERE) -> User:
    return sign_in_by_phone(phone=phone, code=code, place=place, at=time.now())


def test_the_code_opens_the_cases_of_the_number_and_no_others() -> None:
    mine = a_case()
    with time.travel("2025-03-03 09:00"):
        assigned(
            house(), filing("2025-03-03", applicant(phone="13800000002"), respondent(phone="13900000002"))
        )
    with time.travel("2025-03-07 10:00"):
        user = enter(code_for())
    assert user.kind == "party"
    (access,) = Access.objects.filter(user=user)
    assert (access.case, access.side, access.party.name) == (mine, "applicant", "张三")


def test_an_agent_reads_for_the_side_it_acts_for_and_a_company_by_its_own_number() -> None:
    firm = applicant("云州建材有限公司", "13800000003", agents=[AgentInput("陈律师", "13800000004", True)])
    firm = replace(firm, kind="enterprise")
    with time.travel("2025-03-03 09:00"):
        case = assigned(house(), filing("2025-03-03", firm, respondent(phone="")))
    with time.travel("2025-03-07 10:00"):
        agent, company = (
            enter(code_for("13800000004"), "13800000004"),
            enter(code_for("13800000003"), "13800000003"),
        )
    assert (agent.full_name, company.full_name) == ("陈律师", "云州建材有限公司")
    sides = Access.objects.filter(case=case, party__isnull=False).values_list(
        "user_id", "side", "party__name"
    )
    assert set(sides) == {(user.pk, "applicant", "云州建材有限公司") for user in (agent, company)}


def test_the_code_goes_out_at_once_even_at_night_and_is_kept_only_as_a_digest() -> None:
    a_case()
    with time.travel("2025-03-07 02:00"):
        plain = code_for()
        message = Message.objects.get(topic="sign_in_code")
    row = Code.objects.get()
    assert (message.urgent, message.expires_at) == (True, row.expires_at)
    assert plain not in message.text
    assert row.number is None
    assert plain.encode() not in bytes(row.digest)


@pytest.mark.parametrize("minutes", [5, 60])
def test_a_code_is_short_lived(minutes: int) -> None:
    a_case()
    with time.travel("2025-03-07 10:00"):
        plain = code_for()
    late = dt.timedelta(minutes=minutes)
    with time.travel(time.at_local(dt.date(2025, 3, 7), 10) + late), pytest.raises(BadInput):
        enter(plain)


def test_a_code_serves_once_and_a_newer_one_ends_the_older() -> None:
    a_case()
    with time.travel("2025-03-07 10:00"):
        first = code_for()
    with time.travel("2025-03-07 10:02"):
        second = code_for()
        if first != second:
            with pytest.raises(BadInput):
                enter(first)
        enter(second)
        with pytest.raises(BadInput):
            enter(second)


def test_five_wrong_codes_end_it() -> None:
    a_case()
    with time.travel("2025-03-07 10:00"):
        right = code_for()
        wrong = "000000" if right != "000000" else "111111"
        for _n in range(5):
            with pytest.raises(BadInput):
                enter(wrong)
        with pytest.raises(BadInput):
            enter(right)
    assert not User.objects.filter(kind="party").exists()


def test_guessing_is_stopped_by_number_and_by_place() -> None:
    with time.travel("2025-03-07 10:00"):
        for n in range(10):
            with pytest.raises(BadInput):
                enter("123456", place=f"10.0.1.{n}")
        with pytest.raises(TooOften):
            enter("123456", place="10.0.2.1")
        for n in range(30):
            with pytest.raises(BadInput):
                enter("123456", phone=f"137000001{n:02d}", place="10.0.3.1")
        with pytest.raises(TooOften):
            enter("123456", phone="13700000999", place="10.0.3.1")


@pytest.mark.parametrize("phone", [KNOWN, UNKNOWN])
def test_asking_is_stopped_alike_for_a_known_and_an_unknown_number(phone: str) -> None:
    a_case()
    with time.travel("2025-03-07 10:00"):
        ask_code(phone=phone, place=HERE, at=time.now())
        with pytest.raises(TooOften):
            ask_code(phone=phone, place=HERE, at=time.now())
    for minute in range(1, 5):
        with time.travel(f"2025-03-07 10:{minute * 2:02d}"):
            ask_code(phone=phone, place=HERE, at=time.now())
    with time.travel("2025-03-07 10:20"), pytest.raises(TooOften):
        ask_code(phone=phone, place=HERE, at=time.now())
    with time.travel("2025-03-07 11:30"):
        ask_code(phone=phone, place=HERE, at=time.now())


def test_asking_answers_the_same_after_the_same_statements_whether_the_number_is_known() -> None:
    a_case()
    seen = []
    for phone in (KNOWN, UNKNOWN):
        client = Client()
        client.get("/my/login")
        with CaptureQueriesContext(connection) as asked:
            response = client.post("/my/login", {"phone": phone})
        page = client.get("/my/login/code")
        with CaptureQueriesContext(connection) as guessed:
            wrong = client.post("/my/login/code", {"code": "424242"})
        shapes = [re.sub(r"'[^']*'|\d+", "?", q["sql"])[:60] for q in [*asked, *guessed]]
        seen.append(
            (response.status_code, response["Location"], words(page), wrong.status_code, words(wrong), shapes)
        )
    assert seen[0] == seen[1]


def test_no_code_is_sent_to_a_number_that_no_case_knows_or_that_was_found_bad() -> None:
    case = a_case()
    ContactPoint.objects.filter(party__case=case, party__role="respondent").update(bad=True)
    with time.travel("2025-03-07 10:00"):
        for phone in (UNKNOWN, "13900000001"):
            ask_code(phone=phone, place=HERE, at=time.now())
        assert send_codes(at=time.now()) == 2
    assert not Message.objects.filter(topic="sign_in_code").exists()


def test_a_sealed_case_is_not_opened() -> None:
    case = a_case()
    other = "13800000001"
    Case.objects.filter(pk=case.pk).update(sealed=True)
    with time.travel("2025-03-07 10:00"):
        ask_code(phone=other, place=HERE, at=time.now())
        send_codes(at=time.now())
    assert not Message.objects.filter(topic="sign_in_code").exists()


def test_a_number_that_is_no_longer_the_partys_closes_the_case_at_the_next_sign_in() -> None:
    a_case()
    with time.travel("2025-03-03 09:00"):
        kept = assigned(house(), filing("2025-03-03"))
    with time.travel("2025-03-07 10:00"):
        user = enter(code_for())
    gone = Party.objects.filter(role="applicant").exclude(case=kept).get()
    ContactPoint.objects.filter(party=gone).update(bad=True)
    with time.travel("2025-03-08 10:00"):
        enter(code_for())
        assert list(Case.objects.followed_by(user, time.today())) == [kept]


def test_the_code_on_a_paper_opens_one_case_for_its_party_until_it_ends() -> None:
    case = a_case()
    party = Party.objects.get(case=case, role="respondent")
    with time.travel("2025-03-07 10:00"):
        given = {"case_id": case.pk, "party_id": party.pk, "actor": case.owner, "at": time.now()}
        old, plain = issue_paper_code(**given, key=key()), issue_paper_code(**given, key=key())
        with pytest.raises(BadInput):
            sign_in_by_paper(code=old, place=HERE, at=time.now())
        spaced = f"{plain[:4].lower()} {plain[4:8]}-{plain[8:]}"
        user = sign_in_by_paper(code=spaced, place=HERE, at=time.now())
        assert list(Case.objects.followed_by(user, time.today())) == [case]
    assert Access.objects.get(user=user).party == party
    assert Reader.objects.get(user=user).phone_index is None
    with time.travel("2025-06-06 10:00"):
        assert not Case.objects.followed_by(user, time.today()).exists()
        with pytest.raises(BadInput):
            sign_in_by_paper(code=plain, place=HERE, at=time.now())


def test_only_who_sees_the_case_makes_a_paper_code() -> None:
    case, stranger = a_case(), house().handler
    party = Party.objects.get(case=case, role="applicant")
    given = {"case_id": case.pk, "party_id": party.pk, "at": time.now(), "key": key()}
    with pytest.raises(NotFound):
        issue_paper_code(**given, actor=stranger)
    assert not Code.objects.exists()


def test_the_handler_makes_the_code_on_a_page_and_others_find_none(client: Client) -> None:
    case = a_case()
    party = Party.objects.get(case=case, role="applicant")
    page = words(client_of(case.owner).post(f"/my/codes/{case.pk}/", {"party": party.pk}))
    plain = re.search(r"登录码 ((?:[2-9A-Z]{4} ?){3})", page)[1]
    assert client_of(house().handler).get(f"/my/codes/{case.pk}/").status_code == 404
    assert client.get(f"/my/codes/{case.pk}/").status_code == 302
    client.post("/my/login/paper", {"code": plain})
    assert client.get(f"/my/cases/{case.pk}/").status_code == 200
    assert client.get(f"/my/codes/{case.pk}/").status_code == 403


@pytest.mark.parametrize("phone", ["", "12345", "0799-12368", "138000000010", "<script>"])
def test_what_is_no_mobile_number_is_refused_in_words(phone: str, client: Client) -> None:
    response = client.post("/my/login", {"phone": phone})
    assert response.status_code == 422
    assert "手机号" in words(response)
    assert not Try.objects.exists()


def test_the_code_printed_on_the_notice_opens_the_case_to_whom_it_is_addressed() -> None:
    home = house()
    with time.travel("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
    with time.travel("2023-04-26 10:00"):
        complete(case, "enforcement_notice", home.handler, **NOTICE)
    while render_due(at=time.now()):
        pass
    while relay.run():
        pass
    paper = next(p for p in Paper.objects.filter(case_id=case.pk) if p.every_fact().get("login_code"))
    plain = paper.every_fact()["login_code"]
    user = sign_in_by_paper(code=plain, place="1.2.3.4", at=time.now())
    access = Access.objects.get(user=user)
    assert (access.case_id, access.party.name) == (case.pk, paper.facts["addressee"])
    assert plain not in str(paper.facts)
    assert not [event for event in Event.objects.all() if plain in str(event.data)]


def test_the_picture_holds_the_address_and_a_random_code_and_nothing_of_a_person() -> None:
    kind = catalogue.kind("execution_notice")
    facts = freeze(
        kind,
        documents.facts("execution_notice"),
        documents.secrets("execution_notice"),
        court=documents.COURT,
        on=dt.date(2023, 4, 26),
    )
    with mock.patch("documents.compose.segno.make_qr", wraps=segno.make_qr) as drawn:
        body = compose.html_of(kind, number="1", facts={**facts.open, **facts.secret})
    assert drawn.call_args.args == ("https://zx.example.cn/my/login/paper#7KQ4MXW29PDT",)
    assert body.count("<svg") == 2, "one to sign in, one to pay"
    without = {**facts.open, **facts.secret}
    del without["login_code"]
    assert "手机扫码" in body
    left = compose.html_of(kind, number="1", facts=without)
    assert (left.count("<svg"), "手机扫码" in left) == (1, False), "paying stays possible"
