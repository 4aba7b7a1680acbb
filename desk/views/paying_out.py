"""按分配提请发放: what the decisions leave unpaid, by creditor, judgment and account, becomes payouts in one act."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.actions.paying_out import draft_allocated
from courts.access import staff
from desk.forms.act_form import About
from desk.forms.paying_out import AllocatedForm
from desk.selectors.payouts import REQUESTERS, allowed
from desk.views.acts import perform
from desk.views.checks import Check
from desk.views.deeds import Deed
from desk.views.doing import Doing, case_url, open_case
from funds.models import Book, PayeeAccount
from funds.unpaid import Part, accounts_by_name, unpaid_parts
from kernel.capitals import in_capitals
from kernel.money import format_yuan


@staff(second_factor=True)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The form, what would be asked for, the act."""
    file = open_case(request, pk)
    book = Book.objects.filter(about=file.case.about).first()
    if book is None:
        raise Http404
    if not allowed(file, REQUESTERS):
        raise PermissionDenied
    deed = Deed(
        _("按分配提请发放"), AllocatedForm, _draft, lambda _file: True, _("已按分配提请发放，等待审批。"), _("确认提请"),
        lead=_("每个债权人的每份执行依据一笔，付到其登记的领款账户；已经提请或者付出的不再提请。"),
        check=lambda about, _given: _check(book, about),
    )  # fmt: skip
    return perform(
        request, deed, About(file), reverse("desk:draft_allocated", args=[pk]), case_url(file, "money")
    )


def _draft(doing: Doing) -> Any:
    talk = doing.form.talk(doing.files["attachments"])
    return draft_allocated(case_id=doing.about.file.case.pk, communication_record=talk, **doing.by)


def _check(book: Book, about: About) -> Check:
    parts, accounts = unpaid_parts(book), accounts_by_name(book)
    total = sum((part.amount for part in parts), Decimal(0))
    rows = [
        {"label": _("案号"), "value": about.file.case.number},
        {"label": _("合计"), "value": format_yuan(total), "note": in_capitals(total) if total else ""},
        *(_row(part, accounts.get(part.allotment.creditor)) for part in parts),
    ]
    return Check(rows, "" if parts else _("没有已经分配而尚未发放的款项。"))


def _row(part: Part, account: PayeeAccount | None) -> dict[str, str]:
    row = part.allotment
    if row.to_court:
        where = _("转入执行费用，由财务上缴")
    elif account is None:
        where = _("没有登记领款账户：不提请，重新开出领款登记事项")
    else:
        where = f"{account.bank} {account.account_masked}"
    title = f"{row.creditor}（{row.title}）" if row.title else row.creditor
    return {"label": title, "value": format_yuan(part.amount), "note": where}
