"""周转基金 of a court: what it has, what is out, every movement, and the way of one amount that was put in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from courts.models import Court, User
from desk.selectors.case_file import names_of
from desk.words import plain_day
from funds.accounts import Account
from funds.ledger import NOTHING
from funds.models import Journal, Line, TopUp, Transfer
from funds.revolving import fund_of
from kernel.capitals import in_capitals
from kernel.keyset import SIZE, Segment, page
from kernel.money import format_yuan

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fund:
    """there: yuan in the fund; out: advanced and not recovered; count: of such advances; lines: a page, newest first.

    is_open: nothing was put in yet, so that a balance of the start may be declared.
    """

    there: Decimal
    out: Decimal
    count: int
    lines: list[Line]
    is_open: bool = False
    next: str = ""
    prev: str = ""


def fund(court: Court, *, after: str = "", before: str = "", size: int = SIZE) -> Fund:
    """The fund of one court. Five queries."""
    rows = Line.objects.filter(court=court, book=None, account=Account.REVOLVING)
    rows = rows.select_related(
        "journal__event", "journal__receipt", "journal__topup", "journal__reverses__topup"
    )
    found = page([Segment("line", rows, ("-id",))], after=after, before=before, size=size)
    out = Transfer.objects.filter(court=court).advances_out()
    left = out.aggregate(left=Sum(F("amount") - F("recovered")))["left"]
    kept = [row for _name, row in found.rows]
    is_open = not TopUp.objects.filter(court=court).standing().exists()
    return Fund(fund_of(court.pk), left or NOTHING, out.count(), kept, is_open, found.next, found.prev)


def top_ups(user: User) -> QuerySet[TopUp]:
    """What was put into the funds that the person sees, each with the bank's entry behind it."""
    behind = ("court", "line__account", "line__statement", "file", "journal__event")
    return TopUp.objects.visible_to(user).select_related(*behind)


def chain_of(made: TopUp) -> list[Row]:
    """The way of the money: the bank's entry with its file, and the fund."""
    line = made.line
    if line is None:
        first = _step("file-text", _("期初余额凭据"), made.evidence, plain_day(made.on), _file_url(made))
    else:
        url = reverse("desk:finance_statement", args=[line.statement_id])
        words = f"{plain_day(line.booked_on)} · {line.serial}"
        first = _step("building-bank", _("银行流水"), format_yuan(line.amount), words, url)
    last = _step("coins", _("拨入周转基金"), format_yuan(made.amount), plain_day(made.on))
    return [first, {**last, "here": True}]


def facts_of(made: TopUp) -> list[Row]:
    """What the bank's entry says; of a declared balance its evidence."""
    stands = made.stands
    out: list[Row] = [
        {"label": _("金额"), "value": format_yuan(made.amount), "note": in_capitals(made.amount)},
        {"label": _("状态"), "value": _("已拨入") if stands else _("已撤销"), "note": made.reason},
    ]
    line = made.line
    if line is None:
        return [*out, {"label": _("期初余额凭据"), "value": made.evidence}]
    return [
        *out,
        {"label": _("流水金额"), "value": format_yuan(line.amount), "note": line.get_direction_display()},
        {"label": _("对方户名"), "value": line.payer_name or "—", "note": line.remark},
        {"label": _("银行流水号"), "value": line.serial},
        {"label": _("收款专户"), "value": str(line.account)},
        {"label": _("流水文件"), "value": line.statement.name, "note": _("第 %d 行") % line.row},
    ]


def journals_behind(made: TopUp) -> tuple[list[Journal], dict[str, str]]:
    """The journal of it and the reversal, with who did each."""
    both = Q(pk=made.journal_id) | Q(reverses=made.journal_id)
    rows = Journal.objects.filter(both).select_related("event").order_by("-pk")
    found = list(rows.prefetch_related(Prefetch("lines", Line.objects.order_by("pk"))))
    return found, names_of(each.event.actor for each in found)


def _file_url(made: TopUp) -> str:
    return reverse("documents:file", args=[made.file_id]) if made.file_id else ""


def _step(icon: str, label: str, value: str, note: str, url: str = "") -> Row:
    return {"icon": icon, "label": label, "value": value, "note": note, "url": url, "here": False}
