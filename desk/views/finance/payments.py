"""发放审批与付款: choose, see the total in capitals, confirm; a batch with its file and the bank's answers."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.money import approve_payout
from cases.actions.paying import Sent, send_direct, send_in_file
from courts.access import staff
from courts.models import User
from desk import listing
from desk.addresses import here, number_of
from desk.onetime import key_of, new_key
from desk.selectors import payments as found_in
from desk.tables import payments as tables
from desk.words import instant_words
from funds import policy
from funds.actions.paybatches import download_batch, take_returns
from funds.bank.files import layouts
from funds.models import PaymentBatch
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import BadInput, DomainError
from kernel.money import format_yuan
from kernel.workbooks import MOST_BYTES

TABS = {"check": policy.CHECK, "pay": policy.PAY}
DONE = {
    "approve": _lazy("已批准 %d 笔，可以付款。"),
    "file": _lazy("已生成批次，共 %d 笔；下载文件交银行，导入回盘后才算付清。"),
    "direct": _lazy("已向银行发出 %d 笔付款指令；银行确认后才算付清。"),
}


@require_GET
@staff()
def payments(request: HttpRequest) -> HttpResponse:
    """?tab=check what waits for approval, pay what the bank is to be told, batches the files so far."""
    request.at = at = time.now()
    tabs = [name for name, rights in TABS.items() if _may(request.user, rights)]
    if not tabs:
        raise PermissionDenied
    if "pay" in tabs:
        tabs.append("batches")
    tab = request.GET.get("tab", "")
    tab = tab if tab in tabs else tabs[0]
    context: dict[str, Any] = {"tabs": _tabs(tabs, tab), "tab": tab}
    context |= _batches(request, time.today(at)) if tab == "batches" else _waiting(request, tab)
    return listing.show(
        request, "desk/finance/payments.html", context, what="payments", title=str(context["title"]),
        names=("tab",), turn=_turn_of_batches(request.user, time.today(at)) if tab == "batches" else None,
    )  # fmt: skip


@require_POST
@staff(second_factor=True)
def act(request: HttpRequest, name: str) -> HttpResponse:
    """approve, file or direct of the chosen payouts: first shown with count and total in capitals, then done."""
    tab = "check" if name == "approve" else "pay"
    if name not in ("approve", "file", "direct") or not _may(request.user, TABS[tab]):
        raise PermissionDenied
    back = f"{reverse('desk:payments')}?tab={tab}"
    chosen = [pk for pk in map(number_of, request.POST.getlist("selected")) if pk is not None][
        : found_in.MOST
    ]
    if not chosen:
        messages.error(request, _("没有选中发放。先在表中选择，再点按钮。"))
        return redirect(back)
    if "confirmed" not in request.POST:
        return _confirm(request, name, tab, chosen, back)
    try:
        done = _do(request, name, chosen)
    except DomainError as refused:
        messages.error(request, refused.in_full)
        return redirect(back)
    for payout_id, refused in done.refused[:5]:
        messages.error(request, _("发放 %(id)d：%(why)s") % {"id": payout_id, "why": refused.in_full})
    if len(done.refused) > 5:
        messages.error(request, _("另有 %d 笔没有办理，留在列表中。") % (len(done.refused) - 5))
    if done.count:
        messages.success(request, DONE[name] % done.count)
    return redirect("desk:payment_batch", done.batch.pk) if done.batch else redirect(back)


@require_GET
@staff("fund_pay", "W")
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: its hash, its file, its lines with the bank's answers."""
    request.at = time.now()
    return _batch_page(request, _visible(request, pk))


@require_POST
@staff("fund_pay", "W", second_factor=True)
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file; from the second time on with a reason."""
    request.at = at = time.now()
    row = _visible(request, pk)
    try:
        given = request.POST.get("reason", "")
        file = download_batch(batch_id=pk, reason=given, actor=request.user, at=at, key=key_of(request))
    except DomainError as refused:
        return _batch_page(request, row, refused.in_full)
    response = HttpResponse(file.content, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["POST"])
@staff("fund_pay", "W", second_factor=True)
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank's return file."""
    request.at = at = time.now()
    row = _visible(request, pk)
    given = request.FILES.get("file")
    try:
        if given is None or given.size > MOST_BYTES:
            raise BadInput(
                _("没有选择回盘文件，或者文件超过 20 MB。"), field="file", fix=_("选择网银下载的回盘文件。")
            )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "returns"
            path.write_bytes(given.read())
            done = take_returns(batch_id=pk, path=path, name=given.name, actor=request.user, at=at)
    except DomainError as refused:
        return _batch_page(request, row, refused.in_full)
    words = _(
        "回盘已导入：成功 %(paid)d 笔，退回 %(returned)d 笔，结果不明 %(unknown)d 笔，未采用 %(problems)d 行。"
    )
    counts = {"paid": done.paid, "returned": done.returned, "unknown": done.unknown}
    messages.success(request, words % {**counts, "problems": len(done.problems)})
    return redirect("desk:payment_batch", pk)


def _waiting(request: HttpRequest, tab: str) -> dict[str, Any]:
    rows = found_in.to_check(request.user) if tab == "check" else found_in.to_pay(request.user)
    found = found_in.waiting(request.user, rows)
    return {
        "title": _("待审批发放") if tab == "check" else _("待付款发放"),
        "columns": tables.waiting_columns(),
        "groups": tables.waiting_groups(found),
        "total": format_yuan(found.total),
        "capitals": in_capitals(found.total),
        "count": len(found.rows),
        "more": found.more,
        "accounts": found_in.accounts_of(request.user) if tab == "pay" else [],
        "layouts": layouts().values(),
        "is_direct": bool(settings.BANK_URL),
    }


def _turn_of_batches(user: User, today: Any) -> Any:
    """Batches behind a cursor, and the next: the workbook holds them all."""

    def turn(cursor: str) -> tuple[Any, str]:
        part = found_in.batches(user, after=cursor)
        return tables.batch_groups([row for _name, row in part.rows], today), part.next

    return turn


def _batches(request: HttpRequest, today: Any) -> dict[str, Any]:
    found = found_in.batches(
        request.user, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    return {
        "title": _("付款批次"),
        "columns": tables.batch_columns(),
        "groups": tables.batch_groups([row for _name, row in found.rows], today),
        "footing": _("本页 %d 批") % len(found.rows),
        "next_url": here(request, ("tab",), after=found.next) if found.next else "",
        "prev_url": here(request, ("tab",), before=found.prev) if found.prev else "",
    }


def _confirm(request: HttpRequest, name: str, tab: str, chosen: Sequence[int], back: str) -> HttpResponse:
    rows = found_in.to_check(request.user) if tab == "check" else found_in.to_pay(request.user)
    found = found_in.waiting(request.user, rows, chosen)
    context = {
        "title": {"approve": _("批准发放"), "file": _("生成付款批次"), "direct": _("银企直连付款")}[name],
        "note": _("审批人与经办人须是不同的人；批准后可以付款。")
        if name == "approve"
        else _("付款指令发出后不能撤回；银行确认前不算付清。"),
        "action": reverse("desk:payments_act", args=[name]),
        "back": back,
        "act_key": new_key(),
        "rows": found.rows,
        "columns": tables.waiting_columns(choosable=False),
        "groups": tables.waiting_groups(found, choosable=False),
        "count": len(found.rows),
        "total": format_yuan(found.total),
        "capitals": in_capitals(found.total),
        "account": request.POST.get("account", ""),
        "layout": request.POST.get("layout", ""),
    }
    return render(request, "desk/finance/payments_confirm.html", context)


def _do(request: HttpRequest, name: str, chosen: list[int]) -> Sent:
    by: dict[str, Any] = {"actor": request.user, "at": time.now(), "key": key_of(request)}
    if name == "approve":
        return _approve(request.user, chosen, **by)
    account = number_of(request.POST.get("account", "")) or 0
    if name == "direct":
        return send_direct(payout_ids=chosen, account_id=account, **by)
    return send_in_file(payout_ids=chosen, account_id=account, layout=request.POST.get("layout", ""), **by)


def _approve(user: User, chosen: list[int], *, actor: User, at: Any, key: str) -> Sent:
    """Each in its own case: what is refused stays and is told with its reason."""
    done, refused = 0, []
    for row in found_in.to_check(user).filter(pk__in=chosen).select_related("book").order_by("pk"):
        try:
            approve_payout(
                case_id=row.book.case_id, payout_id=row.pk, actor=actor, at=at, key=f"{key}:{row.pk}"
            )
            done += 1
        except DomainError as error:
            refused.append((row.pk, error))
    return Sent(done, tuple(refused))


def _batch_page(request: HttpRequest, row: PaymentBatch, refused: str = "") -> HttpResponse:
    lines = found_in.lines(row)
    numbers = found_in.numbers_of(request.user, [line.payout for line in lines])
    context = {
        "batch": row,
        "layout": layouts()[row.layout].title if row.layout in layouts() else row.layout,
        "facts": [
            {"label": _("笔数"), "value": row.count},
            {"label": _("合计"), "value": format_yuan(row.total), "note": in_capitals(row.total)},
            {"label": _("银行已确认"), "value": format_yuan(found_in.paid_of(row))},
            {"label": _("付款账户"), "value": str(row.account)},
        ],
        "columns": tables.line_columns(),
        "groups": tables.line_groups(lines, numbers),
        "downloads": [
            {**each, "at": instant_words(dt.datetime.fromisoformat(each["at"]), time.today(request.at))}
            for each in row.downloads
        ],
        "returns": found_in.returns(row),
        "refused": refused,
        "download_key": new_key(),
        "crumbs": [
            {"label": _("审批与付款"), "url": reverse("desk:payments")},
            {"label": _("付款批次"), "url": f"{reverse('desk:payments')}?tab=batches"},
            {"label": row.name},
        ],
    }
    return render(request, "desk/finance/batch.html", context, status=422 if refused else 200)


def _visible(request: HttpRequest, pk: int) -> PaymentBatch:
    return get_object_or_404(PaymentBatch.objects.visible_to(request.user).select_related("account"), pk=pk)


def _may(user: User, rights: policy.Rights) -> bool:
    return any(user.scope.may(area, letter) for area, letter in rights)


def _tabs(names: Sequence[str], current: str) -> list[dict[str, Any]]:
    words = {"check": _("待审批"), "pay": _("待付款"), "batches": _("付款批次")}
    return [
        {"label": words[name], "url": f"{reverse('desk:payments')}?tab={name}", "current": name == current}
        for name in names
    ]
