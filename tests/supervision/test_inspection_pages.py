"""The pages of the quarterly inspection: a whole quarter walked by clicks, who gets which page, fixed numbers of queries."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courts.models import User
from funds.models import Line
from kernel import time
from supervision.inspections.models import Commentary, Inspection, InspectionDraw, InspectionFinding
from tests.documents import pdf_text
from tests.factories.cases import assigned, complete, filing, house, key
from tests.factories.courts import person
from tests.factories.documents import jpeg, upload
from tests.factories.inspections import SEED, Bureau, bureau, drawn, enter_all, section
from tests.factories.pages import client_of, main
from tests.supervision.test_inspections import CHECKED, LATER, final_with_a_fault, handed_all

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parents[1] / "golden" / "papers"
UPDATE = bool(os.environ.get("UPDATE_GOLDENS"))


@pytest.fixture
def place() -> Bureau:
    home = house()
    with time.travel("2023-05-08 09:00"):
        for n in range(3):
            assigned(home, filing(f"2022-0{n + 1}-1{n}", imported=True))
    return bureau(home)


def post(user: User, address: str, status: int = 302, **given: Any) -> HttpResponse:
    response = client_of(user).post(address, {"act_key": key(), **given})
    assert response.status_code == status, main(response)
    return response


def page(user: User, address: str, status: int = 200) -> str:
    response = client_of(user).get(address)
    assert response.status_code == status
    return main(response)


@pytest.mark.req("JZ-04")
def test_a_quarter_by_clicks(place: Bureau) -> None:
    home, chief = place.home, place.chief
    with time.travel(CHECKED):
        sizes = {
            f"size_{s}": 0 for s in ("termination_quality", "case_funds", "objections", "petitions", "major")
        }
        given = {"year": 2023, "quarter": 2, "courts": [home.court.pk], "size_over_long": 5, **sizes}
        post(chief, "/supervision/inspections/new", **given)
        found = Inspection.objects.get()
        address = f"/supervision/inspections/{found.pk}"
        text = page(chief, address)
        assert all(title in text for title in ("超长期执行案件", "执行信访案件", "重大案件"))
        refused = post(chief, f"{address}/draw", 422, **{"draw-seed": SEED})
        assert "样本 5 件多于总体 3 件" in main(refused)
        post(chief, f"{address}/draw", **{"draw-seed": SEED, "draw-all_of_small": "on"})
        old = section(found, "over_long")
        own = f"/supervision/inspections/sections/{old.pk}"
        assert str(SEED) in page(chief, address)
        assert old.digest in page(chief, own)
        one = old.draws.order_by("position").first()
        at = f"/supervision/inspections/draws/{one.pk}"
        text = page(chief, at)
        assert "立案超过六个月仍在办理，且既无评估又无拍卖记录的" in text
        assert "JZ-D-17" in text
        refused = post(chief, f"{at}/JZ-N-01-1", 422, **{"JZ-N-01-1-result": "fault"})
        assert "没有写明问题" in main(refused)
        fault = {
            "JZ-N-01-1-result": "fault",
            "JZ-N-01-1-words": "没有列入台账",
            "JZ-N-01-1-evidence": "卷12页",
        }
        post(chief, f"{at}/JZ-N-01-1", **fault)
        stale = post(place.second, f"{at}/JZ-N-01-1", 409, **{"JZ-N-01-1-result": "met"})
        assert "已经录入了这一检查点" in main(stale)
        assert "还有 11 个检查点" in main(post(chief, f"{own}/hand", 422))
        for each in old.draws.exclude(pk=one.pk):
            enter_all(place, each)
        for point in ("JZ-N-01-2", "JZ-N-01-3", "JZ-N-01-4"):
            post(chief, f"{at}/{point}", **{f"{point}-result": "met", f"{point}-checked_on": "2023-06-28"})
        page(home.handler, at, 404)
        for each in found.sections.all():
            post(
                chief,
                f"/supervision/inspections/sections/{each.pk}/hand",
                **{"hand-note": "本季度没有此类案件。"},
            )
        row = InspectionFinding.objects.get(result="fault")
        his = f"/supervision/inspections/findings/{row.pk}"
        assert "没有列入台账" in page(home.handler, "/supervision/inspections/findings?state=unsettled")
        assert "申辩" in page(home.handler, his)
        post(home.handler, f"{his}/answer", **{"answer-words": "立案时已评估"})
        assert "没有列入台账" in page(chief, "/supervision/inspections/findings?state=answers")
        assert "立案时已评估" in page(chief, his)
        post(chief, f"{his}/keep", **{"keep-words": "没有评估记录"})
    with time.travel(LATER):
        post(chief, f"{address}/final")
        assert "93.33" in page(chief, address), "one of three cases lost twenty marks"
        assert "整改材料" in main(post(home.handler, f"{his}/rectify", 422, **{"rectify-words": "已补"}))
        post(
            home.handler,
            f"{his}/rectify",
            **{"rectify-words": "已补", "rectify-files": upload(jpeg(), "台账.jpg")},
        )
        post(chief, f"{his}/verify", **{"verify-words": "到位"})
        post(chief, f"{address}/commentary", **{"commentary-anonymous": "on"})
        bulletin = Commentary.objects.get()
        there = f"/supervision/inspections/bulletins/{bulletin.pk}"
        words = {"write-paragraphs": "第一段\n\n第二段", "write-propose": "on"}
        post(chief, f"{there}/write", **words)
        post(place.second, f"{there}/issue")
        assert "已印发" in page(home.director, there)
        assert pdf_of(chief, f"{there}.pdf")


def test_pages_stay_in_their_court(place: Bureau) -> None:
    home = place.home
    abroad = house()
    with time.travel(CHECKED):
        found = drawn(place)
        old = section(found, "over_long")
        one = old.draws.first()
        addresses = [
            f"/supervision/inspections/{found.pk}",
            f"/supervision/inspections/sections/{old.pk}",
            f"/supervision/inspections/sections/{old.pk}.pdf",
            f"/supervision/inspections/draws/{one.pk}",
        ]
        for user in (home.director, abroad.superior, abroad.centre):
            for address in addresses:
                page(user, address, 404)
        for user in (home.handler, home.finance):
            page(user, "/supervision/inspections", 403)
        page(person(home.court.parent, "supervision_office"), "/supervision/inspections/new", 403)
        for each in old.draws.all():
            enter_all(place, each, {"JZ-N-01-1": "未列入台账"})
        handed_all(place, found)
        for address in addresses:
            status = client_of(home.director).get(address).status_code
            assert status == 200
        stranger = person(home.court, "handler", name="别人")
        page(stranger, addresses[3], 404)
        page(home.handler, addresses[3])
        assert "未列入台账" not in page(stranger, "/supervision/inspections/findings")


@pytest.mark.req("JZ-04")
def test_a_case_as_it_stood_on_any_day(place: Bureau) -> None:
    home = place.home
    with time.travel("2023-06-01 09:00"):
        case = assigned(home, filing("2023-06-01"))
        address = f"/supervision/cases/{case.pk}/as-of"
    with time.travel("2023-06-05 09:00"):
        complete(
            case,
            "enforcement_notice",
            home.handler,
            "李四",
            channel="electronic",
            sent_on="2023-06-05",
            platform_ref="E-1",
            with_report_order=False,
        )
    with time.travel(CHECKED):
        assert "当时还没有这个案件" in page(place.chief, f"{address}?on=2023-05-31")
        before = page(place.chief, f"{address}?on=2023-06-02")
        after = page(place.chief, f"{address}?on=2023-06-05")
        assert "2023-06-05 办结" not in before
        assert "2023-06-05 办结" in after
        assert "李四" not in after
        assert "李*" in after
        assert "没有这一天" in client_of(place.chief).get(f"{address}?on=2023-02-30").content.decode()
        assert "还没有到" in client_of(place.chief).get(f"{address}?on=2023-07-01").content.decode()
        page(house().centre, address, 404)
    assert not Line.objects.exists()


def test_a_page_takes_the_same_queries_whatever_it_shows(place: Bureau) -> None:
    with time.travel(CHECKED):
        found = drawn(place)
        address = f"/supervision/inspections/{found.pk}"
        few = asked(place.chief, address)
        home = place.home
        for each in section(found, "over_long").draws.all():
            enter_all(place, each, {"JZ-N-01-1": "未列入台账"})
        handed_all(place, found)
        assert asked(place.chief, address) == few <= 16
        own = f"/supervision/inspections/sections/{section(found, 'over_long').pk}"
        assert asked(home.director, own) <= 12
        assert asked(home.handler, "/supervision/inspections/findings") <= 10


def asked(user: User, address: str) -> int:
    client: Client = client_of(user)
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def pdf_of(user: User, address: str) -> str:
    response = client_of(user).get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    return "\n\n".join("\n".join(one) for one in pdf_text.lines(response.content)) + "\n"


def golden(name: str, text: str) -> None:
    file = GOLDEN / f"{name}.txt"
    if UPDATE:
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


def test_the_papers_read_as_they_did(place: Bureau) -> None:
    upper = place.home.court.parent
    type(upper).objects.filter(pk=upper.pk).update(name="云州市中级人民法院")
    type(upper).objects.filter(pk=place.home.court.pk).update(name="临江县人民法院", short_name="临江法院")
    for number, case in enumerate(InspectionDraw.case.field.related_model.objects.order_by("pk"), start=1):
        type(case).objects.filter(pk=case.pk).update(number=f"（2022）鄂9902执{number}号")
    place.home.court.refresh_from_db()
    found = final_with_a_fault(place)
    with time.travel(LATER):
        old = section(found, "over_long")
        frozen = type(old).objects.filter(pk=old.pk)
        frozen.update(digest="0123456789abcdef" * 4)
        # Ids differ from run to run, and so does who is drawn first: places by number instead.
        ordered = sorted(old.draws.all(), key=lambda one: one.case.number)
        for place_, one in enumerate(ordered, start=1):
            InspectionDraw.objects.filter(pk=one.pk).update(position=place_, stratum="执行一团队")
        golden("inspection_checklist", pdf_of(place.chief, f"/supervision/inspections/sections/{old.pk}.pdf"))
        from_ = client_of(place.chief)
        from_.post(
            f"/supervision/inspections/{found.pk}/commentary",
            {"act_key": key(), "commentary-anonymous": "on"},
        )
        bulletin = Commentary.objects.get()
        golden(
            "inspection_bulletin",
            pdf_of(place.chief, f"/supervision/inspections/bulletins/{bulletin.pk}.pdf"),
        )
