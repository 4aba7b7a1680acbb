"""规则发布: upload with errors by line, preview, sign-off by a second person, in the browser's terms."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from courts.models import PackDraft, PackRelease
from desk.onetime import new_key
from events import relay
from jobs import running
from jobs.models import Job
from kernel import time
from regimes.packs import TEMPLATE, parse_pack
from tests.cases.test_repinning import LONGER, changed
from tests.factories.cases import House, assigned, filing, house
from tests.factories.courts import person
from tests.factories.pages import client_of, hidden

pytestmark = pytest.mark.django_db
START = "2026-03-02T09:00:00+08:00"
LIST = "/rules/releases/"


@pytest.fixture
def home() -> House:
    return house()


def upload(client: Client, text: str, **more: str):  # noqa: ANN201
    file = SimpleUploadedFile("2.yaml", text.encode(), content_type="text/yaml")
    return client.post(f"{LIST}new", {"file": file, "act_key": new_key(), **more})


def test_from_upload_to_release(home: House, django_assert_max_num_queries) -> None:
    admin = client_of(person(home.court, "administrator", name="管小理"))
    director = client_of(home.director)
    with time.travel(START):
        case = assigned(home, filing("2026-03-02"))
        assert admin.get(LIST).status_code == 200
        response = upload(admin, changed(LONGER).text, applies_to="open_cases")
        draft = PackDraft.objects.get()
        assert response.status_code == 302
        assert response["Location"] == f"{LIST}{draft.pk}/"
        page = admin.get(f"{LIST}{draft.pk}/").content.decode()
        assert "待签发" in page
        assert "签发</button>" not in page, "nobody signs off their own"
        relay.run()
        waiting = admin.get(f"{LIST}{draft.pk}/").content.decode()
        assert "hx-get" in waiting, "the preview's progress is polled"
        running.sweep()
        with django_assert_max_num_queries(14):
            seen = director.get(f"{LIST}{draft.pk}/").content.decode()
        for words in ("到期日变动", "李明法", case.number, "3月9日", "3月13日", "JZ-D-01", "第 1 版到"):
            assert words in seen, words
        given = {"act_key": new_key(), "digest": draft.digest, "words": "核对无误"}
        assert director.post(f"{LIST}{draft.pk}/sign/", given).status_code == 302
        assert PackRelease.objects.filter(code="JZ-2023", version=2).exists()
        assert "已发布" in director.get(LIST).content.decode()
        relay.run()
        running.sweep()
        job = Job.objects.get(kind="cases.repin")
        assert director.get(f"/jobs/{job.pk}/").status_code == 200
        assert "换用 1 件" in director.get(f"/jobs/{job.pk}/").content.decode()


def test_every_fault_is_listed_with_its_line_and_nothing_is_kept(home: House) -> None:
    admin = client_of(person(home.court, "administrator"))
    text = changed(LONGER).text.replace("period: 9 workdays", "period: -9 workdays")
    text = text.replace("    duty: enforcement_notice\n", "    duty: enforcement_notise\n", 1)
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "-9 workdays" in each)
    response = upload(admin, text)
    assert response.status_code == 422
    page = response.content.decode()
    assert "期间不能是负数" in page
    assert f">\n{line}" in page.replace(" ", "") or f"{line}" in page
    assert "是否想写 enforcement_notice" in page
    assert "没有保存任何内容" in page
    assert not PackDraft.objects.exists()


@pytest.mark.parametrize("missing", [{}, {"file": SimpleUploadedFile("1.yaml", b"")}], ids=["none", "empty"])
def test_an_upload_without_a_file_says_what_to_do(home: House, missing: dict) -> None:
    admin = client_of(person(home.court, "administrator"))
    response = admin.post(f"{LIST}new", {"act_key": new_key(), **missing})
    assert response.status_code == 422
    assert "请选择规则包文件" in response.content.decode() or "文件是空的" in response.content.decode()


def test_a_refusal_without_a_reason_is_refused_and_a_stale_page_too(home: House) -> None:
    admin, director = client_of(person(home.court, "administrator")), client_of(home.director)
    with time.travel(START):
        upload(admin, changed(LONGER).text)
        draft = PackDraft.objects.get()
        address = f"{LIST}{draft.pk}/"
        empty = {"act_key": new_key(), "digest": draft.digest, "words": ""}
        refused = director.post(f"{address}refuse/", empty)
        assert refused.status_code == 422
        assert "写明哪一条有问题" in refused.content.decode()
        early = director.post(f"{address}sign/", {**empty, "act_key": new_key()})
        assert early.status_code == 422
        assert "预览还没有完成" in early.content.decode()
        assert admin.post(f"{address}withdraw/", {**empty, "act_key": new_key()}).status_code == 302
        assert PackDraft.objects.get().state == "withdrawn"
        assert director.post(f"{address}nothing/", empty).status_code == 404


def test_who_may_open_what(home: House) -> None:
    admin = client_of(person(home.court, "administrator"))
    with time.travel(START):
        upload(admin, changed(LONGER).text)
        draft = PackDraft.objects.get()
        for user, status in (
            (home.handler, 403),
            (house(("LY-2021",)).director, 404),
            (person(kind="party"), 403),
            (home.director, 200),
        ):
            assert client_of(user).get(f"{LIST}{draft.pk}/").status_code == status
        assert client_of(home.director).get(f"{LIST}new").status_code == 403


def test_the_text_and_the_template_can_be_taken(home: House) -> None:
    admin = client_of(person(home.court, "administrator"))
    with time.travel(START):
        text = changed(LONGER).text
        upload(admin, text)
        assert admin.get(f"{LIST}{PackDraft.objects.get().pk}/text").content.decode() == text
        template = b"".join(admin.get(f"{LIST}template").streaming_content).decode()
        assert template == TEMPLATE.read_text(encoding="utf-8")
        assert parse_pack(template, "template").deadlines


def test_an_officer_asks_for_another_version_after_seeing_the_dates(home: House) -> None:
    admin, director = client_of(person(home.court, "administrator")), client_of(home.director)
    with time.travel(START):
        case = assigned(home, filing("2026-03-02"))
        upload(admin, changed(LONGER).text)
        relay.run()
        running.sweep()
        draft = PackDraft.objects.get()
        director.post(f"{LIST}{draft.pk}/sign/", {"act_key": new_key(), "digest": draft.digest, "words": ""})
        officer = client_of(home.handler)
        address = f"/cases/{case.pk}/acts/repin/"
        page = officer.get(address)
        assert "第 2 版" in page.content.decode()
        given = {
            "release": "JZ-2023:2",
            "ground": "新方案更合本案",
            **{name: hidden(page, name) for name in ("act_key", "seen_version", "seen_seq")},
        }
        shown = officer.post(address, given).content.decode()
        assert "3月9日" in shown
        assert "3月13日" in shown
        assert "审批通过前，各项期限不变" in shown
        done = officer.post(address, {**given, "confirmed": "1"})
        assert done.status_code in (200, 302), done.content.decode()[:500]
        waiting = director.get("/approvals").content.decode()
        assert "JZ-2023 换用第 2 版" in waiting
