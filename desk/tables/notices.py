"""In-app notices as a list, and the queues of short messages as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from desk.listing import plain
from desk.selectors.notifications import GROUPS, Notice, Notices
from desk.selectors.sms import Trouble, Troubles
from desk.selectors.worklist_rows import NODE_NAMES
from desk.words import instant_words
from kernel.time import SHANGHAI
from notices.models import NumberMark
from notices.states import Level, State
from notices.topics import label

Row = dict[str, Any]
Address = Callable[..., str]

_ICONS = {
    "due": "clock-exclamation",
    "supervision": "speakerphone",
    "party": "message",
    "system": "info-circle",
}


def tabs(found: Notices, group: str, link: Address) -> list[Row]:
    """All notices, then each group with what is unread in it."""
    total = sum(found.unread.values())
    entries = [
        ("", _("全部"), total),
        *((name, str(words), found.unread[name]) for name, words in GROUPS.items()),
    ]
    return [
        {"label": words, "count": number or "", "url": link(group=name or None), "current": name == group}
        for name, words, number in entries
    ]


def lines(found: Notices, today: dt.date) -> list[Row]:
    """The notices, newest first."""
    return [_line(notice, today) for notice in found.notices]


def as_sheet(shown: list[Row]) -> tuple[list[Row], list[Row]]:
    """The same notices as a table."""
    rows = (
        (n["title"], n["number"], n["text"], n["at"], _("未读") if n["unread"] else _("已读")) for n in shown
    )
    return plain((_("事项"), _("案号"), _("内容"), _("时间"), _("状态")), rows)


def message_columns() -> list[Row]:
    """The head of the queue of messages."""
    return [
        {"label": _("事项与案号"), "kind": "main"},
        {"label": _("收件人")},
        {"label": _("情况")},
        {"label": _("发送"), "kind": "wide"},
        {"label": _("操作"), "kind": "acts"},
    ]


def message_groups(found: Troubles, today: dt.date) -> list[Row]:
    """Undecided messages first: nothing but a person settles them. Then the failed ones."""
    undecided = [t for t in found.messages if t.line.state == State.UNKNOWN]
    failed = [t for t in found.messages if t.line.state != State.UNKNOWN]
    named = ((_("结果不明，等待人工确认（%d）"), undecided), (_("没有送达（%d）"), failed))
    return [
        {"title": title % len(rows), "rows": [_message(t, today) for t in rows]}
        for title, rows in named
        if rows
    ]


def mark_columns() -> list[Row]:
    """The head of the queue of numbers."""
    return [
        {"label": _("号码"), "kind": "main"},
        {"label": _("发现于")},
        {"label": _("操作"), "kind": "acts"},
    ]


def mark_groups(found: Troubles, today: dt.date) -> list[Row]:
    """Numbers that reach nobody, oldest first."""
    return [{"rows": [_mark(mark, number, today) for mark, number in found.marks]}] if found.marks else []


def _line(notice: Notice, today: dt.date) -> Row:
    message = notice.message
    tone = {Level.OVERDUE: "over", Level.WARN: "soon"}.get(Level(message.level), "")
    return {
        "id": message.pk,
        "icon": _ICONS[notice.group],
        "tone": tone,
        "title": label(message.topic),
        "text": message.text,
        "number": notice.number,
        "at": instant_words(message.created_at, today),
        "datetime": message.created_at.astimezone(SHANGHAI).isoformat(timespec="minutes"),
        "unread": notice.unread,
    }


def _message(trouble: Trouble, today: dt.date) -> Row:
    line = trouble.line
    tried = instant_words(line.last_try_at, today) if line.last_try_at else _("还没有发送")
    number = trouble.number or (_("保密案件") if trouble.case_id is None else "")
    unknown = line.state == State.UNKNOWN
    return {
        "id": f"message-{line.message_id}",
        "cells": [
            {"kind": "main", "text": NODE_NAMES.get(line.topic, line.topic), "sub": number, "strong": True},
            {"text": line.audience, "sub": line.number_masked, "label": _("收件人")},
            {
                "pill": {"state": "hold" if unknown else "soon", "text": line.why or line.state_text},
                "label": _("情况"),
            },
            {"kind": "wide", "text": _("试过 %d 次") % line.tries, "sub": tried},
            {"kind": "acts", "actions": [_handle(reverse("desk:sms_message", args=[line.message_id]))]},
        ],
    }


def _mark(mark: NumberMark, number: str, today: dt.date) -> Row:
    since = instant_words(mark.since, today)
    return {
        "id": f"mark-{mark.pk}",
        "cells": [
            {"kind": "main", "text": mark.number_masked, "sub": mark.reason, "strong": True},
            {"text": since, "sub": number, "label": _("发现于")},
            {"kind": "acts", "actions": [_handle(reverse("desk:sms_number", args=[mark.pk]))]},
        ],
    }


def _handle(url: str) -> Row:
    return {"label": _("处理"), "small": True, "url": url}
