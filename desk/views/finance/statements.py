"""银行流水 in three steps: upload, look at the columns and the preview, confirm."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courts.access import staff
from desk import importing, listing
from desk.addresses import here
from desk.forms.finance import BalanceForm, StatementForm
from desk.onetime import key_of, new_key
from desk.selectors import finance as selectors
from desk.spreadsheet import workbook_response
from desk.tables import finance as tables
from funds.actions.statements import confirm_statement, preview_statement, take_statement, withdraw_statement
from funds.models import Statement
from kernel import time
from kernel.errors import DomainError

State = Statement.State


@require_http_methods(["GET", "HEAD", "POST"])
@staff("receipt", "W")
def listed(request: HttpRequest) -> HttpResponse:
    """The statements so far, and the first step: a file is taken."""
    request.at = at = time.now()
    accounts = selectors.accounts_of(request.user)
    form = StatementForm(request.POST or None, request.FILES or None, accounts=accounts)

    def verb(**given: Any) -> Statement:
        return take_statement(account_id=int(form.cleaned_data["account"]), **given)

    if taken := importing.take(request, form, verb):
        return redirect("desk:finance_statement", taken.pk)
    missing = {
        "title": _("还没有登记案款专户"),
        "text": _("先登记专户的账号和子账号号段，再导入它的流水。"),
    }
    context = {
        "title": _("银行流水"),
        "note": _("分三步：核对各列、核对预览、确认入账；同一份文件只入账一次"),
        "form": form,
        "submit": _("上传并核对各列"),
        "foot": _("上传后先看预览，不会直接入账"),
        "missing": None if accounts else missing,
        "before": _("已上传"),
        "columns": tables.statement_columns(),
        "groups": tables.statement_groups(selectors.statements_of(request.user), time.today(at)),
        "actions": [{"label": _("登记专户"), "url": reverse("desk:finance_account"), "icon": "plus"}],
        "crumbs": [{"label": _("财务"), "url": reverse("desk:finance")}, {"label": _("银行流水")}],
    }
    return listing.show(
        request,
        "desk/importing/upload.html",
        context,
        what="statements",
        title=_("银行流水"),
        status=422 if form.errors else 200,
    )


@require_GET
@staff("receipt", "W")
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement at the step where it stands. ?columns=1 goes back to the columns until it is confirmed."""
    found = _visible(request, pk)
    if found.state == State.PARSED or (found.state == State.PREVIEWED and "columns" in request.GET):
        return _mapping(request, found)
    return _preview(request, found)


@require_POST
@staff("receipt", "W")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The second step: every line is read."""
    found = _visible(request, pk)
    balances = BalanceForm(request.POST)
    chosen = {place: request.POST.get(f"column-{place}", "") for place in found.titles}
    if not balances.is_valid():
        return _mapping(
            request, found, chosen, " ".join(sum(map(list, balances.errors.values()), [])), balances
        )
    try:
        preview_statement(
            statement_id=pk,
            columns={int(place): what for place, what in chosen.items()},
            opening=balances.cleaned_data["opening"],
            closing=balances.cleaned_data["closing"],
            actor=request.user,
            at=time.now(),
            key=key_of(request),
        )
    except DomainError as refused:
        return _mapping(request, found, chosen, refused.in_full, balances)
    return redirect("desk:finance_statement", pk)


@require_POST
@staff("receipt", "W")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The third step: the lines stand in the books."""
    _visible(request, pk)

    def words(done: Statement) -> str:
        return _("已入账 %d 笔，正在寻找各笔的案件。") % done.counts.get("new", 0)

    verb = partial(confirm_statement, statement_id=pk)
    return importing.decide(request, verb, pk, page="desk:finance_statement", words=words)


@require_POST
@staff("receipt", "W")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a file up; nothing was booked."""
    _visible(request, pk)
    verb, said = partial(withdraw_statement, statement_id=pk), _("已放弃这份流水，没有入账。")
    return importing.decide(
        request,
        verb,
        pk,
        page="desk:finance_statement",
        words=lambda _row: said,
        then="desk:finance_statements",
    )


@require_GET
@staff("receipt", "W")
def problems(request: HttpRequest, pk: int) -> FileResponse:
    """The lines to look at as a workbook."""
    return workbook_response(tables.problem_tables(_visible(request, pk)), _("流水需要处理的行"))


def _visible(request: HttpRequest, pk: int) -> Statement:
    return get_object_or_404(selectors.visible_statements(request.user), pk=pk)


def _mapping(
    request: HttpRequest,
    found: Statement,
    chosen: dict[str, str] | None = None,
    refused: str = "",
    balances: BalanceForm | None = None,
) -> HttpResponse:
    context = {
        **_frame(found),
        "note": _("第一步（共三步）：核对各列，记住后本行下次自动带出"),
        "refused": refused,
        "go": reverse("desk:finance_statement_preview", args=[found.pk]),
        "caption": _("各列读作什么"),
        "foot": _("文件已写明余额的不用填写"),
        "submit": _("读入并预览"),
        "balances": balances or BalanceForm(),
        "columns": tables.mapping_columns(),
        "groups": tables.mapping_groups(found, chosen or found.columns) if found.titles else [],
    }
    return render(request, "desk/importing/columns.html", context, status=422 if refused else 200)


def _preview(request: HttpRequest, found: Statement) -> HttpResponse:
    lines, next_, prev = selectors.staged_page(
        found, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        **_frame(found),
        "note": {
            State.PREVIEWED: _("第二步（共三步）：核对预览。确认以前没有入账"),
            State.CONFIRMED: _("已入账；下面是隔离的行"),
            State.WITHDRAWN: _("已放弃，没有入账"),
        }[State(found.state)],
        "tiles": tables.preview_tiles(found),
        "sums": tables.sums(found),
        "is_previewed": found.state == State.PREVIEWED,
        "is_confirmed": found.state == State.CONFIRMED,
        "blocked": bool(found.flaw),
        "has_columns": True,
        "go": reverse("desk:finance_statement_confirm", args=[found.pk]),
        "foot": f"{found.account} {tables.span(found)}",
        "submit": _("确认入账 %d 笔") % found.counts.get("good", 0),
        "empty": {"title": _("没有需要处理的行"), "text": _("每一行都读懂了。")},
        "columns": tables.staged_columns(),
        "groups": tables.staged_groups(lines),
        "footing": _("本页 %d 行") % len(lines),
        "next_url": here(request, (), after=next_) if next_ else "",
        "prev_url": here(request, (), before=prev) if prev else "",
        "actions": [
            {
                "label": _("下载需要处理的行"),
                "url": reverse("desk:finance_statement_problems", args=[found.pk]),
                "icon": "download",
            }
        ],
    }
    return render(request, "desk/finance/preview.html", context)


def _frame(found: Statement) -> dict[str, Any]:
    return {
        "found": found,
        "give_up": reverse("desk:finance_statement_withdraw", args=[found.pk]),
        "act_key": new_key(),
        "crumbs": [
            {"label": _("财务"), "url": reverse("desk:finance")},
            {"label": _("银行流水"), "url": reverse("desk:finance_statements")},
            {"label": found.name},
        ],
    }
