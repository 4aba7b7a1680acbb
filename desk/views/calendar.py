"""工作日历: the year as the deadlines count it, and the days that a court says itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from courts.access import staff
from courts.actions.calendar import remove_day, set_day
from desk.forms.calendar import DayForm, RemovalForm
from desk.selectors.calendar import Year, courts_of, year_of
from desk.tables import calendar as table
from jobs.views import progress_of
from kernel import time
from kernel.errors import DomainError


@require_safe
@staff()
def calendar(request: HttpRequest) -> HttpResponse:
    """One year of one court."""
    request.at = time.now()
    return _page(request)


@require_POST
@staff("calendar", "W")
def change(request: HttpRequest) -> HttpResponse:
    """Say what a day is. Open clocks are recounted by a job, whose dates moved is told."""
    request.at = at = time.now()
    form = _form(request, request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    given = form.cleaned_data
    try:
        set_day(
            on=given["on"],
            is_workday=given["is_workday"] == "yes",
            name=given["name"],
            source=given["source"],
            court=form.court,
            actor=request.user,
            at=at,
            key=form.key,
        )
    except DomainError as refused:
        form.refuse(refused)
        return _page(request, form, status=422)
    messages.success(request, _("已保存，正在按新的日历重算未办结的期限；到期日变动的，承办人会收到通知。"))
    return redirect(_address(given["on"].year, form.court.pk if form.court else None))


@require_POST
@staff("calendar", "W")
def remove(request: HttpRequest) -> HttpResponse:
    """Take a court's own day back."""
    request.at = at = time.now()
    form = RemovalForm(request.POST, today=time.today(at))
    court = None
    if form.is_valid():
        court = courts_of(request.user).filter(pk=form.cleaned_data["court"]).first()
    if court is None:
        messages.error(request, _("没有取消：请写明理由，再点取消。"))
        return redirect("desk:calendar")
    given = form.cleaned_data
    try:
        remove_day(
            on=given["on"], court=court, source=given["source"], actor=request.user, at=at, key=form.key
        )
    except DomainError as refused:
        messages.error(request, refused.in_full)
    else:
        messages.success(request, _("已取消，这一天按全国日历计算；正在重算未办结的期限。"))
    return redirect(_address(given["on"].year, court.pk))


def _form(request: HttpRequest, data: object = None) -> DayForm:
    return DayForm(
        data,
        today=time.today(request.at),
        courts=courts_of(request.user),
        national=request.user.is_superuser,
    )


def _address(year: int, court: int | None) -> str:
    court_part = f"&court={court}" if court else ""
    return f"{reverse('desk:calendar')}?year={year}{court_part}"


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None  # noqa: PLR2004  no id is longer


def _page(request: HttpRequest, form: DayForm | None = None, status: int = 200) -> HttpResponse:
    on = time.today(request.at)
    found = year_of(
        request.user, _number(request.GET.get("year", "")), _number(request.GET.get("court", "")), on
    )
    context = {
        "found": found,
        "note": _notice(found),
        "tabs": _tabs(found),
        "months": table.months(found, on),
        "legend": table.legend(),
        "lines": table.lines(found, on),
        "own": table.own_lines(found, on),
        "jobs": found.jobs,
        **({"job": found.jobs[0], **progress_of(found.jobs[0])} if found.jobs else {}),
    }
    if found.may_edit:
        context["form"] = form or _form(request)
        context["removal"] = RemovalForm(today=on)
    return render(request, "desk/calendar.html", context, status=status)


def _notice(found: Year) -> str:
    if found.is_provisional:
        return _("国务院尚未公布这一年的放假安排，暂按周末和法定节日计算，期限标明“暂定”。")
    return _("依据：%s") % "、".join(found.notices)


def _tabs(found: Year) -> list[dict[str, object]]:
    court = found.court.pk if found.court else None
    near = range(max(found.year - 2, found.first), min(found.year + 2, found.last) + 1)
    return [
        {"label": _("%d年") % year, "url": _address(year, court), "current": year == found.year} for year in near
    ]  # fmt: skip
