"""Verbs of the printer: render one paper, render those that wait."""

from __future__ import annotations

import datetime as dt
import hashlib

import structlog
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from documents import compose
from documents.keeping import keep_paper
from documents.models import File, Paper
from documents.renderer import render_pdf
from documents.states import FileKind, PaperState
from events import log as events
from kernel.errors import DomainError, NotFound, WrongState

LEASE = dt.timedelta(minutes=2)
BACKOFF = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 5, 30, 120))
log = structlog.get_logger(__name__)


def render_paper(*, paper_id: int, at: dt.datetime) -> Paper:
    """Render a draft to a file; a paper that is rendered already is returned as it stands.

    The PDF is made outside the transaction from frozen facts and dated by the draft: a worker that dies
    anywhere repeats the same bytes under the same name. Writes the File and document.rendered (paper, kind,
    about, case, number, file, sha256) to "paper:<id>". at: the instant of rendering.
    Raises NotFound, WrongState for a voided paper; a failure is noted in `problem`, the sweep tries again.
    """
    paper = Paper.objects.select_related("court").filter(pk=paper_id).first()
    if paper is None:
        raise NotFound(_("没有这份文书"))
    if paper.state == PaperState.DRAFT:
        try:
            pdf = _pdf_of(paper)
            path = keep_paper(paper, pdf)
        except Exception as error:
            _note(paper, error, at)
            raise
        paper = _finish(paper, pdf, path, at)
    if paper.state == PaperState.VOIDED:
        raise WrongState(_("这份文书已经作废"), code="PAPER-VOIDED")
    return paper


def render_due(*, at: dt.datetime, limit: int = 100) -> int:
    """Render the drafts that a lost message or a dead worker left behind; returns how many.

    Safe in any number of workers: each claims one draft at a time.
    """
    done = 0
    for _attempt in range(limit):
        paper_id = _claim(at)
        if paper_id is None:
            break
        try:
            render_paper(paper_id=paper_id, at=at)
            done += 1
        except Exception as error:  # noqa: BLE001  one bad paper must not stop the others; it stays, with its problem
            log.warning("paper.failed", paper_id=paper_id, error=type(error).__name__)
    return done


def _pdf_of(paper: Paper) -> bytes:
    kind = paper.definition
    body = compose.html_of(kind, number=paper.number, facts=paper.every_fact())
    return render_pdf(
        body,
        css=compose.style_sheet(),
        title=f"{kind.zh} {paper.number or paper.case_number}",
        author=paper.facts["court_name"],
        created_at=paper.created_at,
    )


def _finish(paper: Paper, pdf: bytes, path: str, at: dt.datetime) -> Paper:
    with transaction.atomic(durable=True):
        locked = Paper.objects.select_for_update().get(pk=paper.pk)
        if locked.state != PaperState.DRAFT:
            return locked
        file = File.objects.create(
            court_id=locked.court_id,
            team_id=locked.team_id,
            owner_id=locked.owner_id,
            about=locked.about,
            case_id=locked.case_id,
            kind=FileKind.PAPER,
            name=f"{paper.zh}_{locked.number or locked.case_number}.pdf",
            media_type="application/pdf",
            size=len(pdf),
            sha256=hashlib.sha256(pdf).hexdigest(),
            path=path,
            uploaded_by="system:documents",
            created_at=at,
        )
        locked.state, locked.file, locked.rendered_at, locked.problem = PaperState.RENDERED, file, at, ""
        locked.template_digest = compose.template_digest(paper.definition)
        locked.save(update_fields=["state", "file", "rendered_at", "problem", "template_digest"])
        _announce(locked, file, at)
    return locked


def _announce(paper: Paper, file: File, at: dt.datetime) -> None:
    events.append(
        stream=paper.stream,
        kind="document.rendered",
        actor="system:documents",
        at=at,
        key="rendered",
        data={
            "paper": paper.pk,
            "kind": paper.kind,
            "about": paper.about,
            "case": paper.case_id,
            "number": paper.number,
            "file": file.pk,
            "sha256": file.sha256,
        },
        court_id=paper.court_id,
    )


def _claim(at: dt.datetime) -> int | None:
    """One waiting draft, put off for the length of a lease so that no other worker takes it meanwhile."""
    with transaction.atomic(durable=True):
        paper = Paper.objects.due(at).select_for_update(skip_locked=True).only("pk").first()
        if paper is None:
            return None
        Paper.objects.filter(pk=paper.pk).update(due_at=at + LEASE)
    return paper.pk


def _note(paper: Paper, error: Exception, at: dt.datetime) -> None:
    """Say in the row why it failed, in words a person can act on, and when it is tried again."""
    problem = f"{error}。{error.fix}" if isinstance(error, DomainError) else type(error).__name__
    wait = BACKOFF[min(paper.attempts, len(BACKOFF) - 1)]
    Paper.objects.filter(pk=paper.pk, state=PaperState.DRAFT).update(
        problem=problem[:300], attempts=F("attempts") + 1, due_at=at + wait
    )
