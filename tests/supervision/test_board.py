"""指挥中心: every number is its list, scopes hold, the table by days late, exports, the bulletin, 督办 on the pages."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal

import openpyxl
import pikepdf
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from cases.actions.assigning import seal_case
from cases.models import Case, Party
from courts.models import User
from deadlines.models import Deadline
from kernel import time
from measures.actions.finding import Found, add_property
from supervision.board import Asked, board, rows_of
from supervision.bulletin import bulletin
from supervision.models import Order
from supervision.overdue import lines
from supervision.sheets import workbook
from tests.factories.cases import House, assign, assigned, filed, filing, house, key
from tests.factories.pages import client_of, hidden, main
from tests.supervision.test_orders import order

pytestmark = pytest.mark.django_db
FILED = "2025-04-01 09:30"
NOW = "2025-05-20 10:00"


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def cases(home: House) -> list[Case]:
    made = []
    for day in ("2025-04-01", "2025-04-29", "2025-05-12"):
        with time.travel(f"{day} 09:30"):
            made.append(assigned(home, filing(day)))
    return made


def get(user: User, path: str, status: int = 200) -> str:
    with time.travel(NOW):
        response = client_of(user).get(path)
    assert response.status_code == status
    return main(response)


@pytest.mark.req("JZ-32")
def test_every_number_is_the_length_of_its_list(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        at = time.now()
        found = board(home.centre, at)
        whole = found.whole
        assert whole.late > 3
        assert whole.week >= whole.soon >= whole.today
        asked = {
            Asked(when="late"): whole.late,
            Asked(when="today"): whole.today,
            Asked(when="soon"): whole.soon,
            Asked(when="week"): whole.week,
            Asked(when="late", money=True): found.money.late,
            **{Asked(when="late", kind=k): t.late for k, t in found.kinds.items()},
            **{Asked(when="late", officer=k): t.late for k, t in found.officers.items()},
            **{Asked(when="week", team=k): t.week for k, t in found.teams.items()},
            **{Asked(when="late", band=k): n for k, n in found.bands.items()},
            **{Asked(on=day): n for day, n in found.days.items()},
        }
        for wanted, number in asked.items():
            assert rows_of(home.centre, wanted, at).count() == number, wanted
        assert sum(found.bands.values()) == whole.late


@pytest.mark.req("SQ-43")
def test_a_court_sees_its_own_figures_and_the_court_above_all(home: House, cases: list[Case]) -> None:
    other = house()
    with time.travel(NOW):
        at = time.now()
        late = board(home.centre, at).whole.late
        assert board(home.superior, at).whole.late == late
        assert board(other.centre, at).whole.late == 0
        assert board(home.handler, at).whole.late == late
        sealed = cases[0]
        hidden_late = rows_of(home.centre, Asked(), at).filter(case_id=sealed.pk).count()
        seal_case(case_id=sealed.pk, sealed=True, reason="涉密", actor=home.director, at=at, key=key())
        assert hidden_late > 0
        assert board(home.centre, at).whole.late == late - hidden_late


@pytest.mark.req("SQ-23")
def test_the_table_is_sorted_by_days_late(home: House) -> None:
    with time.travel(FILED):
        case = assigned(home, filing("2025-04-01"))
        clocks = list(Deadline.objects.running().filter(case_id=case.pk, node_kind__gt="").order_by("pk"))
        nodes = {clock.node_kind: clock for clock in clocks}
        three = list(nodes.values())[:3]
    far = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    Deadline.objects.filter(case_id=case.pk).update(overdue_at=far)
    with time.travel(NOW):
        on = time.today()
        for clock, days in zip(three, (1, 4, 9), strict=True):
            Deadline.objects.filter(pk=clock.pk).update(
                overdue_at=time.at_local(on - dt.timedelta(days=days - 1))
            )
        found = lines(home.centre, Asked(), time.now(), on)
        assert [line.days for line in found.lines] == [9, 4, 1]
        client = client_of(home.centre)
        sheet = client.get("/supervision/overdue.xlsx")
        rows = list(
            openpyxl.load_workbook(io.BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True)
        )
        assert [row[5] for row in rows[1:]] == [9, 4, 1]
        assert rows[1][1] == case.number
        paper = client.get("/supervision/overdue.pdf")
        assert paper["Content-Type"] == "application/pdf"
        assert len(pikepdf.open(io.BytesIO(paper.content)).pages) == 1


def test_text_that_looks_like_a_formula_stays_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook([("表", ("名",), [("=1+1",), ("+A1\x07",)])], [])))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert [(c.value, c.data_type) for c in cells] == [("=1+1", "s"), ("+A1", "s")]


@pytest.mark.req("HD-02")
def test_the_weekly_bulletin_counts_per_team(home: House) -> None:
    for day in ("2025-03-04", "2025-03-05", "2025-02-20"):
        with time.travel(f"{day} 09:30"):
            assigned(home, filing(day))
    with time.travel("2025-03-09 10:00"):
        found = bulletin(home.centre, "2025-W10", time.now())
        (row,) = found.rows
        assert (row.team, row.new, row.closed, row.open, row.five_over) == (home.team.name, 2, 0, 3, 0)
        client = client_of(home.centre)
        text = main(client.get("/supervision/bulletin?week=2025-W10"))
        assert "2025年第10周（2025年3月3日至2025年3月9日）" in text
        assert "上一周" in text
        book = openpyxl.load_workbook(
            io.BytesIO(client.get("/supervision/bulletin.xlsx?week=2025-W10").content)
        )
        assert list(book.worksheets[0].iter_rows(min_row=2, values_only=True))[0][2:5] == (2, 0, 3)
        assert client.get("/supervision/bulletin.pdf?week=2025-W10").content.startswith(b"%PDF")
        assert client.get("/supervision/bulletin?week=2025-W60").status_code == 422
        assert client.get("/supervision/bulletin?week=2025-W11").status_code == 422


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/supervision/", 24),
        ("/supervision/overdue", 20),
        ("/supervision/orders", 12),
        ("/supervision/bulletin", 28),
        ("/supervision/screen", 30),
    ],
)
def test_a_screen_has_a_fixed_number_of_queries(
    home: House,
    cases: list[Case],
    path: str,
    most: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with time.travel(NOW):
        client = client_of(home.centre)
        client.get(path)
        with django_assert_max_num_queries(most) as before:
            client.get(path)
        for _n in range(2):
            assigned(home, filing("2025-04-03"))
        with django_assert_max_num_queries(len(before)):
            client.get(path)


@pytest.mark.req("JZ-32")
def test_a_node_is_reminded_of_with_one_click_and_the_handler_signs(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        client = client_of(home.centre)
        page = client.get("/supervision/overdue")
        clock = re.search(r"/supervision/clocks/(\d+)/remind", page.content.decode())
        assert clock is not None
        act_key = hidden(page, "act_key")
        for _n in range(2):
            sent = client.post(clock[0], {"act_key": act_key, "back": "https://evil.example/"})
            assert (sent.status_code, sent["Location"]) == (302, "/supervision/overdue")
        made = Order.objects.get()
        assert (made.kind, made.clock_id) == ("reminder", int(clock[1]))
        mine = client_of(home.handler)
        own = mine.get(f"/supervision/orders/{made.pk}")
        mine.post(f"/supervision/orders/{made.pk}/read", {"act_key": hidden(own, "act_key")})
        made.refresh_from_db()
        assert (made.state, made.read_by) == ("closed", home.handler)
        assert "催〔2025〕1号" in main(client.get("/supervision/orders"))


@pytest.mark.req("JZ-32", "TJ-03")
def test_an_order_from_the_case_page_to_its_seal_and_answer(home: House, cases: list[Case]) -> None:
    case = cases[0]
    with time.travel(NOW):
        client = client_of(home.superior)
        form = client.get(f"/supervision/orders/new/{case.pk}")
        assert "<title>发起督办 ·" in " ".join(form.content.decode().split()).replace("<title> ", "<title>")
        empty = client.post(f"/supervision/orders/new/{case.pk}", {"act_key": hidden(form, "act_key")})
        assert empty.status_code == 422
        assert "请填写“督办要求”" in main(empty)
        given = {"act_key": hidden(form, "act_key"), "words": "五日内办结", "days": "3", "unit": "workday"}
        sent = client.post(f"/supervision/orders/new/{case.pk}", given)
        made = Order.objects.get()
        assert sent["Location"] == f"/supervision/orders/{made.pk}"
        assert made.due_on == dt.date(2025, 5, 23)
        mine = client_of(home.handler)
        seen = main(mine.get(f"/cases/{case.pk}/"))
        assert "〔2025〕1号 · 限 5月23日 反馈" in seen
        listed = "/supervision/orders?state=open"
        page = mine.get(f"/supervision/orders/{made.pk}", headers={"referer": f"http://testserver{listed}"})
        assert f'<a href="{listed}">' in page.content.decode()
        strange = {"referer": f"http://elsewhere{listed}"}
        assert (
            f'<a href="{listed}">'
            not in mine.get(page.request["PATH_INFO"], headers=strange).content.decode()
        )
        assert "五日内办结" in main(page)
        assert mine.get(f"/supervision/orders/{made.pk}.pdf").content.startswith(b"%PDF")
        refused = mine.post(f"/supervision/orders/{made.pk}/answer", {"act_key": "a1", "answer-words": " "})
        assert refused.status_code == 422
        done = mine.post(f"/supervision/orders/{made.pk}/answer", {"act_key": "a1", "answer-words": "已办结"})
        assert done.status_code == 302
        made.refresh_from_db()
        assert made.state == "closed"
        assert "反馈督办" in main(mine.get(f"/cases/{case.pk}/log/"))
        assert "限 5月23日 反馈" not in main(mine.get(f"/cases/{case.pk}/"))


def test_a_second_order_is_led_to_the_one_that_stands_from_every_list(home: House, cases: list[Case]) -> None:
    case = cases[0]
    with time.travel(NOW):
        client = client_of(home.centre)
        late = rows_of(home.centre, Asked(when="late"), time.now()).filter(case_id=case.pk)[0]
        issue = f"/supervision/orders/new/{case.pk}"
        assert f'href="{issue}"' in client.get("/cases/").content.decode()
        assert f"{issue}?clock={late.pk}" in client.get("/supervision/overdue").content.decode()
        form = client.get(f"{issue}?clock={late.pk}")
        made = order(case, home.superior, clock_id=late.pk, due_on=dt.date(2025, 5, 23))
        given = {"act_key": hidden(form, "act_key"), "words": "五日内办结", "days": "3", "unit": "workday"}
        refused = client.post(f"{issue}?clock={late.pk}", given)
        assert refused.status_code == 422
        assert f"已经有未办结的督办{made.number}" in main(refused)
        assert f"{issue}?order={made.pk}" in refused.content.decode(), "the open order can be chosen"
        assert f"?clock={late.pk}&amp;order={made.pk}" in client.get("/supervision/overdue").content.decode()
        joined = client.get(f"{issue}?clock={late.pk}")
        assert f"补充到{made.number}" in main(joined)
        words = {"act_key": hidden(joined, "act_key"), "order": made.pk, "words": "附送达回证"}
        assert client.post(issue, words)["Location"] == f"/supervision/orders/{made.pk}"
        assert Order.objects.get().additions.get().words == "附送达回证"
        assert "补充要求：附送达回证" in main(client.get(f"/supervision/orders/{made.pk}"))
        assert issue not in client_of(home.handler).get("/cases/").content.decode()


def test_another_court_finds_no_order(home: House, cases: list[Case]) -> None:
    with time.travel(NOW):
        made = order(cases[0], home.centre, due_on=dt.date(2025, 5, 23))
    stranger = house().centre
    get(stranger, f"/supervision/orders/{made.pk}", 404)
    get(stranger, f"/supervision/orders/{made.pk}.pdf", 404)
    get(stranger, f"/supervision/orders/new/{cases[0].pk}", 404)
    get(home.handler, f"/supervision/orders/new/{cases[0].pk}", 403)
    assert made.number not in get(stranger, "/supervision/orders")


@pytest.mark.req("HD-12")
def test_five_over_cases_roll_on_the_board_and_on_the_screen() -> None:
    home = house(features=("haidian",))
    for day in ("2025-03-01", "2025-03-03"):
        with time.travel(f"{day} 09:30"):
            uncontrolled(home, assigned(home, filing(day)))
    with time.travel("2025-03-28 10:00"):
        for path in ("/supervision/", "/supervision/screen"):
            text = client_of(home.president).get(path).content.decode()
            assert text.count("data-rolled") == 2, path
        listed = main(client_of(home.president).get("/cases/?flag=property_uncontrolled"))
        assert board(home.president, time.now()).flags["property_uncontrolled"] == 2
        assert listed.count("执1号") + listed.count("执2号") >= 2
    assert Client().get("/supervision/screen").status_code == 302


def uncontrolled(home: House, case: Case) -> None:
    """A car found today and not controlled."""
    party = Party.objects.get(case=case, role="respondent")
    add_property(
        case_id=case.pk,
        item=Found(party.pk, "vehicle", "小型轿车", Decimal("30000.00")),
        source="declaration",
        on=time.today(),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


@pytest.mark.req("JZ-55")
def test_long_pending_cases_enter_the_figure_and_its_list_by_themselves(home: House) -> None:
    with time.travel("2023-04-24 09:30"):
        case = filed(home, filing("2023-01-10", imported=True))
        assign(home, case)
    for day, number in (("2023-07-10", 0), ("2023-07-11", 1)):
        with time.travel(f"{day} 10:00"):
            found = board(home.centre, time.now())
            assert found.flags["long_pending"] == number
            page = client_of(home.centre).get("/supervision/")
            assert "/cases/?flag=long_pending" in page.content.decode()
            listed = main(client_of(home.centre).get("/cases/?flag=long_pending"))
            assert (case.number in listed) == bool(number), day
