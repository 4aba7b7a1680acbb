"""What a party wrote while its sign-in ran out; refusals in a party's own words."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse
from django.test import Client

from cases.models import Case, Party
from kernel import time
from notices.models import Message
from petitions.models import Letter
from portal.actions.signing import send_codes
from portal.models import Code, Try
from tests.factories.cases import house
from tests.factories.pages import client_of, words
from tests.petitions.test_letters import case_of, reader_of
from tests.portal.test_pages import url

pytestmark = pytest.mark.django_db


def test_words_written_while_the_sign_in_ran_out_stand_in_the_form_after_it() -> None:
    case = case_of(house())
    reader_of(case)
    client = Client()
    for page, given in (
        ("letters", {"topic": "money", "words": "到账的钱什么时候发？"}),
        ("clue", {"words": "城东有一间门面", "urgent": "on"}),
    ):
        client.logout()
        away = client.post(url(page, case.pk), {**given, "party": party_of(case, "applicant")})
        assert away["Location"] == "/my/login"
        assert "您写的内容还在" in words(client.get("/my/login"))
        assert given["words"] not in str(dict(client.session.items())), "kept encrypted"
        assert sign_in(client)["Location"] == url(page, case.pk)
        form = client.get(url(page, case.pk))
        assert given["words"] in form.content.decode()
        assert "您写的内容还没有提交" in words(form)
        assert given["words"] not in client.get(url(page, case.pk)).content.decode(), "offered once"
    assert Letter.objects.count() == 0


def test_words_of_somebody_else_are_not_offered() -> None:
    case = case_of(house())
    client = Client()
    reader_of(case)
    mine = party_of(case, "applicant")
    for pk, party in (
        (case.pk + 1000, mine),
        (case.pk, party_of(case, "respondent")),
        (case.pk, ""),
        (case.pk, "9" * 30),
        (case.pk, "x"),
    ):
        client.logout()
        client.post(url("letters", pk), {"words": "别人的话", "party": party})
        assert sign_in(client)["Location"] == "/my/"
        assert "别人的话" not in client.get(url("letters", case.pk)).content.decode()


def party_of(case: Case, role: str) -> int:
    return Party.objects.filter(case=case, role=role).order_by("id")[0].pk


def sign_in(client: Client) -> HttpResponse:
    """By the code in the SMS, as the applicant."""
    Code.objects.all().delete()
    Try.objects.all().delete()
    client.post("/my/login", {"phone": "13800000001"})
    send_codes(at=time.now())
    text = Message.objects.filter(topic="sign_in_code").latest("pk").full_text
    return client.post("/my/login/code", {"code": re.search(r"\d{6}", text)[0]})


def test_a_party_is_refused_in_its_own_words_and_led_back_to_its_case() -> None:
    case = case_of(house())
    client = client_of(reader_of(case))
    for address, said in ((url("case", case.pk + 1000), "不是您的案件"), ("/cases/", "只供法院工作人员")):
        page = client.get(address)
        assert said in words(page)
        assert "管理员" not in words(page)
        assert 'href="/my/">' in page.content.decode()
    staff = client_of(case.owner).get(url("case", case.pk))
    assert (staff.status_code, "不是您的案件" in words(staff)) == (404, False)
