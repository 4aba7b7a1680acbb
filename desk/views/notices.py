"""In-app notices, the queues of short messages, and what a court told its parties."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case
from courts.access import staff
from desk import listing, onetime
from desk.addresses import here, number_in
from desk.forms.messages import DecideForm, LiftForm, ResendForm, refuse
from desk.selectors.coverage import coverage as coverage_of
from desk.selectors.notifications import GROUPS, unread_ids
from desk.selectors.notifications import notifications as notifications_of
from desk.selectors.sms import troubles
from desk.tables import coverage as report
from desk.tables import notices as table
from desk.tables.worklist import case_address
from kernel import time
from kernel.errors import BadInput, WrongState
from notices.actions.messages import decide_unknown, mark_read, resend
from notices.actions.numbers import lift_mark
from notices.models import Message, NumberMark
from notices.selectors import messages_about
from notices.states import State


@require_GET
@staff()
def notifications(request: HttpRequest) -> HttpResponse:
    """通知: one's own, newest first, by what they are about."""
    request.at = at = time.now()
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    found = notifications_of(
        user=request.user,
        group=group,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )

    def link(**changes: object) -> str:
        return here(request, ("group",), **changes)

    unread = sum(found.unread.values())
    context = {
        "note": _("%d 条未读") % unread if unread else _("没有未读的通知"),
        "group": group,
        "tabs": table.tabs(found, group, link),
        "lines": table.lines(found, time.today(at)),
        "unread_here": found.unread[group] if group else unread,
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
        "here": request.get_full_path(),
    }
    columns, groups = table.as_sheet(context["lines"])

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        part = notifications_of(user=request.user, group=group, after=cursor, before="")
        return table.as_sheet(table.lines(part, time.today(at)))[1], part.next

    return listing.show(
        request,
        "desk/notifications.html",
        context,
        what="notifications",
        title=_("通知"),
        names=("group",),
        columns=columns,
        groups=groups,
        turn=turn,
    )


@require_POST
@staff()
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice as read, or all of a group; opening one leads on to its case."""
    at, group = time.now(), request.POST.get("group", "")
    if "all" in request.POST:
        mark_read(user=request.user, message_ids=unread_ids(request.user, group), at=at)
        return redirect(_notifications(group))
    chosen = request.POST.get("open") or request.POST.get("read") or ""
    message_id = int(chosen) if chosen.isdecimal() and len(chosen) < 18 else 0
    mark_read(user=request.user, message_ids=[message_id], at=at)
    if "open" not in request.POST:
        return redirect(_notifications(group))
    about = (
        Message.objects.filter(pk=message_id, to_user_id=request.user.pk)
        .values_list("case_id", flat=True)
        .first()
    )
    if about and Case.objects.visible_to(request.user).filter(pk=about).exists():
        return redirect(case_address(about))
    messages.warning(request, _("这件案件已经不在您的查看范围内。"))
    return redirect(_notifications(group))


@require_GET
@staff("clocks", "RWS")
def sms(request: HttpRequest) -> HttpResponse:
    """短信异常: what needs a hand."""
    request.at = at = time.now()
    found = troubles(user=request.user, after_id=number_in(request, "after") or 0)
    today = time.today(at)
    context = {
        "message_columns": table.message_columns(),
        "message_groups": table.message_groups(found, today),
        "mark_columns": table.mark_columns(),
        "mark_groups": table.mark_groups(found, today),
        "next_url": f"{request.path}?after={found.next_id}" if found.next_id else "",
        "prev_url": request.path if number_in(request, "after") else "",
    }

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        part = troubles(user=request.user, after_id=int(cursor or 0))
        return table.message_groups(part, today), str(part.next_id or "")

    return listing.show(
        request,
        "desk/sms.html",
        context,
        what="sms",
        title=_("短信异常"),
        columns=table.message_columns(),
        turn=turn,
    )


@require_http_methods(["GET", "POST"])
@staff("clocks", "RWS")
def sms_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message that did not arrive, or of which nobody knows: its tries, and what to do."""
    request.at = at = time.now()
    seen = (
        Message.objects.visible_to(request.user).filter(pk=message_id).defer("number", "secret_text").first()
    )
    line = seen and next(
        (m for m in messages_about(about=seen.about, user=request.user) if m.message_id == message_id), None
    )
    if line is None:
        raise Http404
    # What was sent says which form it was: the second click finds the message settled already.
    settles = "outcome" in request.POST if request.method == "POST" else line.state == State.UNKNOWN
    form = (DecideForm if settles else ResendForm)(request.POST or None)
    if request.method == "POST" and form.is_valid() and _settled(request, form, message_id, at):
        messages.success(request, _("已处理这条短信。"))
        return redirect("desk:sms")
    number = (
        Case.objects.visible_to(request.user).filter(pk=seen.case_id).values_list("number", flat=True).first()
    )
    context = {
        "line": line,
        "number": number or "",
        "form": form,
        "key": onetime.new_key(),
        "today": time.today(at),
    }
    return render(request, "desk/sms_message.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@staff("clocks", "RWS")
def sms_number(request: HttpRequest, mark_id: int) -> HttpResponse:
    """One number that reaches nobody: let it have messages again."""
    request.at = at = time.now()
    mark = NumberMark.objects.visible_to(request.user).standing().filter(pk=mark_id).first()
    if mark is None:
        raise Http404
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _lifted(request, form, mark_id, at):
        messages.success(request, _("已解除 %s 的标记，今后可以向它发送短信。") % mark.number_masked)
        return redirect("desk:sms")
    context = {"mark": mark, "form": form, "key": onetime.new_key()}
    return render(request, "desk/sms_number.html", context, status=422 if form.errors else 200)


@require_GET
@staff("clocks", "RWS")
def coverage(request: HttpRequest) -> HttpResponse:
    """推送覆盖: what the court told its parties in a span of days."""
    request.at = at = time.now()
    today = time.today(at)
    since = _day(request, "since") or today.replace(day=1)
    until = max(_day(request, "until") or today, since)
    found = coverage_of(user=request.user, court_id=number_in(request, "court"), since=since, until=until)
    if found is None:
        raise Http404
    context = {
        "note": report.sentence(found, today),
        "filters": report.filters(found),
        "columns": report.columns(),
        "groups": report.groups(found),
        "empty": report.empty(),
        "missing": report.missing(found),
    }
    return listing.show(
        request,
        "desk/coverage.html",
        context,
        what="coverage",
        title=_("推送覆盖"),
        names=("court", "since", "until"),
    )


def _settled(request: HttpRequest, form: forms.Form, message_id: int, at: dt.datetime) -> bool:
    verb = decide_unknown if isinstance(form, DecideForm) else resend
    try:
        verb(
            actor=request.user, message_id=message_id, at=at, key=onetime.key_of(request), **form.cleaned_data
        )
    except (BadInput, WrongState) as error:
        refuse(form, error)
        return False
    return True


def _lifted(request: HttpRequest, form: LiftForm, mark_id: int, at: dt.datetime) -> bool:
    try:
        lift_mark(
            actor=request.user, mark_id=mark_id, at=at, key=onetime.key_of(request), **form.cleaned_data
        )
    except BadInput as error:
        refuse(form, error)
        return False
    return True


def _notifications(group: str) -> str:
    url = reverse("desk:notifications")
    return f"{url}?group={group}" if group in GROUPS else url


def _day(request: HttpRequest, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
