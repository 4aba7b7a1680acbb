"""Pages of 指标: what stands on them, whose they are, how many queries, and that each number leads to its cases."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from pytest_django import DjangoAssertNumQueries

from courts.models import Court, CourtPack
from kernel import time
from supervision.actions.figures import keep_figures
from supervision.indicators.declared import lines_named
from supervision.indicators.panels import CORE
from supervision.indicators.spans import last_spans, span_of
from tests.factories.cases import House, house
from tests.factories.courts import court, person
from tests.factories.indicators import limit, owning, reviewed, stood
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db
NOW = "2023-12-31 18:00"


def two_courts() -> tuple[House, Court]:
    """Two basic courts of one intermediate court, with the figures of 2023."""
    home = house(features=("tianjin",))
    other = court(packs=("JZ-2023",), parent=home.court.parent)
    CourtPack.objects.create(court=home.court.parent, code="CASES-2018", position=5, features=["tianjin"])
    for where, due, done in ((home.court, 20, 18), (other, 8, 6)):
        for place in range(due):
            case = stood(where, "2022-11-30", "2023-05-20" if place < done else "2023-06-20", team=home.team)
            owning(case)
            limit(case, "2023-05-31")
            reviewed(case, "2023-05-19", passed=place != 0)
    with time.travel(NOW):
        count(home.court.pk, other.pk)
    return home, other


def count(*courts: int) -> None:
    for text in ("2023", "2023-Q2"):
        keep_figures(courts, last_spans(span_of(text), 2), at=time.now())


def get(user: object, path: str, status: int = 200) -> str:
    with time.travel(NOW):
        response = client_of(user).get(path)  # type: ignore[arg-type]
    assert response.status_code == status, path
    return main(response) if status == 200 else ""


def flat(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_panel_shows_figure_target_trend_and_definition(home_pair: tuple[House, Court]) -> None:
    home, _other = home_pair
    page = get(home.centre, "/supervision/indicators?period=2023")
    assert "90.00%" in page
    assert "参照不低于 90.05%" in page
    assert "未达标" in page
    assert "其中法定期限内实际执结数 ÷ 期内到期的有财产可供执行案件数" in page
    assert "分母为零：期内到期信访数为 0" in page
    assert "还没有统计来源" in page
    assert "“3+1”核心指标" in page
    cases = get(
        home.centre, f"/supervision/indicators/TJ-I-01.1/cases?court={home.court.pk}&period=2023&part=missing"
    )
    assert cases.count("号 2022年11月30日") == 2


@pytest.fixture
def home_pair() -> tuple[House, Court]:
    return two_courts()


@pytest.mark.req("TJ-01")
def test_four_core_indicators_with_target_lines_of_every_court(home_pair: tuple[House, Court]) -> None:
    home, other = home_pair
    page = get(home.superior, "/supervision/indicators/courts?period=2023")
    for words in (
        "90.00%",
        "75.00%",
        "95.00%",
        "87.50%",
        "18/20",
        "6/8",
        "参照不低于 90.05%",
        "参照不低于 94.34%",
        "参照不低于 87.90%",
    ):
        assert words in page, words
    assert "未达标" in page
    assert home.court.name in page
    assert other.name in page


@pytest.mark.req("CN-01")
def test_two_courts_side_by_side_show_four_values_each(home_pair: tuple[House, Court]) -> None:
    home, other = home_pair
    page = get(home.superior, f"/supervision/indicators/compare?a={home.court.pk}&b={other.pk}&period=2023")
    lines = [line.title for line in lines_named(CORE)]
    rows = [page.split(title, 1)[1][:160] for title in lines]
    assert "90.00%" in rows[0]
    assert "75.00%" in rows[0]
    assert "15.00 个百分点" in rows[0]
    assert "95.00%" in rows[1]
    assert "87.50%" in rows[1]
    assert rows[2].count("—") >= 2
    assert rows[3].count("100.00%") == 2
    assert "参照不低于 87.90%" in page
    swapped = get(
        home.superior, f"/supervision/indicators/compare?a={other.pk}&b={home.court.pk}&period=2023"
    )
    assert swapped.index("75.00%") < swapped.index("90.00%")


@pytest.mark.req("SQ-43")
def test_the_court_above_sees_all_a_court_only_its_own(home_pair: tuple[House, Court]) -> None:
    home, other = home_pair
    own = get(home.centre, "/supervision/indicators/courts?period=2023")
    assert home.court.name in own
    assert other.name not in own
    for path in (
        f"/supervision/indicators?court={other.pk}",
        f"/supervision/indicators/compare?a={home.court.pk}&b={other.pk}",
        f"/supervision/indicators/TJ-I-01.1?court={other.pk}",
        f"/supervision/indicators/TJ-I-01.1/cases?court={other.pk}",
        f"/supervision/indicators/TJ-I-01.1/cases.xlsx?court={other.pk}",
    ):
        get(home.centre, path, 404)
    assert "90.00%" in get(home.superior, f"/supervision/indicators?court={home.court.pk}&period=2023")
    assert other.name in get(home.superior, "/supervision/indicators")
    assert other.name not in get(home.centre, "/supervision/indicators")
    stranger = person(court(), "command_centre", post="other")
    assert "90.00%" not in get(stranger, "/supervision/indicators?period=2023")
    handler = get(home.handler, "/supervision/indicators?period=2023")
    assert "90.00%" not in handler
    assert "李明法" in handler


def test_a_ranking_leaves_out_what_is_too_small(home_pair: tuple[House, Court]) -> None:
    home, other = home_pair
    third = court(packs=("JZ-2023",), parent=home.court.parent)
    case = stood(third, "2022-11-30", "2023-05-20")
    owning(case)
    limit(case, "2023-05-31")
    with time.travel(NOW):
        count(third.pk)
    text = flat(get(home.superior, f"/supervision/indicators/TJ-I-01.1?court={home.court.pk}&period=2023"))
    assert re.search(rf"1 {home.court.short_name} 20 90.00%", text)
    assert re.search(rf"2 {other.short_name} 8 75.00%", text)
    assert re.search(rf"— {third.short_name} 1 少于 5 件，不排名", text)
    assert home.team.name in text


def test_the_cases_as_excel_with_the_definition(home_pair: tuple[House, Court]) -> None:
    home, _other = home_pair
    with time.travel(NOW):
        response = client_of(home.centre).get(
            f"/supervision/indicators/TJ-I-01.1/cases.xlsx?court={home.court.pk}&period=2023"
        )
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert book.sheetnames == ["分子", "分母", "在分母、不在分子", "不计入", "说明"]
    assert [sheet.max_row - 1 for sheet in book.worksheets[:4]] == [18, 20, 2, 0]
    about = {row[0].value: row[1].value for row in book["说明"].rows}
    assert "期内到期的有财产可供执行案件数" in str(about["口径"])


def test_screens_have_a_fixed_number_of_queries(
    home_pair: tuple[House, Court], django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    home, other = home_pair
    pages = (
        ("/supervision/indicators?period=2023", 22),
        ("/supervision/indicators/courts?period=2023", 22),
        (f"/supervision/indicators/compare?a={home.court.pk}&b={other.pk}&period=2023", 22),
        (f"/supervision/indicators/TJ-I-01.1?court={home.court.pk}&period=2023", 22),
        (f"/supervision/indicators/TJ-I-01.1/cases?court={home.court.pk}&period=2023", 22),
    )
    client = client_of(home.superior)
    with time.travel(NOW):
        for path, most in pages:
            client.get(path)
            with django_assert_max_num_queries(most):
                assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "query", ["period=2023-99", "from=2023-05-01&to=2023-04-01", "from=x&to=y", "period=%3Cscript%3E"]
)
def test_a_period_that_is_none_is_said_and_this_month_shown(query: str) -> None:
    home = house()
    page = get(home.centre, f"/supervision/indicators?{query}")
    assert "2023年12月" in page
    assert "统计期" in page or "起止日期" in page
    with time.travel(NOW):
        assert b"<script>" not in client_of(home.centre).get(f"/supervision/indicators?{query}").content


def test_counting_again_is_long_work_that_can_be_watched() -> None:
    home = house()
    with time.travel(NOW):
        client = client_of(home.centre)
        form = client.get("/supervision/indicators?period=2023-Q2")
        given = {"act_key": hidden(form, "act_key"), "period": "2023-Q2", "court": home.court.pk}
        response = client.post("/supervision/indicators/count", given)
        assert response.status_code == 302
        assert "/jobs/" in response["Location"]
        again = client.post("/supervision/indicators/count", given)
        assert again["Location"] == response["Location"]
        refused = client.post("/supervision/indicators/count", {**given, "court": house().court.pk})
        assert "/supervision/indicators" in refused["Location"]


def test_a_figure_is_issued_from_its_page_and_checked(home_pair: tuple[House, Court]) -> None:
    home, _other = home_pair
    path = f"/supervision/indicators/TJ-I-01.1?court={home.court.pk}&period=2023"
    with time.travel(NOW):
        client = client_of(home.centre)
        form = client.get(path)
        given = {
            "act_key": hidden(form, "act_key"),
            "court": home.court.pk,
            "period": "2023",
            "words": "年度通报",
        }
        sent = client.post("/supervision/indicators/TJ-I-01.1/issue", given)
        page = main(client.get(sent["Location"]))
        assert client_of(house().centre).get(sent["Location"]).status_code == 404
        assert "年度通报" in main(client.get(sent["Location"]))
        assert "已发布" in main(client.get(path))
    assert "与发布时一致" in page
    assert "90.00%" in page
    get(home.handler, path.replace("?", "x?"), 404)


def test_a_slot_is_filled_from_its_page() -> None:
    home = house(features=("tianjin",))
    path = f"/supervision/indicators/slots/JZ-I-05?court={home.court.pk}"
    with time.travel(NOW):
        client = client_of(home.centre)
        form = client.get(path)
        bad = client.post(path, {"act_key": hidden(form, "act_key"), "members": ["", ""]})
        assert bad.status_code == 422
        assert "从列出的指标中选择" in bad.content.decode()
        done = client.post(
            path, {"act_key": hidden(form, "act_key"), "members": ["JZ-I-02", "BASE-I-01", ""]}
        )
        assert done.status_code == 302
        assert "由本院指定" in main(client.get("/supervision/indicators"))
        assert client.get(path.replace("JZ-I-05", "LY-I-01")).status_code == 404
        assert client_of(home.handler).get(path).status_code == 403
