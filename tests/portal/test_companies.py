"""A company signs in by its credit code with its registered number or the code on its paper; nothing tells who is known."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Access, Case, Party
from events.models import Event
from kernel import time
from kernel.errors import BadInput
from kernel.fields import blind_index
from kernel.identity import credit_check_character
from notices.models import Message
from portal.actions.signing import Company, issue_paper_code, send_codes, sign_in_by_paper, sign_in_by_phone
from portal.models import Reader, Try
from portal.throttle import WRONG_PER_PLACE, TooOften
from tests.factories.cases import AgentInput, applicant, assigned, filing, house, key, respondent
from tests.factories.pages import words
from tests.portal.test_signing import HERE, code_for

pytestmark = pytest.mark.django_db


def credit(head: str) -> str:
    return head + credit_check_character(head)


OURS, OTHERS = credit("91420100MA4K0ABC1"), credit("91420100MA4K0ABC2")
PHONE, AGENT = "13800000003", "13800000004"


def company_case(id_number: str = OURS) -> Case:
    firm = applicant("云州建材有限公司", PHONE, agents=[AgentInput("陈律师", AGENT, True)])
    firm = replace(firm, kind="enterprise", id_number=id_number)
    with time.travel("2025-03-03 09:00"):
        return assigned(house(), filing("2025-03-03", firm, respondent(phone="")))


def enter(code: str, firm: Company, phone: str = PHONE) -> Any:
    return sign_in_by_phone(phone=phone, code=code, place=HERE, at=time.now(), company=firm)


def test_a_company_opens_its_own_cases_and_who_represents_it_is_recorded() -> None:
    case, _other = company_case(), company_case(OTHERS)
    with time.travel("2025-03-07 10:00"):
        user = enter(code_for(PHONE), Company(OURS.lower(), " 孙经理 "))
    (access,) = Access.objects.filter(user=user)
    assert (access.case, access.party.name) == (case, "云州建材有限公司")
    reader = Reader.objects.get(user=user)
    assert (reader.representative, user.full_name) == ("孙经理", "云州建材有限公司")
    event = Event.objects.get(stream=f"user:{user.pk}", kind="company.signed_in")
    assert event.data == {"representative": "孙经理"}
    with time.travel("2025-03-08 10:00"):
        again = enter(code_for(PHONE), Company(OURS, "周会计"))
    assert (again, Reader.objects.get(user=user).representative) == (user, "周会计")
    assert not [row for row in Event.objects.all() if OURS in str(row.data) or PHONE in str(row.data)]


@pytest.mark.parametrize("firm", [OTHERS, credit("91420100MA4K0ABC9")])
def test_another_companys_code_is_refused_as_a_wrong_code_and_counted(firm: str) -> None:
    company_case()
    with time.travel("2025-03-07 10:00"):
        code = code_for(PHONE)
        with pytest.raises(BadInput) as refused:
            enter(code, Company(firm, "孙经理"))
        with pytest.raises(BadInput) as wrong:
            enter("000000" if code != "000000" else "111111", Company(OURS, "孙经理"))
    assert (str(refused.value), refused.value.field) == (str(wrong.value), wrong.value.field)
    assert Try.objects.filter(kind="wrong").count() == 2
    assert not Access.objects.filter(party__isnull=False).exists()


def test_an_agent_is_not_the_company() -> None:
    case = company_case()
    with time.travel("2025-03-07 10:00"):
        with pytest.raises(BadInput, match="验证码不正确"):
            enter(code_for(AGENT), Company(OURS, "陈律师"), AGENT)
        with time.travel("2025-03-07 10:02"):
            agent = sign_in_by_phone(phone=AGENT, code=code_for(AGENT), place=HERE, at=time.now())
    assert agent.full_name == "陈律师"
    assert Access.objects.get(user=agent, party__isnull=False).case == case


def test_the_code_on_the_paper_opens_for_its_company_only() -> None:
    case = company_case()
    party = Party.objects.get(case=case, role="applicant")
    with time.travel("2025-03-07 10:00"):
        who = {"case_id": case.pk, "party_id": party.pk, "actor": case.owner}
        plain = issue_paper_code(**who, at=time.now(), key=key())
        with pytest.raises(BadInput, match="登录码不正确"):
            sign_in_by_paper(code=plain, place=HERE, at=time.now(), company=Company(OTHERS, "孙经理"))
        user = sign_in_by_paper(code=plain, place=HERE, at=time.now(), company=Company(OURS, "孙经理"))
    assert Reader.objects.get(user=user).representative == "孙经理"
    assert Access.objects.get(user=user).case == case


def post(client: Client, **changes: str) -> Any:
    given = {"credit_code": OURS, "representative": "孙经理", "code": "", "phone": PHONE, **changes}
    return client.post("/my/login/company", given)


def test_the_page_answers_the_same_after_the_same_statements_whoever_is_known() -> None:
    company_case()
    answers = []
    for firm, phone in ((OURS, PHONE), (OTHERS, "13700000099")):
        with time.travel("2025-03-07 10:00"), CaptureQueriesContext(connection) as seen:
            page = post(Client(), credit_code=firm, phone=phone)
        answers.append((page.status_code, page["Location"], len(seen)))
    assert answers[0] == answers[1]


def test_the_page_says_what_is_missing_and_signs_in_by_the_code() -> None:
    company_case()
    client = Client()
    for changes, said in (
        ({"phone": ""}, "请填写登录码，或者单位联系手机号"),
        ({"credit_code": OURS[:-1] + ("A" if OURS[-1] != "A" else "B")}, "对照营业执照"),
        ({"representative": ""}, "请填写“您的姓名”"),
        ({"code": "AAAABBBBCCCC"}, "登录码不正确"),
    ):
        page = post(client, **changes)
        assert (page.status_code, said in words(page)) == (422, True), said
    with time.travel("2025-03-07 10:00"):
        assert post(client).status_code == 302
        send_codes(at=time.now())
        code = _code()
        page = client.post("/my/login/code", {"code": code}, follow=True)
    assert "云州建材有限公司" in words(page)


def _code() -> str:
    return re.search(r"\d{6}", Message.objects.filter(topic="sign_in_code").latest("id").full_text)[0]


def test_guessing_companies_is_stopped_by_place() -> None:
    company_case()
    with time.travel("2025-03-07 10:00"):
        Try.objects.bulk_create(
            Try(kind="wrong", place=_place(), at=time.now()) for _n in range(WRONG_PER_PLACE)
        )
        with pytest.raises(TooOften):
            sign_in_by_paper(code="AAAABBBBCCCC", place=HERE, at=time.now(), company=Company(OURS, "孙经理"))


def _place() -> bytes:
    return blind_index(HERE, purpose="place")
