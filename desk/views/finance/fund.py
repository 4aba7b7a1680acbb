"""周转基金: its balance, each movement, and the way of what was put in, back to the bank's line."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods

from courts.access import staff
from desk import listing
from desk.addresses import here
from desk.forms.transfers import OpeningForm, UndoTopUpForm
from desk.selectors.case_file import names_of
from desk.selectors.fund import Fund, chain_of, facts_of, fund, journals_behind, top_ups
from desk.selectors.trail import EVENTS, journal_columns, journal_row
from desk.words import plain_day
from funds.accounts import Side
from funds.actions.revolving import declare_opening, undo_top_up
from funds.models import Journal, Line
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import DomainError
from kernel.money import format_yuan

Row = dict[str, Any]
WORDS = {
    "fund.topped_up": _lazy("拨入"),
    "fund.top_up_undone": _lazy("撤销拨入"),
    "transfer.paid": _lazy("垫付"),
}
"""What moved the fund, as people say it."""


@require_http_methods(["GET", "POST"])
@staff("fund_pay", "W", second_factor=True)
def revolving(request: HttpRequest) -> HttpResponse:
    """The fund of the person's own court. What is put in is claimed from the bank's lines; POST: 登记期初余额, once."""
    request.at = at = time.now()
    court = request.user.court
    if court is None:
        raise PermissionDenied
    form = OpeningForm(request.POST or None, request.FILES or None, initial={"on": time.today(at)})
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("amount", "on", "evidence")}
        key = f"desk:{form.cleaned_data['act_key']}"
        upload = form.cleaned_data["file"]
        try:
            declare_opening(court=court, upload=upload, actor=request.user, at=at, key=key, **given)
        except DomainError as refused:
            field = getattr(refused, "field", "")
            form.add_error(field if field in form.fields else None, refused.in_full)
        else:
            messages.success(request, _("已登记期初余额 %s。") % format_yuan(given["amount"]))
            return redirect("desk:revolving_fund")
    found = fund(court, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    context: Row = {
        "title": _("周转基金"),
        "note": court.name,
        "tiles": _tiles(found),
        "columns": _columns(),
        "groups": _groups(found),
        "empty": {"title": _("还没有拨入"), "text": _("拨入后才能垫付。"), "icon": "coins"},
        "form": form if found.is_open or form.errors else None,
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


@require_http_methods(["GET", "POST"])
@staff("fund_pay", "W", second_factor=True)
def top_up(request: HttpRequest, pk: int) -> HttpResponse:
    """One amount that was put in, back to the bank's line; POST: 撤销."""
    request.at = at = time.now()
    made = get_object_or_404(top_ups(request.user), pk=pk)
    form = UndoTopUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = f"desk:{form.cleaned_data['act_key']}"
        try:
            undo_top_up(
                top_up_id=made.pk, reason=form.cleaned_data["reason"], actor=request.user, at=at, key=key
            )
        except DomainError as refused:
            form.add_error(None, refused.in_full)
        else:
            messages.success(request, _("已撤销拨入，分录已冲销，这笔流水回到不明款。"))
            return redirect("desk:revolving_fund")
    journals, names = journals_behind(made)
    rows = [_journal(each, names, time.today(at)) for each in journals]
    context = {
        "title": _("周转基金拨入 %s") % format_yuan(made.amount),
        "note": made.court.name,
        "chain": chain_of(made),
        "facts": facts_of(made),
        "columns": journal_columns(),
        "groups": [{"rows": rows}],
        "form": form if made.stands else None,
        "crumbs": [
            {"label": _("周转基金"), "url": reverse("desk:revolving_fund")},
            {"label": format_yuan(made.amount)},
        ],
        "made": made,
    }
    return render(request, "desk/finance/top_up.html", context, status=422 if form.errors else 200)


def _journal(each: Journal, names: dict[str, str], today: dt.date) -> Row:
    return journal_row(each, names, str(WORDS.get(each.event.kind, each.event.kind)), today)


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
        {"label": _("垫付、撤销"), "kind": "num"},
        {"label": _("日期")},
        {"label": _("经办")},
    ]


def _groups(found: Fund) -> list[Row]:
    names = names_of(line.journal.event.actor for line in found.lines)
    return [{"rows": [_line(line, names) for line in found.lines]}] if found.lines else []


def _line(line: Line, names: dict[str, str]) -> Row:
    event = line.journal.event
    amount = {"amount": {"text": format_yuan(line.amount)}}
    empty = {"text": "—"}
    came = line.side == Side.CREDIT
    return {
        "cells": [
            {
                "kind": "main",
                "text": str(WORDS.get(event.kind) or EVENTS.get(event.kind, event.kind)),
                "sub": f"{event.stream}/{event.seq}",
                "url": _url(line.journal),
            },
            {"kind": "num", "label": _("拨入、收回"), **(amount if came else empty)},
            {"kind": "num", "label": _("垫付、撤销"), **(empty if came else amount)},
            {"label": _("日期"), "text": plain_day(line.journal.on)},
            {"label": _("经办"), "text": names.get(event.actor, _("系统"))},
        ]
    }


def _url(journal: Journal) -> str:
    """The way of what was put in, for it and for its reversal."""
    of = journal.reverses or journal
    made = getattr(of, "topup", None)
    return reverse("desk:fund_top_up", args=[made.pk]) if made is not None else ""
