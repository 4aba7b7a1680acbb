"""The flags of a case as short marks in a list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cases.selectors.flags import Flag

Row = dict[str, Any]


def flag_tags(flags: Iterable[Flag], today: dt.date) -> list[Row]:
    """The flags of a case for components/tags.html, the longest standing first."""
    return [
        {"text": flag.words, "note": _("已 %(n)d 日") % {"n": flag.days(today)}, "tone": "over"}
        for flag in flags
    ]
