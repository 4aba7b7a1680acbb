"""案款认领: lines of the bank on the left, the cases they may belong to on the right; keys 1 to 9 accept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.actions.claiming import claim_for_case
from courts.access import staff
from desk import exporting
from desk.addresses import here, number_in
from desk.onetime import key_of, new_key
from desk.selectors import finance as selectors
from desk.tables import finance as tables
from funds.actions.claiming import Part, undo_claim
from funds.actions.revolving import claim_for_fund
from funds.models import TopUp
from funds.revolving import is_for_fund
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import BadInput, DomainError
from kernel.money import format_yuan, parse_amount


@require_GET
@staff("receipt", "W")
def match(request: HttpRequest) -> HttpResponse:
    """The desk. ?line= the chosen one, ?q= a case looked up by hand."""
    request.at = at = time.now()
    today = time.today(at)
    limits = selectors.claim_limits(request.user, today)
    text = request.GET.get("q", "")[:60]
    found = selectors.match_page(
        request.user,
        line_id=number_in(request, "line"),
        text=text,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    cursor = {name: request.GET.get(name, "") for name in ("after", "before")}
    context = {
        "lines": [
            {
                "line": line,
                "url": here(request, (), line=line.pk, **cursor),
                "is_chosen": found.chosen is not None and line.pk == found.chosen.pk,
                "amount": format_yuan(line.rest),
                "age": tables.age(line, limits, today),
            }
            for line in found.lines
        ],
        "chosen": found.chosen,
        "rest": format_yuan(found.chosen.rest) if found.chosen else "",
        "age": tables.age(found.chosen, limits, today) if found.chosen else None,
        "text": text,
        "typed": request.GET.get("amount", "")[:60],
        "fund_typed": request.GET.get("fund", "")[:60],
        "candidates": [_candidate(each) for each in found.candidates],
        "claimed": [
            {
                "receipt": claim.receipt,
                "number": claim.number,
                "amount": format_yuan(claim.receipt.amount),
                "key": new_key(),
            }
            for claim in found.claimed
        ],
        "for_fund": found.chosen is not None and is_for_fund(found.chosen),
        "put_in": [_put_in(each) for each in found.put_in],
        "act_key": new_key(),
        "fund_key": new_key(),
        "keys": [
            {"keys": ["1", "–", "9"], "text": _("认领到这件")},
            {"keys": ["0"], "text": _("拨入周转基金")},
            {"keys": ["/"], "text": _("找案件")},
        ],
        "next_url": here(request, (), after=found.next) if found.next else "",
        "prev_url": here(request, (), before=found.prev) if found.prev else "",
        "footing": _("本页 %d 笔") % len(found.lines),
        "actions": [exporting.action(f"{reverse('desk:finance_unclaimed')}?{exporting.FORMAT}=xlsx")],
    }
    return render(request, "desk/finance/match.html", context)


def _candidate(each: selectors.Candidate) -> dict[str, Any]:
    """A case to which the chosen line may belong, and why."""
    return {
        "key": each.key,
        "case": each.case,
        "respondents": each.respondents,
        "owner": each.case.owner.full_name if each.case.owner else _("未分案"),
        "claim": format_yuan(each.case.claim_amount),
        "reasons": [{"text": tables.REASONS[reason]} for reason in each.reasons],
        "url": reverse("desk:case", args=[each.case.pk]),
    }


def _put_in(each: TopUp) -> dict[str, Any]:
    """One of what was put into the revolving fund last."""
    return {
        "text": (each.line.payer_name or each.line.serial) if each.line else each.evidence,
        "amount": format_yuan(each.amount),
        "url": reverse("desk:fund_top_up", args=[each.pk]),
    }


@require_POST
@staff("receipt", "W")
def claim(request: HttpRequest) -> HttpResponse:
    """Claim the chosen line, with those ticked beside it, for a case; a part of one line when an amount is given."""
    try:
        case_id, parts = _asked(request)
        receipts = claim_for_case(
            case_id=case_id, parts=parts, actor=request.user, at=time.now(), key=key_of(request)
        )
    except DomainError as refused:
        messages.error(request, refused.in_full)
        return _again(request, typed="amount")
    total = sum((receipt.amount for receipt in receipts), Decimal(0))
    messages.success(
        request,
        _("已认领 %(n)d 笔，共 %(amount)s（%(capitals)s）；一分钟内通知申请执行人和承办人。")
        % {"n": len(receipts), "amount": format_yuan(total), "capitals": in_capitals(total)},
    )
    return redirect("desk:finance_match")


@require_POST
@staff("fund_pay", "W", second_factor=True)
def claim_fund(request: HttpRequest) -> HttpResponse:
    """Claim the chosen line, or a part of it, for the revolving fund of its court."""
    line_id = _number(request.POST.get("line", ""))
    written = request.POST.get("amount", "").strip()
    try:
        amount = parse_amount(written, field="amount") if written else None
        made = claim_for_fund(
            line_id=line_id, amount=amount, actor=request.user, at=time.now(), key=key_of(request)
        )
    except DomainError as refused:
        messages.error(request, refused.in_full)
        return _again(request, typed="fund")
    messages.success(
        request,
        _("已拨入周转基金 %(amount)s（%(capitals)s）。")
        % {"amount": format_yuan(made.amount), "capitals": in_capitals(made.amount)},
    )
    return redirect("desk:finance_match")


@require_POST
@staff("receipt", "W")
def undo(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """撤销认领, by reversal."""
    try:
        undo_claim(
            receipt_id=receipt_id,
            reason=request.POST.get("reason", ""),
            actor=request.user,
            at=time.now(),
            key=key_of(request),
        )
    except DomainError as refused:
        messages.error(request, refused.in_full)
    else:
        messages.success(request, _("已撤销认领，分录已冲销，这笔流水回到不明款。"))
    return redirect("desk:finance_match")


def _again(request: HttpRequest, *, typed: str) -> HttpResponse:
    """The desk as it was when the claim was refused: the line, the case looked up, the amount as typed in its box."""
    kept = {name: request.POST.get(name, "")[:60] for name in ("line", "q")}
    kept[typed] = request.POST.get("amount", "")[:60]
    given = urlencode({name: text for name, text in kept.items() if text})
    return redirect(f"{reverse('desk:finance_match')}?{given}")


def _asked(request: HttpRequest) -> tuple[int, list[Part]]:
    """The case and the parts of the form. Raises BadInput."""
    wanted = {_number(text) for text in (request.POST.get("line", ""), *request.POST.getlist("with"))} - {0}
    case_id = _number(request.POST.get("case", ""))
    if not case_id or not wanted:
        raise BadInput(_("没有选中流水或案件。"), field="line", fix=_("选择左边的一笔流水，再选右边的案件。"))
    written = request.POST.get("amount", "").strip()
    if not written:
        return case_id, [Part(line) for line in sorted(wanted)]
    if len(wanted) > 1:
        raise BadInput(_("几笔一并认领时不能只认领一部分。"), field="amount", fix=_("拆分的流水单独认领。"))
    return case_id, [Part(wanted.pop(), parse_amount(written, field="amount"))]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
