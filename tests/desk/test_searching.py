"""The one search box: every way to find, nothing one may not see, and no trace of what was typed."""

import logging

import pytest

from cases.actions.assigning import seal_case
from cases.models import Case
from desk.selectors.searching import search
from kernel import time
from tests.factories.cases import House, applicant, assigned, citizen_id, filing, house, key, respondent
from tests.factories.pages import client_of, main, words

pytestmark = pytest.mark.django_db
ID = citizen_id(7)


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        home = house()
        assigned(
            home,
            filing(
                "2023-04-24",
                applicant("单雄信", phone="13812345678", id_number=ID),
                respondent("云州市长风智能装备制造有限公司", phone="13987654321", kind="enterprise"),
            ),
        )
        assigned(home, filing("2023-04-24", applicant("张三", phone="13800005678"), respondent("李四")))
    return home


def parties(found) -> list[tuple[str, str]]:
    return [(hit.party.name, hit.by) for hit in found.parties]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("单雄信", [("单雄信", "name")]),
        ("雄信", [("单雄信", "name")]),
        ("sxx", [("单雄信", "name")]),
        ("SXX", [("单雄信", "name")]),
        ("长风智能", [("云州市长风智能装备制造有限公司", "name")]),
        ("13812345678", [("单雄信", "phone")]),
        ("138 1234 5678", [("单雄信", "phone")]),
        ("5678", [("张三", "phone"), ("单雄信", "phone")]),
        (ID, [("单雄信", "document")]),
        (ID[-4:], [("单雄信", "document")]),
        (ID[-4:].lower(), [("单雄信", "document")]),
        ("没有这个人", []),
        ("13800000000", []),
    ],
)
def test_parties_are_found_by(home: House, text: str, expected: list) -> None:
    assert sorted(parties(search(user=home.handler, text=text))) == sorted(expected)


def test_cases_are_found_by_number_in_any_style(home: House) -> None:
    case = Case.objects.get(parties__name="单雄信")
    code = home.court.code
    for text in (
        case.number,
        f"(2023){code}执1",
        f"2023 {code} 执 00001 号",
        f"〔2023〕{code}执1号",
        "执1",
        "1号",
    ):
        assert [hit.case for hit in search(user=home.handler, text=text).cases] == [case], text
    assert search(user=home.handler, text="（2022）鄂1执9号").cases == []


def test_what_may_not_be_seen_is_not_found(home: House) -> None:
    with time.travel("2023-04-24 10:00"):
        other = house()
        case = Case.objects.get(parties__name="单雄信")
        seal_case(
            case_id=case.pk, sealed=True, reason="商业秘密", actor=home.centre, at=time.now(), key=key()
        )
    for text in ("单雄信", "13812345678", ID, "执1号"):
        for user in (home.leader, home.director, other.centre, other.handler):
            found = search(user=user, text=text)
            assert "单雄信" not in [hit.party.name for hit in found.parties], (text, user)
            assert case not in [hit.case for hit in found.cases], (text, user)
        assert search(user=home.handler, text=text).kinds


def test_ten_queries_at_most(home: House, django_assert_max_num_queries) -> None:
    assert home.handler.scope.roles
    for text in ("5678", "单雄信", "执1号", "13812345678", ID, "123X"):
        with django_assert_max_num_queries(10):
            search(user=home.handler, text=text)


def test_numbers_and_documents_are_shown_masked(home: House) -> None:
    response = client_of(home.handler).get("/search", {"q": "5678"})
    assert "手机 138****5678" in main(response)
    assert "13812345678" not in words(response)
    response = client_of(home.handler).get("/search", {"q": ID})
    assert f"证件 {ID[:4]}**********{ID[-4:]}" in main(response)
    assert ID not in main(response)


def test_one_line_is_logged_without_what_was_typed(home: House, caplog) -> None:
    with caplog.at_level(logging.INFO):
        client_of(home.handler).get("/search", {"q": "13812345678"})
    text = "\n".join(record.getMessage() for record in caplog.records)
    made = [record for record in caplog.records if "search.made" in record.getMessage()]
    assert len(made) == 1
    assert "'kinds': ['phone']" in made[0].getMessage()
    assert "13812345678" not in text


def test_the_page_groups_what_was_found_and_keeps_what_was_typed(home: House) -> None:
    response = client_of(home.handler).get("/search", {"q": "2023"})
    assert "案件 2" in main(response)
    assert 'value="2023"' in response.content.decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "想找什么？"),
        ("z", "请至少输入两个字符"),
        ("不存在的人", "没有找到“不存在的人”"),
        ("  ", "想找什么？"),
    ],
)
def test_nothing_found_says_why(home: House, text: str, expected: str) -> None:
    assert expected in main(client_of(home.handler).get("/search", {"q": text}))


def test_too_many_are_cut_and_said(home: House, monkeypatch) -> None:
    monkeypatch.setattr("desk.selectors.searching.LIMIT", 1)
    found = search(user=home.handler, text="2023")
    assert (len(found.cases), found.more) == (1, {"cases"})
