"""票据与凭证 of a case's money: issue, print as PDF, and print again with a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courts.access import staff
from desk.onetime import key_of, new_key
from desk.selectors.case_file import CaseFile
from desk.selectors.case_page import case_page, crumbs
from desk.selectors.payouts import allowed
from desk.views.doing import open_case
from desk.words import plain_day
from documents.compose import style_sheet
from documents.renderer import render_pdf
from funds.actions.vouchers import MAY, issue_voucher, kind_of, print_voucher, stands
from funds.models import Payout, Receipt, Transfer, Voucher, VoucherPrint
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import DomainError
from kernel.money import format_yuan

ROWS: dict[str, Any] = {"receipt": Receipt, "payout": Payout, "transfer": Transfer}
PAGE = """
@page { size: A5 landscape; margin: 10mm 15mm 12mm; }
html { font-size: 10.5pt; line-height: 15pt; }
p { text-indent: 0; }
th, td { line-height: 14pt; font-size: 10.5pt; }
td.sum { font-weight: 700; }
p.court { font-size: 12pt; line-height: 18pt; }
p.title { font-size: 17pt; line-height: 26pt; }
table.voucher { width: 100%; border-collapse: collapse; margin: 2mm 0; }
table.voucher th, table.voucher td { border: 0.5pt solid #000; padding: 1.1mm 3mm; text-align: left; font-weight: normal; }
table.voucher th { width: 28mm; }
table.voucher td.sum { font-size: 12pt; }
p.number { text-align: right; margin: 0; }
p.again { position: absolute; top: 0; left: 0; border: 1pt solid #000; padding: 0.5mm 3mm; margin: 0; }
table.signs { width: 100%; margin-top: 3mm; }
table.signs td { width: 33%; border: 0; padding: 0; }
"""


@staff(second_factor=True)
@require_GET
def voucher(request: HttpRequest, pk: int, what: str, of: int) -> HttpResponse:
    """The voucher of a receipt, payout or transfer: what it says, who printed it, or that it can be issued."""
    file = open_case(request, pk)
    return _page(request, file, what, _row(file, what, of))


@staff(second_factor=True)
@require_POST
def issue(request: HttpRequest, pk: int, what: str, of: int) -> HttpResponse:
    """开具."""
    file = open_case(request, pk)
    row = _row(file, what, of)
    if not allowed(file, MAY):
        raise PermissionDenied
    by = {"actor": request.user, "at": file.at, "key": key_of(request)}
    try:
        issue_voucher(what=what, of=of, case_number=file.case.number, **by)
    except DomainError as refused:
        return _page(request, file, what, row, refused.in_full)
    return redirect("desk:voucher", pk, what, of)


@staff(second_factor=True)
@require_POST
def print_(request: HttpRequest, pk: int, what: str, of: int) -> HttpResponse:
    """打印: the PDF of this copy."""
    file = open_case(request, pk)
    row = _row(file, what, of)
    made = _voucher(what, row)
    if made is None:
        raise Http404
    if not allowed(file, MAY):
        raise PermissionDenied
    try:
        copy = print_voucher(
            voucher_id=made.pk,
            reason=request.POST.get("reason", ""),
            actor=request.user,
            at=file.at,
            key=key_of(request),
        )
    except DomainError as refused:
        return _page(request, file, what, row, refused.in_full)
    response = HttpResponse(pdf_of(made, copy), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{made.number}.pdf") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def pdf_of(made: Voucher, copy: VoucherPrint) -> bytes:
    """One copy as PDF; a later one bears 补打 with its number and day."""
    amount = Decimal(made.facts["amount"])
    context = {
        "voucher": made,
        "amount": format_yuan(amount),
        "capitals": in_capitals(amount),
        "issued": plain_day(made.issued_on),
        "again": _("补打（第 %(n)d 次，%(day)s）")
        % {"n": copy.copy, "day": time.local(copy.at).date().isoformat()}
        if copy.copy > 1
        else "",
        "signs": _signs(made),
    }
    body = render_to_string("desk/finance/paper_voucher.html", context)
    title = f"{made.get_kind_display()} {made.number}"
    return render_pdf(
        body, css=style_sheet() + PAGE, title=title, author=made.facts["court"], created_at=copy.at
    )


def _signs(made: Voucher) -> list[str]:
    """Who signs on it."""
    first = _("开具人：%s") % made.issued_by.full_name
    last = {
        Voucher.Kind.PAYOUT: _("领款人（签名）："),
        Voucher.Kind.RECEIPT: _("交款人（签名）："),
    }.get(Voucher.Kind(made.kind), _("经手人（签名）："))
    return [first, _("复核（签名）："), last]


def _row(file: CaseFile, what: str, of: int) -> Any:
    """What the voucher is about, of this case. Raises Http404."""
    row = ROWS[what].objects.filter(about=file.case.about, pk=of).first() if what in ROWS else None
    if row is None:
        raise Http404
    return row


def _voucher(what: str, row: Any) -> Voucher | None:
    run = row.times if what == "receipt" else 1
    found = Voucher.objects.filter(run=run, **{f"{what}_id": row.pk})
    return found.select_related("issued_by").first()


def _page(request: HttpRequest, file: CaseFile, what: str, row: Any, refused: str = "") -> HttpResponse:
    request.at = file.at
    made = _voucher(what, row)
    kind = Voucher.Kind(made.kind if made else kind_of(what, row) or Voucher.Kind.RECEIPT)
    prints = list(made.prints.select_related("by").order_by("copy")) if made else []
    is_void = made is not None and not stands(made)
    title = str(kind.label)
    context = {
        "page": case_page(file, tab="money"),
        "crumbs": [
            *crumbs(file), {"label": _("案款"), "url": reverse("desk:money", args=[file.case.pk])}, {"label": title},
        ],
        "title": f"{title} · {file.case.number}",
        "heading": title,
        "voucher": made,
        "is_void": is_void,
        "amount": format_yuan(row.amount),
        "capitals": in_capitals(row.amount),
        "lines": made.facts["lines"] if made else [],
        "prints": [
            {
                "title": _("第 %d 次打印") % each.copy if each.copy > 1 else _("首次打印"),
                "text": f"{time.local(each.at):%Y-%m-%d %H:%M} {each.by.full_name}",
                "reason": each.reason,
            }
            for each in prints
        ],
        "may": allowed(file, MAY) and not is_void,
        "can_issue": made is None and kind_of(what, row) is not None,
        "refused": refused,
        "key": new_key(),
        "issue_url": reverse("desk:voucher_issue", args=[file.case.pk, what, row.pk]),
        "print_url": reverse("desk:voucher_print", args=[file.case.pk, what, row.pk]),
    }  # fmt: skip
    return render(request, "desk/finance/voucher.html", context, status=422 if refused else 200)
