"""Marks on numbers and the daily cap. Everything here joins the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection
from django.utils.translation import gettext as _

from kernel import time
from notices.models import Message, NumberDay, NumberMark

KEEP_DAYS = 7


def marks_on(messages: Iterable[Message]) -> dict[int, set[str]]:
    """Message id -> kinds of marks (bad, opted_out) that stand on its number for its court."""
    wanted = [row for row in messages if row.number_index is not None]
    standing = NumberMark.objects.standing().filter(number_index__in={row.number_index for row in wanted})
    bad: set[bytes] = set()
    opted_out: set[tuple[bytes, int]] = set()
    for index, court, kind in standing.values_list("number_index", "court_id", "kind"):
        if kind == NumberMark.Kind.BAD:
            bad.add(index)
        else:
            opted_out.add((index, court))
    marks: dict[int, set[str]] = defaultdict(set)
    for row in wanted:
        if row.number_index in bad:
            marks[row.pk].add(NumberMark.Kind.BAD)
        if (row.number_index, row.court_id) in opted_out:
            marks[row.pk].add(NumberMark.Kind.OPTED_OUT)
    return marks


def mark_bad(messages: Collection[Message], *, at: dt.datetime) -> None:
    """Enter numbers that the provider calls bad into their queue; one that stands there stays."""
    rows = [
        NumberMark(
            court_id=row.court_id,
            number_index=row.number_index,
            number_masked=row.number_masked,
            kind=NumberMark.Kind.BAD,
            reason=_("短信平台报告号码无法接收"),
            message=row,
            since=at,
        )
        for row in sorted(messages, key=lambda row: (row.number_index, row.court_id))
    ]
    if rows:
        NumberMark.objects.bulk_create(rows, ignore_conflicts=True)


def clear_bad(messages: Collection[Message], *, at: dt.datetime) -> None:
    """A number that received something is not bad, whatever an earlier report said."""
    indexes = {row.number_index for row in messages}
    if indexes:
        NumberMark.objects.standing().filter(kind=NumberMark.Kind.BAD, number_index__in=indexes).update(
            lifted_at=at, lifted_because=_("该号码已收到短信")
        )


_COUNT = """
INSERT INTO notices_numberday (number_index, "on", urgent, sent)
SELECT * FROM unnest(%s::bytea[], %s::date[], %s::boolean[], %s::int[])
ON CONFLICT (number_index, "on", urgent) DO UPDATE SET sent = notices_numberday.sent + EXCLUDED.sent
RETURNING number_index, sent
"""
_GIVE_BACK = """
UPDATE notices_numberday d SET sent = d.sent - v.excess
FROM unnest(%s::bytea[], %s::int[]) AS v(number_index, excess)
WHERE d.number_index = v.number_index AND d."on" = %s AND d.urgent = %s
"""


def over_cap(messages: Sequence[Message], *, urgent: bool, at: dt.datetime) -> set[int]:
    """Book each message against its number's court-local day; ids of those that the court's cap leaves no
    room for.

    The counting statement locks the number's row, so that two dispatchers cannot both take the last place.
    """
    planned = Counter(row.number_index for row in messages)
    if not planned:
        return set()
    day = time.today(at)
    # One order of locks for every dispatcher.
    indexes = sorted(planned)
    size = len(indexes)
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT, [indexes, [day] * size, [urgent] * size, [planned[index] for index in indexes]]
        )
        totals = {bytes(index): sent for index, sent in cursor.fetchall()}
    refused: list[Message] = []
    for index in indexes:
        own = [row for row in messages if row.number_index == index]
        room = max(0, min(row.court.sms_daily_cap for row in own) - (totals[index] - len(own)))
        refused += own[room:]
    _give_back(Counter(row.number_index for row in refused), day, urgent=urgent)
    return {row.pk for row in refused}


def forget_days(*, at: dt.datetime) -> int:
    """Drop counts that no cap asks for any more. Returns how many."""
    before = time.today(at) - dt.timedelta(days=KEEP_DAYS)
    return NumberDay.objects.filter(on__lt=before).delete()[0]


def _give_back(excess: Counter[bytes], day: dt.date, *, urgent: bool) -> None:
    if excess:
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, [list(excess), list(excess.values()), day, urgent])
