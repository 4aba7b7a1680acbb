"""The calculator: an address is a question, and the page is the day, the sum behind it and the clocks beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse, QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courts.actions.calendar import seed_calendar, set_day
from courts.models import CourtPack, User
from deadlines.forms import day_type, pauses_of
from deadlines.selectors import CalculatorScreen, calculator
from deadlines.siblings import can_hold_together
from kernel import time
from regimes.expressions import parse_expression
from regimes.vocabulary import load_vocabulary
from tests.factories.courts import court, person

pytestmark = pytest.mark.django_db

PATH = "/deadlines/calculator"
TODAY = dt.date(2023, 4, 24)
Ask = Callable[..., CalculatorScreen]


@pytest.fixture
def officer() -> User:
    """A handler of a basic court under an intermediate court with a pack of its own."""
    seed_calendar(at=time.now(), through=2030)
    return person(court(parent=court(level="intermediate", packs=["JZ-2023"])), "handler")


@pytest.fixture
def ask(officer: User) -> Ask:
    """ask(rule=…, start=…) -> the screen."""

    def put(**fields: str | list[str]) -> CalculatorScreen:
        query = QueryDict(mutable=True)
        for name, value in fields.items():
            query.setlist(name, value if isinstance(value, list) else [value])
        return calculator(query, user=officer, today=TODAY)

    return put


@pytest.fixture
def page(client: Client, officer: User) -> Callable[..., HttpResponse]:
    """page(fields, htmx=False) -> the response."""
    client.force_login(officer, backend="django.contrib.auth.backends.ModelBackend")

    def get(fields: dict[str, Any] | None = None, *, htmx: bool = False, **headers: str) -> HttpResponse:
        return client.get(PATH, fields or {}, headers={**({"HX-Request": "true"} if htmx else {}), **headers})

    return get


def chips(screen: CalculatorScreen) -> list[str]:
    assert screen.answer is not None
    return [f"{chip.get('op', '')}{chip['text']}" for chip in screen.answer.why["chips"]]


def errors(screen: CalculatorScreen) -> dict[str, str]:
    return {field: " ".join(found) for field, found in screen.form.errors.items()}


def test_the_sum_leads_from_the_start_to_the_day(ask: Ask) -> None:
    screen = ask(
        rule="JZ-D-01", start="2023-04-24", pause_from="2023-04-26", pause_to="2023-04-27", extend="30日"
    )
    assert chips(screen) == [
        "收案 2023年4月24日（周一）",
        "+5个工作日",
        "−休息日 5 日不计",
        "+停止计时 2 个工作日",
        "+延长30日",
        "=2023年6月5日（周一）",
    ]
    answer = screen.answer
    assert answer is not None
    assert (answer.day, answer.label, answer.distance) == (
        "2023年6月5日（周一）",
        "到期日",
        "距今天还有 42 日",
    )
    assert answer.condition == "送达方式 为 电子送达"
    assert (answer.provisional, answer.unverified) == (False, False)


def test_every_day_is_drawn_as_it_counted(ask: Ask) -> None:
    answer = ask(rule="JZ-D-01", start="2023-04-24", pause_from="2023-04-26", pause_to="2023-04-26").answer
    assert answer is not None
    days = {
        (month["title"], day["number"]): (day["kind"], day["mark"])
        for month in answer.months.grids
        for week in month["weeks"]
        for day in week
        if day
    }
    april, may = "2023年4月", "2023年5月"
    assert days[april, 24] == ("start", "起")
    assert days[april, 25] == ("counted", "1")
    assert days[april, 26] == ("suspended", "停")
    assert days[april, 29] == ("skipped", "劳动节")
    assert days[may, 4] == ("counted", "4")
    assert days[may, 5] == ("due", "到期")
    assert days[may, 6] == ("", "")
    assert [item["kind"] for item in answer.legend] == ["start", "counted", "skipped", "suspended", "due"]


def test_a_worked_weekend_is_drawn_and_said(ask: Ask) -> None:
    answer = ask(by="period", period="10个工作日", start="2023-04-24").answer
    assert answer is not None
    assert "makeup" in answer.months.kinds
    worked = ask(by="period", period="7个工作日", start="2023-04-24").answer
    assert worked is not None
    assert (worked.day, worked.weekday) == ("2023年5月6日（周六）", "当天调休上班")


@pytest.mark.parametrize(
    ("fields", "day", "sum_"),
    [
        ({"period": "3 months + 15 days", "start": "2024-01-31"}, "2024年5月15日（周三）", "+3个月15日"),
        ({"period": "6个工作日", "start": "2023-04-24"}, "2023年5月5日（周五）", "−休息日 5 日不计"),
        ({"period": "10日", "start": "2023-04-20", "roll": "none"}, "2023年4月30日（周日）", "+10日"),
        ({"period": "10日", "start": "2023-04-20"}, "2023年5月4日（周四）", "+顺延 4 日"),
        (
            {"period": "10日", "start": "2023-04-20", "roll": "previous_workday"},
            "2023年4月28日（周五）",
            "−提前 2 日",
        ),
        (
            {"period": "15日", "start": "2023-05-16", "direction": "backward"},
            "2023年4月28日（周五）",
            "−15日",
        ),
        ({"period": "48小时", "start": "2025-03-07T18:30"}, "2025年3月9日（周日） 19:00", "+48小时"),
        (
            {"period": "48小时", "start": "2025-03-07", "time": "18:30"},
            "2025年3月9日（周日） 19:00",
            "+48小时",
        ),
    ],
)
def test_a_free_period(ask: Ask, fields: dict[str, str], day: str, sum_: str) -> None:
    screen = ask(by="period", **fields)
    assert screen.answer is not None, errors(screen)
    assert screen.answer.day == day
    assert sum_ in chips(screen)
    assert screen.clocks == []


def test_a_rest_day_that_stands_is_said(ask: Ask) -> None:
    answer = ask(by="period", period="10日", start="2023-04-20", roll="none").answer
    assert answer is not None
    assert answer.weekday == "当天是休息日，按规定不移动"


def test_other_kinds_have_their_own_words(ask: Ask) -> None:
    detector = ask(rule="BASE-D-05", start="2024-01-08").answer
    repeated = ask(rule="BASE-D-66", start="2025-01-31").answer
    average = ask(rule="LY-D-13").answer
    fixed = ask(rule="JZ-D-18").answer
    assert detector is not None
    assert repeated is not None
    assert average is not None
    assert fixed is not None
    assert (detector.label, detector.day) == ("标记日", "2024年7月9日（周二）")
    assert len(repeated.repeats) == 10
    assert (repeated.unverified, repeated.provisional) == (True, True)
    assert repeated.months.omitted > 0
    assert (average.day, average.state) == ("", "不计算到期日")
    assert (fixed.label, fixed.day) == ("规定的日期", "2023年3月31日（周五）")


def test_an_open_interruption_leaves_no_day(ask: Ask) -> None:
    screen = ask(rule="JZ-D-01", start="2023-04-24", pause_from="2023-04-26", pause_to="")
    assert screen.answer is not None
    assert (screen.answer.day, screen.answer.state) == ("", "停止计时中")
    assert chips(screen)[-1] == "+停止计时"


def test_clocks_stand_side_by_side_and_the_earliest_is_marked(ask: Ask) -> None:
    # Ten days end on 10 October after National Day, five working days on 11 October.
    clocks = ask(rule="JZ-D-01", start="2023-09-27").clocks
    assert [(clock.rule_id, clock.tier, clock.day, clock.mark) for clock in clocks] == [
        ("JZ-D-01", "上级法院规定", "2023年10月10日（周二）", ""),
        ("BASE-D-01", "全国规定", "2023年10月7日（周六）", "最早"),
        ("BASE-D-02", "全国规定", "", ""),
    ]
    assert clocks[0].is_asked
    assert clocks[2].reason == "自“采取强制执行措施”起算，另行计算"
    assert "rule=BASE-D-01" in clocks[1].url
    assert "start=2023-09-27" in clocks[1].url


def test_the_same_clocks_stand_beside_the_national_rule(ask: Ask) -> None:
    clocks = ask(rule="BASE-D-01", start="2023-09-27").clocks
    assert {clock.rule_id: clock.mark for clock in clocks} == {
        "BASE-D-01": "最早",
        "JZ-D-01": "",
        "JZ-D-02": "最早",
    }


def test_a_rule_without_another_opinion_stands_alone(ask: Ask) -> None:
    assert ask(rule="JZ-D-03", start="2023-09-27").clocks == []


def test_own_pack_and_switches(ask: Ask, officer: User) -> None:
    CourtPack.objects.create(court=officer.court, code="LY-2021", position=0)
    tiers = {clock.rule_id: clock.tier for clock in ask(rule="BASE-D-01", start="2023-04-24").clocks}
    assert "LY-D-02" in tiers
    assert (tiers["LY-D-02"], tiers["JZ-D-01"]) == ("本院规定", "上级法院规定")


def test_a_rule_of_another_court_is_said_to_be_one(ask: Ask, officer: User) -> None:
    foreign = ask(rule="LY-D-02", start="2023-04-24")
    assert "洛阳市中级人民法院的规则包" in foreign.foreign
    assert {clock.rule_id for clock in foreign.clocks} == {"LY-D-02", "BASE-D-01"}
    assert ask(rule="LY-D-02", start="2023-04-24", court="").foreign == ""
    assert ask(rule="JZ-D-01", start="2023-04-24").foreign == ""


def test_an_extension_is_added_to_the_asked_rule_only(ask: Ask) -> None:
    clocks = {
        clock.rule_id: clock.day for clock in ask(rule="JZ-D-01", start="2023-04-24", extend="30日").clocks
    }
    assert clocks["JZ-D-01"] == "2023年6月3日（周六）"
    assert clocks["BASE-D-01"] == "2023年5月4日（周四）"


def test_a_target_is_never_the_one_to_keep(ask: Ask) -> None:
    clocks = {clock.rule_id: clock for clock in ask(rule="BASE-D-04", start="2024-01-08").clocks}
    assert clocks["JZ-D-10"].is_target
    assert (clocks["BASE-D-04"].mark, clocks["JZ-D-10"].mark) == ("最早", "")


def test_of_waiting_times_the_last_is_marked(ask: Ask) -> None:
    clocks = {clock.rule_id: clock for clock in ask(rule="LY-D-07", start="2023-04-24").clocks}
    assert clocks["BASE-D-22"].mark == "最晚，从严"
    assert clocks["BASE-D-31"].mark == ""


def test_rules_that_exclude_each_other_do_not_stand_together() -> None:
    words = load_vocabulary()

    def together(one: str, other: str) -> bool:
        return can_hold_together(parse_expression(one, words), parse_expression(other, words), words)

    assert not together("service_channel == electronic", "service_channel != electronic")
    assert not together("fund_amount <= 100000", "fund_amount > 100000")
    assert not together("claim_amount < 5", "claim_amount >= 5")
    assert together("claim_amount <= 5", "claim_amount >= 5")
    assert not together("immediate_measure and not notice_already_sent", "notice_already_sent")
    assert together("service_channel == electronic", "")


def test_the_courts_calendar_counts(ask: Ask, officer: User) -> None:
    administrator = person(officer.court, "administrator")
    set_day(
        on=dt.date(2023, 4, 25),
        is_workday=False,
        name="停电",
        source="云府发〔2023〕1号",
        actor=administrator,
        at=time.now(),
        key="k",
        court=officer.court,
    )
    own = ask(rule="JZ-D-01", start="2023-04-24").answer
    national = ask(rule="JZ-D-01", start="2023-04-24", court="").answer
    assert own is not None
    assert national is not None
    assert (own.day, national.day) == ("2023年5月5日（周五）", "2023年5月4日（周四）")


def test_a_rule_is_found_by_words_and_then_written_out(ask: Ask) -> None:
    screen = ask(rule="网上控制 四十八小时", start="2025-03-07T18:30")
    assert screen.answer is not None, errors(screen)
    assert screen.answer.title.startswith("LY-D-04")
    assert screen.form["rule"].value() == "LY-D-04 网上控制 48小时"
    assert screen.form["time"].value() == "18:30"


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"start": "2023-04-24"}, "rule", "请选一条规则"),
        ({"rule": "JZ-D-1", "start": "2023-04-24"}, "rule", "是否想写 JZ-D-01？"),
        ({"rule": "执行通知", "start": "2023-04-24"}, "rule", "请写明是哪一条：BASE-D-01"),
        ({"rule": "月球", "start": "2023-04-24"}, "rule", "没有含“月球”的期限规则"),
        ({"rule": "JZ-D-01"}, "start", "“收案”发生的日期"),
        ({"rule": "JZ-D-01", "start": "2023-02-30"}, "start", "2023年2月的最后一天是28日"),
        ({"rule": "JZ-D-01", "start": "2023-02-21"}, "start", "自 2023-02-22 起适用"),
        ({"rule": "JZ-D-01", "start": "2099-01-01"}, "start", "超出日历范围"),
        ({"rule": "LY-D-04", "start": "2023-04-24"}, "time", "按小时计算，请填时刻"),
        ({"rule": "JZ-D-01", "start": "2023-04-24", "extend": "很久"}, "extend", "看不懂期间“很久”"),
        ({"rule": "JZ-D-01", "start": "2023-04-24", "court": "鄂0"}, "court", "鄂0"),
        ({"by": "period", "start": "2023-04-24"}, "period", "请写期间"),
        ({"by": "period", "period": "5个工作日"}, "start", "请填起算日"),
        ({"by": "period", "period": "五匹马", "start": "2023-04-24"}, "period", "看不懂期间"),
        ({"by": "period", "period": "100年", "start": "2023-04-24"}, "period", "超出日历范围"),
        (
            {"by": "period", "period": "2小时", "start": "2023-04-24T09:00", "extend": "2个月"},
            "extend",
            "不能延长",
        ),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    ask: Ask, fields: dict[str, str], field: str, words: str
) -> None:
    screen = ask(**fields)
    assert screen.answer is None
    assert screen.is_faulty
    assert words in errors(screen)[field]


def test_counting_back_is_neither_interrupted_nor_extended(ask: Ask) -> None:
    back = {"by": "period", "period": "15日", "start": "2023-05-20", "direction": "backward"}
    assert "倒推" in errors(ask(**back, extend="3日"))["extend"]
    paused = ask(**back, pause_from="2023-05-10", pause_to="2023-05-11")
    assert "倒推" in paused.pauses[0].error


def test_a_faulty_row_is_told_in_its_row(ask: Ask) -> None:
    screen = ask(
        rule="JZ-D-01",
        start="2023-04-24",
        pause_from=["2023-04-27", "", ""],
        pause_to=["2023-04-26", "", "2023-05-01"],
    )
    assert screen.answer is None
    assert [row.number for row in screen.pauses] == [1, 2]
    assert "早于起始日" in screen.pauses[0].error
    assert "没有填开始的日期" in screen.pauses[1].error
    assert screen.errors[0]["field_id"] == "calc-pause-1"


def test_one_more_row_complains_of_nothing(ask: Ask) -> None:
    screen = ask(rule="JZ-D-01", start="", pause_from="2023-04-26", pause_to="", more="1")
    assert [row.first for row in screen.pauses] == ["2023-04-26", ""]
    assert screen.pauses[1].is_new
    assert not screen.is_faulty
    assert screen.form["rule"].value() == "JZ-D-01 发出执行通知 5个工作日"
    assert len(pauses_of(QueryDict("pause_from=2023-04-26&" * 50), TODAY)) == 12


@pytest.mark.parametrize(
    ("text", "kind"), [("", "date"), ("2023-04-24", "date"), ("2023-02-30", "text"), ("昨天", "text")]
)
def test_what_is_no_day_stays_readable(text: str, kind: str) -> None:
    assert day_type(text) == kind


def test_the_empty_page_says_how_to_begin(page: Callable[..., HttpResponse]) -> None:
    response = page()
    text = unescape(response.content.decode())
    assert response.status_code == 200
    assert "选一条规则，填起算日" in text
    assert "今天起 5个工作日" in text
    assert '<option value="JZ-D-01 发出执行通知 5个工作日">' in text


def test_every_example_of_the_empty_page_has_an_answer(ask: Ask) -> None:
    examples = ask().examples
    assert len(examples) == 3
    for example in examples:
        query = QueryDict(example["url"].removeprefix("?"))
        assert ask(**{name: query[name] for name in query}).answer is not None, example


def test_a_whole_page_and_a_fragment(page: Callable[..., HttpResponse]) -> None:
    question = {"rule": "JZ-D-01", "start": "2023-04-24"}
    whole, part = page(question), page(question, htmx=True)
    back = page(question, htmx=True, **{"HX-History-Restore-Request": "true"})
    assert "HX-Request" in whole["Vary"]
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b"<html" in back.content
    for response in (whole, part):
        assert response.status_code == 200
        assert "2023年5月4日（周四）" in response.content.decode()


def test_faults_are_422_for_htmx_and_a_plain_page_otherwise(page: Callable[..., HttpResponse]) -> None:
    question = {"rule": "JZ-D-1", "start": "2023-04-24", "extend": "<b>"}
    assert page(question, htmx=True).status_code == 422
    response = page(question)
    assert response.status_code == 200
    text = response.content.decode()
    assert "是否想写 JZ-D-01？" in text
    assert 'value="2023-04-24"' in text
    assert "<b>" not in text


def test_unverified_and_provisional_are_marked(page: Callable[..., HttpResponse]) -> None:
    text = page({"rule": "BASE-D-66", "start": "2026-01-31"}).content.decode()
    assert "待核实" in text
    assert "暂定" in text


def test_strangers_and_parties_get_nothing(client: Client) -> None:
    assert client.get(PATH).status_code == 302
    client.force_login(person(kind="party"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(PATH).status_code == 403
    client.force_login(person(court(), "handler"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(PATH).status_code == 405


def test_released_rules_are_asked_and_not_the_files(ask: Ask) -> None:
    call_command("release_packs", verbosity=0)
    answer = ask(rule="JZ-D-01", start="2023-04-24").answer
    assert answer is not None
    assert answer.day == "2023年5月4日（周四）"


def test_the_number_of_queries_is_fixed(
    ask: Ask, page: Callable[..., HttpResponse], django_assert_num_queries: Any
) -> None:
    """Courts, releases, the calendar's stamp twice, the packs followed; whatever the frame needs comes on top."""
    call_command("release_packs", verbosity=0)
    question = {"rule": "JZ-D-01", "start": "2023-04-24"}
    page(question)
    with CaptureQueriesContext(connection) as before:
        page(question)
    for n in range(3):
        court(code=f"鄂88{n}", packs=["JZ-2023"])
    with django_assert_num_queries(5):
        ask(**question)
    with django_assert_num_queries(len(before)):
        page({**question, "pause_from": ["2023-04-26"] * 5, "pause_to": ["2023-04-27"] * 5})
