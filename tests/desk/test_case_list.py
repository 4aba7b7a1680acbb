"""案件: filters as addresses, figures of each case, pages by key, nothing of another court."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions.assigning import assign_case, seal_case
from cases.models import Case
from courts.models import User
from desk.selectors import case_list as module
from desk.selectors.case_list import Asked, case_list
from kernel import time
from tests.factories.cases import House, applicant, assigned, filed, filing, house, key, respondent
from tests.factories.courts import person, unit
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
AT = "2023-05-10 09:00"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        return house()


def a_case(home: House, on: str = "2023-04-24", *parties, **fields) -> Case:
    with time.travel(f"{on} 09:30"):
        return assigned(home, filing(on, *parties, **fields))


def seen(user: User, at: str = AT, **asked):
    with time.travel(at):
        return case_list(user=User.objects.get(pk=user.pk), asked=Asked(**asked), at=time.now())


def numbers(found) -> list[str]:
    return [line.case.number for line in found.lines]


def test_newest_first_with_parties_and_figures(home: House) -> None:
    old = a_case(home, "2023-04-24")
    new = a_case(
        home, "2023-05-09", applicant("赵一"), respondent("钱二"), respondent("孙三"), respondent("周四")
    )
    found = seen(home.handler)
    assert numbers(found) == [new.number, old.number]
    assert [line.parties for line in found.lines] == ["赵一 ↔ 钱二、孙三等3人", "张三 ↔ 李四"]
    figures = found.lines[1].figures
    assert (figures.overdue, figures.soon) == (1, 0), "two clocks of one node are one duty"
    assert time.today(figures.next_at - dt.timedelta(microseconds=1)) == dt.date(2023, 5, 4)


def test_soon_counts_what_ends_within_three_days(home: House) -> None:
    a_case(home, "2023-04-24")
    assert seen(home.handler, "2023-05-01 09:00").lines[0].figures.soon == 1
    assert seen(home.handler, "2023-04-30 09:00").lines[0].figures.soon == 0


def test_each_filter_narrows(home: House) -> None:
    colleague = person(home.court, "handler", unit=unit(home.court), name="欧阳明")
    mine = a_case(home, "2023-04-24", applicant("单雄信"), respondent("华兴建材公司", kind="enterprise"))
    with time.travel("2023-05-08 09:30"):
        other = filed(home, filing("2023-05-08"))
        team = colleague.memberships.get().unit
        assign_case(case_id=other.pk, owner=colleague, team=team, actor=home.centre, at=time.now(), key=key())
        filed(home, filing("2023-05-08"))
    assert numbers(seen(home.centre, officer=colleague.pk)) == [other.number]
    assert numbers(seen(home.centre, team=home.team.pk)) == [mine.number]
    assert numbers(seen(home.centre, until=dt.date(2023, 5, 7))) == [mine.number]
    assert len(seen(home.centre, since=dt.date(2023, 5, 8)).lines) == 2
    assert numbers(seen(home.centre, overdue=True)) == [mine.number]
    assert len(seen(home.centre, state="filed").lines) == 1
    for text in ("单雄信", "sxx", "hxjc", f"({2023}) {home.court.code} 执 0001 号"):
        assert numbers(seen(home.centre, text=text)) == [mine.number], text


def test_closed_cases_are_shown_only_when_asked_for(home: House) -> None:
    case = a_case(home)
    Case.objects.filter(pk=case.pk).update(
        state="closed", closing_type="performed", closed_on=dt.date(2023, 5, 2)
    )
    assert numbers(seen(home.handler)) == []
    assert (
        numbers(seen(home.handler, state="all"))
        == numbers(seen(home.handler, state="closed"))
        == [case.number]
    )


def test_who_sees_what(home: House) -> None:
    case = a_case(home)
    with time.travel("2023-04-24 09:30"):
        other = house()
        seal_case(
            case_id=case.pk, sealed=True, reason="商业秘密", actor=home.centre, at=time.now(), key=key()
        )
    assert numbers(seen(home.handler)) == numbers(seen(home.centre)) == [case.number]
    assert numbers(seen(home.leader)) == numbers(seen(home.director)) == []
    assert numbers(seen(other.centre)) == numbers(seen(other.handler)) == []


def test_pages_by_key_never_count_the_table(home: House, monkeypatch) -> None:
    monkeypatch.setattr(module, "SIZE", 2)
    made = [a_case(home, "2023-04-24", applicant(f"甲{n}"), respondent(f"乙{n}")).number for n in range(5)]
    with CaptureQueriesContext(connection) as queries:
        found = seen(home.handler)
    assert not [q for q in queries if "COUNT(*)" in q["sql"] and '"cases_case"' in q["sql"]]
    whole = numbers(found)
    while found.next:
        found = seen(home.handler, after=found.next)
        whole += numbers(found)
    assert whole == made[::-1]
    assert numbers(seen(home.handler, before=found.prev)) == whole[2:4]


def test_a_fixed_number_of_queries(home: House, django_assert_num_queries) -> None:
    user = User.objects.get(pk=home.centre.pk)
    assert user.scope.roles

    def asked() -> None:
        with time.travel(AT), django_assert_num_queries(10):
            case_list(user=user, asked=Asked(), at=time.now())

    for _ in range(3):
        a_case(home)
    seen(home.centre)  # the process has read the released packs
    asked()
    for number in range(9):
        a_case(home, "2023-04-25", applicant(f"甲{number}"), respondent(f"乙{number}"))
    asked()


def test_the_page_and_its_addresses(home: House) -> None:
    case = a_case(home)
    with time.travel(AT):
        client = client_of(home.centre)
        page = client.get("/cases/")
        assert f"{case.number} 张三 ↔ 李四 民间借贷纠纷 ¥80,000.00 4月24日 李明法" in main(page)
        assert "5月4日（周四） 超期 1 项" in main(page)
        assert "本页 1 件，其中 1 件有超期" in main(page)
        assert f'href="/cases/{case.pk}/"' in page.content.decode()
        narrowed = client.get(f"/cases/?overdue=1&officer={home.handler.pk}&since=2023-04-01&q=x")
    html = narrowed.content.decode()
    assert "没有符合条件的案件" in main(narrowed)
    assert f"/cases/?q=x&amp;officer={home.handler.pk}&amp;since=2023-04-01" in html, (
        "one chip takes away only its own"
    )
    for chip in ("查找：x", "承办人：李明法", "立案自 4月1日", "有超期"):
        assert chip in main(narrowed)


def test_bad_values_in_the_address_are_left_out(home: House) -> None:
    a_case(home)
    with time.travel(AT):
        page = client_of(home.handler).get(
            "/cases/?since=2023-13-40&officer=x&state=nonsense&team=-1&after=y"
        )
    assert "本页 1 件" in main(page)


def test_an_empty_list_says_why(home: House) -> None:
    with time.travel(AT):
        assert "没有在办的案件 新立的、分到的案件会出现在这里。" in main(
            client_of(home.handler).get("/cases/")
        )
