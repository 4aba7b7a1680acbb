"""How often a code may be asked for and guessed, by number and by place. Joins the caller's transaction.

The same for a number that a case knows and for one that none knows, so that nothing can be learned from it.
"""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils.translation import gettext as _

from kernel.errors import NotAllowed
from portal.models import Try

HOUR = dt.timedelta(hours=1)
PAUSE = dt.timedelta(seconds=60)
ASKS_PER_NUMBER = 5
ASKS_PER_PLACE = 30
WRONG_PER_NUMBER = 10
WRONG_PER_PLACE = 30
TRIES_PER_CODE = 5
_LOCK = 74120


class TooOften(NotAllowed):
    """Asked or guessed too often; `fix` says when to try again."""


def check_ask(phone_index: bytes, place: bytes, at: dt.datetime) -> None:
    """May a code be asked for now? Counts this request. Raises TooOften."""
    _alone()
    asks = Try.objects.filter(kind=Try.Kind.ASK, at__gt=at - HOUR)
    if asks.filter(phone_index=phone_index, at__gt=at - PAUSE).exists():
        raise TooOften(_("刚刚已经要过验证码。"), fix=_("请等一分钟再试。"))
    if asks.filter(phone_index=phone_index).count() >= ASKS_PER_NUMBER:
        raise _later()
    if asks.filter(place=place).count() >= ASKS_PER_PLACE:
        raise _later()
    Try.objects.create(kind=Try.Kind.ASK, phone_index=phone_index, place=place, at=at)


def check_guess(phone_index: bytes | None, place: bytes, at: dt.datetime) -> None:
    """May another code be tried now? Raises TooOften."""
    _alone()
    wrong = Try.objects.filter(kind=Try.Kind.WRONG, at__gt=at - HOUR)
    if wrong.filter(place=place).count() >= WRONG_PER_PLACE:
        raise _later()
    if phone_index and wrong.filter(phone_index=phone_index).count() >= WRONG_PER_NUMBER:
        raise _later()


def note_wrong(phone_index: bytes | None, place: bytes, at: dt.datetime) -> None:
    """Count a wrong code."""
    Try.objects.create(kind=Try.Kind.WRONG, phone_index=phone_index, place=place, at=at)


def forget(at: dt.datetime) -> int:
    """Drop what no limit looks at any more; returns how many."""
    return Try.objects.filter(at__lt=at - 24 * HOUR).delete()[0]


def _later() -> TooOften:
    return TooOften(_("试的次数太多了。"), fix=_("请一小时后再试，或拨打法院电话 12368。"))


def _alone() -> None:
    """Counting and adding go one after another: requests sent at once do not all pass the same count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
