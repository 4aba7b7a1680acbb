"""A system's own key of an act: the same call twice is one act, another call under the same key is refused."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.utils.translation import gettext as _

from api.models import Call
from courts.models import User
from kernel.errors import BadInput, Conflict

HEADER = "Idempotency-Key"
LONGEST = 60
KEPT = dt.timedelta(days=90)


def note_call(*, user: User, key: str, method: str, path: str, body: bytes, at: dt.datetime) -> str:
    """Note a call before its verb runs, and return the key as verbs take it.

    A call that died after this and before its verb is simply made again. Raises BadInput without a key, Conflict when
    the key stands for another call.
    """
    if not key or len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise BadInput(
            _("请求头 %s 缺失或者不合格式。") % HEADER,
            field=HEADER,
            fix=_("每一次操作生成一个不重复的编号（1 至 60 位，例如 UUID）；重发同一操作时沿用原编号。"),
            code="IDEMPOTENCY-KEY",
        )
    digest = hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).digest()
    call, _new = Call.objects.get_or_create(user=user, key=key, defaults={"digest": digest, "at": at})
    if bytes(call.digest) != digest:
        raise Conflict(
            _("编号“%s”已经用于另一项操作。") % key,
            field=HEADER,
            fix=_("新的操作使用新的编号；重发时内容须与原来相同。"),
            code="IDEMPOTENCY-KEY",
        )
    return f"api:{user.pk}:{key}"


def forget_calls(*, before: dt.datetime) -> int:
    """Delete keys that nobody will repeat any more; the events keep theirs. Returns how many."""
    deleted, _by_model = Call.objects.filter(at__lt=before).delete()
    return deleted
