"""What the frame around every page says of a person: where they work, what is unread, overdue, waiting for them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery

from approvals.models import Request
from courts.models import Membership, User
from desk.selectors.worklist import overdue_nodes
from kernel.time import today
from notices.models import Message

MOST = 99


@dataclass(frozen=True, slots=True)
class Frame:
    """place: 云州一院 · 执行一团队. The figures are counted no further than MOST + 1."""

    place: str
    unread: int
    overdue: int
    waiting: int


class _Counted(Subquery):
    """The number of rows of a subquery that is sliced, so that no page ever counts more than it shows."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def frame_of(user: User, at: dt.datetime) -> Frame:
    """The frame of a member of staff. One query beyond the person's scope."""
    on = today(at)
    units = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), user_id=OuterRef("pk"), since__lte=on
    )
    row = (
        User.objects.filter(pk=user.pk)
        .annotate(
            court_name=F("court__short_name"),
            unit_name=Subquery(units.order_by("since", "id").values("unit__name")[:1]),
            unread=_Counted(_few(Message.objects.unread_by(user))),
            overdue=_Counted(_few(overdue_nodes(user, at))),
            waiting=_Counted(_few(Request.objects.decidable_by(user, on))),
        )
        .values("court_name", "unit_name", "unread", "overdue", "waiting")
        .get()
    )
    place = " · ".join(filter(None, (row["court_name"], row["unit_name"])))
    return Frame(place, row["unread"], row["overdue"], row["waiting"])


def _few(rows: QuerySet) -> QuerySet:
    return rows.order_by().values("pk")[: MOST + 1]
