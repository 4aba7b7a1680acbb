"""Ask for approval, assent, refuse, withdraw. What follows from an approval is done above, from its event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from approvals import policy
from approvals.models import Assent, Request
from approvals.states import Answer, RequestState
from courts.models import User
from courts.scope import roles
from events import log
from events.log import Draft
from kernel.errors import BadInput, Conflict, NotFound, WrongState


def ask(
    *,
    about: str,
    court_id: int,
    kind: str,
    chain: Sequence[str],
    facts: Mapping[str, Any],
    ground: str,
    actor: User,
    at: dt.datetime,
    key: str,
    team_id: int | None = None,
    owner_id: int | None = None,
    ladder: str = "approval",
    joins: bool = False,
) -> Request:
    """提请审批: ask each role of `chain`, lowest first. The same key and input: the request that stands.

    ladder: of the vocabulary, when those whose turn it is are reminded; "" = never.
    facts: JSON of ids, dates and amounts as text, never personal data: it goes into the events.
    joins: takes part in the caller's transaction instead of opening its own.
    Writes approval.asked to "approval:<id>". Raises BadInput, NotAllowed, Conflict (key of another request).
    """
    policy.may_ask(actor)
    asked = Request(
        court_id=court_id,
        team_id=team_id,
        owner_id=owner_id,
        about=about,
        kind=kind,
        asked_by=actor,
        chain=list(chain),
        role=chain[0] if chain else "",
        facts=log.plain(facts),
        ground=ground.strip(),
        key=key,
        asked_at=at,
        asked_for_id=actor.scope.acts_for(court_id=court_id, team_id=team_id, owner_id=owner_id),
        since=at,
        ladder=ladder,
        remind_at=at if ladder else None,
    )
    _check(asked)
    with transaction.atomic(durable=not joins):
        standing = Request.objects.filter(about=about, key=key).first() or _write(asked)
        if standing is not None:
            return _same(standing, asked)
        _tell(asked, "approval.asked", actor, at, key, {"chain": asked.chain, **_for(asked.asked_for_id)})
    return asked


def assent(
    *, request_id: int, actor: User, at: dt.datetime, key: str, words: str = "", joins: bool = False
) -> Request:
    """同意: assent at the present step; after the last step the request is given and approval.given says so.

    Writes the Assent and approval.assented (more steps to go) or approval.given (kind, about, facts).
    Raises NotFound, NotAllowed, WrongState when it is closed, Conflict for a key of something else.
    """
    with _opened(request_id, actor, joins=joins) as request:
        if (known := log.find(request.stream, key)) is not None:
            return _repeated(request, known, ("approval.assented", "approval.given"), actor)
        _must_wait(request)
        behalf = policy.may_decide(request, actor, at)
        step = request.step
        _note(request, Answer.ASSENT, words, actor, at, behalf)
        if request.is_last_step:
            request.give(at)
        else:
            request.advance(at)
            request.remind_at = at if request.ladder else None
        request.save(update_fields=["step", "role", "state", "closed_at", "since", "reminded", "remind_at"])
        kind = "approval.given" if request.state == RequestState.GIVEN else "approval.assented"
        _tell(request, kind, actor, at, key, {"step": step, "by": actor.pk, **_for(behalf)})
    return request


def refuse(
    *, request_id: int, actor: User, at: dt.datetime, key: str, words: str, joins: bool = False
) -> Request:
    """不同意: refuse at the present step, which closes the request. words: why (required).

    Writes the answer and approval.refused. Raises BadInput, and the errors of assent.
    """
    if not words.strip():
        raise BadInput(
            _("没有填写不同意的理由。"), field="words", fix=_("写明理由，便于提请人补正后重新提请。")
        )
    with _opened(request_id, actor, joins=joins) as request:
        if (known := log.find(request.stream, key)) is not None:
            return _repeated(request, known, ("approval.refused",), actor)
        _must_wait(request)
        behalf = policy.may_decide(request, actor, at)
        step = request.step
        _note(request, Answer.REFUSE, words, actor, at, behalf)
        request.refuse(at)
        request.save(update_fields=["role", "state", "closed_at", "remind_at"])
        _tell(request, "approval.refused", actor, at, key, {"step": step, "by": actor.pk, **_for(behalf)})
    return request


def withdraw(*, request_id: int, actor: User, at: dt.datetime, key: str, joins: bool = False) -> Request:
    """撤回: the asker takes the request back while it waits. Writes approval.withdrawn.

    Raises NotFound, NotAllowed, WrongState, Conflict.
    """
    with _opened(request_id, actor, joins=joins) as request:
        if (known := log.find(request.stream, key)) is not None:
            return _repeated(request, known, ("approval.withdrawn",), actor)
        policy.may_withdraw(request, actor)
        _must_wait(request)
        request.withdraw(at)
        request.save(update_fields=["role", "state", "closed_at", "remind_at"])
        _tell(request, "approval.withdrawn", actor, at, key, {"step": request.step})
    return request


def _check(asked: Request) -> None:
    if not asked.ground:
        raise BadInput(_("没有填写提请审批的理由。"), field="ground", fix=_("写明事实和依据。"))
    if not asked.kind or not asked.about:
        raise BadInput(_("没有写明审批的事项。"), field="kind", fix=_("写明事项和所涉案件。"))
    if not asked.chain:
        raise BadInput(_("没有审批人。"), field="chain", fix=_("至少写明一个审批角色。"))
    for role in asked.chain:
        _check_role(asked, role)


def _check_role(asked: Request, role: str) -> None:
    """A role that nobody could ever hold for this request would let it wait for ever."""
    definition = roles().get(role)
    if definition is None:
        raise BadInput(_("没有“%s”这个角色。") % role, field="chain", fix=_("从角色表中选择。"))
    if definition["sees"] == "team" and asked.team_id is None:
        raise BadInput(
            _("案件还没有分到团队，不能报%s审批。") % definition["zh"], field="chain", fix=_("先分案到团队。")
        )
    if definition["sees"] == "own" and asked.owner_id is None:
        raise BadInput(
            _("案件还没有承办人，不能报%s审批。") % definition["zh"], field="chain", fix=_("先确定承办人。")
        )


def _write(asked: Request) -> Request | None:
    """Insert; when another worker was first with this key, its request instead."""
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        standing = Request.objects.filter(about=asked.about, key=asked.key).first()
        if standing is None:
            raise
        return standing
    return None


def _same(standing: Request, asked: Request) -> Request:
    names = ("court_id", "kind", "asked_by_id", "chain", "facts", "ground")
    if any(getattr(standing, name) != getattr(asked, name) for name in names):
        raise Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="APPROVAL-KEY")
    return standing


@contextmanager
def _opened(request_id: int, actor: User, *, joins: bool) -> Iterator[Request]:
    """The request that this person may see, under its lock, in a transaction of its own unless `joins`."""
    with transaction.atomic(durable=not joins):
        visible = Request.objects.visible_to(actor).filter(pk=request_id)
        request = visible.select_for_update(of=("self",), no_key=True).first()
        if request is None:
            raise NotFound(_("没有这一审批事项。"), fix=_("从“待我审批”重新进入。"))
        yield request


def _repeated(request: Request, known: log.Event, kinds: Sequence[str], actor: User) -> Request:
    if known.kind not in kinds or known.actor != actor.actor:
        raise Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="APPROVAL-KEY")
    return request


def _must_wait(request: Request) -> None:
    if request.state != RequestState.WAITING:
        raise WrongState(
            _("这一事项%s，不能再办。") % request.get_state_display(),
            code="APPROVAL-STATE",
            fix=_("刷新页面；需要再次审批的，重新提请。"),
        )


def _note(
    request: Request, answer: Answer, words: str, actor: User, at: dt.datetime, behalf: int | None
) -> None:
    Assent.objects.create(
        request=request,
        step=request.step,
        role=request.role,
        by=actor,
        by_for_id=behalf,
        answer=answer,
        words=words.strip(),
        at=at,
    )


def _for(behalf: int | None) -> dict[str, int]:
    """代何人, as an event keeps it."""
    return {} if behalf is None else {"for": behalf}


def _tell(
    request: Request, kind: str, actor: User, at: dt.datetime, key: str, more: Mapping[str, Any]
) -> None:
    """Append to the request's stream what an upper floor needs to act.

    Ground and opinions stay in their rows: free text may name people, and an event is for ever.
    """
    data = {
        "request": request.pk,
        "kind": request.kind,
        "about": request.about,
        "facts": request.facts,
        "asked_by": request.asked_by_id,
        "state": request.state,
        **more,
    }
    log.append_many(
        stream=request.stream,
        actor=actor.actor,
        at=at,
        court_id=request.court_id,
        drafts=[Draft(kind=kind, data=data, key=key)],
    )
