"""Count what is late and what ends soon, court by court, for the board; by the beat, two statements for all courts."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction
from django.db.models import Count, F, Value
from django.db.models.functions import Coalesce, NullIf

from cases.models import Case
from deadlines.models import Deadline
from kernel.time import at_local, today
from supervision.board import AHEAD_DAYS, BANDS, SOON_DAYS, WEEK_DAYS, first_of_all, last_day
from supervision.models import Counted, Tally

LOCK = 0x7A11
"""Two sweeps at once would count twice: the second one leaves."""


def count_all(*, at: dt.datetime) -> bool:
    """Put new tallies in the place of the old ones, whole. Returns False when another is at it. Safe to run twice."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return False
        Tally.objects.all().delete()
        write(at)
        Counted.objects.update_or_create(pk=1, defaults={"at": at})
    return True


def write(at: dt.datetime) -> None:
    """Insert the tallies of an instant. Joins the caller's transaction."""
    on = today(at)
    sealed = Case.objects.filter(sealed=True).values("pk")
    clocks = (
        first_of_all()
        .filter(overdue_at__lte=at_local(on + dt.timedelta(days=AHEAD_DAYS)))
        .exclude(case_id__in=sealed)
        .order_by()
        .annotate(what=Coalesce(NullIf("node_kind", Value("")), F("rule_id")), day=last_day())
        .values_list("court_id", "team_id", "owner_id", "what", "day", "overdue_at")
    )
    marked = (
        Deadline.objects.flagging(at)
        .exclude(case_id__in=sealed)
        .order_by()
        .values("court_id", "flag")
        .annotate(n=Count("case_id", distinct=True))
        .values_list("court_id", "flag", "n")
    )
    about = {"at": at, "on": on}
    with connection.cursor() as cursor:
        inner, given = clocks.query.sql_with_params()
        cursor.execute(*_bound(_TALLIES, inner, given, about))
        inner, given = marked.query.sql_with_params()
        cursor.execute(*_bound(_FLAGS, inner, given, {}))


def _bound(
    statement: str, inner: str, given: tuple[object, ...], about: dict[str, object]
) -> tuple[str, list[object]]:
    """The statement around the rows that the board itself reads."""
    return statement.replace("ROWS", inner), [*about.values(), *given]


def _band(low: int, high: int | None) -> str:
    upper = "" if high is None else f" AND age <= {high}"
    lower = "" if low == 1 else f" AND age >= {low}"
    return f"coalesce(sum(n) FILTER (WHERE late{lower}{upper}), 0)"


_TALLIES = f"""
INSERT INTO supervision_tally (court_id, axis, key, late, today, soon, week, oldest, bands, days)
SELECT court_id, axis, key,
       coalesce(sum(n) FILTER (WHERE late), 0),
       coalesce(sum(n) FILTER (WHERE NOT late AND age = 0), 0),
       coalesce(sum(n) FILTER (WHERE NOT late AND age >= -{SOON_DAYS}), 0),
       coalesce(sum(n) FILTER (WHERE NOT late AND age >= -{WEEK_DAYS}), 0),
       coalesce(max(age) FILTER (WHERE late), 0),
       ARRAY[{", ".join(_band(low, high) for _name, low, high in BANDS)}]::int[],
       ARRAY[{", ".join(f"coalesce(sum(n) FILTER (WHERE NOT late AND age = -{n}), 0)" for n in range(AHEAD_DAYS))}]::int[]
FROM (
    SELECT court_id, team_id, owner_id, kind, r.overdue_at <= asked.at AS late, asked.day - r.day AS age, count(*) AS n
    FROM (SELECT %s::timestamptz AS at, %s::date AS day) asked,
         (ROWS) AS r(court_id, team_id, owner_id, kind, day, overdue_at)
    GROUP BY 1, 2, 3, 4, 5, 6
) counted
CROSS JOIN LATERAL (VALUES
    ('court', ''), ('team', coalesce(team_id::text, '')), ('officer', coalesce(owner_id::text, '')), ('kind', kind),
    ('load', coalesce(team_id::text, '') || ':' || coalesce(owner_id::text, ''))
) AS by(axis, key)
GROUP BY court_id, axis, key
"""  # noqa: S608  our own numbers

_FLAGS = """
INSERT INTO supervision_tally (court_id, axis, key, late, today, soon, week, oldest, bands, days)
SELECT r.court_id, 'flag', r.flag, r.n, 0, 0, 0, 0, '{}', '{}' FROM (ROWS) AS r(court_id, flag, n)
"""
