"""分案 and 移交: give filed cases to handlers, give a handler's cases to another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.actions.assigning import assign_case, hand_over_cases
from cases.actions.batches import MOST, freeze_assignment, freeze_cases
from cases.models import Batch, Case
from cases.states import CaseState
from courts.access import staff
from courts.models import User
from desk import exporting, listing, onetime
from desk.addresses import CURSORS, here, number_in, number_of
from desk.forms.handing_over import HandoverForm
from desk.selectors.assigning import (
    Assignment,
    Handover,
    Officer,
    assignment,
    handover,
    held_cases,
    moving,
    officers_in,
    proposed,
    teams_of,
)
from desk.tables import assigning as table
from kernel import time
from kernel.errors import BadInput, DomainError

TYPED_FROM = 50


@require_GET
@staff("assign", "W")
def assign(request: HttpRequest) -> HttpResponse:
    """分案: cases without a handler, each with the one who holds the least."""
    request.at = at = time.now()
    found = assignment(user=request.user, at=at, **_cursors(request.GET))
    today = time.today(at)

    def turn(cursor: str) -> tuple[Sequence[table.Row], str]:
        part = assignment(user=request.user, at=at, after=cursor, size=exporting.TOGETHER)
        return table.assign_groups(part, today), part.next

    context = {
        "note": _("%d 件等待分案") % found.total if found.total else "",
        "columns": table.assign_columns(),
        "groups": table.assign_groups(found, today),
        "number": len(found.cases),
        "all": min(found.total, MOST),
        "more": found.total > len(found.cases),
        "bounded": found.total > MOST,
        **_turns(request, found, ()),
        "key": onetime.new_key(),
    }
    return listing.show(
        request, "desk/assign.html", context, what="assignment", title=_("等待分案"), turn=turn
    )


@require_POST
@staff("assign", "W")
def assign_freeze(request: HttpRequest) -> HttpResponse:
    """全部按建议分案: freeze all that wait, not only the page, with whom the load proposes; then look, change, confirm."""
    request.at = at = time.now()
    owners = proposed(user=request.user, at=at, most=MOST)
    return _frozen(request, "desk:assign", freeze_assignment, owners=owners, at=at)


@require_POST
@staff("assign", "W")
def assign_preview(request: HttpRequest) -> HttpResponse:
    """Before all shown cases are given away at once: how many each would get. One case is given at once."""
    request.at = at = time.now()
    one = request.POST.get("one", "")
    chosen = _chosen(request, one)
    if one:
        return _assign(request, chosen, at)
    visible = Case.objects.visible_to(request.user).filter(pk__in=chosen, state=CaseState.FILED)
    cases = list(visible.order_by("filed_on", "id").only("pk", "number", "court_id"))
    courts = {case.court_id for case in cases}
    known = {o.user_id: o for each in officers_in(courts, time.today(at)).values() for o in each}
    given = [(case, known[chosen[case.pk]]) for case in cases if chosen[case.pk] in known]
    if not given:
        messages.warning(request, _("没有选择承办人，没有分出案件。"))
        return redirect("desk:assign")
    context = {
        "number": len(given),
        "rows": table.assign_summary([(case.number, officer) for case, officer in given]),
        "hidden": [
            {"name": onetime.FIELD, "value": onetime.new_key()},
            *({"name": f"owner_{case.pk}", "value": officer.user_id} for case, officer in given),
        ],
    }
    return render(request, "desk/assign_preview.html", context)


@require_POST
@staff("assign", "W")
def assign_all(request: HttpRequest) -> HttpResponse:
    """Give the confirmed cases away, each by itself: one that is refused does not hold up the others."""
    request.at = at = time.now()
    return _assign(request, _chosen(request), at)


@require_GET
@staff("assign", "W")
def hand_over(request: HttpRequest) -> HttpResponse:
    """移交: choose whose cases, then which, and to whom."""
    request.at = at = time.now()
    found = handover(user=request.user, giver_id=number_in(request, "from"), at=at, **_cursors(request.GET))
    form = HandoverForm(receivers=found.receivers, initial={"owner": number_in(request, "owner")})
    return _handover_page(request, found, form, at=at, ticked=_ids(request.GET.getlist("selected")))


@require_POST
@staff("assign", "W")
def hand_over_freeze(request: HttpRequest) -> HttpResponse:
    """全部移交: freeze all open cases of a handler, not only the page; then say to whom and why, look, confirm."""
    request.at = at = time.now()
    giver = number_of(request.POST.get("from", ""))
    held = held_cases(request.user, giver).values_list("pk", flat=True)[:MOST] if giver else []
    given = {"case_ids": list(held), "conditions": ["officer"], "whole": True}
    return _frozen(request, "desk:handover", freeze_cases, **given, at=at)


@require_POST
@staff("assign", "W")
def hand_over_preview(request: HttpRequest) -> HttpResponse:
    """What the hand-over would move, to be confirmed."""
    request.at = at = time.now()
    found, form, ids = _handover_input(request, at)
    if found.giver is None or not ids or not form.is_valid():
        wrong = "" if ids else _("没有选择案件。请勾选要移交的案件。")
        return _handover_page(request, found, form, at=at, ticked=ids, wrong=wrong, status=422)
    return _confirm_page(request, found, form, ids, at)


@require_POST
@staff("assign", "W")
def hand_over_confirm(request: HttpRequest) -> HttpResponse:
    """Hand over, all or none."""
    request.at = at = time.now()
    found, form, ids = _handover_input(request, at)
    if found.giver is None or not ids or not form.is_valid():
        return _handover_page(request, found, form, at=at, ticked=ids, status=422)
    if len(ids) > TYPED_FROM and request.POST.get("typed", "").strip() != str(len(ids)):
        wrong = _("输入的件数不对，请输入 %d。") % len(ids)
        return _confirm_page(request, found, form, ids, at, typed_error=wrong)
    receiver = User.objects.get(pk=form.cleaned_data["owner"])
    try:
        hand_over_cases(
            case_ids=ids,
            owner=receiver,
            team=teams_of([receiver.pk], time.today(at)).get(receiver.pk),
            reason=form.cleaned_data["reason"],
            actor=request.user,
            at=at,
            key=onetime.key_of(request),
        )
    except DomainError as error:
        return _handover_page(request, found, form, at=at, ticked=ids, wrong=error.in_full, status=422)
    done = {"n": len(ids), "from": found.giver.name, "to": receiver.full_name}
    messages.success(request, _("已把%(from)s的 %(n)d 件案件移交给%(to)s，各方已按规则告知。") % done)
    return redirect(f"{reverse('desk:cases')}?officer={receiver.pk}")


def _assign(request: HttpRequest, chosen: dict[int, int], at: dt.datetime) -> HttpResponse:
    key = onetime.key_of(request)
    people = {user.pk: user for user in User.objects.filter(pk__in=set(chosen.values()))}
    teams = teams_of(people, time.today(at))
    done, refused = 0, []
    for case_id, owner_id in sorted(chosen.items()):
        try:
            if owner_id not in people:
                raise BadInput(_("没有这名承办人。"), field="owner", fix=_("刷新页面后重新选择。"))
            assign_case(
                case_id=case_id,
                owner=people[owner_id],
                team=teams.get(owner_id),
                actor=request.user,
                at=at,
                key=f"{key}:{case_id}",
            )
            done += 1
        except DomainError as error:
            refused.append((case_id, error))
    _tell(request, done, refused)
    return redirect("desk:assign")


def _tell(request: HttpRequest, done: int, refused: Sequence[tuple[int, DomainError]]) -> None:
    if done:
        messages.success(request, _("已分案 %d 件，当事人已按规则告知。") % done)
    seen = Case.objects.visible_to(request.user).filter(pk__in=[case_id for case_id, _error in refused])
    numbers = dict(seen.values_list("pk", "number"))
    for case_id, error in refused:
        named = {"number": numbers.get(case_id, _("一件案件")), "why": error.in_full}
        messages.error(request, _("%(number)s没有分出：%(why)s") % named)


def _frozen(request: HttpRequest, back: str, freeze: Callable[..., Batch], **given: Any) -> HttpResponse:
    try:
        made = freeze(actor=request.user, key=onetime.key_of(request), **given)
    except DomainError as error:
        messages.error(request, f"{error}{error.fix}")
        return redirect(back)
    return redirect("desk:batch", made.pk)


def _chosen(request: HttpRequest, one: str = "") -> dict[int, int]:
    """Case -> handler as chosen on the page, of one case or of all."""
    chosen = {}
    for name, value in request.POST.items():
        case_id = number_of(name.removeprefix("owner_")) if name.startswith("owner_") else None
        owner_id = number_of(value)
        if case_id is not None and owner_id is not None and one in ("", str(case_id)):
            chosen[case_id] = owner_id
    return chosen


def _handover_input(request: HttpRequest, at: dt.datetime) -> tuple[Handover, HandoverForm, list[int]]:
    giver = number_of(request.POST.get("from", ""))
    found = handover(user=request.user, giver_id=giver, at=at, **_cursors(request.POST))
    form = HandoverForm(request.POST, receivers=found.receivers)
    ticked = _ids(request.POST.getlist("selected"))
    if found.giver is None or not ticked:
        return found, form, []
    held = held_cases(request.user, found.giver.user_id).filter(pk__in=ticked)
    return found, form, list(held.values_list("pk", flat=True))


def _ids(values: Iterable[str]) -> set[int]:
    return {number for value in values if (number := number_of(value)) is not None}


def _cursors(query: QueryDict) -> dict[str, str]:
    """Which page of the cases."""
    return {name: query.get(name, "") for name in CURSORS}


def _turns(request: HttpRequest, found: Assignment | Handover, names: Sequence[str]) -> dict[str, str]:
    """The addresses of the pages before and behind."""
    return {
        "next_url": here(request, names, after=found.next) if found.next else "",
        "prev_url": here(request, names, before=found.prev) if found.prev else "",
    }


def _back(giver: Officer, receiver: Officer, ids: Iterable[int], cursors: dict[str, str]) -> str:
    """The page before, as it was filled in; the reason, which may name people, is not put into an address."""
    chosen = [("from", giver.user_id), ("owner", receiver.user_id), *(("selected", pk) for pk in ids)]
    chosen += [(name, value) for name, value in cursors.items() if value]
    return f"{reverse('desk:handover')}?{urlencode(chosen)}"


def _confirm_page(
    request: HttpRequest,
    found: Handover,
    form: HandoverForm,
    ids: Sequence[int],
    at: dt.datetime,
    typed_error: str = "",
) -> HttpResponse:
    giver: Officer = found.giver
    receiver = next(o for o in found.receivers if o.user_id == form.cleaned_data["owner"])
    cursors = _cursors(request.POST)
    back = _back(giver, receiver, ids, cursors)
    hidden = [
        {"name": onetime.FIELD, "value": request.POST.get(onetime.FIELD) or onetime.new_key()},
        {"name": "from", "value": giver.user_id},
        {"name": "owner", "value": receiver.user_id},
        {"name": "reason", "value": form.cleaned_data["reason"]},
        *({"name": "selected", "value": pk} for pk in ids),
        *({"name": name, "value": value} for name, value in cursors.items() if value),
    ]
    what = moving(user=request.user, case_ids=ids, at=at)
    context = {
        "rows": table.moving_rows(what, giver, receiver, form.cleaned_data["reason"], back),
        "hidden": hidden,
        "back": back,
        "number": len(ids),
        "typed_word": str(len(ids)) if len(ids) > TYPED_FROM else "",
        "typed_error": typed_error,
    }
    return render(request, "desk/handover_preview.html", context, status=422 if typed_error else 200)


def _handover_page(
    request: HttpRequest,
    found: Handover,
    form: HandoverForm,
    *,
    at: dt.datetime,
    ticked: Collection[int] = (),
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    today, ticks = time.today(at), set(ticked)

    def turn(cursor: str) -> tuple[Sequence[table.Row], str]:
        giver = found.giver.user_id
        part = handover(user=request.user, giver_id=giver, at=at, after=cursor, size=exporting.TOGETHER)
        return table.handover_groups(part, at, today, ticks), part.next

    context = {
        "found": found,
        "givers": table.giver_rows(found, reverse("desk:handover")),
        "columns": table.handover_columns(),
        "groups": table.handover_groups(found, at, today, ticks),
        "form": form,
        "wrong": [{"text": wrong}] if wrong else [],
        "key": onetime.new_key(),
        "cursors": _cursors(request.POST or request.GET),
    }
    if found.giver is None:
        return render(request, "desk/handover.html", context, status=status)
    context |= _turns(request, found, ("from",)) if request.method == "GET" else {}
    context |= {
        "number": len(found.lines),
        "all": min(found.giver.cases, MOST),
        "more": found.giver.cases > len(found.lines),
        "bounded": found.giver.cases > MOST,
    }
    title = _("%s的在办案件") % found.giver.name
    return listing.show(
        request,
        "desk/handover.html",
        context,
        what="handover",
        title=title,
        names=("from",),
        turn=turn,
        status=status,
    )
