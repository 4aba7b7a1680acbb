"""周转基金: its balance, each movement, and what the court puts into it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from courts.access import staff
from desk import listing
from desk.addresses import here
from desk.forms.transfers import TopUpForm
from desk.selectors.case_file import names_of
from desk.selectors.fund import Fund, fund
from desk.selectors.trail import EVENTS
from desk.words import plain_day
from funds.accounts import Side
from funds.actions.transfers import top_up
from funds.models import Line
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import DomainError
from kernel.money import format_yuan

Row = dict[str, Any]


@require_http_methods(["GET", "POST"])
@staff("fund_pay", "W", second_factor=True)
def revolving(request: HttpRequest) -> HttpResponse:
    """The fund of the person's own court; POST: 拨入."""
    request.at = at = time.now()
    court = request.user.court
    if court is None:
        raise PermissionDenied
    form = TopUpForm(request.POST or None, initial={"on": time.today(at)})
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("amount", "on")}
        key = f"desk:{form.cleaned_data['act_key']}"
        try:
            top_up(court=court, actor=request.user, at=at, key=key, **given)
        except DomainError as refused:
            field = getattr(refused, "field", "")
            form.add_error(field if field in form.fields else None, f"{refused}{refused.fix}")
        else:
            messages.success(request, _("已登记拨入 %s。") % format_yuan(given["amount"]))
            return redirect("desk:revolving_fund")
    found = fund(court, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context: Row = {
        "title": _("周转基金"),
        "note": court.name,
        "tiles": _tiles(found),
        "columns": _columns(),
        "groups": _groups(found),
        "empty": {"title": _("还没有拨入"), "text": _("拨入后才能垫付。"), "icon": "coins"},
        "form": form,
        "next_url": here(request, (), after=found.next) if found.next else "",
        "prev_url": here(request, (), before=found.prev) if found.prev else "",
    }

    def turn(cursor: str) -> tuple[list[Row], str]:
        part = fund(court, after=cursor)
        return _groups(part), part.next

    return listing.show(
        request, "desk/finance/fund.html", context, what="revolving_fund", title=context["title"], turn=turn,
        status=422 if form.errors else 200,
    )  # fmt: skip


def _tiles(found: Fund) -> list[Row]:
    out = _("%d 笔未收回") % found.count
    return [
        {
            "label": _("余额"),
            "value": format_yuan(found.there),
            "note": in_capitals(found.there),
            "icon": "coins",
        },
        {"label": _("垫付未收回"), "value": format_yuan(found.out), "note": out, "icon": "hourglass"},
    ]


def _columns() -> list[Row]:
    return [
        {"label": _("摘要"), "kind": "main"},
        {"label": _("拨入、收回"), "kind": "num"},
        {"label": _("垫付"), "kind": "num"},
        {"label": _("日期")},
        {"label": _("经办")},
    ]


def _groups(found: Fund) -> list[Row]:
    names = names_of(line.journal.event.actor for line in found.lines)
    return [{"rows": [_line(line, names) for line in found.lines]}] if found.lines else []


def _line(line: Line, names: dict[str, str]) -> Row:
    event = line.journal.event
    words = {"fund.topped_up": _("拨入"), "transfer.paid": _("垫付")}
    amount = {"amount": {"text": format_yuan(line.amount)}}
    empty = {"text": "—"}
    came = line.side == Side.CREDIT
    return {
        "cells": [
            {
                "kind": "main",
                "text": str(words.get(event.kind) or EVENTS.get(event.kind, event.kind)),
                "sub": f"{event.stream}/{event.seq}",
            },
            {"kind": "num", "label": _("拨入、收回"), **(amount if came else empty)},
            {"kind": "num", "label": _("垫付"), **(empty if came else amount)},
            {"label": _("日期"), "text": plain_day(line.journal.on)},
            {"label": _("经办"), "text": names.get(event.actor, _("系统"))},
        ]
    }
