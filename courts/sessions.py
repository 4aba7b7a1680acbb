"""Sessions in the database whose end moves on at most once a minute: reading a page writes nothing.

Who is idle is signed out after SESSION_MINUTES, or up to a minute earlier.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.utils import timezone

WRITTEN_EVERY = dt.timedelta(minutes=1)


class SessionStore(db.SessionStore):
    """A session; what a request has not changed is written again only after a minute."""

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()
        whole = dt.timedelta(seconds=settings.SESSION_COOKIE_AGE)
        if row is not None and row.expire_date < timezone.now() + whole - WRITTEN_EVERY:
            self.modified = True
        return row
