"""The sweep of the auditor: what it finds is kept for the page, which could not wait for it over a million cases."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from supervision.auditor import about, lateness
from supervision.checks import CHECKS, KEEP
from supervision.models import Audited, StoredFinding
from supervision.selectors import MOST

LOCK = 0x7A12
"""Two sweeps at once would find twice: the second one leaves."""


def audit_all(*, at: dt.datetime) -> bool:
    """Put the findings of this instant in the place of those before, whole. False when another is at it.

    Safe to run twice. One statement a check, whatever it finds.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
        asked = about(at=at)
        StoredFinding.objects.all().delete()
        for kind, check in CHECKS.items():
            cursor.execute(KEEP.replace("CHECK", check), {**asked, "kind": kind, "most": MOST})
        Audited.objects.update_or_create(pk=1, defaults={"at": at, "lateness": lateness(asked)})
    return True
