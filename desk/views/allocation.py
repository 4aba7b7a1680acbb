"""案款分配: the officer sees the law's proposal through, decides, and anybody can check the computation line by line."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk.forms.act_form import About
from desk.forms.allocation import PARTS, AllocationForm, claims_of, shares_of
from desk.selectors.case_file import CaseFile
from desk.selectors.payouts import REQUESTERS, allowed
from desk.spreadsheet import workbook_response
from desk.views.acts import perform
from desk.views.checks import Check
from desk.views.deeds import Deed
from desk.views.doing import Doing, open_case
from documents.compose import style_sheet
from documents.renderer import render_pdf
from funds.actions.allocating import allocate_receipt, propose
from funds.models import Allocation, Receipt
from kernel import time
from kernel.bookwriting import Table
from kernel.capitals import in_capitals
from kernel.money import format_yuan, parse_amount


@staff(second_factor=True)
def allocate(request: HttpRequest, pk: int, receipt_id: int) -> HttpResponse:
    """What is owed, then the proposal, then the decision."""
    file = open_case(request, pk)
    receipt = _receipt(file, receipt_id)
    if not allowed(file, REQUESTERS):
        raise PermissionDenied
    deed = Deed(
        _("分配案款"), AllocationForm, partial(_decide, receipt), lambda _file: True, _("分配已确定，可以提请发放。"),
        _("确定分配"), check=partial(_check, receipt),
        concerns=_("到账 %(amount)s") % {"amount": format_yuan(receipt.amount)},
    )  # fmt: skip
    action = reverse("desk:allocate", args=[pk, receipt_id])
    return perform(request, deed, About(file), action, reverse("desk:allocation", args=[pk, receipt_id]))


@require_GET
@staff()
def allocation(request: HttpRequest, pk: int, receipt_id: int) -> HttpResponse:
    """计算表 of the latest decision about a receipt; ?format=pdf or xlsx."""
    file = open_case(request, pk)
    receipt = _receipt(file, receipt_id)
    rows = Allocation.objects.filter(receipt=receipt).select_related("made_by")
    made = rows.order_by("-version").first()
    if made is None:
        raise Http404
    context = _context(file, receipt, made)
    name = f"{_('案款分配计算表')}{made.version}"
    if request.GET.get("format") == "xlsx":
        tables = [
            Table(_("分配"), context["share_head"], context["share_rows"], (24, 18, 18)),
            Table(_("利息计算"), context["head"], context["rows"], (20, 14, 14, 10, 10, 18, 14, 18, 36)),
        ]
        return workbook_response(tables, name)
    if request.GET.get("format") == "pdf":
        return _pdf(request, context, name)
    return render(request, "desk/finance/allocation.html", context)


def _check(receipt: Receipt, about: About, given: dict[str, Any]) -> Check:
    found = propose(receipt, claims_of(given))
    decided = shares_of(given)
    rows = [
        {
            "label": str(PARTS[claim]),
            "value": format_yuan(parse_amount((decided or found.law)[claim])),
            "note": _("依法 %s") % format_yuan(amount) if decided else "",
        }
        for claim, amount in sorted(found.law.items(), key=lambda pair: list(PARTS).index(pair[0]))
    ]
    for line in found.sheet:
        words = _("%(base)s 元 × %(days)d 日 × %(rate)s")
        value = f"{line['first']} 至 {line['last']}"
        rows.append(
            {
                "label": _("加倍利息"),
                "value": f"{format_yuan(parse_amount(line['amount']))}",
                "note": f"{value}，{words % line}",
            }
        )
    total = {
        "label": _("到账金额"),
        "value": format_yuan(receipt.amount),
        "note": in_capitals(receipt.amount),
    }
    if found.surplus and decided is None:
        rows.append({"label": _("余款"), "value": format_yuan(found.surplus), "note": _("退还被执行人")})
    return Check([total, *rows], _("确定后计算表封存；再次分配另成一版。"))


def _decide(receipt: Receipt, doing: Doing) -> Any:
    given = doing.cleaned
    return allocate_receipt(
        receipt_id=receipt.pk,
        claims=claims_of(given),
        shares=shares_of(given),
        reason=given["reason"],
        **doing.by,
    )


def _receipt(file: CaseFile, receipt_id: int) -> Receipt:
    receipt = Receipt.objects.filter(about=file.case.about, pk=receipt_id).select_related("book").first()
    if receipt is None:
        raise Http404
    return receipt


def _context(file: CaseFile, receipt: Receipt, made: Allocation) -> dict[str, Any]:
    names = ("what", "first", "last", "days", "left_out", "base", "rate", "amount", "article")
    debt = made.claims["debts"][0]
    reading = dict(AllocationForm.base_fields["first_day"].choices)
    order = list(PARTS)
    return {
        "file": file,
        "made": made,
        "amount": format_yuan(receipt.amount),
        "capitals": in_capitals(receipt.amount),
        "reading": reading.get(made.claims["first_day"], ""),
        "due_on": debt["due_on"],
        "creditor": debt["creditor"],
        "share_head": [_("项目"), _("依法计算（元）"), _("分配（元）")],
        "share_rows": [
            [str(PARTS.get(claim, claim)), made.law[claim], made.shares[claim]]
            for claim in sorted(made.shares, key=lambda name: order.index(name) if name in order else len(order))
        ],
        "head": [
            _("项目"), _("起"), _("止"), _("计息日数"), _("扣除日数"), _("基数（元）"), _("利率"), _("金额（元）"), _("依据"),
        ],
        "rows": [[_("加倍利息"), *[line[name] for name in names[1:]]] for line in made.sheet],
        "change_head": [_("到账"), _("项目"), _("原分配（元）"), _("现分配（元）")],
        "changes": [
            [c["receipt"], str(PARTS.get(c["claim"], c["claim"])), c["before"], c["after"]] for c in made.changes
        ],
        "crumbs": [
            {"label": file.case.number, "url": reverse("desk:case", args=[file.case.pk])},
            {"label": _("案款"), "url": reverse("desk:money", args=[file.case.pk])},
            {"label": _("计算表")},
        ],
        "actions": [
            {"label": _("打印 PDF"), "url": "?format=pdf", "icon": "printer"},
            {"label": _("导出 Excel"), "url": "?format=xlsx", "icon": "file-spreadsheet"},
        ],
    }  # fmt: skip


def _pdf(request: HttpRequest, context: dict[str, Any], name: str) -> HttpResponse:
    at, place = time.now(), request.user.court.name if request.user.court else ""
    body = render_to_string("desk/finance/paper_allocation.html", {**context, "court": place})
    css = style_sheet() + "@page { size: A4 landscape; margin: 20mm 15mm; }"
    content = render_pdf(body, css=css, title=name, author=place, created_at=at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.pdf") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
