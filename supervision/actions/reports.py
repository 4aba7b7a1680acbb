"""阶段报告 (JZ 二(二)3): a court writes its sections, sends them to the court above, which takes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import Court, User
from deadlines.receivers import Directory
from events import log
from kernel import time
from kernel.dates import long_date
from kernel.errors import BadInput, Conflict, NotAllowed, WrongState
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level
from supervision.indicators.reporting import asked_of, prefilled, reports_due
from supervision.indicators.rows import QuarterReport
from supervision.indicators.spans import Span

ACTOR = "system:sweep"
TOPIC = "阶段报告"
AHEAD_DAYS = 3
MOST_WORDS = 20_000


def save_report(
    *,
    court: Court,
    span: Span,
    words: Mapping[str, str],
    seen_version: int,
    actor: User,
    at: dt.datetime,
    key: str,
) -> QuarterReport:
    """保存草稿: the sections as written so far, by title. seen_version: 0 for a new one.

    Raises NotAllowed, BadInput (a court without the rule; text too long), Conflict (another has saved), WrongState (sent).
    """
    _may_write(court, actor)
    asked = asked_of(court.pk, span, time.today(at))
    if asked is None:
        raise BadInput(
            _("本院的规则没有要求阶段报告。"), field="period", fix=_("由采用阶段报告规则的法院报送。")
        )
    sections = [[title, _text(words.get(title, ""), title)] for title in asked.sections]
    with transaction.atomic(durable=True):
        Court.objects.select_for_update().get(pk=court.pk)
        report = QuarterReport.objects.filter(court=court, first=span.first).first()
        if report is not None and log.find(report.stream, key) is not None:
            return report
        if (report.version if report else 0) != seen_version:
            raise Conflict(
                _("这份报告刚被别人修改。"),
                fix=_("刷新页面，把您写的内容补到最新一稿。"),
                code="REPORT-VERSION",
            )
        if report is None:
            report = QuarterReport(
                court=court, first=span.first, last=span.last, due_on=asked.due_on, rule_id=asked.rule_id
            )
        elif report.state != QuarterReport.State.DRAFT:
            raise WrongState(_("报告已经报送，不能再改。"), fix=_("需要补充的，请与中级法院联系。"))
        else:
            report.version += 1
        report.sections, report.written_by, report.written_at = sections, actor, at
        report.save()
        _write(report, "saved", actor, at, key)
    return report


def submit_report(*, report_id: int, actor: User, at: dt.datetime, key: str) -> QuarterReport:
    """报送: every section written; the figures are frozen as they stand. Raises NotAllowed, BadInput, WrongState."""
    with transaction.atomic(durable=True):
        report = _held(report_id)
        _may_write(report.court, actor)
        if log.find(report.stream, key) is not None:
            return report
        if report.state != QuarterReport.State.DRAFT:
            raise WrongState(_("报告已经报送。"), fix=_("刷新页面。"))
        if empty := [title for title, words in report.sections if not words.strip()]:
            raise BadInput(
                _("还没有写：%s。") % "、".join(empty), field="sections", fix=_("四个部分都写好后再报送。")
            )
        report.figures = prefilled(report.court_id, report.first, report.last, time.today(at))
        report.state = QuarterReport.State.SUBMITTED
        report.submitted_by, report.submitted_at = actor, at
        report.save()
        _write(report, "submitted", actor, at, key)
    return report


def receive_report(*, report_id: int, actor: User, at: dt.datetime, key: str) -> QuarterReport:
    """接收, by the court above. Raises NotAllowed, WrongState."""
    with transaction.atomic(durable=True):
        report = _held(report_id)
        above = report.court.parent_id is not None and actor.court_id == report.court.parent_id
        if not (above and actor.scope.may("report", "S")):
            raise NotAllowed(_("您不能接收这份报告。"), fix=_("由上一级法院执行局接收。"))
        if log.find(report.stream, key) is not None:
            return report
        if report.state != QuarterReport.State.SUBMITTED:
            raise WrongState(_("报告还没有报送，或者已经接收。"), fix=_("刷新页面。"))
        report.state = QuarterReport.State.RECEIVED
        report.received_by, report.received_at = actor, at
        report.save()
        _write(report, "received", actor, at, key)
    return report


def remind_reports(*, at: dt.datetime) -> int:
    """Tell whoever answers for the report: three days before the last day, and once it is late; returns how many notices."""
    today = time.today(at)
    directory = Directory(today)
    told = 0
    for due in reports_due(today):
        if due.due_on is None or (due.report and due.report.state != QuarterReport.State.DRAFT):
            continue
        days = (due.due_on - today).days
        if days > AHEAD_DAYS:
            continue
        rung = "late" if days < 0 else "soon"
        text = _("%(period)s阶段报告%(state)s，最后一日%(day)s。") % {
            "period": due.span.words,
            "state": _("没有报送，已经逾期") if days < 0 else _("即将到期"),
            "day": long_date(due.due_on),
        }
        directory.learn([due.court.pk], ())
        people = directory.people(due.who, court_id=due.court.pk, team_id=None, owner_id=None)
        with transaction.atomic(durable=True):
            told += tell_staff(_notices(due.court.pk, due.rule_id, people, text, due.span.text, rung), at=at)
    return told


def _notices(
    court_id: int, rule_id: str, people: Sequence[int], text: str, period: str, rung: str
) -> list[StaffNotice]:
    return [
        StaffNotice(
            court_id=court_id,
            team_id=None,
            owner_id=None,
            about=f"report:{court_id}:{period}",
            case_id=None,
            topic=TOPIC,
            rule_id=rule_id,
            node="",
            level=Level.OVERDUE if rung == "late" else Level.WARN,
            to_user_id=person,
            text=text,
            key=f"report:{court_id}:{period}/{rung}/{person}",
        )
        for person in people or [None]
    ]


def _held(report_id: int) -> QuarterReport:
    return QuarterReport.objects.select_for_update(of=("self",)).select_related("court").get(pk=report_id)


def _may_write(court: Court, actor: User) -> None:
    scope = actor.scope
    leads = scope.may("report", "W") or scope.has("bureau_director", "deputy_director")
    if actor.court_id != court.pk or court.pk not in scope.courts or not leads:
        raise NotAllowed(_("您不能撰写这份报告。"), fix=_("由本院执行局局长、指挥中心或者综合管理组撰写。"))


def _text(words: str, title: str) -> str:
    text = words.strip()
    if len(text) > MOST_WORDS:
        raise BadInput(_("“%s”写得太长。") % title, field="sections", fix=_("每部分不超过两万字。"))
    return text


def _write(report: QuarterReport, what: str, actor: User, at: dt.datetime, key: str) -> None:
    log.append(
        stream=report.stream,
        kind=f"report.{what}",
        actor=f"user:{actor.pk}",
        at=at,
        key=key,
        court_id=report.court_id,
        data={"report": report.pk, "version": report.version},
    )
