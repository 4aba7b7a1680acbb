"""人员导入: take a sheet and say what it would do; carry it out; give it up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from courts.actions.organising import keep_left
from courts.actions.users import keep_appointment, keep_corrected, keep_created, keep_joined, keep_relieved
from courts.administering import administered
from courts.models import Court, StaffImport, Unit, User
from courts.passwords import new_password, quick_hash
from courts.staffsheet import COLUMNS, MUST, Entry, entry_of, judge
from events import log
from kernel.errors import BadInput, NotFound, WrongState
from kernel.sheetrows import rows_of
from kernel.time import today
from kernel.workbooks import read_workbook

MOST = 1000
READY = (StaffImport.Verdict.NEW, StaffImport.Verdict.CHANGES)
State = StaffImport.State


def take_staff(*, court: Court, path: Path, name: str, actor: User, at: dt.datetime, key: str) -> StaffImport:
    """第一、二步: read the sheet and keep its preview; nobody is created. The same key: the import that stands.

    Raises BadInput (field file) for what cannot be read, is empty or has too many rows; NotFound for another court.
    """
    _must_keep(actor, court.pk)
    standing = StaffImport.objects.filter(key=key, asked_by=actor).first()
    if standing is not None:
        return standing
    rows = rows_of(read_workbook(path), COLUMNS, MUST)
    if not rows:
        raise BadInput(_("表头下面没有人员。"), field="file", fix=_("从表头的下一行填起。"))
    if len(rows) > MOST:
        raise BadInput(_("超过 %d 行。") % MOST, field="file", fix=_("分成几份，逐份导入。"))
    judged = judge(rows, court=court, actor=actor, today=today(at))
    with transaction.atomic(durable=True):
        found = StaffImport.objects.create(
            court=court,
            asked_by=actor,
            key=key,
            name=name[:120],
            rows=[one.plain() for one in judged],
            counts=dict(Counter(one.verdict for one in judged)),
            made_at=at,
        )
        _tell(found, "staff.previewed", actor, at, key, {"counts": found.counts})
    return found


def confirm_staff(*, import_id: int, actor: User, at: dt.datetime, key: str) -> list[tuple[User, str]]:
    """第三步: carry out the good rows, all or none. Returns the new people with their first passwords, kept nowhere else.

    Called again it returns nothing: the passwords were shown. Raises NotFound, WrongState, BadInput when what stands
    has changed since the preview.
    """
    made: dict[str, tuple[User, str]] = {}
    with transaction.atomic(durable=True):
        found = _locked(import_id, actor)
        if found.state == State.DONE:
            return []
        if found.state != State.PREVIEWED:
            raise WrongState(_("这次导入已经放弃。"), fix=_("重新上传。"))
        ready = [row for row in found.rows if row["verdict"] in READY]
        if not ready:
            raise WrongState(_("没有可以导入的人员。"), fix=_("按清单改好表格后重新上传。"))
        for row in ready:
            _carry_out(found, entry_of(row["row"], row["entry"]), made, actor, at)
        found.state, found.confirmed_at = State.DONE, at
        found.rows = [{**row, "entry": None} for row in found.rows]
        found.save(update_fields=["state", "confirmed_at", "rows"])
        data = {"rows": len(ready), "people": [user.pk for user, _password in made.values()]}
        _tell(found, "staff.imported", actor, at, key, data)
    return list(made.values())


def withdraw_staff(*, import_id: int, actor: User, at: dt.datetime, key: str) -> StaffImport:
    """放弃: nothing was written. Raises NotFound, WrongState once it was carried out."""
    with transaction.atomic(durable=True):
        found = _locked(import_id, actor)
        if found.state == State.DONE:
            raise WrongState(_("已经导入，不能放弃。"), fix=_("个别人员有误的，在人员页更正。"))
        if found.state == State.PREVIEWED:
            found.state, found.rows = State.WITHDRAWN, []
            found.save(update_fields=["state", "rows"])
            _tell(found, "staff.withdrawn", actor, at, key, {})
    return found


def _carry_out(
    found: StaffImport, entry: Entry, made: dict[str, tuple[User, str]], actor: User, at: dt.datetime
) -> None:
    day = today(at)
    person = User.objects.select_for_update().filter(username__iexact=entry.username).first()
    if person is None:
        password = new_password()
        person = keep_created(
            user=User(username=entry.username, full_name=entry.full_name, court=found.court, post=entry.post),
            hashed=quick_hash(password),
            actor=actor.actor,
            at=at,
        )
        made[entry.username] = (person, password)
    elif person.court_id != found.court_id:
        raise BadInput(
            _("用户名“%s”在预览以后被其他法院使用。") % entry.username,
            field="file",
            fix=_("换用户名后重新上传。"),
        )
    else:
        keep_corrected(user=person, full_name=entry.full_name, post=entry.post, actor=actor.actor, at=at)
    if entry.unit is not None:
        _place(person, entry, day, actor, at)
    for role in entry.roles:
        standing = person.appointments.filter(role=role, court=found.court, until=None).first()
        if standing is None:
            unit = Unit.objects.get(pk=entry.unit) if entry.unit else None
            standing = keep_appointment(
                user=person,
                role=role,
                court=found.court,
                unit=unit,
                since=entry.since or entry.joined_on or day,
                until=entry.until,
                actor=actor.actor,
                at=at,
            )
        elif entry.until is not None:
            keep_relieved(appointment=standing, until=entry.until, actor=actor.actor, at=at)


def _place(person: User, entry: Entry, day: dt.date, actor: User, at: dt.datetime) -> None:
    known = person.memberships.filter(unit_id=entry.unit).order_by("-since")
    standing = known.filter(until=None).first()
    if standing is None and not (known and entry.left_on):
        unit = Unit.objects.get(pk=entry.unit)
        standing = keep_joined(user=person, unit=unit, since=entry.joined_on or day, actor=actor.actor, at=at)
    if standing is not None and entry.left_on is not None:
        keep_left(membership=standing, until=entry.left_on, actor=actor.actor, at=at)


def _must_keep(actor: User, court_id: int) -> None:
    if not administered(actor).filter(pk=court_id).exists():
        raise NotFound(_("没有这个法院，或不归您管理。"), fix=_("从“人员”重新进入。"))


def _locked(import_id: int, actor: User) -> StaffImport:
    rows = StaffImport.objects.select_for_update(of=("self",)).select_related("court")
    found = rows.filter(pk=import_id, court__in=administered(actor)).first()
    if found is None:
        raise NotFound(_("没有这次导入，或不归您管理。"), fix=_("从“人员导入”重新进入。"))
    return found


def _tell(
    found: StaffImport, kind: str, actor: User, at: dt.datetime, key: str, data: dict[str, object]
) -> None:
    log.append(
        stream=found.stream, kind=kind, actor=actor.actor, at=at, key=key, data=data, court_id=found.court_id
    )
