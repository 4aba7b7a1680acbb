"""通报讲评 of an inspection: drafted from its final result, reviewed by a second person, issued as a version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils.translation import gettext as _

from courts.models import User
from events import log
from kernel.errors import BadInput, NotFound, WrongState
from supervision.actions.inspections import held_inspection, must, text_of, write
from supervision.inspections import policy
from supervision.inspections.commentary import annexes, paragraphs_of
from supervision.inspections.models import Commentary
from supervision.inspections.states import CommentaryState, InspectionState
from supervision.policy import require

MOST_PARAGRAPHS = 40


def draft_commentary(
    *, inspection_id: int, anonymous: bool = False, actor: User, at: dt.datetime, key: str
) -> Commentary:
    """拟稿: the next version, its paragraphs prefilled and its annexes frozen from the final result.

    Raises NotFound, NotAllowed, WrongState (not final; a version is still under way).
    """
    with held_inspection(inspection_id, actor) as inspection:
        policy.require_plan(inspection.court, actor)
        if log.find(inspection.stream, key):
            return inspection.commentaries.latest("version")
        must(inspection, InspectionState.FINAL)
        under_way = inspection.commentaries.filter(state__in=(CommentaryState.DRAFT, CommentaryState.REVIEW))
        if under_way.exists():
            raise WrongState(_("已有一版通报在拟稿或者复核。"), fix=_("先办完这一版。"))
        version = inspection.commentaries.count() + 1
        made = Commentary.objects.create(
            inspection=inspection,
            version=version,
            anonymous=anonymous,
            paragraphs=paragraphs_of(inspection, anonymous=anonymous),
            tables=annexes(inspection, anonymous=anonymous),
            drafted_by=actor,
            drafted_at=at,
        )
        write(inspection, "commentary_drafted", actor, at, key, {"version": version, "anonymous": anonymous})
    return made


def rewrite_commentary(
    *, commentary_id: int, paragraphs: Sequence[str], propose: bool, actor: User, at: dt.datetime, key: str
) -> Commentary:
    """修改 the paragraphs of a draft; propose: and send it for review. Raises NotFound, NotAllowed, BadInput, WrongState."""
    kept = [words.strip() for words in paragraphs if words.strip()]
    if not kept or len(kept) > MOST_PARAGRAPHS:
        raise BadInput(
            _("通报没有正文，或者段落过多。"), field="paragraphs", fix=_("写一至四十段，段落之间空一行。")
        )
    kept = [text_of(words, "paragraphs", "", "") for words in kept]
    with _held(commentary_id, actor) as found:
        if log.find(found.inspection.stream, key):
            return found
        _must(found, CommentaryState.DRAFT)
        found.paragraphs = kept
        found.state = CommentaryState.REVIEW if propose else CommentaryState.DRAFT
        found.save()
        data = {"version": found.version, "propose": propose}
        write(found.inspection, "commentary_written", actor, at, key, data)
    return found


def review_commentary(
    *, commentary_id: int, passed: bool, words: str = "", actor: User, at: dt.datetime, key: str
) -> Commentary:
    """复核 by somebody else than who drafted it: issued, or returned with reasons.

    Raises NotFound, NotAllowed, BadInput (a return says why), WrongState.
    """
    if not passed:
        words = text_of(words, "words", _("没有写明退回理由。"), _("写明哪里需要修改。"))
    with _held(commentary_id, actor) as found:
        if log.find(found.inspection.stream, key):
            return found
        require(
            found.drafted_by_id != actor.pk, _("自己拟的通报不能由自己复核。"), _("请另一名有权人员复核。")
        )
        _must(found, CommentaryState.REVIEW)
        found.reviewed_by, found.reviewed_at, found.words = actor, at, words.strip()
        found.state = CommentaryState.ISSUED if passed else CommentaryState.RETURNED
        found.save()
        data = {"version": found.version, "passed": passed}
        write(found.inspection, "commentary_reviewed", actor, at, key, data)
    return found


@contextmanager
def _held(commentary_id: int, actor: User) -> Iterator[Commentary]:
    rows = Commentary.objects.visible_to(actor).filter(pk=commentary_id)
    inspection_id = rows.values_list("inspection_id", flat=True).first()
    if inspection_id is None:
        raise NotFound(_("没有这份通报，或您无权查看。"), fix=_("从检查列表重新进入。"))
    with held_inspection(inspection_id, actor) as inspection:
        policy.require_plan(inspection.court, actor)
        found = Commentary.objects.select_related("drafted_by").get(pk=commentary_id)
        found.inspection = inspection
        yield found


def _must(found: Commentary, state: CommentaryState) -> None:
    if found.state != state:
        raise WrongState(
            _("这一版通报%s，不能再办这一步。") % found.get_state_display(),
            code="COMMENTARY-STATE",
            fix=_("刷新页面查看最新情况。"),
        )
