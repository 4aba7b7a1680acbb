"""信访: registered, answered on the spot, handed over, closed. The written answer stands in replies.py.

Events of the case: petition.registered, petition.handed_over, petition.told,
petition.panel_heard, petition.drafted, petition.reply_asked, petition.reply_approved, petition.reply_sent_back,
petition.answered, petition.closed. petition.answered follows both kinds of answer (data.way: "oral" or "written").
Whether one was in time is read from the clocks of its subject (deadlines.Deadline: due_on, overdue_at, state met or
met_late; due_at where hours count); one that was answered on the spot has no clock of a written answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from cases.models import Party, Subject
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_reach
from cases.snapshot import Locked, lock_case
from courts.models import Court, User
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from kernel.identity import check_phone
from petitions import policy
from petitions.attaching import attached_to
from petitions.models import Petition
from petitions.states import PetitionState
from regimes.state import Subject as FlowSubject

LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Registration:
    """What is written down of a petition. phone: "" where none was left; party_id: the party of the case, if one.

    oral: what was answered at once, is_on_spot: that this was everything (接访即办).
    """

    channel: str
    level: str
    name: str
    demand: str
    received_on: dt.date
    kind: str = Petition.Kind.LITIGATION
    assigned_by: str = ""
    has_major_effect: bool = False
    party_id: int | None = None
    phone: str = ""
    oral: str = ""
    is_on_spot: bool = False


@dataclass
class Held:
    """A petition and its case, locked. done: this key's act stands already."""

    locked: Locked
    petition: Petition
    done: bool


def register_petition(
    *, case_id: int, given: Registration, actor: User, at: dt.datetime, key: str
) -> Petition:
    """信访登记 (JZ-61): with channel and level; what is overdue in the case and the unanswered letters are attached.

    Starts the clocks of the court's rules at the day of reception, unless all was answered on the spot (JZ-64). Writes
    petition.registered, and petition.answered in the second case. Raises NotFound, NotAllowed, BadInput by field.
    """
    given = _clean(given)
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, user=actor, key=key)
        in_reach(locked, actor)
        policy.require_work(actor)
        if known(locked, kind="petition.registered", data={"demand": given.demand[:40]}) is not None:
            return Petition.objects.get(pk=locked.known[2]["petition"])  # type: ignore[index]
        check_day(locked, given.received_on, at, field="received_on")
        subject = _subject(locked, given)
        petition = _written(locked, subject, given, actor, at)
        facts = _facts(given)
        act = Act(
            kind="petition.registered",
            key=key,
            on=given.received_on,
            happened=[(name, subject.pk) for name in _happened(given)],
            facts=[(subject.pk, name, value) for name, value in facts.items()],
            rows=[subject, petition],
            warnings=guard(locked, "save_petition", facts, subject=subject.pk),
            data={"petition": petition.pk, "demand": given.demand[:40], "nth": petition.nth},
        )
        perform(locked, act, actor=actor, at=at)
        if given.is_on_spot:
            _answer(Held(locked, petition, False), given.oral, actor, at, f"{key}:oral")
    return petition


def answer_orally(*, petition_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Petition:
    """当场答复 (JZ-64): everything is answered by word of mouth on the day of reception; no written answer is due.

    Raises NotFound, NotAllowed, BadInput, WrongState after the day of reception or once it lies for approval.
    """
    words = clean(words, "words", _("没有写明当场怎样答复。"))
    with held(petition_id, actor, key, "petition.answered") as here:
        if here.done:
            return here.petition
        petition = here.petition
        if petition.state not in (PetitionState.OPEN, PetitionState.PANEL):
            raise out_of_turn(petition)
        if time.today(at) != petition.received_on:
            raise WrongState(
                _("当场答复只能在收到信访的当日（%s）办理。") % petition.received_on.isoformat(),
                fix=_("经合议、局长批准后书面答复。"),
            )
        _answer(here, words, actor, at, key)
    return petition


def hand_over_petition(
    *, petition_id: int, to: User, reason: str, actor: User, at: dt.datetime, key: str
) -> Petition:
    """转交经办人, with the reason. The new officer works on petitions in this court. Raises NotFound, NotAllowed, BadInput."""
    reason = clean(reason, "reason", _("没有写明转交理由。"))
    with held(petition_id, actor, key, "petition.handed_over") as here:
        petition = here.petition
        if here.done:
            return petition
        if petition.state == PetitionState.CLOSED:
            raise out_of_turn(petition)
        if to.pk == petition.officer_id:
            raise BadInput(_("这件信访已由此人经办。"), field="to", fix=_("选择另一名经办人。"))
        if not policy.takes_petitions(to, petition.case):
            raise BadInput(_("此人不能经办这件信访。"), field="to", fix=_("从列出的人员中选择。"))
        before, petition.officer = petition.officer_id, to
        petition.save(update_fields=["officer"])
        note(here, "handed_over", actor, at, key, {"from": before, "to": to.pk, "reason": reason})
        policy.tell(here.locked.case, petition, to, _("转交给您经办，请查看。"), at=at, key=key)
    return petition


def tell_petitioner(*, petition_id: int, actor: User, at: dt.datetime, key: str) -> Petition:
    """书面告知信访人已收到: meets the clock of petitions sent on or assigned (信访工作条例第二十三条).

    Raises NotFound, NotAllowed, WrongState when it was done.
    """
    with held(petition_id, actor, key, "petition.told") as here:
        petition = here.petition
        if here.done:
            return petition
        if "petitioner_told" in here.locked.moments.get(petition.subject_id, {}):
            raise WrongState(_("已经告知过信访人。"), fix=_("刷新页面查看。"))
        note(here, "told", actor, at, key, {}, happened=["petitioner_told"])
    return petition


def close_petition(
    *, petition_id: int, words: str, is_resolved: bool, actor: User, at: dt.datetime, key: str
) -> Petition:
    """办结: only after an answer, on the spot or in writing (JZ-61). is_resolved: 实质性化解 (JZ-66).

    Raises NotFound, NotAllowed, BadInput, WrongState without an answer.
    """
    words = clean(words, "words", _("没有写明办结意见。"))
    with held(petition_id, actor, key, "petition.closed") as here:
        petition = here.petition
        if here.done:
            return petition
        if petition.is_waiting:
            raise WrongState(
                _("还没有答复信访人，不能办结。"),
                code="PETITION-UNANSWERED",
                fix=_("先当场答复，或者经合议、批准后发出书面答复。"),
            )
        if petition.state == PetitionState.CLOSED:
            raise out_of_turn(petition)
        petition.close(by=actor, at=at, words=words, is_resolved=is_resolved)
        petition.save(update_fields=["state", "closed_at", "closed_by", "closing", "is_resolved"])
        note(here, "closed", actor, at, key, {"resolved": is_resolved}, happened=["petition_settled"])
    return petition


@contextmanager
def held(petition_id: int, actor: User, key: str, kind: str) -> Iterator[Held]:
    """The petition under the lock of its case, for who works on petitions there. Raises NotFound, NotAllowed, Conflict."""
    row = Petition.objects.visible_to(actor).filter(pk=petition_id).values_list("case_id", flat=True).first()
    if row is None:
        raise NotFound(_("没有这件信访，或您无权办理。"), fix=_("从信访登记簿重新进入。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=row, user=actor, key=key)
        in_reach(locked, actor)
        policy.require_work(actor)
        done = known(locked, kind=kind, data={"petition": petition_id}) is not None
        yield Held(locked, Petition.objects.select_related("officer").get(pk=petition_id), done)


def note(
    here: Held,
    what: str,
    actor: User | None,
    at: dt.datetime,
    key: str,
    data: dict[str, Any],
    *,
    happened: list[str] | None = None,
    facts: dict[str, Any] | None = None,
    name: str = "",
    **more: Any,
) -> None:
    """petition.<what> through the case, with the row's image."""
    petition = here.petition
    subject = petition.subject_id
    act = Act(
        kind=f"petition.{what}",
        key=key,
        on=time.today(at),
        happened=[(event, subject) for event in happened or ()],
        facts=[(subject, fact, value) for fact, value in (facts or {}).items()],
        rows=[petition],
        data={"petition": petition.pk, **data},
        **more,
    )
    perform(here.locked, act, actor=actor, at=at, name=name)


def clean(words: str, field: str, missing: str) -> str:
    """Words without what cannot be stored. Raises BadInput when none are left, or too many."""
    words = words.replace("\x00", "").strip()
    if not words:
        raise BadInput(missing, field=field, fix=_("写几句话说明。"))
    if len(words) > LONGEST:
        raise BadInput(_("内容太长。"), field=field, fix=_("不超过 %d 字。") % LONGEST)
    return words


def out_of_turn(petition: Petition) -> WrongState:
    """Not what comes next for this petition."""
    return WrongState(
        _("这件信访%s，不能这样办理。") % petition.get_state_display(), fix=_("刷新页面，按当前状态办理。")
    )


def _answer(here: Held, words: str, actor: User, at: dt.datetime, key: str) -> None:
    petition = here.petition
    petition.answer_orally(by=actor, at=at, words=words)
    petition.save(update_fields=["state", "oral", "is_on_spot", "answered_by", "answered_at", "draft"])
    note(here, "answered", actor, at, key, {"way": "oral"}, facts={"petition_answered_on_spot": True})


def _clean(given: Registration) -> Registration:
    for name, model in (("channel", Petition.Channel), ("level", Petition.Level), ("kind", Petition.Kind)):
        if getattr(given, name) not in model.values:
            raise BadInput(_("没有选择这一项。"), field=name, fix=_("从列出的选项中选择。"))
    name = " ".join(given.name.replace("\x00", "").split())
    if not name or len(name) > 60:
        raise BadInput(_("没有填写信访人。"), field="name", fix=_("填写信访人的姓名或者名称，不超过 60 字。"))
    if given.channel == Petition.Channel.ASSIGNED and not given.assigned_by.strip():
        raise BadInput(_("没有填写交办单位。"), field="assigned_by", fix=_("填写交办的上级单位。"))
    if given.is_on_spot and not given.oral.strip():
        raise BadInput(_("没有写明当场怎样答复。"), field="oral", fix=_("写明答复内容，或者不勾选当场答复。"))
    return Registration(
        channel=given.channel,
        level=given.level,
        kind=given.kind,
        name=name,
        demand=clean(given.demand, "demand", _("没有填写信访诉求。")),
        received_on=given.received_on,
        assigned_by=given.assigned_by.replace("\x00", "").strip()[:80],
        has_major_effect=given.has_major_effect,
        party_id=given.party_id,
        phone=_phone(given.phone),
        oral=given.oral.replace("\x00", "").strip()[:LONGEST],
        is_on_spot=given.is_on_spot,
    )


def _phone(text: str) -> str:
    if not text.strip():
        return ""
    check = check_phone(text)
    if not check.ok:
        raise BadInput(str(check.message), field="phone", fix=_("核对后重新填写，没有留电话的不填。"))
    return check.value


def _facts(given: Registration) -> dict[str, Any]:
    return {
        "petition_kind": given.kind,
        "petition_source": "assigned" if given.channel == Petition.Channel.ASSIGNED else "direct",
        "petition_level": given.level,
        "petition_answered_on_spot": given.is_on_spot,
        "petition_major_effect": given.has_major_effect,
    }


def _happened(given: Registration) -> list[str]:
    events = ["petition_reception", "petition_accepted"]
    return [*events, "petition_assigned_received"] if given.channel == Petition.Channel.ASSIGNED else events


def _subject(locked: Locked, given: Registration) -> Subject:
    label = _("%(channel)s：%(name)s") % {
        "channel": Petition.Channel(given.channel).label,
        "name": given.name,
    }
    subject = Subject.objects.create(
        case=locked.case, kind="petition", parent_id=locked.root, label=label[:60]
    )
    locked.subjects[subject.pk] = FlowSubject(subject.pk, "petition", locked.root)
    locked.labels[subject.pk] = subject.label
    return subject


def _written(locked: Locked, subject: Subject, given: Registration, actor: User, at: dt.datetime) -> Petition:
    case = locked.case
    party = None
    if given.party_id is not None:
        party = Party.objects.filter(case=case, pk=given.party_id).first()
        if party is None:
            raise BadInput(_("本案没有这个当事人。"), field="party", fix=_("从列出的当事人中选择。"))
    year = given.received_on.year
    return Petition.objects.create(
        case=case,
        subject=subject,
        court_id=case.court_id,
        year=year,
        ordinal=_next_ordinal(case.court_id, year),
        channel=given.channel,
        level=given.level,
        kind=given.kind,
        assigned_by=given.assigned_by,
        has_major_effect=given.has_major_effect,
        party=party,
        name=given.name,
        phone=given.phone or None,
        demand=given.demand,
        nth=Petition.objects.filter(case=case).count() + 1,
        attached=attached_to(locked, at),
        received_on=given.received_on,
        registered_at=at,
        registered_by=actor,
        officer=actor,
        oral=given.oral,
    )


def _next_ordinal(court_id: int, year: int) -> int:
    """The court's next number of the year; its row is held, so that two petitions never draw one."""
    Court.objects.select_for_update(no_key=True).get(pk=court_id)
    of_year = Petition.objects.filter(court_id=court_id, year=year)
    return int(of_year.aggregate(last=Max("ordinal"))["last"] or 0) + 1
