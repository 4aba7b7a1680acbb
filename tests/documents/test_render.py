"""Rendering happens once, says so in an event, and a failure stays visible and is tried again."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from documents import drafts, tasks
from documents.actions import render
from documents.models import File, Paper
from documents.states import FileKind, PaperState
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from tests.documents import pdf_text
from tests.documents.conftest import stored
from tests.factories import documents as factory
from tests.factories.courts import court

pytestmark = pytest.mark.django_db
AT = dt.datetime(2023, 4, 26, 2, 5, tzinfo=dt.UTC)


def test_a_draft_becomes_a_file_with_its_event(storage: Path) -> None:
    paper = factory.draft(court(), "freeze_ruling", team_id=5, owner_id=9)
    done = render.render_paper(paper_id=paper.pk, at=AT)
    with done.file.open() as kept:
        content = kept.read()
    assert (done.state, done.rendered_at) == (PaperState.RENDERED, AT)
    assert done.file.sha256 == hashlib.sha256(content).hexdigest()
    assert (done.file.kind, done.file.media_type, done.file.size) == (
        FileKind.PAPER,
        "application/pdf",
        len(content),
    )
    assert (done.file.court_id, done.file.team_id, done.file.owner_id, done.file.case_id) == (
        paper.court_id,
        5,
        9,
        12,
    )
    assert done.file.name == "冻结裁定书_（2023）鄂9903执12号.pdf"
    assert "大桥村3组" in pdf_text.text(content)
    event = Event.objects.get(stream=f"paper:{paper.pk}", kind="document.rendered")
    assert event.data == {
        "paper": paper.pk,
        "kind": "freeze_ruling",
        "about": "case:12",
        "case": 12,
        "number": "（2023）鄂9903执12号",
        "file": done.file.pk,
        "sha256": done.file.sha256,
    }


def test_rendering_twice_changes_nothing(storage: Path) -> None:
    paper = factory.draft(court())
    first = render.render_paper(paper_id=paper.pk, at=AT)
    again = render.render_paper(paper_id=paper.pk, at=AT + dt.timedelta(hours=1))
    assert (again.file_id, again.rendered_at) == (first.file_id, AT)
    assert Event.objects.filter(kind="document.rendered").count() == 1
    assert len(stored(storage)) == 1


def test_two_workers_make_one_file(storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second worker has its bytes ready when the first one commits."""
    paper = factory.draft(court())
    real = render._finish

    def after_the_other(*args: object) -> Paper:
        monkeypatch.setattr(render, "_finish", real)
        render.render_paper(paper_id=paper.pk, at=AT)
        return real(*args)

    monkeypatch.setattr(render, "_finish", after_the_other)
    render.render_paper(paper_id=paper.pk, at=AT + dt.timedelta(seconds=1))
    assert (File.objects.count(), len(stored(storage))) == (1, 1)
    assert Paper.objects.get().rendered_at == AT


def test_a_paper_voided_meanwhile_gets_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    paper = factory.draft(court())
    real = render._finish

    def after_voiding(*args: object) -> Paper:
        with transaction.atomic():
            drafts.void(paper_id=paper.pk, reason="姓名有误", actor="user:7", at=AT, key="v")
        return real(*args)

    monkeypatch.setattr(render, "_finish", after_voiding)
    with pytest.raises(WrongState, match="已经作废"):
        render.render_paper(paper_id=paper.pk, at=AT)
    assert not File.objects.exists()


def test_there_is_no_such_paper() -> None:
    with pytest.raises(NotFound):
        render.render_paper(paper_id=0, at=AT)


def test_a_rare_character_is_a_visible_problem_and_is_tried_again() -> None:
    paper = factory.draft(court(), addressee="𠮷田")
    with pytest.raises(BadInput):
        render.render_paper(paper_id=paper.pk, at=AT)
    paper.refresh_from_db()
    assert (paper.state, paper.attempts) == (PaperState.DRAFT, 1)
    assert paper.problem.startswith("字体里没有这些字：𠮷。请把含有这些字的")
    assert paper.due_at == AT + render.BACKOFF[0]
    assert render.render_due(at=AT) == 0
    assert render.render_due(at=paper.due_at) == 0
    paper.refresh_from_db()
    assert paper.attempts == 2


def test_the_sweep_renders_what_was_left_and_goes_on_past_a_bad_one(storage: Path) -> None:
    here = court()
    bad = factory.draft(here, "acceptance_notice", addressee="𠮷田")
    good = [factory.draft(here, kind) for kind in ("execution_notice", "report_order")]
    assert render.render_due(at=AT) == 2
    assert render.render_due(at=AT) == 0
    states = dict(Paper.objects.values_list("pk", "state"))
    assert states == {bad.pk: "draft", good[0].pk: "rendered", good[1].pk: "rendered"}


def test_a_claimed_draft_is_left_to_its_worker_for_the_lease() -> None:
    paper = factory.draft(court())
    assert render._claim(AT) == paper.pk
    assert render._claim(AT) is None
    assert render._claim(AT + render.LEASE) == paper.pk


def test_the_task_renders_one_or_all() -> None:
    here = court()
    first, second = factory.draft(here), factory.draft(here, "report_order")
    with time.travel("2023-04-26 12:00"):
        assert tasks.render_papers(second.pk) == 1
        assert Paper.objects.get(pk=first.pk).state == PaperState.DRAFT
        assert tasks.render_papers() == 1
    assert Paper.objects.get(pk=first.pk).state == PaperState.RENDERED


@pytest.mark.parametrize("change", [{"state": "draft"}, {"file": None}])
def test_a_rendered_paper_keeps_its_file(change: dict) -> None:
    paper = render.render_paper(paper_id=factory.draft(court()).pk, at=AT)
    with pytest.raises((IntegrityError, DatabaseError), match="frozen"), transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(**change)


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"path": "other"}, {"size": 1}])
def test_a_file_never_changes_and_is_never_deleted(change: dict) -> None:
    render.render_paper(paper_id=factory.draft(court()).pk, at=AT)
    with pytest.raises((IntegrityError, DatabaseError), match="frozen"), transaction.atomic():
        File.objects.update(**change)
    Paper.objects.update(team_id=3)
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        File.objects.all()._raw_delete("default")
