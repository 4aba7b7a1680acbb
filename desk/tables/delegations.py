"""外出代理 as cards of a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import Delegation
from desk.listing import plain
from desk.selectors.delegations import state_of
from desk.words import instant_words, plain_day

PILLS = {
    "now": ("soon", _lazy("代理中")),
    "coming": ("hold", _lazy("未开始")),
    "over": ("done", _lazy("已结束")),
    "withdrawn": ("todo", _lazy("已撤回")),
}


def lines(rows: Sequence[Delegation], on: dt.date) -> list[dict[str, Any]]:
    """Who stands in for whom, when, why, who registered it, and whether it can be withdrawn."""
    return [_line(row, on) for row in rows]


def as_sheet(shown: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The same lines as a table."""
    labels = (_("代理"), _("期间"), _("事由"), _("登记"), _("状态"))
    rows = ((n["title"], n["days"], n["reason"], n["set_by"], n["pill"]["text"]) for n in shown)
    return plain(labels, rows)


def _line(row: Delegation, on: dt.date) -> dict[str, Any]:
    state = state_of(row, on)
    tone, words = PILLS[state]
    return {
        "id": row.pk,
        "title": _("%(to)s 代 %(absent)s") % {"to": row.delegate.full_name, "absent": row.absent.full_name},
        "days": _("%(first)s 至 %(last)s") % {"first": plain_day(row.first), "last": plain_day(row.last)},
        "reason": row.reason,
        "set_by": _("%(who)s %(at)s登记")
        % {"who": row.set_by.full_name, "at": instant_words(row.set_at, on)},
        "pill": {"state": tone, "text": str(words)},
        "open": state in ("now", "coming"),
    }
