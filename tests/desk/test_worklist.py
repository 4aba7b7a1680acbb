"""我的节点: which rows, in which order, under which figures, in how many queries."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions.assigning import assign_case, seal_case
from cases.actions.holding import suspend_case
from cases.models import Case, Node
from courts.models import User
from deadlines.models import Deadline
from desk.selectors import worklist as module
from desk.selectors.frame import frame_of
from desk.selectors.worklist import VIEWS, Asked, worklist
from kernel import time
from supervision.actions.orders import issue_order
from tests.factories.cases import House, applicant, assigned, complete, filed, filing, house, key, respondent
from tests.factories.courts import person
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
NOTICE = "enforcement_notice"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        return house()


def a_case(home: House, on: str = "2023-04-24", *parties, **fields) -> Case:
    with time.travel(f"{on} 09:30"):
        return assigned(home, filing(on, *parties, **fields))


def seen(user: User, at: str, **asked):
    with time.travel(at):
        return worklist(user=User.objects.get(pk=user.pk), asked=Asked(**asked), at=time.now())


def titles(found) -> list[str]:
    return [item.title for item in found.items]


def test_overdue_first_then_by_last_day_and_what_has_none_last(home: House) -> None:
    a_case(home, "2023-04-24")
    a_case(home, "2023-05-08")
    found = seen(home.handler, "2023-05-10 10:00")
    ends = [item.limit.on for item in found.items if item.limit]
    assert ends == sorted(ends)
    assert ends[0] == dt.date(2023, 5, 4)
    assert [item.segment for item in found.items] == ["running"] * len(ends) + ["free"] * (
        len(found.items) - len(ends)
    )
    assert found.counts.overdue == 1


def test_one_row_a_node_with_the_earliest_clock_and_the_courts_own_before_the_national(home: House) -> None:
    case = a_case(home)
    clocks = Deadline.objects.filter(case_id=case.pk, node_kind=NOTICE)
    assert set(clocks.values_list("rule_id", "due_on")) == {
        ("JZ-D-01", dt.date(2023, 5, 4)),
        ("BASE-D-01", dt.date(2023, 5, 4)),
    }
    rows = [item for item in seen(home.handler, "2023-04-25 10:00").items if item.title == "执行通知"]
    assert [row.limit.rule_id for row in rows] == ["JZ-D-01"]
    assert rows[0].beside is None


def test_the_national_date_is_shown_beside_the_courts_when_it_is_the_earlier(home: House) -> None:
    case = a_case(home)
    own = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
    Deadline.objects.filter(pk=own.pk).update(
        due_on="2023-05-20", overdue_at=time.at_local(dt.date(2023, 5, 21))
    )
    row = next(item for item in seen(home.handler, "2023-04-25 10:00").items if item.title == "执行通知")
    assert (row.limit.rule_id, row.limit.on) == ("BASE-D-01", dt.date(2023, 5, 4))
    assert (row.beside.rule_id, row.beside.on) == ("JZ-D-01", dt.date(2023, 5, 20))
    with time.travel("2023-04-25 10:00"):
        assert "国家规定，本院规定 5月20日" in main(client_of(home.handler).get("/worklist"))


def test_a_clock_that_started_before_its_node_opened_belongs_to_it() -> None:
    with time.travel("2021-04-12 09:30"):
        home = house(packs=("LY-2021",))
        case = assigned(home, filing("2021-04-12"))
        clock = Deadline.objects.get(case_id=case.pk, rule_id="LY-D-01")
        assert clock.node_id is None, (
            "the clock of the acceptance starts at filing, its node opens at assignment"
        )
        assert Node.objects.filter(case=case, kind="acceptance", state="open").exists()
    rows = [item for item in seen(home.handler, "2021-04-13 10:00").items if item.title == "接收案件"]
    assert len(rows) == 1
    assert rows[0].limit.rule_id == "LY-D-01"
    assert rows[0].nodes


def test_a_duty_without_a_node_is_not_lost(home: House) -> None:
    case = a_case(home)
    own = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
    own.pk, own.rule_id, own.pack_code, own.node_id, own.node_kind = None, "BASE-D-42", "BASE", None, ""
    own.save()
    found = seen(home.handler, "2023-04-25 10:00")
    row = next(item for item in found.items if item.limit and item.limit.rule_id == "BASE-D-42")
    assert (row.title, row.nodes) == ("执行异议", ())


def test_a_mere_flag_of_a_case_is_no_work(home: House) -> None:
    case = a_case(home)
    assert Deadline.objects.filter(case_id=case.pk, kind="detector", state="running").exists()
    assert not [
        i for i in seen(home.handler, "2024-01-10 10:00").items if i.limit and i.limit.rule_id == "JZ-D-17"
    ]


def test_the_figures_are_those_of_the_lists_behind_them(home: House) -> None:
    for on in (
        "2023-04-24",
        "2023-05-04",
        "2023-05-08",
        "2023-05-09",
        "2023-05-10",
        "2023-05-11",
        "2023-05-12",
    ):
        a_case(home, on)
    case = a_case(home, "2023-05-12")
    with time.travel("2023-05-15 10:00"):
        suspend_case(
            case_id=case.pk,
            ground="裁定",
            on=dt.date(2023, 5, 15),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        late = Case.objects.get(filed_on="2023-04-24")
        complete(late, NOTICE, home.handler, channel="electronic", sent_on="2023-05-15", platform_ref="E1")
    at = "2023-05-16 10:00"
    counts = seen(home.handler, at).counts
    named = {
        "overdue": counts.overdue,
        "today": counts.today,
        "3d": counts.within_3,
        "7d": counts.within_7,
        "hold": counts.hold,
        "done": counts.done,
    }
    assert {view: len(seen(home.handler, at, view=view).items) for view in VIEWS} == named
    assert all(named.values()), named
    assert (counts.done_late, counts.done_today) == (1, 0)
    assert counts.oldest_on == dt.date(2023, 5, 10)


def test_views_bound_by_last_day(home: House) -> None:
    a_case(home, "2023-04-24")
    assert titles(seen(home.handler, "2023-05-04 23:59", view="today")) == ["执行通知"]
    assert titles(seen(home.handler, "2023-05-04 23:59", view="overdue")) == []
    assert titles(seen(home.handler, "2023-05-05 00:00", view="overdue")) == ["执行通知"]
    assert titles(seen(home.handler, "2023-05-01 09:00", view="3d")) == ["执行通知"]
    assert titles(seen(home.handler, "2023-04-30 09:00", view="3d")) == []
    assert titles(seen(home.handler, "2023-04-27 09:00", view="7d")) == ["执行通知"]


def test_suspended_nodes_are_a_view_of_their_own(home: House) -> None:
    case = a_case(home)
    with time.travel("2023-04-26 10:00"):
        suspend_case(
            case_id=case.pk,
            ground="裁定",
            on=dt.date(2023, 4, 26),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    found = seen(home.handler, "2023-05-10 10:00")
    assert found.counts.overdue == 0
    assert {item.segment for item in found.items} == {"hold", "free"}
    held = seen(home.handler, "2023-05-10 10:00", view="hold").items
    assert {item.limit.stopped_on for item in held} == {dt.date(2023, 4, 26)}
    with time.travel("2023-05-10 10:00"):
        assert "已停 15 日" in main(client_of(home.handler).get("/worklist?view=hold"))


def test_filters_find_by_number_name_initials_and_kind(home: House) -> None:
    a_case(home, "2023-04-24", applicant("单雄信"), respondent("华兴建材公司", kind="enterprise"))
    a_case(home, "2023-04-24", applicant("张三"), respondent("李四"))
    for text in ("单雄信", "sxx", "华兴", "hx"):
        assert {item.parties for item in seen(home.handler, "2023-04-25 09:00", text=text).items} == {
            "单雄信 ↔ 华兴建材公司"
        }, text
    for text in ("2", "执2号", f"（2023）{home.court.code}执00002"):
        assert {item.parties for item in seen(home.handler, "2023-04-25 09:00", text=text).items} == {
            "张三 ↔ 李四"
        }, text
    assert set(titles(seen(home.handler, "2023-04-25 09:00", kind="closing"))) == {"结案"}


def test_a_leader_picks_an_officer_and_a_handler_cannot_pick_another(home: House) -> None:
    colleague = person(home.court, "handler", unit=home.team, name="欧阳明")
    a_case(home)
    with time.travel("2023-04-24 09:30"):
        case = filed(home, filing("2023-04-24", applicant("赵一"), respondent("钱二")))
        assign_case(
            case_id=case.pk, owner=colleague, team=home.team, actor=home.centre, at=time.now(), key=key()
        )
    found = seen(home.leader, "2023-04-25 09:00", officer=colleague.pk)
    assert {item.handler for item in found.items} == {"欧阳明"}
    assert dict(found.officers) == {home.handler.pk: "李明法", colleague.pk: "欧阳明"}
    assert {item.handler for item in seen(home.handler, "2023-04-25 09:00", officer=colleague.pk).items} == {
        "李明法"
    }


def test_a_sealed_case_is_in_its_handlers_list_only(home: House) -> None:
    case = a_case(home)
    with time.travel("2023-04-24 10:00"):
        seal_case(
            case_id=case.pk, sealed=True, reason="商业秘密", actor=home.centre, at=time.now(), key=key()
        )
    assert seen(home.handler, "2023-05-10 09:00").counts.overdue == 1
    for user in (home.leader, home.director, person(home.court, "affairs_group")):
        found = seen(user, "2023-05-10 09:00")
        assert found.items == []
        assert found.counts.overdue == found.counts.done == 0


def test_another_court_sees_nothing(home: House) -> None:
    a_case(home)
    with time.travel("2023-04-24 09:30"):
        other = house()
    for user in (other.handler, other.centre, other.leader, person(other.court, "affairs_group")):
        assert seen(user, "2023-05-10 09:00").items == []


def test_pages_hold_every_row_once_and_do_not_move_with_what_is_new(home: House, monkeypatch) -> None:
    monkeypatch.setattr(module, "SIZE", 4)
    for number in range(3):
        a_case(home, "2023-04-24", applicant(f"申请{number}"), respondent(f"被执{number}"))
    whole, after, first = [], "", None
    while True:
        found = seen(home.handler, "2023-04-25 09:00", after=after)
        whole += [item.row_id for item in found.items]
        first = first or found
        if not found.next:
            break
        after = found.next
    assert len(whole) == len(set(whole)) == Node.objects.open().count()
    a_case(home, "2023-04-20")
    again = [item.row_id for item in seen(home.handler, "2023-04-25 09:00", after=first.next).items]
    kept = [row for row in again if row in whole]
    assert kept
    assert kept == whole[4 : 4 + len(kept)], "what is new stands between; what was there stays in its order"


@pytest.mark.parametrize("role", ["handler", "leader", "centre"])
@pytest.mark.parametrize("view", ["", "overdue", "done"])
def test_seventeen_queries_at_most_whatever_there_is(home: House, role: str, view: str) -> None:
    user = getattr(home, role)

    def asked() -> int:
        with time.travel("2023-05-10 09:00"):
            person_now = User.objects.get(pk=user.pk)
            assert person_now.scope.roles
            with CaptureQueriesContext(connection) as queries:
                found = worklist(user=person_now, asked=Asked(view=view), at=time.now())
        assert found.items or view == "done"
        return len(queries)

    a_case(home)
    assert Node.objects.open().count() >= 3
    assert asked() <= 17
    for number in range(7):
        a_case(
            home,
            "2023-04-24",
            applicant(f"申{number}"),
            respondent(f"甲{number}"),
            respondent(f"乙{number}", phone=""),
        )
    assert Node.objects.open().count() >= 60
    assert asked() <= 17


@pytest.mark.parametrize("view", ["", *VIEWS])
def test_the_page_says_what_to_do_and_every_state_is_an_address(home: House, view: str) -> None:
    a_case(home)
    with time.travel("2023-05-10 09:00"):
        response = client_of(home.handler).get("/worklist", {"view": view, "q": "张三"})
    page = main(response)
    assert response.status_code == 200
    assert "按所选条件，先办 1 个已超期的，今天没有到期的" in page
    html = response.content.decode()
    assert "view=7d&amp;q=" in html or "q=%E5%BC%A0%E4%B8%89" in html
    if view == "overdue":
        node = Node.objects.get(kind=NOTICE)
        origin = "worklist%3Fview%3Doverdue%26q%3D%25E5%25BC%25A0%25E4%25B8%2589"
        assert f"/cases/{node.case_id}/?from={origin}&amp;node={node.pk}#node-{node.pk}" in html
        assert "超期 6 日" in page
        assert "5个工作日内发出执行通知 · 荆中法发〔2023〕10号 三(二)1" in page


def test_the_way_back_keeps_the_conditions(home: House) -> None:
    case = a_case(home)
    address = f"/cases/{case.pk}/"
    with time.travel("2023-05-10 09:00"):
        client = client_of(home.handler)
        shown = client.get(address, {"from": "worklist?view=overdue&q=张三&evil=1"}).content.decode()
        assert 'href="/worklist?view=overdue&amp;q=%E5%BC%A0%E4%B8%89"' in shown
        assert "我的节点（按筛选条件）" in shown
        plain = client.get(address, {"from": "worklist"}).content.decode()
        assert "我的节点（按筛选条件）" not in plain
        assert "evil" not in shown
        assert f'href="{address}papers/?from=worklist%3Fview%3Doverdue' in shown
        asked = {"referer": "http://testserver/cases/?stage=intake&evil=1"}
        listed = client.get(address, headers=asked).content.decode()
        assert 'href="/cases/?stage=intake"' in listed
        assert (
            "案件（按筛选条件）"
            in client.get(f"{address}papers/", {"from": "cases?stage=intake"}).content.decode()
        )
        assert "elsewhere" not in client.get(address, {"from": "elsewhere?view=overdue"}).content.decode()


def test_what_lies_further_than_a_week_stands_under_its_month(home: House) -> None:
    a_case(home)
    with time.travel("2023-05-10 09:00"):
        titles = [group["title"] for group in client_of(home.handler).get("/worklist").context["groups"]]
    assert titles[0].startswith("已超期")
    assert "本月稍后" in titles
    assert "10月" in titles
    assert not any(title.startswith(("5月24日", "10月2")) for title in titles)


def test_filters_keep_each_other(home: House) -> None:
    a_case(home)
    with time.travel("2023-05-10 09:00"):
        html = (
            client_of(home.leader)
            .get(f"/worklist?view=3d&kind=closing&officer={home.handler.pk}&q=x")
            .content.decode()
        )
    for kept in ("view=3d", "kind=closing", f"officer={home.handler.pk}", "q=x"):
        links = [link for link in html.split('href="') if link.startswith("/worklist?")]
        without = [link.partition('"')[0] for link in links if kept not in link.partition('"')[0]]
        assert len(without) <= 2 if kept != "view=3d" else without, (kept, without)
    assert '<input type="hidden" name="view" value="3d">' in html


def test_an_empty_list_says_where_to_look(home: House) -> None:
    with time.travel("2023-04-25 09:00"):
        assert "新的案件分到后，要办的节点会出现在这里。" in main(client_of(home.handler).get("/worklist"))
    a_case(home)
    with time.travel("2023-04-28 09:00"):
        page = main(client_of(home.handler).get("/worklist?view=today"))
        assert "“今天到期”里没有节点 看 7 日内（1）" in page
        assert "没有符合条件的节点" in main(client_of(home.handler).get("/worklist?q=没有这个人"))


def test_the_frame_counts_what_the_list_counts_in_one_query(home: House, django_assert_num_queries) -> None:
    case = a_case(home)
    with time.travel("2023-05-10 09:00"):
        given = {"case_id": case.pk, "words": "三日内发出", "due_on": time.today()}
        issue_order(**given, actor=home.centre, at=time.now(), key="order")
        user = User.objects.get(pk=home.handler.pk)
        at = time.now()
        assert user.scope.roles
        with django_assert_num_queries(1):
            frame = frame_of(user, at)
        assert frame.overdue == seen(home.handler, "2023-05-10 09:00").counts.overdue == 1
        assert frame.place == f"{home.court.short_name} · {home.team.name}"
        response = client_of(home.handler).get("/worklist")
    assert '<span class="c-count c-count--over">1' in response.content.decode()
    with time.travel("2023-05-10 09:00"):
        told = client_of(home.handler).get("/notifications")
    assert frame.unread == 1, "the order told the handler"
    title = told.content.decode().partition("<title>")[2].partition("</title>")[0]
    assert " ".join(title.split()).startswith("(1) 通知"), title
    assert "(1) 我的节点" in " ".join(
        response.content.decode().partition("<title>")[2].partition("</title>")[0].split()
    )
