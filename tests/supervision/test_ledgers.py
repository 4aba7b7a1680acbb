"""长期未结案件台账 with its plans, and the workload of the coming days: every number is its list."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.actions.assigning import assign_case
from cases.models import Case
from events import log
from kernel import time
from kernel.errors import BadInput, NotAllowed, WrongState
from notices.models import Message
from supervision.actions.clearing import plan_clearing
from supervision.actions.tables import publish_due
from supervision.board import Asked, rows_of
from supervision.inspections.models import ClearingPlan, OverdueTable
from supervision.longpending import long_pending
from supervision.replay import differences, replay, stored
from supervision.workload import workload
from tests.factories.cases import House, assigned, filed, filing, house, key
from tests.factories.courts import person, unit
from tests.factories.inspections import by
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        return assigned(home, filing("2023-01-10", imported=True))


@pytest.mark.req("JZ-55")
def test_a_case_enters_the_ledger_the_day_after_six_months(home: House, case: Case) -> None:
    with time.travel("2023-07-10 23:00"):
        assert long_pending(home.centre, time.now()).whole == 0
    with time.travel("2023-07-11 09:00"):
        found = long_pending(home.centre, time.now())
        assert [(row.case.pk, row.since, row.months) for row in found.rows] == [
            (case.pk, dt.date(2023, 7, 11), 6)
        ]
        assert (found.whole, found.new, found.unplanned, found.without_auction) == (1, 1, 1, 1)
        assert long_pending(home.superior, time.now()).whole == 1
        assert long_pending(house().centre, time.now()).whole == 0
        text = main(client_of(home.centre).get("/supervision/long-pending"))
        assert case.number in text
        assert "没有计划" in text
        book = openpyxl.load_workbook(
            io.BytesIO(client_of(home.centre).get("/supervision/long-pending.xlsx").content)
        )
        assert book.worksheets[0]["A2"].value == case.number
    with time.travel("2023-08-02 09:00"):
        assert long_pending(home.centre, time.now(), which="new").rows == []


@pytest.mark.req("JZ-55")
def test_a_plan_is_part_of_the_case_and_turns_red_when_it_is_late(home: House, case: Case) -> None:
    given = {"case_id": case.pk, "cause": "财产权属有争议", "solution": "商请登记机构确权后评估"}
    with time.travel("2023-07-01 09:00"), pytest.raises(WrongState, match="不在长期未结"):
        plan_clearing(**given, target_on=dt.date(2023, 8, 1), **by(home.handler))
    with time.travel("2023-07-12 09:00"):
        with pytest.raises(BadInput, match="已经过去"):
            plan_clearing(**given, target_on=dt.date(2023, 7, 11), **by(home.handler))
        with pytest.raises(NotAllowed):
            plan_clearing(**given, target_on=dt.date(2023, 8, 1), **by(home.finance))
        response = client_of(home.handler).post(
            f"/supervision/long-pending/{case.pk}",
            {**given, "target_on": "2023-08-01", "act_key": key()},
        )
        assert response.status_code == 302
        again = plan_clearing(**given, target_on=dt.date(2023, 8, 10), **by(home.leader))
        assert ClearingPlan.objects.filter(case=case).count() == 2
        assert long_pending(home.centre, time.now()).unplanned == 0
    with time.travel("2023-08-11 09:00"):
        late = long_pending(home.centre, time.now(), which="late")
        assert [row.plan for row in late.rows] == [again]
        assert "逾期 1 日" in main(client_of(home.centre).get("/supervision/long-pending?which=late"))
    case.refresh_from_db()
    assert differences(replay(log.history(case.about)), stored(case)) == []


@pytest.mark.req("JZ-32")
def test_the_workload_of_each_day_is_its_list(home: House, case: Case) -> None:
    fast = unit(home.court, function="fast", name="速执团队")
    mate = person(home.court, "handler", unit=fast, name="赵承办")
    for day in ("2023-07-03", "2023-07-05"):
        with time.travel(f"{day} 09:30"):
            assigned(home, filing(day))
            moved = filed(home, filing(day))
            given = {"owner": mate, "team": fast, "actor": home.centre, "at": time.now(), "key": key()}
            assign_case(case_id=moved.pk, **given)
    with time.travel("2023-07-10 09:00"):
        at = time.now()
        found = workload(home.centre, at)
        assert sum(found.total.values()) > 0
        (load,) = [each for each in found.loads if each.officer == home.handler.pk]
        for day, n in load.days.items():
            asked = Asked(officer=home.handler.pk, on=day)
            assert rows_of(home.centre, asked, at).count() == n
        assert rows_of(home.centre, Asked(when="late", officer=home.handler.pk), at).count() == load.late
        client = client_of(home.centre)
        page = client.get("/supervision/workload")
        assert "李明法" in main(page)
        shown = {
            (group["title"].rpartition("　")[2], row["cells"][0]["text"]): row["cells"][1:-1]
            for group in page.context["groups"]
            for row in group["rows"]
        }
        assert set(shown) == {(home.team.name, "李明法"), (fast.name, "赵承办")}
        for team, officer in ((home.team, home.handler), (fast, mate)):
            late, *days = [
                int(cell["text"].replace("—", "0")) for cell in shown[team.name, officer.full_name]
            ]
            who = {"team": team.pk, "officer": officer.pk}
            assert late == rows_of(home.centre, Asked(when="late", **who), at).count()
            assert sum(days) > 0
            assert days == [rows_of(home.centre, Asked(on=day, **who), at).count() for day in found.days]
        client.get("/supervision/workload")
        few = queries(client, "/supervision/workload")
        assigned(home, filing("2023-07-06"))
        assert queries(client, "/supervision/workload") == few <= 12


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


@pytest.mark.req("SQ-23")
def test_the_overdue_table_is_published_once_a_week_as_it_stood(home: House) -> None:
    for day in ("2024-05-20", "2024-05-23", "2024-05-15"):
        with time.travel(f"{day} 09:30"):
            assigned(home, filing(day))
    with time.travel("2024-06-02 09:00"):
        assert publish_due(at=time.now()) == 0, "a Sunday"
    with time.travel("2024-06-03 08:00"):
        assert publish_due(at=time.now()) == 2, "the court and the one above"
        assert publish_due(at=time.now()) == 0
    with time.travel("2024-06-04 08:00"):
        assert publish_due(at=time.now()) == 0
        table = OverdueTable.objects.get(court=home.court)
        days = [line[4] for line in table.lines]
        assert days == sorted(days, reverse=True)
        assert days[0] > days[-1] > 0
        assert Message.objects.filter(to_user_id=home.centre.pk, text__contains="已公布").count() == 1
        client = client_of(home.centre)
        assert str(table.counted) in main(client.get("/supervision/tables"))
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"/supervision/tables/{table.pk}.xlsx").content))
        assert [row[4].value for row in book.worksheets[0].iter_rows(min_row=2)] == days
        assert client_of(house().centre).get(f"/supervision/tables/{table.pk}.xlsx").status_code == 404
    with time.travel("2024-06-11 08:00"):
        assert publish_due(at=time.now()) > 0, "the tenth was a holiday"
