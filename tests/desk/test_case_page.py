"""The case page: what it shows of a case, why a day is that day, and how few queries it takes."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.actions.assigning import seal_case
from cases.actions.holding import resume_case, suspend_case
from cases.models import Case
from desk.selectors import case_file, timeline
from desk.selectors.case_page import case_page
from desk.selectors.upcoming import coming
from desk.selectors.why import why
from desk.views.panes import pane_of
from events.models import Event
from kernel import time
from tests.factories.cases import House, applicant, assigned, complete, filing, house, key, node, respondent
from tests.factories.forms import signed_in, text_of
from tests.walks.stage import control, feedback, money, on, payee

pytestmark = pytest.mark.django_db
TABS = ("", "parties/", "property/", "money/", "papers/", "log/")
NOTICE = {"channel": "electronic", "sent_on": "2023-04-26", "platform_ref": "E2023-1"}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        return assigned(home, filing("2023-04-24"))


def read(case: Case, home: House, at: str) -> case_file.CaseFile:
    with time.travel(at):
        row = case_file.cases_to_show(home.handler).get(pk=case.pk)
        return case_file.read(row, user=home.handler, at=time.now())


def group(file: case_file.CaseFile, title: str) -> list[dict]:
    groups = timeline.groups(file, None, None)
    return next((g["nodes"] + g.get("folded", []) for g in groups if g["title"] == title), [])


def crowded(home: House, count: int) -> Case:
    """A case with this many respondents and as many property items."""
    people = [respondent(f"被执行人{number}", f"139000{number:05d}") for number in range(count)]
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24", applicant(), *people, amount="9000000.00"))
        complete(case, "network_query_start", home.handler, on="2023-04-24", scope="national")
        feedback(home, case, "2023-04-24", *[("bank_account", f"尾号{n:04d}", "1000") for n in range(count)])
        control(home, case, "freeze", *[f"尾号{n:04d}" for n in range(count)])
        payee(home, case)
        for number in range(count):
            money(home, case, "10.00", f"S{case.pk}-{number}")
            complete(
                case,
                "enforcement_notice",
                home.handler,
                f"被执行人{number}",
                **{**NOTICE, "sent_on": "2023-04-24"},
            )
    return case


def queries(client: Client, path: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_page_takes_as_many_queries_for_twelve_respondents_as_for_two(home: House) -> None:
    counts = []
    for size in (2, 12):
        case = crowded(home, size)
        with time.travel("2023-05-20 10:00"):
            user = type(home.handler).objects.get(pk=home.handler.pk)
            with CaptureQueriesContext(connection) as asked:
                row = case_file.cases_to_show(user).get(pk=case.pk)
                file = case_file.read(row, user=user, at=time.now())
                opened = timeline.open_nodes(file)[0]
                page = case_page(file, opened=opened, pane=pane_of(file, opened))
        counts.append(len(asked))
        assert len(page.groups[1]["nodes"]) > size
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_every_tab_takes_a_fixed_number_of_queries(home: House) -> None:
    counts = []
    for size in (2, 5):
        case = crowded(home, size)
        client = signed_in(home.handler)
        with time.travel("2023-05-20 10:00"):
            client.get(f"/cases/{case.pk}/")
            counts.append({tab: queries(client, f"/cases/{case.pk}/{tab}") for tab in TABS})
    assert counts[0] == counts[1]


def test_head_and_strip_say_what_the_case_is(home: House, case: Case) -> None:
    with on("2023-05-02 10:00"):
        money(home, case, "20000.00", "S1")
    page = case_page(read(case, home, "2023-05-05 10:00"))
    assert page.head["number"] == case.number
    assert page.head["state_text"] == "已分案"
    assert page.head["facts"][0]["masked"]["masked"] == "138****0001"
    claim, recovered, filed, limit, late = page.head["strip"]
    assert (claim["value"], claim["note"]) == ("¥80,000.00", "捌万元整")
    assert (recovered["label"], recovered["value"]) == ("实际到位 25.0%", "¥20,000.00")
    assert filed["note"] == "已立案 11 日"
    assert (limit["value"], limit["note"]) == ("2023年10月24日", "还剩 172 日")
    assert (late["value"], late["tone"]) == (1, "over")


def test_nodes_stand_as_done_to_do_and_later(home: House, case: Case) -> None:
    with time.travel("2023-04-26 10:00"):
        complete(case, "enforcement_notice", home.handler, **NOTICE)
    file = read(case, home, "2023-05-23 10:00")
    done, now, free = (group(file, title) for title in ("已办", "现在要办", "同时可办"))
    assert [line["title"] for line in done if line["done_note"] == "李明法"] == ["执行通知（李四）"]
    assert [line["due"] for line in now] == sorted(line["due"] for line in now if line["due"][0] == "5") + [
        "10月24日（周二）"
    ]
    assert now[0]["state"] == "soon"
    assert now[0]["text"] == "还剩 1 日"
    assert "财产申报（李四）" not in [line["title"] for line in now]
    assert all(line["due"] == "" for line in free)


def test_two_layers_of_one_duty_count_as_one_overdue_node(home: House, case: Case) -> None:
    file = read(case, home, "2023-05-10 10:00")
    own = file.node_clocks(node(case, "enforcement_notice"))
    assert {clock.rule.id for clock in own} == {"JZ-D-01", "BASE-D-01"}
    assert timeline.overdue_and_soon(file) == (1, 0)


def test_the_three_enquiries_share_one_limit(home: House, case: Case) -> None:
    file = read(case, home, "2023-04-28 10:00")
    days = {line["title"]: line["due"] for line in group(file, "现在要办")}
    assert (
        days["公积金调查（李四）"]
        == days["现场调查（李四）"]
        == days["不动产调查（李四）"]
        == "5月24日（周三）"
    )
    late = read(case, home, "2023-05-26 10:00")
    assert any(phase["note"].endswith("超期 1 项") for phase in timeline.phases(late))
    assert not any("超期 3 项" in phase["note"] for phase in timeline.phases(late))


def test_late_is_said_calmly_after_the_fact(home: House, case: Case) -> None:
    with time.travel("2023-05-08 10:00"):
        complete(case, "enforcement_notice", home.handler, **{**NOTICE, "sent_on": "2023-05-08"})
    file = read(case, home, "2023-05-08 11:00")
    line = next(line for line in group(file, "已办") if line["title"] == "执行通知（李四）")
    assert (line["state"], line["done"], line["done_note"]) == ("late_done", "5月8日", "超期 4 日办结")
    assert timeline.overdue_and_soon(file) == (0, 0)


def test_why_counts_the_working_days_over_a_holiday(home: House, case: Case) -> None:
    file = read(case, home, "2023-04-28 10:00")
    clock = next(c for c in file.clocks if c.rule.id == "JZ-D-01")
    box = why(clock, file.state.calendar, file.today)
    assert box["question"] == "为什么是 2023年5月4日（周四）到期？"
    assert [chip["text"] for chip in box["chips"]] == [
        "收案 4月24日（周一）",
        "5个工作日",
        "跳过休息日 5 天",
        "5月4日（周四）",
    ]
    assert dt.date(2023, 4, 24) + dt.timedelta(days=5 + 5) == clock.due_on, "the sum of the chips"
    assert "荆中法发〔2023〕10号 三(二)1" in box["ref"]
    assert "规则 JZ-D-01（JZ-2023 第 1 版）" in box["ref"]
    assert box["condition"] == {"text": "送达方式 为 电子送达", "holds": True, "missing": ""}
    assert len(box["months"]) == 2
    assert any("劳动节" in step["text"] for step in box["steps"])


def test_why_shows_suspension_roll_and_what_is_provisional(home: House, case: Case) -> None:
    with time.travel("2023-05-10 10:00"):
        suspend_case(
            case_id=case.pk,
            ground="裁定",
            on=dt.date(2023, 5, 10),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    file = read(case, home, "2023-05-12 10:00")
    stopped = next(c for c in file.clocks if c.rule.id == "BASE-D-04")
    assert stopped.state == "hold"
    assert why(stopped, file.state.calendar, file.today)["question"] == "为什么停止计时？"
    assert case_page(file).limit["ring"]["parts"][1]["text"] == "3 日"
    with time.travel("2023-05-22 10:00"):
        resume_case(case_id=case.pk, on=dt.date(2023, 5, 22), actor=home.handler, at=time.now(), key=key())
    file = read(case, home, "2023-05-22 11:00")
    clock = next(c for c in file.clocks if c.rule.id == "BASE-D-04")
    chips = [chip["text"] for chip in why(clock, file.state.calendar, file.today)["chips"]]
    assert chips == [
        "立案 4月24日（周一）",
        "6个月",
        "停止计时 12 日",
        "逢休息日顺延 1 日",
        "11月6日（周一）",
    ]


def test_unverified_law_says_so(home: House, case: Case) -> None:
    with on("2023-05-02 10:00"):
        payee(home, case)
        money(home, case, "20000.00", "S1")
    with time.travel("2023-05-03 10:00"):
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/?node={node(case, 'payout').pk}"))
    assert "同一事项的各个期限" in page
    assert "依据待核实" in page


def test_what_comes_next_is_estimated_and_marked_so(home: House) -> None:
    ly = house(packs=("LY-2021",))
    with time.travel("2023-04-24 09:30"):
        case = assigned(ly, filing("2023-04-24"))
    file = read(case, ly, "2023-04-25 10:00")
    found = {item.kind: item for item in coming(file)}
    assert "network_feedback" in found
    assert "filing" not in found
    assert all(item.after.endswith("办结后开始") for item in found.values())
    later = {line["title"]: line for line in group(file, "之后")}
    assert later["网络查控反馈"]["due"] == "" or later["网络查控反馈"]["due"].startswith("约 ")


def test_the_first_node_opens_unless_another_is_asked_for(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    with time.travel("2023-04-25 10:00"):
        first = text_of(client.get(f"/cases/{case.pk}/"))
        other = node(case, "onsite_investigation")
        asked = text_of(client.get(f"/cases/{case.pk}/?node={other.pk}"))
        odd = client.get(f"/cases/{case.pk}/?node=abc")
    assert f"/nodes/{node(case, 'enforcement_notice').pk}/" in first
    assert f"/nodes/{other.pk}/" in asked
    assert odd.status_code == 200


def test_htmx_gets_the_time_line_only_and_history_the_whole_page(home: House, case: Case) -> None:
    client = signed_in(home.handler)
    with time.travel("2023-04-25 10:00"):
        part = client.get(f"/cases/{case.pk}/", headers={"HX-Request": "true"})
        back = client.get(
            f"/cases/{case.pk}/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}
        )
    assert text_of(part).strip().startswith('<div class="c-card" id="case-timeline">')
    assert "HX-Request" in part["Vary"]
    assert "<!DOCTYPE html>" in text_of(back)


def test_the_log_is_readable_and_goes_on(home: House, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.selectors.tabs.LOG_PAGE", 2)
    with time.travel("2023-04-26 10:00"):
        event = complete(case, "enforcement_notice", home.handler, **NOTICE)
        client = signed_in(home.handler)
        first = text_of(client.get(f"/cases/{case.pk}/log/"))
        rest = text_of(client.get(f"/cases/{case.pk}/log/?before={event.seq - 1}"))
    assert "办结“执行通知（李四）”" in first
    assert f"?before={event.seq - 1}" in first
    assert "<b>立案员</b> 立案" in rest.replace("\n", "")
    assert Event.objects.filter(stream=case.about).count() == 3


def test_a_sealed_case_is_not_found_by_others(home: House, case: Case) -> None:
    with time.travel("2023-04-25 10:00"):
        seal_case(case_id=case.pk, sealed=True, reason="涉密", actor=home.leader, at=time.now(), key=key())
        for tab in (*TABS, "acts/suspend/"):
            assert signed_in(home.director).get(f"/cases/{case.pk}/{tab}").status_code == 404
        page = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/"))
    assert "保密案件" in page


@pytest.mark.parametrize("tab", TABS)
def test_another_court_finds_no_tab(case: Case, tab: str) -> None:
    assert signed_in(house().handler).get(f"/cases/{case.pk}/{tab}").status_code == 404


def test_no_open_number_stands_in_any_tab(home: House, case: Case) -> None:
    with on("2023-05-02 10:00"):
        payee(home, case)
    client = signed_in(home.handler)
    with time.travel("2023-05-03 10:00"):
        pages = "".join(
            text_of(client.get(f"/cases/{case.pk}/{tab}")) for tab in ("", "parties/", "money/", "log/")
        )
    assert "13800000001" not in pages
    assert "6217000010001234567" not in pages
