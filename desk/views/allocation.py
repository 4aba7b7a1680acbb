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
from desk.forms.allocation import AllocationForm, claim_words, claims_of, shares_of
from desk.forms.rows import ADD, DROP, typed
from desk.selectors.case_file import CaseFile
from desk.selectors.payouts import REQUESTERS, allowed
from desk.spreadsheet import workbook_response
from desk.views.acts import page, perform
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
from regimes.vocabulary import load_vocabulary

READING = "interest_first_day"
ROW = "judgment"


@staff(second_factor=True)
def allocate(request: HttpRequest, pk: int, receipt_id: int) -> HttpResponse:
    """What is owed, then the proposal, then the decision."""
    file = open_case(request, pk)
    receipt = _receipt(file, receipt_id)
    if not allowed(file, REQUESTERS):
        raise PermissionDenied
    first_day, words, _source = reading_of(file)
    last = Allocation.objects.filter(book=receipt.book).order_by("-version").values_list("claims", flat=True)

    class Form(AllocationForm):
        """About this receipt."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(
                *args, arrived_on=receipt.arrived_on, reading_words=words, last=last.first(), **kwargs
            )

    deed = Deed(
        _("分配案款"), Form, partial(_decide, receipt, first_day), lambda _file: True,
        _("分配已确定，可以按分配提请发放。"), _("确定分配"), check=partial(_check, receipt, first_day),
        concerns=_("到账 %(amount)s") % {"amount": format_yuan(receipt.amount)},
        fields="desk/finance/_allocation_fields.html",
    )  # fmt: skip
    action = reverse("desk:allocate", args=[pk, receipt_id])
    back = reverse("desk:allocation", args=[pk, receipt_id])
    if request.method == "POST" and (step := _row_step(request)):
        first = typed(Form, request.POST)
        first["count"] = max(1, int(first["count"] or 1) + step)
        return page(request, deed, About(file), action, back, form=Form(about=About(file), initial=first))
    return perform(request, deed, About(file), action, back)


def _row_step(request: HttpRequest) -> int:
    """One judgment more or less was asked for, in place of sending the form."""
    if request.POST.get(ADD) == ROW:
        return 1
    return -1 if request.POST.get(DROP) == ROW else 0


def reading_of(file: CaseFile) -> tuple[str, str, str]:
    """The first day of doubled interest by the case's rules: its code, in words with its source, and the source."""
    found = file.state.book.reading(READING)
    if found is None:
        return "next", _("加倍利息自履行期间届满的次日起算（本案适用的规则没有写明口径）。"), ""
    _pack, rule = found
    values = load_vocabulary().facts[READING].values
    words = _("加倍利息%(reading)s。依据：%(source)s（%(id)s%(unverified)s）") % {
        "reading": values[rule.value],
        "source": rule.source,
        "id": rule.id,
        "unverified": "" if rule.verified else _("，待核实"),
    }
    return rule.value, words, rule.source


@require_GET
@staff()
def allocation(request: HttpRequest, pk: int, receipt_id: int) -> HttpResponse:
    """计算表 of the latest decision about a receipt; ?format=pdf or xlsx."""
    file = open_case(request, pk)
    receipt = _receipt(file, receipt_id)
    rows = Allocation.objects.filter(receipt=receipt).select_related("made_by", "replaces")
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


def _check(receipt: Receipt, first_day: str, about: About, given: dict[str, Any]) -> Check:
    """The law's proposal beside the decision, the interest line by line, and what becomes of earlier decisions."""
    claims = claims_of(given, first_day, receipt.pk)
    found = propose(receipt, claims)
    decided = shares_of(given)
    total = {
        "label": _("到账金额"),
        "value": format_yuan(receipt.amount),
        "note": in_capitals(receipt.amount),
    }
    rows = [
        {
            "label": claim_words(claim, claims),
            "value": format_yuan(parse_amount((decided or {}).get(claim, f"{amount:.2f}"))),
            "note": _("依法 %s") % format_yuan(amount) if decided else "",
        }
        for claim, amount in found.law.items()
    ]
    for line in found.sheet:
        words = _("%(base)s 元 × %(days)d 日 × %(rate)s") % line
        rows.append(
            {
                "label": claim_words(f"doubled:{line['what']}", claims),
                "value": format_yuan(parse_amount(line["amount"])),
                "note": _("%(first)s 至 %(last)s，%(words)s") % {**line, "words": words},
            }
        )
    if found.surplus and decided is None:
        rows.append({"label": _("余款"), "value": format_yuan(found.surplus), "note": _("退还被执行人")})
    warning = _("确定后计算表封存；再次分配另成一版。")
    if found.anew:
        warning = _(
            "这笔款项的计息截止日早于已分配的 %d 笔：原分配的分录将冲销并重新入账；没有付出的发放超过新结果的取消，已经付出的不变，多付的从以后的分配中扣除。"
        ) % len(found.anew)
    return Check([total, *rows, *_changed(found.changes, claims)], warning)


def _changed(changes: list[dict[str, str]], claims: dict[str, Any]) -> list[dict[str, Any]]:
    """What already decided receipts are given otherwise, before and after."""
    return [
        {
            "label": _("原分配改变：%s") % claim_words(each["claim"], claims),
            "value": format_yuan(parse_amount(each["after"])),
            "note": _("原为 %s") % format_yuan(parse_amount(each["before"])),
        }
        for each in changes
    ]


def _decide(receipt: Receipt, first_day: str, doing: Doing) -> Any:
    given = doing.cleaned
    return allocate_receipt(
        receipt_id=receipt.pk,
        claims=claims_of(given, first_day, receipt.pk),
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
    readings = load_vocabulary().facts[READING].values
    before = made.replaces
    return {
        "file": file,
        "made": made,
        "amount": format_yuan(receipt.amount),
        "capitals": in_capitals(receipt.amount),
        "reading": readings.get(made.claims["first_day"], ""),
        "source": reading_of(file)[2],
        "valued_on": made.valued_on.isoformat(),
        "surplus": format_yuan(made.surplus) if made.surplus else "",
        "debt_head": [_("执行依据"), _("债权人"), _("本金（元）"), _("一般利息（元）"), _("届满日"), _("顺位")],
        "debt_rows": [_debt_row(each) for each in made.claims["debts"]],
        **_sheets(made),
        "before": _sheets(before) | {"version": before.version} if before is not None else None,
        "overpaid": [
            _("%(who)s已多付 %(amount)s：从其以后的分配中扣除；没有以后的款项的，通知其退回。")
            % {"who": who, "amount": format_yuan(parse_amount(amount))}
            for who, amount in made.overpaid.items()
        ],
        "change_head": [_("到账"), _("项目"), _("原分配（元）"), _("现分配（元）")],
        "changes": _change_rows(receipt, made),
        "crumbs": [
            {"label": file.case.number, "url": reverse("desk:case", args=[file.case.pk])},
            {"label": _("案款"), "url": reverse("desk:money", args=[file.case.pk])},
            {"label": _("计算表")},
        ],
        "actions": [
            {"label": _("打印 PDF"), "url": "?format=pdf", "icon": "printer"},
            {"label": _("导出 Excel"), "url": "?format=xlsx", "icon": "file-spreadsheet"},
            {"label": _("执行费计算表"), "url": reverse("desk:fee", args=[file.case.pk]), "icon": "receipt"},
        ],
    }  # fmt: skip


def _sheets(made: Allocation) -> dict[str, Any]:
    """Shares and interest of one decision as rows."""
    return {
        "share_head": [_("项目"), _("依法计算（元）"), _("分配（元）")],
        "share_rows": [
            [claim_words(claim, made.claims), parse_amount(made.law[claim]), parse_amount(made.shares[claim])]
            for claim in made.shares
        ],
        "head": [
            _("项目"), _("起"), _("止"), _("计息日数"), _("扣除日数"), _("基数（元）"), _("利率"), _("金额（元）"), _("依据"),
        ],
        "rows": [
            [claim_words(f"doubled:{line['what']}", made.claims), *_values(line)] for line in made.sheet
        ],
    }  # fmt: skip


def _values(line: dict[str, Any]) -> list[Any]:
    """What stands behind the title of a line of interest; the base and the amount as numbers."""
    names = ("first", "last", "days", "left_out", "base", "rate", "amount", "article")
    return [parse_amount(line[name]) if name in ("base", "amount") else line[name] for name in names]


def _debt_row(each: dict[str, Any]) -> list[Any]:
    order = _("优先 %d") % each["order"] if each.get("preferred") else _("普通")
    return [
        each.get("title") or "—",
        each["creditor"],
        parse_amount(each["principal"]),
        parse_amount(each.get("interest", "0.00")),
        each["due_on"],
        order,
    ]


def _change_rows(receipt: Receipt, made: Allocation) -> list[list[Any]]:
    wanted = {int(each["receipt"]) for each in made.changes}
    days = dict(Receipt.objects.filter(book=receipt.book, pk__in=wanted).values_list("pk", "arrived_on"))
    return [
        [
            days[int(each["receipt"])].isoformat() if int(each["receipt"]) in days else each["receipt"],
            claim_words(each["claim"], made.claims), parse_amount(each["before"]),
            parse_amount(each["after"]),
        ]
        for each in made.changes
    ]  # fmt: skip


def _pdf(request: HttpRequest, context: dict[str, Any], name: str) -> HttpResponse:
    at, place = time.now(), request.user.court.name if request.user.court else ""
    body = render_to_string("desk/finance/paper_allocation.html", {**context, "court": place})
    css = style_sheet() + "@page { size: A4 landscape; margin: 20mm 15mm; }"
    content = render_pdf(body, css=css, title=name, author=place, created_at=at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.pdf") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
