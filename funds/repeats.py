"""One click, one act: a key that was used before returns what it did, or is refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from events import log
from kernel.errors import Conflict


def was_done(stream: str, key: str, kind: str, **given: Any) -> bool:
    """Whether this key did this act before with the same input. Raises Conflict when it did another.

    given: the part of the event's data that is the caller's input.
    """
    known = log.find(stream, key)
    if known is None:
        return False
    if known.kind != kind or any(known.data.get(name) != value for name, value in log.plain(given).items()):
        raise used_otherwise()
    return True


def used_otherwise() -> Conflict:
    """The refusal of a key that stands for other input."""
    return Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="FUNDS-KEY")
