"""The pages of petitions: the register with its filters and workbook, the form, one petition, the seal on the case."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.test import Client

from cases.models import Case, Party
from courts.models import User
from kernel import time
from petitions.models import Petition
from tests.factories.cases import House, house
from tests.factories.courts import person
from tests.factories.pages import client_of, hidden, main, words
from tests.petitions.test_letters import case_of
from tests.petitions.test_petitions import RECEIVED, at_work, heard, officer_of, register

pytestmark = pytest.mark.django_db


def sent(client: Client, petition: Petition, name: str, **fields: Any) -> Any:
    """One step of the page, as its form sends it."""
    page = client.get(f"/petitions/{petition.pk}/")
    given = {f"{name}-{field}": value for field, value in fields.items() if field != "draft"}
    given[f"{name}-act_key"] = hidden(page, f"{name}-act_key")
    if "draft" in fields:
        given["draft"] = "1"
    return client.post(f"/petitions/{petition.pk}/{name}/", given)


def register_by_form(client: Client, case: Case, **changes: Any) -> Any:
    page = client.get(f"/petitions/new/{case.pk}/")
    given = {
        "act_key": hidden(page, "act_key"),
        "channel": "visit",
        "level": "basic",
        "kind": "litigation",
        "received_on": "2023-06-16",
        "name": "张三",
        "demand": "请求说明评估进展。",
    }
    return client.post(f"/petitions/new/{case.pk}/", {**given, **changes})


def test_a_petition_goes_from_the_form_to_its_answer_on_the_pages() -> None:
    home, case, officer = at_work()
    client = client_of(officer)
    with time.travel(RECEIVED):
        assert register_by_form(client, case, party=Party.objects.filter(case=case)[0].pk).status_code == 302
        petition = Petition.objects.get()
        text = main(client.get(f"/petitions/{petition.pk}/"))
        assert "还剩 12 日" in text
        assert "请求说明评估进展" in text
    with time.travel("2023-06-20 10:00"):
        refused = sent(client, petition, "ask", words="已委托评估。")
        assert refused.status_code == 422
        assert "JZ-G-PET-01" in words(refused)
        panel = {"on": "2023-06-20", "members": "王平、李明、赵云", "opinion": "应予说明。"}
        assert sent(client, petition, "panel", **panel).status_code == 302
        assert sent(client, petition, "ask", words="已委托", draft=True).status_code == 302
        petition.refresh_from_db()
        assert (petition.state, petition.draft) == ("panel", "已委托")
        assert sent(client, petition, "ask", words="已委托评估。").status_code == 302
        shown = words(client_of(home.director).get("/approvals"))
        assert "已委托评估。" in shown


def test_the_seal_stands_on_the_case_page_and_the_acts_in_its_history() -> None:
    _home, case, officer = at_work()
    register(case, officer)
    with time.travel(RECEIVED):
        page = client_of(officer).get(f"/cases/{case.pk}/")
        log = words(client_of(officer).get(f"/cases/{case.pk}/log/"))
    assert "信访： 〔2023〕1号 · 待办理" in words(page)
    assert "登记信访" in log


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"甲", "乙", "丙"}),
        ("channel=mail", {"乙"}),
        ("level=province", {"丙"}),
        ("state=waiting", {"甲", "丙"}),
        ("state=answered", {"乙"}),
        ("since=2023-06-10&until=2023-06-15", {"乙"}),
        ("overdue=1", {"甲"}),
        ("age=7", {"丙"}),
        ("age=30", {"甲", "乙"}),
        ("q=丙", {"丙"}),
    ],
)
def test_the_register_is_narrowed_by_each_condition(query: str, shown: set[str]) -> None:
    _home, case, officer = at_work()
    register(case, officer, "2023-06-05 09:00", name="甲", received_on=dt.date(2023, 6, 5))
    register(
        case, officer, "2023-06-12 09:00", name="乙", channel="mail", received_on=dt.date(2023, 6, 12),
        oral="已答。", is_on_spot=True,
    )  # fmt: skip
    register(case, officer, "2023-06-26 09:00", name="丙", level="province", received_on=dt.date(2023, 6, 26))
    with time.travel("2023-06-28 09:00"):
        page = client_of(officer).get(f"/petitions/?{query}")
    rows = [row for group in page.context["groups"] for row in group["rows"]]
    assert {row["cells"][2]["text"] for row in rows} == shown
    days = {"甲": "已 23 日", "乙": "已 16 日", "丙": "已 2 日"}
    for row in rows:
        said = [cell.get("sub") or cell.get("text") for cell in row["cells"]]
        assert any(days[row["cells"][2]["text"]] in str(text) for text in said), said


def test_the_workbook_holds_what_the_screen_holds() -> None:
    _home, case, officer = at_work()
    register(case, officer, name="=甲")
    register(case, officer, name="乙", channel="phone")
    with time.travel(RECEIVED):
        response = client_of(officer).get("/petitions/?channel=visit&format=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    rows = list(book.worksheets[0].iter_rows(min_row=2))
    assert len(rows) == 1
    assert rows[0][2].data_type == "s"
    assert str(rows[0][2].value).startswith("=甲")


def test_the_age_of_a_petition_is_the_same_on_page_and_in_the_workbook() -> None:
    """Received 2023-06-05: 23 days on 06-28, 24 the day after."""
    _home, case, officer = at_work()
    register(case, officer, "2023-06-05 09:00", name="甲", received_on=dt.date(2023, 6, 5))
    for moment, age in (("2023-06-28 09:00", "已 23 日"), ("2023-06-29 09:00", "已 24 日")):
        with time.travel(moment):
            browser = client_of(officer)
            shown = main(browser.get("/petitions/?state=waiting"))
            response = browser.get("/petitions/?format=xlsx")
            book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        (row,) = book.worksheets[0].iter_rows(min_row=2, values_only=True)
        assert age in shown
        assert age in " ".join(str(cell) for cell in row)


def test_the_register_asks_as_often_for_one_as_for_sixty(django_assert_max_num_queries: Any) -> None:
    _home, case, officer = at_work()
    for number in range(60):
        register(case, officer, name=f"信访人{number}")
    client = client_of(officer)
    with time.travel(RECEIVED):
        client.get("/petitions/")
        with django_assert_max_num_queries(16):
            page = client.get("/petitions/")
        following = client.get(page.context["next_url"])
    assert sum(len(g["rows"]) for g in page.context["groups"]) == 50
    assert sum(len(g["rows"]) for g in following.context["groups"]) == 10


def other(home: House) -> User:
    return person(home.court, "finance", post="other", name="无关")


def test_nobody_without_the_right_and_nobody_of_another_court_sees_it() -> None:
    home, case, officer = at_work()
    petition = register(case, officer)
    with time.travel(RECEIVED):
        assert client_of(other(home)).get("/petitions/").status_code == 403
        stranger = client_of(officer_of(house()))
        assert stranger.get(f"/petitions/{petition.pk}/").status_code == 404
        assert stranger.get(f"/petitions/new/{case.pk}/").status_code == 404
        assert client_of(home.superior).get(f"/petitions/{petition.pk}/").status_code == 200
        assert client_of(home.superior).get(f"/petitions/new/{case.pk}/").status_code == 403


def test_a_script_in_a_demand_is_only_text() -> None:
    _home, case, officer = at_work()
    petition = register(case, officer, demand="<script>alert(1)</script>", name="<b>甲")
    with time.travel(RECEIVED):
        body = client_of(officer).get(f"/petitions/{petition.pk}/").content.decode()
    assert "<script>alert" not in body
    assert "<b>甲" not in body


def test_what_is_refused_stands_at_its_field() -> None:
    _home, case, officer = at_work()
    with time.travel(RECEIVED):
        page = register_by_form(client_of(officer), case, channel="assigned", phone="12")
    assert page.status_code == 422
    assert "phone" in page.context["form"].errors or "assigned_by" in page.context["form"].errors
    assert not Petition.objects.exists()


def test_a_case_of_the_court_next_door_is_not_in_the_register() -> None:
    _home, case, officer = at_work()
    register(case, officer)
    away = house()
    next_door = case_of(away, "2023-04-24")
    register(next_door, officer_of(away))
    with time.travel(RECEIVED):
        page = client_of(officer).get("/petitions/")
    assert sum(len(g["rows"]) for g in page.context["groups"]) == 1


def test_the_panel_is_offered_until_the_answer_lies_for_approval() -> None:
    _home, case, officer = at_work()
    petition = heard(register(case, officer), officer)
    with time.travel("2023-06-20 10:00"):
        page = client_of(officer).get(f"/petitions/{petition.pk}/")
    assert {entry["step"].name for entry in page.context["todo"]} == {"panel", "ask", "move"}
    first, *others = page.context["todo"]
    assert (first["step"].name, first["is_next"]) == ("ask", True), "what comes next stands first and open"
    assert not any("is_next" in entry for entry in others)
    with time.travel("2023-06-20 10:30"):
        sent(client_of(officer), petition, "ask", words="答复如下")
        page = client_of(officer).get(f"/petitions/{petition.pk}/")
    assert not any(entry.get("is_next") for entry in page.context["todo"]), "it waits for its approval"
    assert "等待批准" in main(page)
    assert 'href="/approvals">看审批' in page.content.decode()
