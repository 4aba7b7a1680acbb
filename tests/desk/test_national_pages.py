"""国家系统 in the browser's terms: who may, upload to differences, files that stay the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Difference, NationalExport, NationalList
from kernel import time
from tests.cases.test_national import line, listed, new_case, sheet
from tests.factories.cases import House, house
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day():
    with time.travel("2026-03-02 09:00"):
        yield


@pytest.fixture
def home() -> House:
    return house(name="东湖区人民法院")


def test_from_the_list_to_an_explained_difference(
    home: House, tmp_path: Path, django_assert_max_num_queries
) -> None:
    case, client = new_case(home), client_of(home.centre)
    path = sheet(tmp_path / "a.xlsx", line(case, "N1", handler="王某"))
    page = client.get("/national/lists/")
    file = SimpleUploadedFile("a.xlsx", path.read_bytes())
    given = {"court": home.court.pk, "file": file, "act_key": hidden(page, "act_key")}
    address = client.post("/national/lists/", given)["Location"]
    shown = client.get(address)
    assert "确认导入 1 件" in main(shown)
    client.post(f"{address}confirm", {"act_key": hidden(shown, "act_key")})
    with django_assert_max_num_queries(11):
        page = client.get("/national/")
    assert "承办人不同" in main(page)
    assert f'href="/cases/{case.pk}/"' in page.content.decode()
    row = Difference.objects.get()
    form = f"/national/differences/{row.pk}/explain/"
    key = hidden(client.get(form), "act_key")
    assert client.post(form, {"act_key": key, "words": ""}).status_code == 422
    assert client.post(form, {"act_key": key, "words": "已反馈"}).status_code == 302
    assert "没有差异" in main(client.get("/national/"))
    assert "已反馈" in Difference.objects.get().words
    assert "承办人不同" in main(client.get("/national/?state=explained"))


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_file_of_an_export_is_always_the_same(home: House, ending: str) -> None:
    case, client = new_case(home), client_of(home.centre)
    form = {"court": home.court.pk, "since": "2026-01-01", "until": "2026-03-02"}
    key = hidden(client.get("/national/exports/"), "act_key")
    assert client.post("/national/exports/", {**form, "act_key": key}).status_code == 302
    address = f"/national/exports/{NationalExport.objects.get().pk}.{ending}"
    first = client.get(address).getvalue()
    with time.travel("2026-03-05 10:00"):
        again = client_of(home.centre).get(address).getvalue()
    assert first == again
    if ending == "csv":
        assert f"{case.number},,203001001001,立案审查,2026-03-02,办理" in first.decode("utf-8-sig")
    nothing = client.post("/national/exports/", {**form, "act_key": "x"})
    assert (nothing.status_code, "没有新的办理事项" in main(nothing)) == (422, True)


def test_who_may_see_it(home: House, tmp_path: Path) -> None:
    case = new_case(home)
    listed(home, sheet(tmp_path / "a.xlsx", line(case, "N1", handler="王某")))
    address = f"/national/lists/{NationalList.objects.get().pk}/"
    row = Difference.objects.get()
    for user, status in ((home.centre, 200), (house().centre, 404), (home.handler, 403), (home.finance, 403)):
        client = client_of(user)
        assert client.get(address).status_code == status
        assert client.get(f"/national/differences/{row.pk}/assign/").status_code == status
        assert client.get(f"/national/cases/{case.pk}/number").status_code == status
    assert "没有差异" in main(client_of(house().centre).get("/national/"))
