"""How near a last day is, in the words and states of the pages: 超期 3 日, 今天 18:30 到期, 还剩 2 日."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from kernel.time import local

SOON_DAYS = 3


def state_of(on: dt.date, *, overdue: bool, today: dt.date) -> str:
    """over, soon or prog. on: the last day."""
    if overdue:
        return "over"
    return "soon" if (on - today).days <= SOON_DAYS else "prog"


def words_of(on: dt.date, *, overdue: bool, today: dt.date, at: dt.datetime | None = None) -> str:
    """The countdown. at: the last instant, for a limit that ends within its day."""
    days = (on - today).days
    if overdue:
        return _("超期 %(n)d 日") % {"n": -days} if days < 0 else _("今天已超期")
    if days == 0:
        return _("今天 %(time)s 到期") % {"time": f"{local(at):%H:%M}"} if at else _("今天到期")
    return _("还剩 %(n)d 日") % {"n": days}
