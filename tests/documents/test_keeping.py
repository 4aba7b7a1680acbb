"""Files that no row names are collected; files that have one, or are about to, stay."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.db import transaction

from documents import keeping, tasks
from documents.actions.render import render_paper
from documents.models import File
from documents.uploads import store_upload
from kernel import time
from tests.documents.conftest import stored
from tests.factories import documents as factory
from tests.factories.courts import court

pytestmark = pytest.mark.django_db
AT = dt.datetime(2023, 4, 26, 2, tzinfo=dt.UTC)


def upload(*, fails: bool = False) -> None:
    with transaction.atomic():
        store_upload(
            upload=factory.upload(factory.pdf()),
            kind="upload",
            about="case:12",
            case_id=12,
            court_id=court().pk,
            team_id=None,
            owner_id=None,
            actor="user:7",
            at=AT,
        )
        if fails:
            raise LookupError("the verb failed after the upload")


def test_what_a_failed_request_left_is_collected_and_the_rest_stays(storage: Path) -> None:
    upload()
    with pytest.raises(LookupError):
        upload(fails=True)
    assert (File.objects.count(), len(stored(storage))) == (1, 2)
    assert keeping.remove_orphans(at=AT + dt.timedelta(hours=20)) == 0
    assert keeping.remove_orphans(at=AT + dt.timedelta(days=3)) == 1
    assert keeping.remove_orphans(at=AT + dt.timedelta(days=3)) == 0
    assert [path.name for path in stored(storage)] == [Path(File.objects.get().path).name]


def test_the_file_of_a_paper_stays_even_while_its_row_is_not_there_yet(storage: Path) -> None:
    paper = factory.draft(court())
    keeping.keep_paper(paper, b"%PDF-half")
    assert keeping.remove_orphans(at=AT + dt.timedelta(days=3)) == 0
    render_paper(paper_id=paper.pk, at=AT)
    assert keeping.remove_orphans(at=AT + dt.timedelta(days=3)) == 1
    assert [path.name for path in stored(storage)] == [Path(File.objects.get().path).name]


def test_the_same_paper_is_kept_once_and_a_part_of_it_is_replaced(storage: Path) -> None:
    paper = factory.draft(court())
    path = keeping.keep_paper(paper, b"%PDF-whole")
    assert keeping.keep_paper(paper, b"%PDF-whole") == path
    (storage / path).write_bytes(b"%PDF-who")
    assert keeping.keep_paper(paper, b"%PDF-whole") == path
    assert [kept.read_bytes() for kept in stored(storage)] == [b"%PDF-whole"]


def test_the_task_looks_two_weeks_back(storage: Path) -> None:
    with pytest.raises(LookupError):
        upload(fails=True)
    with time.travel("2023-06-01 09:00"):
        assert tasks.remove_orphans() == 0
    with time.travel("2023-05-05 09:00"):
        assert tasks.remove_orphans() == 1
    assert stored(storage) == []
