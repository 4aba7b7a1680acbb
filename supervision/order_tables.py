"""Supervision orders as rows, facts and a history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import User
from deadlines.models import Deadline
from documents.models import File
from events.models import Event
from kernel.dates import long_date
from kernel.time import local, today
from supervision.board import day_of
from supervision.models import Order
from supervision.states import ExtensionState, OrderState

Row = dict[str, Any]
FILTERS = (
    ("", _lazy("全部")),
    ("open", _lazy("督办未反馈")),
    ("late", _lazy("逾期未反馈")),
    ("answered", _lazy("待核销")),
    ("closed", _lazy("已办结")),
)
HISTORY = {
    "order.issued": _lazy("发出"),
    "order.added": _lazy("补充要求"),
    "order.read": _lazy("签收"),
    "order.answered": _lazy("反馈"),
    "order.extension_asked": _lazy("申请延期反馈"),
    "order.extended": _lazy("批准延期"),
    "order.extension_refused": _lazy("不批准延期"),
    "order.escalated": _lazy("提级督办"),
    "order.sent_back": _lazy("退回补充"),
    "order.closed": _lazy("核销"),
    "order.reminded": _lazy("系统提醒"),
}


def filters(state: str) -> list[Row]:
    """The states as links."""
    url = reverse("supervision:orders")
    return [
        {"label": words, "url": f"{url}?state={name}" if name else url, "current": name == state}
        for name, words in FILTERS
    ]


def state_words(state: str) -> str:
    """The chosen state as it is called on the page."""
    return str(dict(FILTERS)[state])


def columns() -> list[Row]:
    """The head of the register."""
    return [
        {"label": _("督办"), "kind": "main"},
        {"label": _("案件和事项")},
        {"label": _("承办")},
        {"label": _("交办")},
        {"label": _("签收")},
        {"label": _("反馈期限")},
        {"label": _("状态")},
    ]


def groups(rows: Sequence[Order], at: dt.datetime) -> list[Row]:
    """One row an order."""
    return [{"rows": [_row(row, at) for row in rows]}] if rows else []


def empty(state: str) -> Row:
    """Nothing to show."""
    return {
        "title": _("没有督办") if not state else _("没有这种状态的督办"),
        "text": _("从超期节点表或者案件页发起的督办和催办登记在这里。"),
        "icon": "speakerphone",
    }


def pill(order: Order, at: dt.datetime) -> Row:
    """How it stands, in a word and a colour."""
    if order.state == OrderState.OPEN and order.is_late(at):
        return {"state": "over", "text": _("逾期 %d 日") % max(order.days_late(at), 1)}
    if order.kind == Order.Kind.REMINDER and order.is_open:
        return {"state": "prog", "text": _("待签收")}
    states = {OrderState.OPEN: "prog", OrderState.ANSWERED: "soon", OrderState.CLOSED: "done"}
    return {"state": states[OrderState(order.state)], "text": order.get_state_display()}


def clock_words(clock: Deadline | None, at: dt.datetime) -> str:
    """最后一日2026年5月4日（周四），已超期 9 日."""
    if clock is None or clock.overdue_at is None:
        return ""
    day = day_of(clock)
    days = (today(at) - day).days
    said = _("最后一日%s") % long_date(day)
    return _("%(said)s，已超期 %(days)d 日") % {"said": said, "days": days} if days > 0 else said


def page(order: Order, at: dt.datetime) -> Row:
    """Everything the order's page prints. Three queries."""
    case, on = order.case, today(at)
    files = File.objects.filter(pk__in=order.files, case_id=case.pk).order_by("id") if order.files else ()
    facts = [
        (_("事项"), order.matter),
        (_("交办"), f"{order.court.name} {order.issued_by.full_name}，{instant(order.issued_at)}"),
        (
            _("承办"),
            "　".join(filter(None, (case.court.name, case.team.name if case.team else "", owner(case)))),
        ),
        (_("反馈期限"), long_date(order.due_on)),
        (_("签收"), _by(order.read_by, order.read_at) or _("尚未签收")),
    ]
    if order.superior:
        facts.append((_("提级"), f"{order.superior.name}，{instant(order.escalated_at)}：{order.escalation}"))
    return {
        "order": order,
        "title": f"{order.get_kind_display()} {order.number}",
        "pill": pill(order, at),
        "seal": _("%(number)s · 限 %(day)s 反馈") % {"number": order.number, "day": _short(order.due_on, on)},
        "case_url": reverse("desk:case", args=[case.pk]),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "answer": {"words": order.answer, "by": _by(order.answered_by, order.answered_at) or _("已退回补充")}
        if order.answer
        else None,
        "files": [
            {"title": f.name, "url": reverse("documents:file", args=[f.pk]), "icon": "paperclip"}
            for f in files
        ],
        "closing": {"words": order.closing, "by": _by(order.closed_by, order.closed_at)}
        if order.closed_at and order.closing
        else None,
        "additions": [_addition(row) for row in order.additions.all()],
        "extensions": [_extension(row) for row in order.extensions.all()],
        "history": history(order, on),
    }


def history(order: Order, on: dt.date) -> list[Row]:
    """What happened to the order, oldest first. Two queries."""
    events = list(Event.objects.filter(stream=order.stream).order_by("seq"))
    ids = {int(e.actor.partition(":")[2]) for e in events if e.actor.startswith("user:")}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "full_name"))
    return [
        {
            "who": names.get(int(e.actor.partition(":")[2]), "")
            if e.actor.startswith("user:")
            else _("系统"),
            "text": _event_words(e),
            "at": instant(e.at),
            "datetime": e.at.isoformat(timespec="minutes"),
        }
        for e in events
    ]


def owner(case: Any) -> str:
    """The handler's name."""
    return case.owner.full_name if case.owner else str(_("未分案"))


def instant(at: dt.datetime | None) -> str:
    """2026年4月7日 10:00."""
    return f"{long_date(today(at)).partition('（')[0]} {local(at):%H:%M}" if at else ""


def _event_words(event: Event) -> str:
    words = str(HISTORY.get(event.kind, event.kind))
    data = event.data
    if event.kind in ("order.extension_asked", "order.extended") and data.get("due_on"):
        return _("%(act)s至 %(day)s") % {"act": words, "day": data["due_on"]}
    if event.kind == "order.answered" and data.get("days_late"):
        return _("%(act)s，逾期 %(days)d 日") % {"act": words, "days": data["days_late"]}
    if event.kind == "order.sent_back":
        return f"{words}：{data.get('words', '')}"
    return words


def standing(order: Order) -> str:
    """〔2025〕1号（执行通知，李院交办，4月11日前反馈，待反馈）."""
    return _("%(number)s（%(matter)s，%(by)s交办，%(day)s前反馈，%(state)s）") % {
        "number": order.number,
        "matter": order.matter,
        "by": order.issued_by.full_name,
        "day": long_date(order.due_on).partition("（")[0],
        "state": order.get_state_display(),
    }


def _addition(row: Any) -> Row:
    read = _("%s签收") % _by(row.read_by, row.read_at) if row.read_at else _("尚未签收")
    return {"words": row.words, "by": f"{_by(row.added_by, row.added_at)}；{read}"}


def _extension(row: Any) -> Row:
    states = {ExtensionState.ASKED: "soon", ExtensionState.GIVEN: "done", ExtensionState.REFUSED: "todo"}
    return {
        "title": _("延至 %s") % long_date(row.due_on),
        "text": "　".join(filter(None, (_by(row.asked_by, row.asked_at), row.ground, row.words))),
        "pill": {"state": states[ExtensionState(row.state)], "text": row.get_state_display()},
    }


def _row(order: Order, at: dt.datetime) -> Row:
    on = today(at)
    case = order.case
    return {
        "cells": [
            {
                "kind": "main",
                "text": order.number,
                "url": reverse("supervision:order", args=[order.pk]),
                "open": True,
                "sub": order.get_kind_display(),
            },
            {
                "label": _("案件和事项"),
                "text": case.number,
                "url": reverse("desk:case", args=[case.pk]),
                "caseno": True,
                "sub": order.matter,
            },
            {"label": _("承办"), "text": owner(case), "sub": case.court.short_name},
            {"label": _("交办"), "text": order.issued_by.full_name, "sub": order.court.short_name},
            {"label": _("签收"), "text": _("已签收") if order.read_at else _("未签收")},
            {"label": _("反馈期限"), "text": _short(order.due_on, on), "nowrap": True},
            {"label": _("状态"), "pill": pill(order, at)},
        ]
    }


def _by(user: User | None, at: dt.datetime | None) -> str:
    return f"{user.full_name}，{instant(at)}" if user and at else ""


def _short(day: dt.date, on: dt.date) -> str:
    words = long_date(day)
    return (words.partition("年")[2] if day.year == on.year else words).partition("（")[0]
