"""案件移送: the register, and one transfer with its record and the answer to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.actions.transferring import accept_transfer, preview_transfer, refuse_transfer, withdraw_transfer
from cases.repinning import Shift
from courts.access import staff
from desk import listing
from desk.addresses import here
from desk.forms.case_transfers import AcceptForm, ReturnForm
from desk.selectors.case_file import doer, doers_of, names_of
from desk.selectors.case_transfers import Asked, Record, record, register
from desk.tables import case_transfers as table
from desk.words import act_words, instant_words, plain_day
from events.models import Event
from kernel import time
from kernel.errors import DomainError
from regimes.nodes import load_nodes

NAMES = ("q", "side", "state")


@require_GET
@staff()
def transfers(request: HttpRequest) -> HttpResponse:
    """案件移送登记. Every state of the list is an address."""
    request.at = at = time.now()
    asked = Asked(
        text=request.GET.get("q", "").strip()[:40],
        side=request.GET.get("side", ""),
        state=request.GET.get("state", ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    found = register(user=request.user, asked=asked, at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        part = register(user=request.user, asked=replace(asked, after=cursor, before=""), at=at)
        return table.groups(part), part.next

    context = {
        "title": _("跨院移送"),
        "note": table.sentence(found),
        "filters": table.filters(found),
        "columns": table.columns(),
        "groups": table.groups(found),
        "empty": table.empty(),
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }
    return listing.show(
        request,
        "desk/case_transfers.html",
        context,
        what="transfers",
        title=context["title"],
        names=NAMES,
        turn=turn,
    )


@staff()
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """One transfer: what was said, the case's history, and for who may: take it, send it back, take it back."""
    request.at = at = time.now()
    found = record(user=request.user, transfer_id=pk, at=at)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, found)
    what = request.POST.get("act", "")
    if what == "accept" and found.may_take:
        form: Any = AcceptForm(request.POST, today=found.today, court_id=found.row.to_court_id)
        said = _("已接收，案件有了本院案号，期限已按本院规则重算，当事人会收到短信。")
        return _answer(request, found, "accept", form, accept_transfer, said)
    if what == "refuse" and found.may_take:
        return _answer(request, found, what, _return(request, found), refuse_transfer, _("已退回移送法院。"))
    if what == "withdraw" and found.may_offer:
        form = _return(request, found)
        return _answer(request, found, what, form, withdraw_transfer, _("已撤回，案件仍由本院办理。"))
    raise PermissionDenied


def _return(request: HttpRequest, found: Record) -> ReturnForm:
    return ReturnForm(request.POST, today=found.today)


def _answer(
    request: HttpRequest, found: Record, what: str, form: Any, verb: Callable[..., Event], said: str
) -> HttpResponse:
    if form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "act_key"}
        by = {"transfer_id": found.row.pk, "actor": request.user, "at": request.at, "key": form.key}
        try:
            verb(**given, **by)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, said)
            to = reverse("desk:case", args=[found.row.case_id]) if what == "accept" else ""
            return redirect(to or reverse("desk:case_transfer", args=[found.row.pk]))
    return _page(request, found, **{what: form}, status=422)


def _page(request: HttpRequest, found: Record, *, status: int = 200, **forms: Any) -> HttpResponse:
    row = found.row
    fresh = {
        "accept": lambda: AcceptForm(today=found.today, court_id=row.to_court_id),
        "refuse": lambda: ReturnForm(today=found.today),
        "withdraw": lambda: ReturnForm(today=found.today),
    }
    offered = [*(("accept", "refuse") if found.may_take else ()), *(("withdraw",) if found.may_offer else ())]
    shifts: list[Shift] = []
    if found.may_take:
        shifts = preview_transfer(transfer_id=row.pk, actor=request.user, at=request.at)
    names = names_of(doers_of(found.events))
    context = {
        "found": found,
        "title": _("跨院移送"),
        "pill": {"state": table.PILLS[row.state], "text": row.get_state_display()},
        "facts": _facts(found),
        "forms": {name: forms.get(name) or fresh[name]() for name in offered},
        "shifts": [_shift(row.old_number, each) for each in shifts],
        "lines": [
            {
                "who": doer(event, names),
                "text": _words(event),
                "at": instant_words(event.at, found.today),
                "datetime": event.at.isoformat(timespec="minutes"),
                "seq": event.seq,
            }
            for event in found.events
        ],
    }
    return render(request, "desk/case_transfer.html", context, status=status)


def _facts(found: Record) -> list[dict[str, str]]:
    row = found.row
    rows = [
        (_("移送法院"), row.from_court.name),
        (_("受移送法院"), row.to_court.name),
        (_("移送情形"), row.get_ground_display()),
        (_("裁定、决定文号"), row.paper),
        (_("理由"), row.reason),
        (_("移送"), f"{row.asked_by.full_name} {plain_day(row.asked_on)}"),
    ]
    if row.answered_on is not None and row.answered_by is not None:
        rows.append((_("答复"), f"{row.answered_by.full_name} {plain_day(row.answered_on)} {row.answer}"))
    if row.new_number:
        rows.append((_("新案号"), row.new_number))
        rows.append((_("现在"), f"{row.case.court.name} {row.case.number} {row.case.get_state_display()}"))
    return [{"label": label, "value": value} for label, value in rows]


def _shift(number: str, shift: Shift) -> dict[str, str]:
    gone = _("不再计算") if shift.change == "ended" else _("视为已完成")
    about = "" if shift.subject == number else f"（{shift.subject}）"
    old = plain_day(shift.old) if shift.old else _("没有")
    new = plain_day(shift.new) if shift.new else gone
    return {"label": f"{shift.statement}{about}", "value": f"{old} → {new}", "rule": shift.rule_id}


def _words(event: Event) -> str:
    if event.kind == "node.completed":
        kinds = {definition.kind: definition.zh for definition in load_nodes()}
        kind = event.data.get("kind", "")
        return _("办结“%(node)s”") % {"node": kinds.get(kind, kind)}
    return str(act_words(event.kind))
