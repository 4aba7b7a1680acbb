"""系统设置: who may open it, what its acts do, and that an administrator sees no case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Case
from courts.models import Appointment, Court, Delegation, StaffImport, Unit, User
from events.models import Event
from kernel import time
from notices.actions.templates import seed_templates
from notices.models import Template
from tests.factories.cases import applicant, assigned, filing, house, respondent
from tests.factories.courts import court, person, unit
from tests.factories.pages import client_of, hidden, main
from tests.factories.staffsheets import staff_sheet

pytestmark = pytest.mark.django_db
ROOT = "/administration/"
PAGES = (
    "people/",
    "people/new",
    "people/import/",
    "units/",
    "units/new",
    "units/template",
    "courts/",
    "roles/",
    "texts/",
)


@pytest.fixture(autouse=True)
def _day():
    with time.travel("2026-03-02 09:00"):
        seed_templates(at=time.now())
        yield


def act(client: Client, path: str, **given: object) -> object:
    """Open the page of an act and send its form."""
    page = client.get(path)
    assert page.status_code == 200, path
    return client.post(path, {"act_key": hidden(page, "act_key"), **given})


@pytest.mark.parametrize("path", PAGES)
def test_only_administrators_open_the_pages(path: str) -> None:
    home = court()
    allowed = client_of(person(home, "administrator")).get(ROOT + path)
    assert allowed.status_code in (200, 302)
    for role in ("handler", "bureau_director", "president", "finance"):
        assert client_of(person(home, role)).get(ROOT + path).status_code == 403


def test_other_courts_people_do_not_exist() -> None:
    home = court()
    keeper, stranger, root = (
        person(home, "administrator"),
        person(court(), "handler"),
        person(home, is_superuser=True),
    )
    client = client_of(keeper)
    for other in (stranger, root):
        assert client.get(f"{ROOT}people/{other.pk}/").status_code == 404
        assert client.get(f"{ROOT}people/{other.pk}/password/").status_code == 404
    assert client.get(f"{ROOT}courts/{stranger.court_id}/").status_code == 404
    assert stranger.full_name not in main(client.get(f"{ROOT}people/"))
    below = client_of(person(home.parent, "administrator"))
    assert below.get(f"{ROOT}people/{keeper.pk}/").status_code == 200


def test_an_administrator_sees_no_case() -> None:
    with time.travel("2026-01-05 09:00"):
        home = house()
        case = assigned(home, filing("2026-01-05", applicant(), respondent()))
    for keeper in (
        person(home.court, "administrator"),
        person(home.court.parent, "administrator"),
        person(home.court, is_superuser=True, is_staff=True),
    ):
        assert not Case.objects.visible_to(keeper).exists()
        client = client_of(keeper)
        for tab in ("", "parties/", "property/", "money/", "papers/", "log/"):
            assert client.get(f"/cases/{case.pk}/{tab}").status_code == 404
        for listed in ("/cases/", f"/search?q={case.number}", "/worklist", "/central"):
            assert case.number not in main(client.get(listed)), listed


def test_a_person_is_added_appointed_placed_and_relieved() -> None:
    home = court()
    team = unit(home, name="普执团队")
    client = client_of(person(home, "administrator"))
    given = {"court": home.pk, "username": "wangwu", "full_name": "王五", "post": "quota_judge"}
    page = act(client, f"{ROOT}people/new", **given)
    assert "只显示这一次" in main(page)
    made = User.objects.get(username="wangwu")
    password = re.search(r"用户名 \S+ 初始密码 (\S+)", main(page))[1]
    assert made.check_password(password)
    base = f"{ROOT}people/{made.pk}/"
    assert act(client, f"{base}role/", role="handler", since="2026-03-01").status_code == 302
    assert act(client, f"{base}unit/", unit=team.pk, since="2026-03-01").status_code == 302
    twice = act(client, f"{base}unit/", unit=team.pk, since="2026-03-02")
    assert (twice.status_code, "已经是“普执团队”的人员" in main(twice)) == (422, True)
    early = act(client, f"{base}roles/{made.appointments.get().pk}/end", until="2026-02-01")
    assert (early.status_code, "早于任职日期" in main(early)) == (422, True)
    assert act(client, f"{base}roles/{made.appointments.get().pk}/end", until="2026-03-31").status_code == 302
    assert act(client, f"{base}correct/", full_name="王武", post="clerk").status_code == 302
    assert act(client, f"{base}active/").status_code == 302
    made.refresh_from_db()
    assert (made.full_name, made.post, made.is_active, made.initials) == ("王武", "clerk", False, "ww")
    kinds = set(Event.objects.filter(stream=f"user:{made.pk}").values_list("kind", flat=True))
    assert {"user.created", "user.appointed", "user.joined", "user.relieved", "user.corrected"} <= kinds
    new = act(client, f"{base}password/")
    made.refresh_from_db()
    assert made.check_password(re.search(r"用户名 \S+ 初始密码 (\S+)", main(new))[1])
    assert made.must_change_password


def test_nobody_gives_himself_a_role_or_locks_himself_out() -> None:
    keeper = person(court(), "administrator")
    client = client_of(keeper)
    refused = act(client, f"{ROOT}people/{keeper.pk}/role/", role="president", since="2026-03-01")
    assert (refused.status_code, "不能给本人任职" in main(refused)) == (422, True)
    assert act(client, f"{ROOT}people/{keeper.pk}/active/").status_code == 422
    assert set(Appointment.objects.filter(user=keeper).values_list("role", flat=True)) == {"administrator"}


def test_units_are_founded_and_opened_only_with_a_quota_judge() -> None:
    home = court()
    client = client_of(person(home, "administrator"))
    given = {"court": home.pk, "name": "速执团队", "kind": "team", "function": "fast"}
    assert act(client, f"{ROOT}units/new", **given).status_code == 302
    made = Unit.objects.get(name="速执团队")
    refused = act(client, f"{ROOT}units/{made.pk}/start", since="2026-03-02")
    assert (refused.status_code, "团队没有员额法官" in main(refused)) == (422, True)
    person(home, "handler", unit=made)
    assert act(client, f"{ROOT}units/{made.pk}/start", since="2026-03-02").status_code == 302
    full = act(client, f"{ROOT}units/{made.pk}/close", until="2026-03-31")
    assert (full.status_code, "还有人员" in main(full)) == (422, True)
    assert act(client, f"{ROOT}units/template", court=home.pk, template="SQ").status_code == 302
    assert "事务集约组" in main(client.get(f"{ROOT}units/"))


def test_the_courts_settings_are_saved() -> None:
    home = court()
    client = client_of(person(home, "administrator"))
    given = {
        "short_name": "东湖",
        "phone": "0799-1",
        "quiet_from": "22:00",
        "quiet_until": "07:30",
        "sms_daily_cap": "5",
    }
    assert act(client, f"{ROOT}courts/{home.pk}/", **given).status_code == 302
    saved = Court.objects.get(pk=home.pk)
    assert (saved.phone, saved.quiet_from.hour, saved.sms_on, saved.code) == ("0799-1", 22, False, home.code)


def test_a_text_is_previewed_counted_and_approved() -> None:
    home = court()
    client = client_of(person(home, "administrator"))
    path = f"{ROOT}texts/case_filed/applicant/?court={home.pk}"
    assert "（2026）云0001执1024号" in main(client.get(path))
    preview = f"{ROOT}texts/case_filed/applicant/preview?court={home.pk}"
    short = client.post(preview, {"text": "您好，{案号}案已立案。{法院}"}).content.decode()
    assert "按 1 条计费" in short
    assert "按 2 条计费" in client.post(preview, {"text": "长" * 71}).content.decode()
    assert "不能使用" in client.post(preview, {"text": "{验证码}"}).content.decode()
    bad = act(client, path, text="{验证码}", approved_by="郑宏伟", approved_on="2026-03-01")
    assert bad.status_code == 422
    good = act(
        client, path, text="您好，{案号}已立案。{法院}", approved_by="郑宏伟", approved_on="2026-03-01"
    )
    assert good.status_code == 302
    assert Template.objects.get(court=home, active=True).approved_by == "郑宏伟"
    assert client_of(person(home, "command_centre")).get(path).status_code == 200
    assert client_of(person(court(), "command_centre")).get(path).status_code == 404


def test_an_administrator_registers_the_delegate_of_an_absent_person() -> None:
    home = court()
    away, to = person(home, "handler"), person(home, "handler")
    other = person(court(), "handler")
    client = client_of(person(home.parent, "administrator"))
    given = {"absent": away.pk, "to": to.pk, "first": "2026-03-02", "last": "2026-03-06", "reason": "住院"}
    assert act(client, "/delegations", **given).status_code == 302
    assert Delegation.objects.get().absent == away
    assert act(client, "/delegations", **{**given, "absent": other.pk}).status_code == 422


def test_a_list_is_imported_on_the_pages(tmp_path: Path) -> None:
    home = court()
    client = client_of(person(home, "administrator"))
    path = staff_sheet(tmp_path / "a.xlsx", ("zhaoliu", "赵六", "其他", None, None, None, None, None, None))
    page = client.get(f"{ROOT}people/import/")
    file = SimpleUploadedFile("名单.xlsx", path.read_bytes())
    sent = client.post(
        f"{ROOT}people/import/", {"court": home.pk, "file": file, "act_key": hidden(page, "act_key")}
    )
    found = StaffImport.objects.get()
    address = f"{ROOT}people/import/{found.pk}/"
    assert sent["Location"] == address
    shown = client.get(address)
    assert "确认导入 1 行" in main(shown)
    done = client.post(f"{address}confirm", {"act_key": hidden(shown, "act_key")})
    assert "初始密码" in main(done)
    assert "no-store" in done["Cache-Control"]
    again = client.post(f"{address}confirm", {"act_key": "x"}, follow=True)
    assert "初始密码只显示一次" in main(again)
    assert client_of(person(court(), "administrator")).get(address).status_code == 404
    assert b"".join(client.get(f"{ROOT}people/import/template.xlsx").streaming_content)[:2] == b"PK"


def test_the_list_of_people_costs_the_same_for_many(django_assert_max_num_queries) -> None:
    home = court()
    keeper = person(home, "administrator")
    for _ in range(12):
        person(home, "handler", "team_leader", unit=unit(home))
    client = client_of(keeper)
    with django_assert_max_num_queries(13):
        assert "团队长" in main(client.get(f"{ROOT}people/"))
