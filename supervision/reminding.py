"""Who is told of a supervision order: its rungs, and what happens to it. Notices in the system, none to a party."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from courts.calendar import calendar_for
from deadlines.ladder import instants_of
from deadlines.ladder import next_rung as next_of
from deadlines.receivers import HANDLER, SUPERIOR_COURT, Directory
from kernel import time
from kernel.dates import long_date
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level
from regimes.vocabulary import Ladder, load_vocabulary
from supervision.models import Order

LADDER = "default"
"""The ladder of orders: the handler before and on the last day, then the leader, the centre, the court above."""
TOPIC = "督办"


def ladder() -> Ladder:
    """The rungs of every order."""
    return load_vocabulary().ladders[LADDER]


def instants(order: Order) -> list[dt.datetime]:
    """When each rung of an order is due, by the calendar of the court that has to answer."""
    return instants_of(ladder(), order.due_on, calendar_for(order.case.court_id))


def next_rung(order: Order, *, after: dt.datetime | None = None) -> dt.datetime | None:
    """When the next rung is due; rungs up to `after` (by default the issue) stay silent. None: none left, or a reminder."""
    if order.kind == Order.Kind.REMINDER:
        return None
    rungs = instants(order)
    index = next_of(rungs, after or order.issued_at)
    return None if index is None else rungs[index]


def tell_issued(order: Order, *, at: dt.datetime) -> None:
    """The handler, and without one the team leader and the centre."""
    text = _("%(number)s：%(matter)s。%(words)s（请于%(day)s前%(what)s）") % {
        "number": order.number,
        "matter": order.matter,
        "words": order.words,
        "day": long_date(order.due_on),
        "what": _("签收") if order.kind == Order.Kind.REMINDER else _("反馈"),
    }
    _tell(order, [HANDLER], text, f"order:{order.pk}/issued", at)


def tell_handler(order: Order, said: str, *, at: dt.datetime, key: str) -> None:
    """Whoever has to answer hears what became of it."""
    _tell(order, [HANDLER], f"{order.number}：{said}", f"order:{order.pk}/{key}", at)


def tell_issuer(order: Order, said: str, *, at: dt.datetime, key: str) -> None:
    """Who issued it hears of the answer or the wish."""
    notice = _notice(order, order.issued_by_id, f"{order.number}：{said}", f"order:{order.pk}/{key}/issuer")
    tell_staff([notice], at=at)


def tell_superior(order: Order, *, at: dt.datetime) -> None:
    """The bureau of the court above."""
    text = _("%(number)s提级督办：%(matter)s。%(words)s") % {
        "number": order.number,
        "matter": order.matter,
        "words": order.escalation,
    }
    _tell(order, [SUPERIOR_COURT], text, f"order:{order.pk}/escalated", at, level=Level.OVERDUE)


def tell_rung(order: Order, rung: int, *, at: dt.datetime) -> int:
    """Those whom a rung tells, and after the last day also who issued it. Returns how many notices are new."""
    step = ladder().rungs[rung]
    late = step.side == "after"
    text = _("%(number)s：%(matter)s，反馈期限%(day)s，%(rung)s提醒") % {
        "number": order.number,
        "matter": order.matter,
        "day": long_date(order.due_on),
        "rung": step.chinese,
    }
    level = Level.OVERDUE if late else Level.WARN
    key = f"order:{order.pk}/{order.due_on}/{rung}"
    also = [order.issued_by_id] if late else []
    return _tell(order, step.to, text, key, at, level=level, also=also)


def _tell(
    order: Order,
    roles: Sequence[str],
    text: str,
    key: str,
    at: dt.datetime,
    *,
    level: Level = Level.WARN,
    also: Sequence[int] = (),
) -> int:
    case = order.case
    directory = Directory(time.today(at))
    directory.learn({case.court_id}, {case.owner_id} - {None})
    readers: list[int | None] = list(also)
    for role in roles:
        people = directory.people(role, court_id=case.court_id, team_id=case.team_id, owner_id=case.owner_id)
        readers += people or [None]
    notices = [
        _notice(order, reader, text, f"{key}/{reader or '-'.join(roles)}", level)
        for reader in dict.fromkeys(readers)
    ]
    return tell_staff(notices, at=at)


def _notice(order: Order, reader: int | None, text: str, key: str, level: Level = Level.WARN) -> StaffNotice:
    case = order.case
    return StaffNotice(
        court_id=case.court_id,
        team_id=case.team_id,
        owner_id=case.owner_id,
        about=case.about,
        case_id=case.pk,
        topic=TOPIC,
        rule_id="",
        node=order.matter[:60],
        level=level.value,
        to_user_id=reader,
        text=text[:500],
        key=key,
    )
