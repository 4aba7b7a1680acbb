"""What the frame around every page says of a person: where they work, what is unread, overdue, waiting for them."""

from __future__ import annotations

import datetime as dt
import functools
import json
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from approvals.models import Request
from courts.likeness import SHAPES, Likeness, likeness_of
from courts.models import Membership, User
from desk.selectors.views import Counted, counts_of, pinned
from desk.selectors.worklist import overdue_nodes
from kernel.statements import SOME_DAY, SOME_INSTANT, Statement, composed
from kernel.time import today
from notices.models import Message

MOST = 99


@dataclass(frozen=True, slots=True)
class Frame:
    """place: 云州一院 · 执行一团队. The figures are counted no further than MOST + 1. views: pinned ones with their count."""

    place: str
    unread: int
    overdue: int
    waiting: int
    views: tuple[dict[str, Any], ...] = ()


def frame_of(user: User, at: dt.datetime) -> Frame:
    """The frame of a member of staff. One query beyond the person's scope, and two where views are pinned."""
    known, on = likeness_of(user), today(at)
    values = {**known.numbers, SOME_DAY: on, SOME_INSTANT: at}
    ((court, unit, unread, overdue, waiting, found),) = _statement(known).rows(values)
    pinned_views = [json.loads(view) for view in found]
    counts = counts_of(user, pinned_views, at)
    views = tuple({**view, "count": counts[view["id"]]} for view in pinned_views)
    return Frame(" · ".join(filter(None, (court, unit))), unread, overdue, waiting, views)


@functools.lru_cache(maxsize=SHAPES)
def _statement(known: Likeness) -> Statement:
    """The question of everybody of one shape."""
    return composed(_row(known.user, SOME_DAY, SOME_INSTANT))


def _row(user: User, on: dt.date, at: dt.datetime) -> QuerySet:
    """(court, unit, unread, overdue, waiting, pinned views) of a person."""
    units = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), user_id=OuterRef("pk"), since__lte=on
    )
    return (
        User.objects.filter(pk=user.pk)
        .annotate(
            unit_name=Subquery(units.order_by("since", "id").values("unit__name")[:1]),
            unread=Counted(_few(Message.objects.unread_by(user))),
            overdue=Counted(_few(overdue_nodes(user, at))),
            waiting=Counted(_few(Request.objects.decidable_by(user, on))),
            views=pinned(user, on),
        )
        .values_list("court__short_name", "unit_name", "unread", "overdue", "waiting", "views")
    )


def _few(rows: QuerySet) -> QuerySet:
    return rows.order_by().values("pk")[: MOST + 1]
