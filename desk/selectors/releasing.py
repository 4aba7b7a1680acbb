"""What the pages of the release of packs show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cases.actions.releasing import move_key, preview_key
from courts.models import PackDraft, PackRelease, User
from jobs.models import Job
from kernel.errors import DomainError
from regimes.packs import Pack, PackErrors, parse_pack

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Releases:
    """The list: drafts on their way or decided, newest first; versions that are released."""

    drafts: list[PackDraft]
    released: list[PackRelease]


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One draft. pack: None where its text can no longer be read. preview, move: its jobs, if they were asked for."""

    draft: PackDraft
    pack: Pack | None
    before: PackRelease | None
    preview: Job | None
    move: Job | None
    may_sign: bool
    may_withdraw: bool

    @property
    def found(self) -> Mapping[str, Any]:
        """What the what-if found; empty until it has run."""
        return self.draft.preview


def releases(user: User) -> Releases:
    """Two queries."""
    drafts = (
        PackDraft.objects.visible_to(user)
        .select_related("uploaded_by", "decided_by")
        .defer("text", "preview")
    )
    return Releases(
        list(drafts.order_by("-pk")[:SHOWN]),
        list(PackRelease.objects.defer("text").order_by("code", "-version")),
    )


def draft_page(draft: PackDraft, user: User) -> DraftPage:
    """Two queries beyond the draft."""
    jobs = {job.key: job for job in Job.objects.filter(key__in=[preview_key(draft), move_key(draft)])}
    before = (
        PackRelease.objects.defer("text")
        .filter(code=draft.code, version__lt=draft.version)
        .order_by("-version")
        .first()
    )
    is_waiting = draft.state == PackDraft.State.WAITING
    may_decide = user.is_superuser or user.scope.may("packs", "A")
    return DraftPage(
        draft=draft,
        pack=_readable(draft),
        before=before,
        preview=jobs.get(preview_key(draft)),
        move=jobs.get(move_key(draft)),
        may_sign=is_waiting and may_decide and user.pk != draft.uploaded_by_id,
        may_withdraw=is_waiting and user.pk == draft.uploaded_by_id,
    )


def _readable(draft: PackDraft) -> Pack | None:
    try:
        return parse_pack(draft.text, draft.name)
    except (PackErrors, DomainError):
        return None
