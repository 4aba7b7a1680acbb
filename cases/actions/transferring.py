"""案件移送 (焦作 四(二) 调配案件; 指定执行, 提级执行): a case goes to another court with all its history.

The court that has it offers it with the paper that says so; the other court takes it under a number of its own, or sends
it back with a reason. Until then nothing of the case changes hands. The stream of events goes on unbroken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from cases import moving
from cases.actions.assigning import check_receiver, kind_of_team
from cases.actions.filing import draw_number
from cases.models import Case, Subject, Transfer
from cases.perform import Act, guard, known, perform
from cases.policy import still_open
from cases.repinning import Shift, gone_clocks, rebook
from cases.routing import ACTION, team_facts
from cases.snapshot import Locked, lock_case
from cases.states import CaseState, TransferState
from cases.telling import facts_for
from courts.calendar import calendar_for
from courts.models import Appointment, Court, Unit, User
from courts.scope import roles
from deadlines import clocks
from deadlines.clocks import Holder
from deadlines.models import Deadline
from events.models import Event
from funds.transfers import move_book
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from kernel.time import today
from notices.inapp import StaffNotice, tell_staff
from notices.outbox import Draft, enqueue
from notices.states import Level
from regimes.guards import Finding

TOPIC = "case_moved_court"
LONGEST = 500


def offer_transfer(
    *,
    case_id: int,
    to_court: Court,
    ground: str,
    paper: str,
    reason: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """提出移送: to another court, on a paper of this number. The people who may take it there are told.

    Raises NotAllowed (neither of the court that has it nor above it), BadInput, WrongState (closed, offered already, money
    or an approval under way).
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.transfer_offered", data={"to": to_court.pk})) is not None:
            return event
        case = locked.case
        if not may_offer(actor, case.court_id):
            raise NotAllowed(
                _("您没有移送案件的权限。"), fix=_("请本院执行局长、指挥中心，或上级法院执行局办理。")
            )
        still_open(locked)
        _check_words(ground, paper, reason)
        if to_court.pk == case.court_id:
            raise BadInput(_("案件就在%s。") % to_court, field="to_court", fix=_("选择另一个法院。"))
        if Transfer.objects.filter(case=case, state=TransferState.OFFERED).exists():
            raise WrongState(_("本案已经移送，等对方法院接收。"), fix=_("需要改送的，先撤回这次移送。"))
        if case.sealed:
            raise WrongState(_("保密案件不能在网上移送。"), fix=_("先解除保密，或线下移送后由对方法院立案。"))
        moving.check_free(locked)
        row = Transfer.objects.create(
            case=case,
            from_court=case.court,
            to_court=to_court,
            ground=ground,
            paper=paper.strip(),
            reason=reason.strip(),
            old_number=case.number,
            old_number_key=case.number_key,
            asked_by=actor,
            asked_on=today(at),
        )
        data = {"transfer": row.pk, "to": to_court.pk, "paper": row.paper, "reason": row.reason}
        event = _note(locked, row, "case.transfer_offered", data, actor, at, key)
        _tell_takers(row, event, at)
        return event


def withdraw_transfer(*, transfer_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Event:
    """撤回移送: the court that offered the case keeps it. Raises NotAllowed, BadInput, WrongState, NotFound."""
    with _answering(transfer_id, actor, key, "case.transfer_withdrawn") as here:
        if here.done is not None:
            return here.done
        if not may_offer(actor, here.row.from_court_id):
            raise NotAllowed(_("您没有撤回移送的权限。"), fix=_("请移送法院办理。"))
        here.row.withdraw(by=actor, on=today(at), words=_said(words, _("没有填写撤回理由。")))
        here.row.save()
        data = {"transfer": here.row.pk, "words": here.row.answer}
        return _note(here.locked, here.row, "case.transfer_withdrawn", data, actor, at, key)


def refuse_transfer(*, transfer_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Event:
    """退回: the other court does not take the case, and says why. Raises NotAllowed, BadInput, WrongState, NotFound."""
    with _answering(transfer_id, actor, key, "case.transfer_refused") as here:
        if here.done is not None:
            return here.done
        _check_taker(here.row, actor)
        here.row.refuse(by=actor, on=today(at), words=_said(words, _("没有填写退回理由。")))
        here.row.save()
        data = {"transfer": here.row.pk, "words": here.row.answer}
        event = _note(here.locked, here.row, "case.transfer_refused", data, actor, at, key)
        text = _("%(court)s退回了移送的%(number)s：%(words)s") % {
            "court": here.row.to_court,
            "number": here.row.old_number,
            "words": here.row.answer,
        }
        people = {here.row.asked_by_id, here.locked.case.owner_id} - {None}
        _tell(here.row, here.row.from_court_id, people, text, event, at)
        return event


def accept_transfer(
    *,
    transfer_id: int,
    owner: User,
    team: Unit | None,
    words: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """接收: the case has a number of this court, its handler, its rules and its calendar from today; the parties are told.

    words: what came with it. Clocks that run are counted again from their start by the rules of this court; those of
    rules that it does not have end, and the event says so. Raises NotAllowed, BadInput, WrongState, NotFound.
    """
    with _answering(transfer_id, actor, key, "case.court_changed") as here:
        if here.done is not None:
            return here.done
        _check_taker(here.row, actor)
        still_open(here.locked)
        moving.check_free(here.locked)
        return _take(here.locked, here.row, owner, team, words, actor, at, key)


def preview_transfer(*, transfer_id: int, actor: User, at: dt.datetime) -> list[Shift]:
    """What taking the case would do to its clocks; writes nothing."""
    with transaction.atomic(durable=True):
        row = _seen(transfer_id, actor)
        found = moving.shifts_in(lock_case(case_id=row.case_id), row.to_court_id, today(at))
        transaction.set_rollback(True)
    return found


def may_offer(actor: User, court_id: int) -> bool:
    """Who moves cases between courts: who assigns in the whole court, and the bureau of the court above."""
    scope = actor.scope
    return court_id in scope.courts and (scope.may("assign", "W") or scope.may("file", "S"))


def may_take(actor: User, court_id: int) -> bool:
    """Who takes cases for a court: who assigns in the whole of it."""
    return court_id in actor.scope.courts and actor.scope.may("assign", "W")


@dataclass(frozen=True, slots=True)
class _Here:
    row: Transfer
    locked: Locked
    done: Event | None


@contextmanager
def _answering(transfer_id: int, actor: User, key: str, kind: str) -> Iterator[_Here]:
    """A waiting transfer with its case locked. The other court does not see the case yet, but the transfer."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=_seen(transfer_id, actor).case_id, key=key)
        done = known(locked, kind=kind, data={"transfer": transfer_id})
        row = _seen(transfer_id, actor)
        if done is None and row.state != TransferState.OFFERED:
            raise WrongState(_("这次移送%s。") % row.get_state_display(), fix=_("刷新页面。"))
        yield _Here(row, locked, done)


def _seen(transfer_id: int, actor: User) -> Transfer:
    rows = Transfer.objects.visible_to(actor).select_related("from_court", "to_court")
    row = rows.filter(pk=transfer_id).first()
    if row is None:
        raise NotFound(_("没有这次移送，或您无权查看。"), fix=_("从移送登记中打开。"))
    return row


def _take(
    locked: Locked,
    row: Transfer,
    owner: User,
    team: Unit | None,
    words: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    case, court, day = locked.case, row.to_court, today(at)
    listed = [_plain(shift) for shift in moving.shifts_in(locked, court.pk, day)]
    left = {"court": case.court_id, "team": case.team_id, "owner": case.owner_id, "packs": case.packs}
    pins = moving.pins_in(court.pk, day)
    ended = _end_what_stays(locked, pins, at)
    tasks = moving.end_tasks(locked, day)
    _under_new_number(locked, row, pins, words, actor, day)
    warnings = _given_to(locked, owner, team, day)
    root = _renumber(locked)
    moving.take_along(locked, court)
    row.save()
    held = {"court_id": court.pk, "team_id": case.team_id, "owner_id": case.owner_id}
    move_book(about=case.about, **held, actor=actor.actor, at=at, key=key)
    locked.recount = {each.pk for each in locked.clocks.values() if each.state in ("running", "suspended")}
    act = Act(
        kind="case.court_changed",
        key=key,
        on=day,
        facts=[(locked.root, "handler_post", owner.post), *kind_of_team(locked, team)],
        nodes=moving.regroup(locked),
        rows=[row, root, *ended, *tasks],
        data={
            "transfer": row.pk,
            "from": left,
            "to": {"court": court.pk, "team": case.team_id, "owner": owner.pk},
            "old": row.old_number,
            "new": row.new_number,
            "paper": row.paper,
            "reason": row.reason,
            "shifts": listed,
        },
        warnings=warnings,
    )
    event = perform(locked, act, actor=actor, at=at)
    _tell_parties(locked, row, event, at)
    return event


def _end_what_stays(locked: Locked, pins: list[dict[str, object]], at: dt.datetime) -> list[Deadline]:
    """End the clocks of rules that the new court does not have; from now on the book is its book."""
    case = locked.case
    book = rebook(case, pins)
    ended = clocks.apply(
        [change for _row, change in gone_clocks(locked, book)],
        holder=Holder(case.court_id, case.team_id, case.owner_id, case.pk),
        book=locked.book,
        calendar=locked.calendar,
        node_of={},
        kept=locked.clocks,
        at=at,
    )
    locked.clocks.update({each.pk: each for each in ended})
    locked.book = book
    return list(ended)


def _under_new_number(
    locked: Locked, row: Transfer, pins: list[dict[str, object]], words: str, actor: User, day: dt.date
) -> None:
    """The case belongs to the new court under a number of its own; the calendar is that court's."""
    case, court = locked.case, row.to_court
    number = draw_number(court, day.year, case.kind)
    row.accept(by=actor, on=day, number=str(number), words=words.strip()[:LONGEST])
    case.court, case.number, case.number_key, case.packs = court, str(number), number.loose_key, pins
    locked.calendar, locked.last_ordinal = calendar_for(court.pk), None


def _given_to(locked: Locked, owner: User, team: Unit | None, day: dt.date) -> list[Finding]:
    """The handler and team in the new court; what its rules only warn of. Raises BadInput, WrongState."""
    case = locked.case
    check_receiver(locked, owner, team)
    facts = {"handler_post": owner.post, **team_facts(locked, team, day)}
    warnings = guard(locked, ("assign_handler", ACTION), facts)
    if case.state == CaseState.FILED:
        case.assign(owner, team)
    else:
        case.owner, case.team = owner, team
    return warnings


def _renumber(locked: Locked) -> Subject:
    """The case's row and its own subject carry the new court and number. Its name is kept by no other statement."""
    case = locked.case
    Case.objects.filter(pk=case.pk).update(
        court_id=case.court_id, number=case.number, number_key=case.number_key
    )
    root = Subject.objects.get(pk=locked.root)
    root.label = locked.labels[root.pk] = case.number
    root.save(update_fields=["label"])
    return root


def _note(
    locked: Locked, row: Transfer, kind: str, data: dict[str, Any], actor: User, at: dt.datetime, key: str
) -> Event:
    act = Act(kind=kind, key=key, on=today(at), rows=[row], data=data, quiet=True)
    return perform(locked, act, actor=actor, at=at)


def _check_words(ground: str, paper: str, reason: str) -> None:
    if ground not in Transfer.Ground.values:
        raise BadInput(_("没有选择移送情形。"), field="ground", fix=_("从列出的情形中选择。"))
    if not paper.strip():
        raise BadInput(
            _("没有填写裁定、决定文号。"),
            field="paper",
            fix=_("例如（2026）鄂99执他3号；跨院移送要有书面依据。"),
        )
    if len(paper.strip()) > 60:
        raise BadInput(_("文号过长。"), field="paper", fix=_("只填一个文号，不超过 60 字。"))
    if not reason.strip():
        raise BadInput(_("没有填写移送理由。"), field="reason", fix=_("例如 长期未执结，统一调配执行力量。"))
    if len(reason.strip()) > LONGEST:
        raise BadInput(_("理由超过 500 字。"), field="reason", fix=_("写要点，详情附卷。"))


def _check_taker(row: Transfer, actor: User) -> None:
    if not may_take(actor, row.to_court_id):
        raise NotAllowed(
            _("您没有代%s接收案件的权限。") % row.to_court, fix=_("请该院执行局长或指挥中心办理。")
        )


def _said(words: str, missing: str) -> str:
    if not words.strip():
        raise BadInput(missing, field="words", fix=_("写明理由，对方法院能看到。"))
    return words.strip()[:LONGEST]


def _tell_takers(row: Transfer, event: Event, at: dt.datetime) -> None:
    named = [role for role, each in roles().items() if "W" in each.get("rights", {}).get("assign", "")]
    whole = [role for role in named if roles()[role]["sees"] in ("court", "below")]
    day = today(at)
    held = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day),
        court_id=row.to_court_id,
        role__in=whole,
        since__lte=day,
        user__is_active=True,
    )
    text = _("%(court)s移送%(number)s（%(ground)s，%(paper)s），请接收或退回。") % {
        "court": row.from_court,
        "number": row.old_number,
        "ground": row.get_ground_display(),
        "paper": row.paper,
    }
    _tell(row, row.to_court_id, set(held.values_list("user_id", flat=True)), text, event, at)


def _tell(row: Transfer, court_id: int, people: set[Any], text: str, event: Event, at: dt.datetime) -> None:
    notices = [
        StaffNotice(
            court_id=court_id,
            team_id=None,
            owner_id=person,
            about=f"transfer:{row.pk}",
            case_id=None,
            topic="移送接收",
            rule_id="",
            node="",
            level=Level.WARN,
            to_user_id=person,
            text=text,
            key=f"{event.pk}:transfer:{person}",
        )
        for person in sorted(people)
    ]
    tell_staff(notices, at=at)


def _tell_parties(locked: Locked, row: Transfer, event: Event, at: dt.datetime) -> None:
    """Each party with a good mobile learns which court has the case now, under which number, and who handles it."""
    case = locked.case
    drafts = []
    for party, contacts in locked.people():
        own = next((each for each in contacts if each.kind == "mobile" and not each.bad), None)
        drafts.append(
            Draft(
                about=case.about,
                case_id=case.pk,
                court_id=case.court_id,
                team_id=case.team_id,
                owner_id=case.owner_id,
                topic=TOPIC,
                rule_id="",
                audience="agent" if own and own.agent_id else party.role,
                party_ref=f"party:{party.pk}",
                number=own.value if own else "",
                facts=_words(locked, row),
                key=f"{event.pk}:moved:{party.pk}",
            )
        )
    if drafts and not case.imported:
        enqueue(drafts, at=at)


def _words(locked: Locked, row: Transfer) -> dict[str, str]:
    return {**facts_for(locked, row.answered_on), "old_number": row.old_number}


def _plain(shift: Shift) -> list[Any]:
    return [shift.change, shift.rule_id, shift.clock, shift.old, shift.new]
