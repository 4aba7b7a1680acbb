"""书面答复 of a petition: panel, draft, approval, and the paper that goes out (JZ-65)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.models import Request
from cases.actions import asking
from cases.perform import check_day, guard, known
from cases.snapshot import lock_case
from courts.models import User
from events.models import Event
from kernel import time
from kernel.errors import BadInput, WrongState
from petitions.actions.petitions import Held, clean, held, note, out_of_turn
from petitions.models import Petition
from petitions.states import PetitionState

MATTER = "petition_reply"
"""Of approvals; who assents comes from the pack (JZ-AP-02), else from cases.actions.asking."""
PAPER = "petition_reply"


def hear_panel(
    *, petition_id: int, on: dt.date, members: str, opinion: str, actor: User, at: dt.datetime, key: str
) -> Petition:
    """合议庭研究: day, members and opinion are put on record. Raises NotFound, NotAllowed, BadInput, WrongState."""
    opinion = clean(opinion, "opinion", _("没有写明合议意见。"))
    members = " ".join(members.split())
    if len(members.replace("、", " ").split()) < 3 or len(members) > 120:
        raise BadInput(
            _("合议庭成员不足三人。"),
            field="members",
            fix=_("写明全部成员，用顿号分开，如：王平、李明、赵云。"),
        )
    with held(petition_id, actor, key, "petition.panel_heard") as here:
        petition = here.petition
        if here.done:
            return petition
        check_day(here.locked, on, at)
        if on < petition.received_on:
            raise BadInput(_("合议日期早于收到信访的日期。"), field="on", fix=_("填写实际合议的日期。"))
        if petition.state not in (PetitionState.OPEN, PetitionState.PANEL):
            raise out_of_turn(petition)
        petition.take_panel(on=on, members=members, opinion=opinion)
        petition.save(update_fields=["state", "panel_on", "panel_members", "panel_opinion"])
        note(here, "panel_heard", actor, at, key, {"on": on}, facts={"panel_record_present": True})
    return petition


def save_draft(*, petition_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Petition:
    """保存答复草稿. Raises NotFound, NotAllowed, BadInput, WrongState once it lies for approval."""
    words = clean(words, "words", _("没有填写答复内容。"))
    with held(petition_id, actor, key, "petition.drafted") as here:
        petition = here.petition
        if here.done:
            return petition
        if petition.state not in (PetitionState.OPEN, PetitionState.PANEL):
            raise out_of_turn(petition)
        petition.draft = words
        petition.save(update_fields=["draft"])
        note(here, "drafted", actor, at, key, {})
    return petition


def ask_reply(*, petition_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Petition:
    """报批书面答复: the text is frozen and lies with those whom the pack names (执行局局长).

    Raises NotFound, NotAllowed, BadInput, WrongState without a record of the panel where the rules ask for it.
    """
    words = clean(words, "words", _("没有填写答复内容。"))
    with held(petition_id, actor, key, "petition.reply_asked") as here:
        petition = here.petition
        if here.done:
            return petition
        if petition.state not in (PetitionState.OPEN, PetitionState.PANEL):
            raise out_of_turn(petition)
        _guard(here, {"director_approval_present": True})
        petition.draft = words
        facts = {"petition": petition.pk, "subject": petition.subject_id}
        request = asking.put(
            here.locked, MATTER, facts, ground=words, files=(), actor=actor, at=at, key=f"{key}:ask"
        )
        petition.ask(request_id=request.pk)
        petition.save(update_fields=["state", "draft", "approval_id"])
        note(here, "reply_asked", actor, at, key, {"approval": request.pk})
    return petition


def issue_reply(*, petition_id: int, actor: User, at: dt.datetime, key: str) -> Petition:
    """发出书面答复: the approved text becomes a numbered paper; meets the clock of the written answer (JZ-D-16).

    Raises NotFound, NotAllowed, WrongState without panel and approval (JZ-G-PET-01, whatever else is missing).
    """
    with held(petition_id, actor, key, "petition.answered") as here:
        petition = here.petition
        if here.done:
            return petition
        _guard(here, {})
        if petition.state != PetitionState.APPROVED:
            raise WrongState(
                _("书面答复还没有经过批准，不能发出。"),
                code="PETITION-UNAPPROVED",
                fix=_("先报批，批准后再发出。"),
            )
        petition.send_reply(by=actor, at=at)
        _send(here, actor, at, key)
    return petition


def note_answer(event: Event) -> None:
    """approval.given, .refused, .withdrawn: the approved answer may go out, any other comes back. Once for each event."""
    request = Request.objects.get(pk=int(event.stream.partition(":")[2]))
    if request.kind != MATTER:
        return
    given = event.kind == "approval.given"
    key, at = f"event:{event.pk}", time.now()
    what = "reply_approved" if given else "reply_sent_back"
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=request.facts["case"], key=key)
        if known(locked, kind=f"petition.{what}") is not None:
            return
        petition = Petition.objects.filter(approval_id=request.pk, state=PetitionState.ASKED).first()
        if petition is None:
            return
        here = Held(locked, petition, False)
        if given:
            petition.approve()
        else:
            petition.send_back()
        petition.save(update_fields=["state", "approval_id"])
        facts = {"director_approval_present": True} if given else None
        note(here, what, None, at, key, {"approval": request.pk}, facts=facts, name=event.actor)


def _guard(here: Held, brought: dict[str, bool]) -> None:
    """Raises WrongState in the words of the pack. A fact nobody recorded is a missing one."""
    petition = here.petition
    facts = {"petition_answered_on_spot": petition.is_on_spot, **brought}
    guard(here.locked, "issue_written_reply", facts, subject=petition.subject_id)


def _send(here: Held, actor: User, at: dt.datetime, key: str) -> None:
    """The paper and the act in one; the paper is found again by the petition's number."""
    petition = here.petition
    petition.save(update_fields=["state", "reply", "draft", "answered_by", "answered_at"])
    facts = {
        "addressee": petition.name,
        "petition_number": petition.number,
        "received_on": petition.received_on,
        "channel": petition.get_channel_display(),
        "demand": petition.demand,
        "reply": [line.strip() for line in petition.reply.splitlines() if line.strip()],
    }
    note(
        here,
        "answered",
        actor,
        at,
        key,
        {"way": "written"},
        happened=["written_reply_issued"],
        papers=[PAPER],
        paper_facts=facts,
    )
