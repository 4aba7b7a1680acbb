"""导出: the acts of a court in the national system's codes, each once; and the number that system gives a case."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from cases.models import NationalExport, NationalNumber
from cases.national import codes_by_event
from cases.perform import Act, known, perform
from cases.policy import in_reach, may
from cases.snapshot import lock_case
from courts.models import Court, User
from events import log
from events.models import Event
from kernel.errors import BadInput, Conflict, NotFound
from kernel.time import today

LONGEST_DAYS = 366


def set_national_number(*, case_id: int, number: str, actor: User, at: dt.datetime, key: str) -> Event:
    """登记国家系统编号 of a case. Raises NotFound, NotAllowed, BadInput, Conflict for a number another case has."""
    number = "".join(number.split())
    if not number or len(number) > 40 or not number.isascii():
        raise BadInput(
            _("国家系统编号不对。"), field="number", fix=_("按国家系统显示的填写，只有字母、数字和连字符。")
        )
    with transaction.atomic(durable=True):
        return keep_national_number(case_id, number, actor, at, key)


def keep_national_number(case_id: int, number: str, actor: User, at: dt.datetime, key: str) -> Event:
    """As `set_national_number`, joining the caller's transaction."""
    locked = lock_case(case_id=case_id, key=key, user=actor)
    if (event := known(locked, kind="case.national_number", data={"number": number})) is not None:
        return event
    may(actor, "national", "W", _("登记国家系统编号"))
    in_reach(locked, actor)
    case = locked.case
    try:
        with transaction.atomic():
            row, _new = NationalNumber.objects.update_or_create(
                case=case, defaults={"court_id": case.court_id, "number": number}
            )
    except IntegrityError as error:
        raise Conflict(
            _("国家系统编号 %s 已经登记在本院另一个案件。") % number, fix=_("核对编号。")
        ) from error
    act = Act(
        kind="case.national_number", key=key, on=today(at), data={"number": number}, rows=[row], quiet=True
    )
    return perform(locked, act, actor=actor, at=at)


def make_export(
    *, court_id: int, since: dt.date, until: dt.date, actor: User, at: dt.datetime, key: str
) -> NationalExport:
    """The acts of a period that no export before held; kept line by line, so that its file never changes.

    What an export before held and was undone here since is told as withdrawn, whatever its day. Sealed cases are left out. Raises NotAllowed, NotFound, BadInput for a bad period or when nothing is new.
    """
    may(actor, "national", "W", _("导出到国家系统"))
    if until < since or (until - since).days >= LONGEST_DAYS:
        raise BadInput(_("起止日期不对。"), field="until", fix=_("末日不早于首日，一次不超过一年。"))
    if until > today(at):
        raise BadInput(_("末日不能晚于今天。"), field="until", fix=_("填写今天或以前的日期。"))
    with transaction.atomic(durable=True):
        court = Court.objects.select_for_update().filter(pk=court_id, pk__in=actor.scope.courts).first()
        if court is None:
            raise NotFound(_("没有这个法院，或您无权办理。"), fix=_("从列表中选择。"))
        standing = NationalExport.objects.filter(key=key).first()
        if standing is not None:
            return standing
        made = NationalExport.objects.create(
            court=court, since=since, until=until, lines_count=0, key=key, made_by=actor, made_at=at
        )
        made.lines_count = _write_lines(made)
        if not made.lines_count:
            raise BadInput(
                _("这段时间没有新的办理事项。"),
                field="since",
                fix=_("已经导出过的不再重复；可以重新下载以前的文件。"),
            )
        made.save(update_fields=["lines_count"])
        log.append(
            stream=f"nationalexport:{made.pk}",
            kind="national.exported",
            actor=actor.actor,
            at=at,
            key=key,
            data={"since": since, "until": until, "lines": made.lines_count},
            court_id=court.pk,
        )
    return made


WRITTEN = """
    WITH known(key, code, once) AS (SELECT * FROM unnest(%(keys)s::text[], %(codes)s::text[], %(once)s::boolean[])),
    moments AS (
        SELECT DISTINCT ON (c.id, k.code, f.subject_id, (m.value->>1)::int)
               c.id AS case_id, c.number, k.code, k.once, f.subject_id, (m.value->>1)::int AS seq,
               left(m.value->>0, 10)::date AS "on"
          FROM cases_case c
          JOIN cases_fact f ON f.case_id = c.id
          JOIN known k ON k.key = f.key
         CROSS JOIN LATERAL jsonb_array_elements(
               CASE WHEN jsonb_typeof(f.value) = 'array' THEN f.value ELSE '[]' END) m
         WHERE c.court_id = %(court)s AND NOT c.sealed AND c.state <> 'cancelled'
         ORDER BY 1, 3, 5, 6, 7),
    told AS (
        SELECT l.case_id, l.case_number AS number, l.code, l.subject_id, l.seq, l."on"
          FROM cases_nationalline l
          JOIN cases_case c ON c.id = l.case_id
         WHERE c.court_id = %(court)s AND NOT c.sealed
         GROUP BY 1, 2, 3, 4, 5, 6 HAVING NOT bool_or(l.undone)),
    gone AS (
        SELECT t.* FROM told t
         WHERE NOT EXISTS (SELECT FROM moments m WHERE (m.case_id, m.code, m.subject_id, m.seq)
                                                     = (t.case_id, t.code, t.subject_id, t.seq))),
    standing AS (SELECT * FROM told EXCEPT ALL SELECT * FROM gone),
    fresh AS (
        SELECT m.*, row_number() OVER (PARTITION BY m.case_id, m.code ORDER BY m."on", m.seq) AS nth
          FROM moments m
         WHERE m."on" BETWEEN %(since)s AND %(until)s
           AND NOT EXISTS (SELECT FROM standing s WHERE (s.case_id, s.code) = (m.case_id, m.code)
                              AND (m.once OR (s.subject_id, s.seq) = (m.subject_id, m.seq)))),
    lines AS (
        SELECT case_id, number, code, subject_id, seq, "on", false AS undone FROM fresh WHERE nth = 1 OR NOT once
         UNION ALL
        SELECT case_id, number, code, subject_id, seq, "on", true FROM gone)
    INSERT INTO cases_nationalline
           (export_id, case_id, case_number, national_number, code, subject_id, seq, "on", undone)
    SELECT %(export)s, l.case_id, l.number, coalesce(n.number, ''), l.code, l.subject_id, l.seq, l."on", l.undone
      FROM lines l LEFT JOIN cases_nationalnumber n ON n.case_id = l.case_id AND n.court_id = %(court)s
     ORDER BY l.undone DESC, l."on", l.number, l.code, l.seq"""
"""moments: what stands recorded of a court's cases; told: what exports said and did not take back; gone: of these, what
was undone here. once: only the first of a case is told. The number is that of this court: a case that came from another
one is a case of its own there, and gets a number of its own here."""


def _write_lines(made: NationalExport) -> int:
    """The lines of a new export, the withdrawals first; how many. One statement, however large the court: none is held here."""
    told = [
        (f"@{event}", code.code, code.first) for event, found in codes_by_event().items() for code in found
    ]
    given = {
        "export": made.pk,
        "court": made.court_id,
        "since": made.since,
        "until": made.until,
        "keys": [key for key, _code, _once in told],
        "codes": [code for _key, code, _once in told],
        "once": [once for _key, _code, once in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, given)
        return int(cursor.rowcount)
