"""The one-time key of a form: two clicks on one button are one act."""

from __future__ import annotations

from uuid import uuid4

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kernel.errors import BadInput

FIELD = "act_key"
_LONGEST = 60


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return uuid4().hex


def key_of(request: HttpRequest) -> str:
    """The key that came with a form, as verbs take it. Raises BadInput when there is none."""
    key = request.POST.get(FIELD, "")
    if not key or len(key) > _LONGEST:
        raise BadInput(_("这一页已经失效，本次没有保存。"), field=FIELD, fix=_("刷新页面后重新提交。"))
    return f"desk:{key}"
