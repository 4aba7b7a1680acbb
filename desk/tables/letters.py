"""未回复留言 as a table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from desk.words import instant_words
from petitions.models import Letter
from petitions.selectors import Waiting

Row = dict[str, Any]


def sentence(rows: list[Waiting]) -> str:
    """共 3 条，超过回复期限 1 条."""
    late = sum(row.is_overdue for row in rows)
    if late:
        return _("共 %(n)d 条，超过回复期限 %(late)d 条") % {"n": len(rows), "late": late}
    return _("共 %d 条") % len(rows) if rows else ""


def columns() -> list[Row]:
    """The head of the table."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("当事人")},
        {"label": _("留言")},
        {"label": _("收到")},
        {"label": _("回复期限")},
        {"label": _("承办人")},
    ]


def groups(rows: list[Waiting], today: dt.date) -> list[Row]:
    """One row for each letter."""
    return [{"rows": [_row(row, today) for row in rows]}] if rows else []


def empty() -> Row:
    """Every letter has its answer."""
    return {
        "title": _("没有待回复的留言"),
        "text": _("当事人在网上留言后，会出现在这里，并通知承办人。"),
        "icon": "message",
    }


def limit_words(row: Waiting, today: dt.date) -> Row:
    """The binding limit, else how long it has waited beside the hours that the rules suggest."""
    if row.due_at is not None:
        state = (
            {"state": "over", "text": _("已超期")}
            if row.is_overdue
            else {"state": "prog", "text": _("计时中")}
        )
        return {"text": instant_words(row.due_at, today), "pill": state}
    waited = _("已等待 %d 小时") % row.hours
    hint = _("建议 %d 小时内回复，文件没有规定期限") % row.suggested if row.suggested else _("没有规定期限")
    return {"text": waited, "sub": hint}


def _row(row: Waiting, today: dt.date) -> Row:
    letter = row.letter
    return {
        "id": letter.pk,
        "cells": [
            {
                "kind": "main",
                "text": letter.case.number,
                "url": reverse("desk:letter", args=[letter.pk]),
                "open": True,
                "caseno": True,
            },
            {"label": _("当事人"), "text": letter.party.name, "sub": letter.party.get_role_display()},
            {"label": _("留言"), "text": letter.words[:40], "sub": letter.get_topic_display()},
            {"label": _("收到"), "text": instant_words(letter.received_at, today)},
            {"label": _("回复期限"), **limit_words(row, today)},
            {"label": _("承办人"), **_handler(letter)},
        ],
    }


def _handler(letter: Letter) -> Row:
    """Who is to answer: a colleague it was handed to, else the handler of the case; and whether a draft stands."""
    person = letter.handler or letter.case.owner
    cell: Row = {"text": person.full_name if person else "—"}
    said = [
        words for words in (_("转交") if letter.handler else "", _("有草稿") if letter.draft else "") if words
    ]
    return {**cell, "sub": "，".join(said)} if said else cell
