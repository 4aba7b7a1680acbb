"""导出: the acts of a court in the national system's codes, each once; and the number that system gives a case."""

from __future__ import annotations

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import Case, Fact, NationalExport, NationalLine, NationalNumber
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

    Sealed cases are left out. Raises NotAllowed, NotFound, BadInput for a bad period or when nothing is new.
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
        lines = _new_lines(court, since, until)
        if not lines:
            raise BadInput(
                _("这段时间没有新的办理事项。"),
                field="since",
                fix=_("已经导出过的不再重复；可以重新下载以前的文件。"),
            )
        made = NationalExport.objects.create(
            court=court, since=since, until=until, lines_count=len(lines), key=key, made_by=actor, made_at=at
        )
        for line in lines:
            line.export = made
        NationalLine.objects.bulk_create(lines, batch_size=2000)
        log.append(
            stream=f"nationalexport:{made.pk}",
            kind="national.exported",
            actor=actor.actor,
            at=at,
            key=key,
            data={"since": since, "until": until, "lines": len(lines)},
            court_id=court.pk,
        )
    return made


def _new_lines(court: Court, since: dt.date, until: dt.date) -> list[NationalLine]:
    """In the order of days, numbers and codes. What was undone is no longer among the facts. Three queries."""
    by_event = codes_by_event()
    cases = {
        case.pk: case
        for case in Case.objects.filter(court=court, sealed=False)
        .exclude(state="cancelled")
        .select_related("national")
        .only("number", "national__number")
    }
    facts = Fact.objects.filter(case__court=court, key__in=[f"@{event}" for event in by_event])
    told = set(
        NationalLine.objects.filter(case__court=court).values_list("case_id", "code", "subject_id", "seq")
    )
    firsts = {(case_id, code) for case_id, code, _subject, _seq in told}
    moments = [
        (str(moment)[:10], case_id, seq, subject, code)
        for case_id, subject, name, value in facts.values_list("case_id", "subject_id", "key", "value")
        if case_id in cases
        for moment, seq in value or ()
        for code in by_event[name[1:]]
    ]
    found: dict[tuple[int, str, int, int], NationalLine] = {}
    for day, case_id, seq, subject, code in sorted(moments, key=lambda row: row[:4]):
        on = dt.date.fromisoformat(day)
        place = (case_id, code.code, subject, seq)
        if not since <= on <= until or place in told or place in found:
            continue
        if code.first and (case_id, code.code) in firsts:
            continue
        firsts.add((case_id, code.code))
        case = cases[case_id]
        national = getattr(case, "national", None)
        found[place] = NationalLine(
            case=case,
            case_number=case.number,
            national_number=national.number if national else "",
            code=code.code,
            subject_id=subject,
            seq=seq,
            on=on,
        )
    return sorted(found.values(), key=lambda line: (line.on, line.case_number, line.code, line.seq))
