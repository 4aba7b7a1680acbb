"""Pages of 案件移送: the offer on the case page, the inbox and the answer, the record, the search by the old number."""

from __future__ import annotations

import pytest

from cases.actions.assigning import hand_over_cases
from cases.models import Case, Transfer
from courts.models import User
from events.models import Event
from kernel import time
from tests.cases.test_transferring import accept, offer
from tests.factories.cases import House, assigned, filing, house
from tests.factories.cases import key as case_key
from tests.factories.courts import person
from tests.factories.pages import client_of, hidden, main, words

pytestmark = pytest.mark.django_db
ON = "2026-03-02"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def other(home: House) -> House:
    return house(packs=("SQ-2022",), parent=home.court.parent)


@pytest.fixture
def case(home: House) -> Case:
    with time.travel(f"{ON} 09:00"):
        return assigned(home, filing(ON))


def test_offered_on_the_case_page_taken_from_the_inbox(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        director = client_of(home.director)
        page = f"/cases/{case.pk}/acts/transfer/"
        assert page in director.get(f"/cases/{case.pk}/").content.decode()
        form = director.get(page)
        seen = {name: hidden(form, name) for name in ("act_key", "seen_version", "seen_seq")}
        given = {"to_court": other.court.pk, "ground": "raised", "paper": "", "reason": "统一调配"}
        refused = director.post(page, {**seen, **given})
        assert refused.status_code == 422
        assert "请填写“裁定、决定文号”" in words(refused)
        director.post(page, {**seen, **given, "paper": "（2026）鄂99执他3号"})
        row = Transfer.objects.get(case=case)
        taker = client_of(other.director)
        inbox = taker.get("/transfers/")
        assert "待本院接收 1 件" in words(inbox)
        assert case.number in main(inbox)
        shown = taker.get(f"/transfers/{row.pk}/")
        assert "接收后期限的变化" in words(shown)
        assert "→ 不再计算" in words(shown)
        key = hidden(shown, "act_key")
        answer = {"act": "accept", "act_key": key, "owner": other.handler.pk, "team": other.team.pk}
        done = taker.post(f"/transfers/{row.pk}/", answer, follow=True)
    case.refresh_from_db()
    assert case.court == other.court
    assert case.number in words(done)


def test_the_old_court_keeps_a_read_only_record(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        accept(other, row)
    with time.travel("2026-03-04 10:00"):
        client, old = client_of(home.director), row.old_number
        assert client.get(f"/cases/{case.pk}/").status_code == 404
        shown = client.get(f"/transfers/{row.pk}/")
        case.refresh_from_db()
        assert "办理记录（只读）" in words(shown)
        assert "分案" in words(shown)
        assert case.number in words(shown)
        assert "<form" not in main(shown)
        found = client.get("/search", {"q": old})
        assert f"/transfers/{row.pk}/" in found.content.decode()
        assert case.number in main(found)


def test_a_refusal_comes_back_in_words(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        taker = client_of(other.director)
        page = f"/transfers/{row.pk}/"
        key = hidden(taker.get(page), "act_key")
        assert taker.post(page, {"act": "refuse", "act_key": key, "words": ""}).status_code == 422
        taker.post(page, {"act": "refuse", "act_key": key, "words": "材料不齐"})
        shown = client_of(home.director).get(page)
    with time.travel("2026-03-04 10:00"):
        hand_over_cases(
            case_ids=[case.pk],
            owner=person(home.court, "handler", unit=home.team),
            team=home.team,
            reason="岗位调整",
            actor=home.centre,
            at=time.now(),
            key=case_key(),
        )
        history = Event.objects.filter(stream=case.about).latest("seq").seq
        assert f"第 {history} 号" not in words(taker.get(page))
        assert f"第 {history} 号" in words(client_of(home.director).get(page))
    assert "已退回" in words(shown)
    assert "材料不齐" in words(shown)


def test_others_get_nothing(home: House, other: House, case: Case) -> None:
    with time.travel("2026-03-03 10:00"):
        row = offer(home, case, other.court)
        page = f"/transfers/{row.pk}/"

        def status(user: User, **data: str) -> int:
            client = client_of(user)
            return (client.post(page, data) if data else client.get(page)).status_code

        assert status(house(packs=()).director) == 404
        assert status(home.handler) == 404
        assert status(home.director, act="accept") == 403
        assert status(other.director, act="withdraw") == 403
        assert client_of(home.handler).get(f"/cases/{case.pk}/acts/transfer/").status_code == 403


def test_the_register_costs_the_same_however_long(
    home: House, other: House, django_assert_max_num_queries
) -> None:
    with time.travel("2026-03-03 10:00"):
        for _each in range(3):
            offer(home, assigned(home, filing("2026-03-03")), other.court)
        client = client_of(other.director)
        client.get("/transfers/")
        with django_assert_max_num_queries(9):
            client.get("/transfers/")
