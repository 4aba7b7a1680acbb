"""换用另一版规则: an open case moves to another version of a pack it follows, by approval, with a preview old -> new."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.actions.requests import ask
from approvals.models import Request
from cases.perform import Act, known, perform
from cases.policy import in_reach, may, still_open
from cases.repinning import Shift, gone_clocks, pins_with, rebook, shifts, stale_clocks
from cases.snapshot import Locked, lock_case
from courts.models import PackRelease, User
from courts.selectors import pack_of
from deadlines import clocks
from deadlines.clocks import Holder
from events import log
from events.models import Event
from kernel.errors import BadInput
from kernel.time import today
from regimes.packs import Pack

MATTER = "repin"
CHAIN = ("bureau_director",)
"""Ours: no document says who decides."""


def preview_repin(*, case_id: int, code: str, version: int, actor: User) -> list[Shift]:
    """What the other version would do to every clock of the case; writes nothing. Raises BadInput, NotFound, WrongState."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, user=actor)
        pack = _target(locked, code, version)
        found = shifts(locked, rebook(locked.case, pins_with(locked.case, pack)))
        transaction.set_rollback(True)
    return found


def ask_repin(
    *, case_id: int, code: str, version: int, ground: str, actor: User, at: dt.datetime, key: str
) -> Request:
    """提请换用另一版规则. The director of the bureau decides; the answer comes by event. Raises BadInput, NotAllowed."""
    if not ground.strip():
        raise BadInput(_("没有填写理由。"), field="ground", fix=_("写明为什么换用这一版。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if locked.known is not None:
            return Request.objects.get(pk=locked.known[2]["approval"])
        in_reach(locked, actor)
        if actor.pk != locked.case.owner_id:
            may(actor, "tasks", "W", _("提请换用规则"))
        pack = _target(locked, code, version)
        request = ask(
            about=locked.case.about,
            court_id=locked.case.court_id,
            kind=MATTER,
            chain=CHAIN,
            facts={"case": case_id, "code": code, "version": version, "digest": pack.digest},
            ground=ground.strip(),
            actor=actor,
            at=at,
            key=key,
            team_id=locked.case.team_id,
            owner_id=locked.case.owner_id,
            joins=True,
        )
        act = Act(
            kind="approval.asked",
            key=key,
            on=today(at),
            data={
                "approval": request.pk,
                "matter": MATTER,
                "facts": log.plain({"code": code, "version": version}),
                "ground": ground.strip(),
            },
        )
        perform(locked, act, actor=actor, at=at)
    return request


def repin_case(
    *,
    case_id: int,
    code: str,
    version: int,
    ground: str,
    approval_id: int | None,
    name: str,
    at: dt.datetime,
    key: str,
) -> Event:
    """Move the case to the version, as approved. Run by the approval's reaction. Raises BadInput, WrongState."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (event := known(locked, kind="case.repinned")) is not None:
            return event
        pack = _target(locked, code, version)
        return repin(locked, pack, ground=ground, approval_id=approval_id, name=name, at=at, key=key)


def repin(
    locked: Locked, pack: Pack, *, ground: str, approval_id: int | None, name: str, at: dt.datetime, key: str
) -> Event:
    """As `repin_case`, joining the caller's transaction, which holds the case."""
    case = locked.case
    pins = pins_with(case, pack)
    book = rebook(case, pins)
    listed = [_plain(shift) for shift in shifts(locked, book)]
    gone = gone_clocks(locked, book)
    ended = clocks.apply(
        [change for _row, change in gone],
        holder=Holder(case.court_id, case.team_id, case.owner_id, case.pk),
        book=locked.book,
        calendar=locked.calendar,
        node_of={},
        kept=locked.clocks,
        at=at,
    )
    locked.clocks.update({row.pk: row for row in ended})
    locked.recount = {row.pk for row in stale_clocks(locked, book)}
    old = next(pin["version"] for pin in case.packs if pin["code"] == pack.code)
    case.packs, locked.book = pins, book
    act = Act(
        kind="case.repinned",
        key=key,
        on=today(at),
        rows=list(ended),
        data={
            "code": pack.code,
            "old": old,
            "new": pack.version,
            "digest": pack.digest,
            "ground": ground,
            "approval": approval_id,
            "shifts": listed,
        },
        quiet=True,
    )
    return perform(locked, act, actor=None, at=at, name=name)


def carry_out(event: Event) -> None:
    """Reaction to approval.given: the case moves to the version that was approved."""
    request = Request.objects.get(pk=int(event.stream.partition(":")[2]))
    if request.kind != MATTER:
        return
    facts = request.facts
    repin_case(
        case_id=facts["case"],
        code=facts["code"],
        version=int(facts["version"]),
        ground=request.ground[:200],
        approval_id=request.pk,
        name=event.actor,
        at=event.at,
        key=f"event:{event.pk}",
    )


def _target(locked: Locked, code: str, version: int) -> Pack:
    """The released version that an open case can move to."""
    still_open(locked)
    case = locked.case
    pin = next((pin for pin in case.packs if pin["code"] == code), None)
    if pin is None:
        codes = "、".join(each["code"] for each in case.packs)
        raise BadInput(
            _("本案不适用规则包“%s”。") % code, field="code", fix=_("本案适用的规则包：%s。") % codes
        )
    release = PackRelease.objects.defer("text").filter(code=code, version=version).first()
    if release is None:
        raise BadInput(
            _("规则包 %(code)s 没有发布过第 %(version)d 版。") % {"code": code, "version": version},
            field="version",
            fix=_("从已发布的版本中选择。"),
        )
    if pin["version"] == version:
        raise BadInput(_("本案已经适用第 %d 版。") % version, field="version", fix=_("选择另一版。"))
    return pack_of(release)


def _plain(shift: Shift) -> list[Any]:
    return [shift.change, shift.rule_id, shift.clock, shift.old, shift.new]
