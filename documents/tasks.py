"""Faces of the papers and files for the worker."""

from celery import shared_task

from documents import keeping
from documents.actions import render
from kernel import time


@shared_task(name="documents.render")
def render_papers(paper_id: int | None = None) -> int:
    """Render one paper when its id is given, otherwise every draft that waits."""
    at = time.now()
    if paper_id is None:
        return render.render_due(at=at)
    render.render_paper(paper_id=paper_id, at=at)
    return 1


@shared_task(name="documents.remove_orphans")
def remove_orphans() -> int:
    """Delete stored files that no row names."""
    return keeping.remove_orphans(at=time.now())
