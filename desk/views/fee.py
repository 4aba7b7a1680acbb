"""申请执行费计算表: the fee for an amount enforced, band by band, on the screen, as PDF and as a workbook."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk.spreadsheet import Table, workbook_response
from desk.views.doing import open_case
from documents.compose import style_sheet
from documents.renderer import render_pdf
from funds.reckoning.fee import WITHOUT_AMOUNT, enforcement_fee
from funds.reckoning.sheets import fee_lines
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import BadInput
from kernel.money import format_yuan, parse_amount


@require_GET
@staff()
def fee(request: HttpRequest, pk: int) -> HttpResponse:
    """?amount= the amount enforced, the claim by default; ?format=pdf or xlsx."""
    file = open_case(request, pk)
    asked, refused = request.GET.get("amount", "").strip(), ""
    amount = file.case.claim_amount
    try:
        amount = parse_amount(asked, field="amount") if asked else amount
    except BadInput as error:
        refused = error.in_full
    context = {
        "file": file,
        "asked": asked or f"{amount:.2f}",
        "refused": refused,
        "title": _("申请执行费计算表"),
        "crumbs": [
            {"label": file.case.number, "url": reverse("desk:case", args=[file.case.pk])},
            {"label": _("案款"), "url": reverse("desk:money", args=[file.case.pk])},
            {"label": _("执行费")},
        ],
        **_sheet(amount),
    }
    if not refused and request.GET.get("format") == "xlsx":
        table = Table(_("执行费"), context["head"], context["rows"], (30, 20, 14, 20, 36))
        return workbook_response([table], str(context["title"]))
    if not refused and request.GET.get("format") == "pdf":
        return _pdf(request, context)
    query = f"?amount={amount:.2f}&format="
    context["actions"] = [
        {"label": _("打印 PDF"), "url": f"{query}pdf", "icon": "printer"},
        {"label": _("导出 Excel"), "url": f"{query}xlsx", "icon": "file-spreadsheet"},
    ]
    return render(request, "desk/finance/fee.html", context, status=422 if refused else 200)


def _sheet(amount: Decimal) -> dict[str, object]:
    """Head, lines and total; without an amount the court sets the fee between two limits."""
    head = [_("项目"), _("计费部分（元）"), _("费率"), _("金额（元）"), _("依据")]
    if amount <= 0:
        low, high = map(format_yuan, WITHOUT_AMOUNT)
        words = _("没有执行金额或者价额，由法院在 %(low)s 至 %(high)s 之间确定。") % {
            "low": low,
            "high": high,
        }
        return {"head": head, "rows": [], "amount": "", "total": "", "capitals": "", "without": words}
    sheet = enforcement_fee(amount)
    return {
        "head": head,
        "rows": [
            [
                line.what,
                parse_amount(line.base) if line.base else "",
                line.rate,
                parse_amount(line.amount),
                line.article,
            ]
            for line in fee_lines(sheet)
        ],
        "amount": format_yuan(amount),
        "total": format_yuan(sheet.total),
        "capitals": in_capitals(sheet.total),
        "without": "",
    }


def _pdf(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    at, place = time.now(), request.user.court.name if request.user.court else ""
    title = str(context["title"])
    body = render_to_string(
        "desk/finance/paper_fee.html", {**context, "court": place, "made_on": time.today(at)}
    )
    content = render_pdf(body, css=style_sheet(), title=title, author=place, created_at=at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{title}.pdf") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
