"""Verbs of a rule pack on its way: upload, keep the preview, sign off or refuse by a second person, withdraw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courts.actions.packs import keep_release
from courts.models import PackDraft, User
from courts.packcheck import check_text, may_release, read_text
from events import log
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState


def upload_draft(
    *, data: bytes, name: str, applies_to: str, actor: User, at: dt.datetime, key: str
) -> PackDraft:
    """Keep a checked pack as a draft. The same key: the draft that stands. Nothing counts by it before its release.

    applies_to: of PackDraft.AppliesTo, "" for what the pack itself says. Raises PackErrors with every fault and its
    line, NotAllowed without the right or for a pack that courts elsewhere follow, Conflict while the version waits.
    """
    _must(actor, "W", _("上传规则包"))
    if applies_to and applies_to not in PackDraft.AppliesTo.values:
        raise BadInput(_("没有这种适用范围。"), field="applies_to", fix=_("从列表中选择。"))
    standing = PackDraft.objects.filter(key=key).first()
    if standing is not None:
        return standing
    checked = check_text(read_text(data, name), name)
    pack = checked.pack
    may_release(pack, actor)
    try:
        with transaction.atomic(durable=True):
            draft = PackDraft.objects.create(
                court=actor.court,
                code=pack.code,
                version=pack.version,
                digest=pack.digest,
                title=pack.title[:120],
                document=pack.document[:80],
                effective_from=pack.effective_from,
                text=checked.text,
                applies_to=applies_to or pack.applies_to,
                key=key,
                uploaded_by=actor,
                uploaded_at=at,
            )
            _tell(draft, "packdraft.uploaded", actor, at, key, {"applies_to": draft.applies_to})
    except IntegrityError as error:
        raise Conflict(
            _("%s 已有一份草稿等待签发。") % pack.name,
            code="PACK-DRAFT",
            fix=_("先撤回那一份，或等它签发。"),
        ) from error
    return draft


def keep_preview(*, draft_id: int, found: Mapping[str, Any], at: dt.datetime) -> PackDraft:
    """Keep what the what-if found with the draft. Joins the caller's transaction."""
    draft = PackDraft.objects.select_for_update().get(pk=draft_id)
    if draft.state == PackDraft.State.WAITING:
        draft.preview, draft.previewed_at = log.plain(found), at
        draft.save(update_fields=["preview", "previewed_at"])
    return draft


def sign_off(
    *, draft_id: int, digest: str, actor: User, at: dt.datetime, key: str, words: str = ""
) -> PackDraft:
    """签发: a second person releases the draft that they have seen (digest), after its preview.

    Checked once more against what is released now. Writes PackRelease, packdraft.signed_off (from which open cases
    move where it applies to them). Raises NotAllowed, WrongState, Conflict, PackErrors.
    """
    with _opened(draft_id, actor, key) as (draft, is_known):
        if is_known:
            return draft
        _must(actor, "A", _("签发规则包"))
        _second_person(draft, actor)
        if draft.digest != digest:
            raise Conflict(_("草稿已不是您看到的那一份。"), code="PACK-DIGEST", fix=_("刷新页面后重新核对。"))
        if draft.previewed_at is None:
            raise WrongState(_("预览还没有完成，不能签发。"), fix=_("等预览完成，核对会变的期限以后再签发。"))
        checked = check_text(draft.text, draft.name)
        may_release(checked.pack, draft.uploaded_by)
        release = keep_release(pack=checked.pack, text=draft.text, at=at, actor=actor.actor)
        _decide(draft, PackDraft.State.RELEASED, actor, at, words)
        data = {"release": release.pk, "applies_to": draft.applies_to, "digest": draft.digest}
        _tell(draft, "packdraft.signed_off", actor, at, key, data)
    return draft


def refuse_draft(*, draft_id: int, actor: User, at: dt.datetime, key: str, words: str) -> PackDraft:
    """不予发布, with the reason. Raises BadInput without one, NotAllowed, WrongState."""
    with _opened(draft_id, actor, key) as (draft, is_known):
        if is_known:
            return draft
        _must(actor, "A", _("签发规则包"))
        _second_person(draft, actor)
        if not words.strip():
            raise BadInput(_("没有写明不予发布的理由。"), field="words", fix=_("写明哪一条有问题、怎样改。"))
        _decide(draft, PackDraft.State.REFUSED, actor, at, words)
        _tell(draft, "packdraft.refused", actor, at, key, {})
    return draft


def withdraw_draft(*, draft_id: int, actor: User, at: dt.datetime, key: str) -> PackDraft:
    """撤回, by who uploaded it. Raises NotAllowed, WrongState."""
    with _opened(draft_id, actor, key) as (draft, is_known):
        if is_known:
            return draft
        if actor.pk != draft.uploaded_by_id:
            raise NotAllowed(_("只有上传人可以撤回。"), fix=_("不同意发布的，写明理由不予发布。"))
        _decide(draft, PackDraft.State.WITHDRAWN, actor, at, "")
        _tell(draft, "packdraft.withdrawn", actor, at, key, {})
    return draft


@contextmanager
def _opened(draft_id: int, actor: User, key: str) -> Iterator[tuple[PackDraft, bool]]:
    """The waiting draft under its lock, and whether this act was done before."""
    with transaction.atomic(durable=True):
        visible = PackDraft.objects.visible_to(actor).filter(pk=draft_id)
        draft = visible.select_for_update(of=("self",)).first()
        if draft is None:
            raise NotFound(_("没有这份草稿。"), fix=_("从规则发布页重新进入。"))
        is_known = log.find(draft.stream, key) is not None
        if not is_known and draft.state != PackDraft.State.WAITING:
            raise WrongState(_("这份草稿%s，不能再办。") % draft.get_state_display(), fix=_("刷新页面查看。"))
        yield draft, is_known


def _must(actor: User, letter: str, words: str) -> None:
    if not actor.is_superuser and not actor.scope.may("packs", letter):
        raise NotAllowed(_("您没有%s的权限。") % words, fix=_("请有此权限的同事办理。"))


def _second_person(draft: PackDraft, actor: User) -> None:
    if actor.pk == draft.uploaded_by_id:
        raise NotAllowed(
            _("自己上传的规则包不能由自己签发。"),
            code="PACK-SECOND",
            fix=_("请另一名有签发权限的人员核对后签发。"),
        )


def _decide(draft: PackDraft, state: str, actor: User, at: dt.datetime, words: str) -> None:
    draft.state, draft.decided_by, draft.decided_at, draft.words = state, actor, at, words.strip()
    draft.save(update_fields=["state", "decided_by", "decided_at", "words"])


def _tell(
    draft: PackDraft, kind: str, actor: User, at: dt.datetime, key: str, more: Mapping[str, Any]
) -> None:
    log.append(
        stream=draft.stream,
        kind=kind,
        actor=actor.actor,
        at=at,
        key=key,
        data={"draft": draft.pk, "code": draft.code, "version": draft.version, **more},
        court_id=draft.court_id,
    )
