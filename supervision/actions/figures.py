"""Counting figures as long work, nightly and on demand; issuing a figure; filling a slot of core indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import Court, User
from events import log
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed
from regimes.formulas import Figure as Evaluated
from supervision.indicators import drilling
from supervision.indicators.counting import Place, count
from supervision.indicators.declared import Declared, all_lines, line_of, slots_of
from supervision.indicators.drilling import Asked
from supervision.indicators.rows import Figure, IssuedFigure, SlotFill
from supervision.indicators.spans import DAILY, TREND, Span, days_before, last_spans, span_around, span_of

KIND = "supervision.figures"
DETAILED = 2
"""Of a night's periods of a kind, the newest that are also counted for each team and officer."""
TOGETHER = 5000
_VALUES = ("pack_digest", "numerator", "denominator", "value", "excluded", "reason", "counted_at")
_UNIQUE = ("court", "level", "first", "last", "indicator", "line", "unit_id")


def ask_night(*, at: dt.datetime) -> Job | None:
    """Once a day: every court, the last twelve months and quarters and three years. None while there is no court."""
    courts = list(Court.objects.order_by("pk").values_list("pk", flat=True))
    if not courts:
        return None
    today = time.today(at)
    spans = [span.text for span in _nightly(today)]
    params = {"courts": courts, "spans": spans, "days_to": today.isoformat()}
    with transaction.atomic(durable=True):
        return ask_job(
            kind=KIND, title=_("统计指标：每日"), params=params, key=f"figures:night:{today}", at=at
        )


def ask_figures(*, courts: Sequence[int], span: Span, actor: User, at: dt.datetime, key: str) -> Job:
    """重新统计 of a period, with the periods before it that a trend shows. Raises NotAllowed for a court out of reach."""
    reach(actor, courts)
    spans = [each.text for each in last_spans(span, TREND)]
    with transaction.atomic(durable=True):
        return ask_job(
            kind=KIND,
            title=_("统计指标：%s") % span.words,
            params={"courts": sorted(courts), "spans": spans},
            key=f"figures:{key}",
            at=at,
            actor=actor,
            court_id=actor.court_id,
        )


def step(job: Job) -> Stride:
    """The next court of the job. Joins the job's step."""
    courts, place = job.params["courts"], (job.cursor or {}).get("place", 0)
    if place >= len(courts):
        return Stride(len(courts), len(courts), None, _("已统计 %d 家法院") % len(courts))
    spans = [span_of(text) for text in job.params["spans"]]
    keep_figures([courts[place]], spans, at=time.now())
    if days_to := job.params.get("days_to"):
        keep_days([courts[place]], dt.date.fromisoformat(days_to), at=time.now())
    message = _("已统计 %(done)d 家，共 %(all)d 家") % {"done": place + 1, "all": len(courts)}
    return Stride(place + 1, len(courts), {"place": place + 1}, message)


def keep_figures(
    courts: Sequence[int], spans: Sequence[Span], *, at: dt.datetime, lines: Sequence[Declared] | None = None
) -> int:
    """Count every indicator of the packs in use and keep the figures over those that stand; returns how many rows.

    A figure of a team or officer with nothing left to count goes. Joins the caller's transaction.
    """
    lines = all_lines() if lines is None else lines
    detailed, counted = _detailed(spans), count(lines, courts, spans)
    rows = [
        _row(line, place, figure, excluded, at)
        for line in lines
        for place, (figure, excluded) in counted[line.key].items()
        if place.level == Figure.Level.COURT or (place.first, place.last) in detailed
    ]
    firsts, lasts = [span.first for span in spans], [span.last for span in spans]
    stale = Figure.objects.filter(court_id__in=courts, first__in=firsts, last__in=lasts, counted_at__lt=at)
    for start in range(0, len(rows), TOGETHER):
        Figure.objects.bulk_create(
            rows[start : start + TOGETHER],
            update_conflicts=True,
            unique_fields=_UNIQUE,
            update_fields=_VALUES,
        )
    stale.exclude(level=Figure.Level.COURT).filter(
        indicator__in={line.rule.id for line in lines}, counted_at__lt=at
    ).delete()
    return len(rows)


def keep_night(*, at: dt.datetime) -> int:
    """What a night counts, at once: for an installation that begins with cases. Joins the caller's transaction."""
    courts, today = list(Court.objects.values_list("pk", flat=True)), time.today(at)
    return keep_figures(courts, _nightly(today), at=at) + keep_days(courts, today, at=at)


def keep_days(courts: Sequence[int], today: dt.date, *, at: dt.datetime) -> int:
    """The overdue nodes of each of the thirty days before this one, for the trend on the wall. Joins the caller's transaction."""
    lines = [line for line in all_lines() if line.rule.id in DAILY]
    return keep_figures(courts, days_before(today), at=at, lines=lines)


def issue_figure(
    *, court: Court, code: str, period: str, words: str, actor: User, at: dt.datetime, key: str
) -> IssuedFigure:
    """发布: freeze a figure as it is now, with its formula, pack digest and case ids, so that it can be checked later.

    code: JZ-I-01.1. period: as an address says it. Raises NotFound, NotAllowed, BadInput.
    """
    line, span = line_of(code), span_of(period)
    reach(actor, [court.pk])
    if not (actor.scope.may("report", "W") or actor.scope.may("report", "S")):
        raise NotAllowed(
            _("您没有发布指标的权限。"), fix=_("由执行指挥中心、综合管理组或者上级法院执行局发布。")
        )
    with transaction.atomic(durable=True):
        if (standing := IssuedFigure.objects.filter(key=key).first()) is not None:
            if (standing.court_id, standing.indicator, standing.first) != (
                court.pk,
                line.rule.id,
                span.first,
            ):
                raise Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="FIGURE-KEY")
            return standing
        issued = IssuedFigure(
            **_frozen(court.pk, line, span),
            by_court_id=actor.court_id or court.pk,
            words=words.strip()[:120],
            issued_by=actor,
            issued_at=at,
            key=key,
        )
        issued.save(force_insert=True)
        log.append(
            stream=f"figure:{issued.pk}",
            kind="figure.issued",
            actor=f"user:{actor.pk}",
            at=at,
            key=key,
            court_id=court.pk,
            data={"figure": issued.pk, "indicator": code, "period": span.text, "value": issued.value},
        )
    return issued


def fill_slot(
    *, court: Court, slot: str, members: Sequence[str], actor: User, at: dt.datetime, key: str
) -> SlotFill:
    """指定核心指标: which indicators fill 3+1 or 3918 in a court, in their order.

    Raises NotAllowed, BadInput for an unknown slot or indicator, for none, and for one named twice.
    """
    reach(actor, [court.pk])
    if not (actor.scope.may("report", "W") or actor.scope.may("report", "S")):
        raise NotAllowed(
            _("您没有指定核心指标的权限。"), fix=_("由综合管理组、执行指挥中心或者上级法院执行局指定。")
        )
    if slot not in {each.rule.id for each in slots_of(court.pk, time.today(at))}:
        raise BadInput(_("本院的规则没有这组核心指标。"), field="slot", fix=_("请从指标页面进入。"))
    known = {line.rule.id for line in all_lines()}
    unknown = [name for name in members if name not in known]
    if unknown or not members or len(set(members)) != len(members):
        raise BadInput(
            _("核心指标的组成不对：%s") % ("、".join(unknown) or _("没有选择或者重复")),
            field="members",
            fix=_("从列出的指标中选择，每项一次。"),
        )
    with transaction.atomic(durable=True):
        stream = f"slot:{court.pk}:{slot}"
        Court.objects.select_for_update().get(pk=court.pk)
        known_event = log.find(stream, key)
        log.append(
            stream=stream,
            kind="slot.filled",
            actor=f"user:{actor.pk}",
            at=at,
            key=key,
            court_id=court.pk,
            data={"slot": slot, "members": list(members)},
        )
        if known_event is not None:
            return SlotFill.objects.get(court=court, slot=slot)
        filled, _new = SlotFill.objects.update_or_create(
            court=court, slot=slot, defaults={"members": list(members), "set_by": actor, "set_at": at}
        )
    return filled


def differences(issued: IssuedFigure) -> list[str]:
    """What counting an issued figure again gives otherwise, in Chinese; empty where all is as it was."""
    line = line_of(f"{issued.indicator}.{issued.line + 1}")
    span = Span("range", issued.first, issued.last, "")
    now = _frozen(issued.court_id, line, span)
    found = []
    if now["pack_digest"] != issued.pack_digest:
        found.append(
            _("规则包已换版：当时 %(then)s，现在 %(now)s") % {"then": issued.pack, "now": now["pack"]}
        )
    for name, said in (("numerator_cases", _("分子")), ("denominator_cases", _("分母"))):
        then, here = set(getattr(issued, name)), set(now[name])
        if gone := len(then - here):
            found.append(_("%(what)s少了 %(n)d 件") % {"what": said, "n": gone})
        if new := len(here - then):
            found.append(_("%(what)s多了 %(n)d 件") % {"what": said, "n": new})
    if now["value"] != issued.value:
        words = {"then": _plain(issued.value), "now": _plain(now["value"])}
        found.append(_("数值当时 %(then)s，现在 %(now)s") % words)
    return found


def reach(actor: User, courts: Sequence[int]) -> None:
    """Raises NotAllowed for a court that the person does not see whole."""
    if not courts or not set(courts) <= actor.scope.courts:
        raise NotAllowed(_("您不能统计这些法院。"), fix=_("只能统计本院和所辖法院。"))


def _nightly(today: dt.date) -> list[Span]:
    kinds = {"month": TREND, "quarter": TREND, "year": 3}
    return [span for kind, n in kinds.items() for span in last_spans(span_around(kind, today), n)]


def _plain(value: Decimal | None) -> str:
    return "—" if value is None else f"{value.normalize():f}"


def _detailed(spans: Sequence[Span]) -> set[tuple[dt.date, dt.date]]:
    """The newest periods of each kind."""
    found: dict[str, list[Span]] = {}
    for span in sorted(spans, key=lambda span: span.last, reverse=True):
        found.setdefault(span.kind, []).append(span)
    return {(span.first, span.last) for listed in found.values() for span in listed[:DETAILED]}


def _row(line: Declared, place: Place, figure: Evaluated, excluded: int, at: dt.datetime) -> Figure:
    return Figure(
        court_id=place.court,
        level=place.level,
        unit_id=place.unit,
        indicator=line.rule.id,
        line=line.line,
        first=place.first,
        last=place.last,
        pack_digest=line.pack.digest,
        numerator=figure.numerator,
        denominator=figure.denominator,
        value=figure.value,
        excluded=excluded,
        reason=figure.reason[:200],
        counted_at=at,
    )


def _frozen(court_id: int, line: Declared, span: Span) -> dict[str, Any]:
    figure, _excluded = count([line], [court_id], [span])[line.key][Place(span.first, span.last, court_id)]
    calc = line.calc
    asked = {part: Asked(line, span, (court_id,), part) for part in ("numerator", "denominator", "excluded")}
    return {
        "court_id": court_id,
        "indicator": line.rule.id,
        "line": line.line,
        "title": line.title,
        "first": span.first,
        "last": span.last,
        "pack": line.pack.name,
        "pack_digest": line.pack.digest,
        "formula": {
            "numerator": calc.numerator,
            "denominator": calc.denominator,
            "unit": calc.unit,
            "exclude": list(calc.exclude),
            "since": calc.since.isoformat() if calc.since else "",
            "definition": line.definition,
        },
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
        "reason": figure.reason,
        "numerator_cases": drilling.case_ids(asked["numerator"]),
        "denominator_cases": drilling.case_ids(asked["denominator"]),
        "excluded_cases": [list(pair) for pair in drilling.reasons(asked["excluded"])],
    }
