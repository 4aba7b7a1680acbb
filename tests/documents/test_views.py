"""Who gets a file, and how it is sent."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from courts.models import User
from documents.actions.render import render_paper
from documents.models import File, Paper
from documents.uploads import store_upload
from tests.factories import documents as factory
from tests.factories.courts import court, person, unit

pytestmark = pytest.mark.django_db
AT = dt.datetime(2023, 4, 26, 2, tzinfo=dt.UTC)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def read(response: HttpResponse) -> bytes:
    """The body; reading it to its end is how a streamed file is closed without the test's connection."""
    return b"".join(response.streaming_content) if response.streaming else response.content


def stored_file(owner: User, content: bytes = b"", name: str = "借条.pdf", **changes: object) -> File:
    with transaction.atomic():
        return store_upload(
            **{
                "upload": factory.upload(content or factory.pdf(), name),
                "kind": "upload",
                "about": "case:12",
                "case_id": 12,
                "court_id": owner.court_id,
                "team_id": None,
                "owner_id": owner.pk,
                "actor": owner.actor,
                "at": AT,
                **changes,
            }
        )


def test_the_handler_gets_the_file_and_others_get_404() -> None:
    here = court()
    team = unit(here)
    handler, colleague = person(here, "handler"), person(here, "handler")
    director, assistant = person(here, "bureau_director"), person(here, "assistant", unit=team)
    stranger, party = person(court(), "president"), person(kind="party")
    file = stored_file(handler, team_id=team.pk)
    people = (handler, director, assistant, colleague, stranger, party)
    answers = [signed_in(user).get(f"/files/{file.pk}") for user in people]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 404, 404]
    assert all(read(answer) for answer in answers)
    assert Client().get(f"/files/{file.pk}").status_code == 302


def test_a_file_is_sent_inline_privately_and_is_never_guessed() -> None:
    handler = person(court(), "handler")
    content = factory.pdf()
    response = signed_in(handler).get(f"/files/{stored_file(handler, content).pk}")
    assert read(response) == content
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Content-Disposition"] == "inline; filename*=utf-8''%E5%80%9F%E6%9D%A1.pdf"
    assert "default-src 'self'" in response["Content-Security-Policy"]


def test_a_word_document_is_only_for_download() -> None:
    handler = person(court(), "handler")
    response = signed_in(handler).get(f"/files/{stored_file(handler, factory.docx(), '申请书.docx').pk}")
    assert response["Content-Disposition"].startswith("attachment; ")
    assert read(response)


def test_an_unchanged_file_is_not_sent_again() -> None:
    handler = person(court(), "handler")
    file = stored_file(handler)
    response = signed_in(handler).get(f"/files/{file.pk}", headers={"If-None-Match": f'"{file.sha256}"'})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    ("wanted", "status", "span"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=2-999999", 206, slice(2, None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("items=0-1", 200, slice(None)),
    ],
)
def test_a_video_can_be_wound(wanted: str, status: int, span: slice) -> None:
    handler = person(court(), "handler")
    content = factory.mp4()
    file = stored_file(handler, content, "录像.mp4")
    response = signed_in(handler).get(f"/files/{file.pk}", headers={"Range": wanted})
    assert response.status_code == status
    assert read(response) == content[span]
    assert int(response["Content-Length"]) == len(content[span])


def test_a_range_behind_the_end_is_refused() -> None:
    handler = person(court(), "handler")
    file = stored_file(handler)
    response = signed_in(handler).get(f"/files/{file.pk}", headers={"Range": f"bytes={file.size}-"})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{file.size}")


def test_a_paper_is_served_when_it_is_rendered() -> None:
    handler = person(court(), "handler")
    paper = factory.draft(handler.court, owner_id=handler.pk)
    client = signed_in(handler)
    waiting = client.get(f"/papers/{paper.pk}.pdf")
    assert waiting.status_code == 422
    assert "文书正在生成" in waiting.content.decode()
    render_paper(paper_id=paper.pk, at=AT)
    response = client.get(f"/papers/{paper.pk}.pdf")
    assert read(response).startswith(b"%PDF-1.7")
    assert signed_in(person(court(), "president")).get(f"/papers/{paper.pk}.pdf").status_code == 404


def test_a_paper_that_failed_says_why() -> None:
    handler = person(court(), "handler")
    paper = factory.draft(handler.court, owner_id=handler.pk)
    Paper.objects.filter(pk=paper.pk).update(problem="字体里没有这些字：𠮷")
    assert "字体里没有这些字：𠮷" in signed_in(handler).get(f"/papers/{paper.pk}.pdf").content.decode()


def test_only_reading_is_possible() -> None:
    handler = person(court(), "handler")
    assert signed_in(handler).post(f"/files/{stored_file(handler).pk}").status_code == 405


def test_a_file_costs_a_fixed_number_of_queries(django_assert_num_queries) -> None:
    handler = person(court(), "handler")
    file = stored_file(handler)
    client = signed_in(handler)
    assert read(client.get(f"/files/{file.pk}"))
    with django_assert_num_queries(4):
        assert read(client.get(f"/files/{file.pk}"))
