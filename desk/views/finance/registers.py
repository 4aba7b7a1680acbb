"""案款登记簿: one page for every register of money, each with its filter, its pages and its workbook."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import listing
from desk.addresses import here, number_of
from desk.selectors import registers as found
from desk.tables import registers as tables
from kernel import time

NAMES = ("state", "bucket", "officer", "court")
WAITING = ("ageing", "causes")


@require_GET
@staff()
def register(request: HttpRequest, name: str) -> HttpResponse:
    """One register. Who sees no money of a court sees his own cases' rows only."""
    if name not in tables.TITLES:
        raise Http404
    request.at = at = time.now()
    today = time.today(at)
    state, chosen = request.GET.get("state", ""), request.GET.get("bucket", "")
    part = _read(request, name, state, request.GET.get("after", ""), request.GET.get("before", ""))
    groups = _groups(request, name, part)
    whose = _whose(request, part) if name in WAITING else []
    context: dict[str, Any] = {
        "title": _("案款登记簿：%s") % tables.TITLES[name],
        "tabs": tables.tabs(name),
        "tiles": tables.progress_rows(found.progress(request.user, today), today) if name == "old" else [],
        "filters": (filters := _filters(request, name, state, chosen)),
        "whose": whose,
        "chips": [*whose, *listing.conditions_of(filters)],
        "clear_url": request.path,
        "columns": tables.columns(name),
        "groups": groups,
        "empty": {"title": _("没有记录"), "text": _("符合条件的款项会列在这里。"), "icon": "circle-check"},
        "next_url": here(request, NAMES, after=part.next) if part.next else "",
        "prev_url": here(request, NAMES, before=part.prev) if part.prev else "",
    }

    if name == "advance" and request.user.scope.may("fund_pay", "W"):
        context["actions"] = [
            {"label": _("余额与拨入"), "url": reverse("desk:revolving_fund"), "icon": "coins"}
        ]

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        next_ = _read(request, name, state, cursor, "")
        return _groups(request, name, next_), next_.next

    return listing.show(
        request, "desk/finance/register.html", context, what=f"fund_{name}", title=context["title"], names=NAMES,
        turn=turn,
    )  # fmt: skip


def _read(request: HttpRequest, name: str, state: str, after: str, before: str) -> found.Rows:
    given = {"after": after, "before": before}
    if name in WAITING:
        officer, court = (number_of(request.GET.get(each, "")) for each in ("officer", "court"))
        return found.waiting(
            request.user, time.today(request.at), chosen=request.GET.get("bucket", ""), officer=officer,
            court=court, by_cause=name == "causes", **given,
        )  # fmt: skip
    if name == "deferral":
        return found.deferrals(request.user, state=state, **given)
    if name == "old":
        return found.old_money(request.user, time.today(request.at), **given)
    if name == "plans":
        return found.plans(request.user, state=state, **given)
    if name == "vouchers":
        return found.vouchers(request.user, kind=state, **given)
    return found.transfers(request.user, name, state=state, **given)


def _groups(request: HttpRequest, name: str, part: found.Rows) -> list[dict[str, Any]]:
    if name in WAITING:
        return tables.waiting_groups(part, by_cause=name == "causes")
    if name == "deferral":
        return tables.deferral_groups(part, time.today(request.at))
    if name == "old":
        return tables.old_groups(part, request.user.scope.may("receipt", "W"))
    if name == "plans":
        return tables.plan_groups(part)
    if name == "vouchers":
        return tables.voucher_groups(part)
    return tables.transfer_groups(part)


def _whose(request: HttpRequest, part: found.Rows) -> list[dict[str, Any]]:
    """Whose money only, as chips with the way to drop each."""
    row = next(iter(part.rows), None)
    chips = []
    for name, nobody in (("officer", _("一名承办人")), ("court", _("一个法院"))):
        if number_of(request.GET.get(name, "")) is None:
            continue
        of = None if row is None else row.case.owner if name == "officer" else row.case.court
        label = nobody if of is None else of.full_name if name == "officer" else of.short_name
        rest = tuple(each for each in NAMES if each != name)
        chips.append({"label": label, "remove_url": here(request, rest)})
    return chips


def _filters(request: HttpRequest, name: str, state: str, chosen: str) -> dict[str, Any]:
    if name == "old":
        return {"fields": [], "kept": []}
    if name in WAITING:
        choices = [(code, tables.BUCKET_WORDS[code]) for code in ("late", "5", "10", "15", "30", "later")]
        fields = [tables.select("bucket", _("距期限"), _("全部账龄"), choices, chosen)]
        kept = [(each, request.GET[each]) for each in ("officer", "court") if request.GET.get(each)]
        return {"fields": fields, "kept": kept}
    return {
        "fields": [tables.select("state", _("状态"), _("全部状态"), tables.state_choices(name), state)],
        "kept": [],
    }
