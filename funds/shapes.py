"""Amounts, days and texts as a verb takes them: clean, or refused by field."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.errors import BadInput
from kernel.money import parse_amount
from kernel.time import today


def positive(amount: Decimal | str | int, *, field: str = "amount") -> Decimal:
    """An amount above zero, yuan with two places. Raises BadInput."""
    value = parse_amount(amount, field=field)
    if value <= 0:
        raise BadInput(_("金额须大于零。"), field=field, fix=_("填写以元为单位的金额。"))
    return value


def past(on: dt.date, at: dt.datetime, *, field: str, since: dt.date | None = None) -> dt.date:
    """A court-local day not after today and not before `since`. Raises BadInput."""
    if on > today(at):
        raise BadInput(_("日期不能晚于今天。"), field=field, fix=_("填写实际发生的日期。"))
    if since is not None and on < since:
        raise BadInput(_("日期早于%s，次序不对。") % since.isoformat(), field=field, fix=_("核对两个日期。"))
    return on


def reason_of(text: str, *, field: str = "reason") -> str:
    """Why, in at most 200 characters. Raises BadInput when it is empty."""
    words = text.strip()
    if not words:
        raise BadInput(_("没有填写理由。"), field=field, fix=_("写明理由。"))
    if len(words) > 200:
        raise BadInput(_("理由过长。"), field=field, fix=_("请写在200字以内。"))
    return words
