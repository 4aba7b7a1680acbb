"""严禁脱离系统监管 (JM-27): what may leave a case came by its own number on a statement of the bank; else an exception stands.

The rules are asked (`record_fund_movement`); where they refuse, the refusal leaves its record, though nothing else is done.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from cases.arrivals import tell_of_money
from cases.perform import Act, guard, perform
from cases.policy import in_reach
from cases.snapshot import Locked
from courts.models import User
from events.models import Event
from funds.models import Receipt, StatementLine, SubAccount
from funds.policy import RECORD, REQUEST, may
from funds.selectors import came_by_bank
from kernel.errors import WrongState
from kernel.money import format_yuan
from kernel.time import today

MOVEMENT = "record_fund_movement"
EXCEPTION = "fund.off_system"


def check_claim(locked: Locked, line_ids: set[int], *, numbered: bool) -> None:
    """Money comes in: it is on a statement of the bank, and the case has its number there. Raises WrongState (guard)."""
    on_statement = StatementLine.objects.filter(pk__in=line_ids).count() == len(line_ids)
    guard(locked, MOVEMENT, {"in_one_case_one_account": numbered and on_statement})


def check_leaving(locked: Locked, receipt_id: int | None) -> None:
    """Money goes out or aside. receipt_id: None for what was never the case's. Raises WrongState (guard)."""
    if receipt_id is None or not locked.book.guards.get(MOVEMENT):
        return
    numbered = SubAccount.objects.filter(book__about=locked.case.about).exists()
    guard(locked, MOVEMENT, {"in_one_case_one_account": numbered and came_by_bank(receipt_id)})


def refused_leaving(
    locked: Locked, receipt_id: int | None, *, actor: User, at: dt.datetime, key: str
) -> WrongState | None:
    """The same, but the refusal is returned and its exception written down, for the caller to commit and raise."""
    try:
        check_leaving(locked, receipt_id)
    except WrongState as refused:
        _note(locked, receipt_id, refused, actor=actor, at=at, key=key)
        return refused
    return None


def _note(
    locked: Locked, receipt_id: int | None, refused: WrongState, *, actor: User, at: dt.datetime, key: str
) -> None:
    """One exception for each receipt of the case; its officer is told."""
    receipt = Receipt.objects.filter(pk=receipt_id, about=locked.case.about).first()
    mine = Event.objects.filter(stream=locked.case.about, kind=EXCEPTION, data__receipt=receipt_id)
    if receipt is None or mine.exists():
        return
    may(actor, REQUEST + RECORD, _("办理案款"))
    in_reach(locked, actor)
    data = {"receipt": receipt_id, "amount": f"{receipt.amount:.2f}", "guard": refused.code}
    perform(locked, Act(kind=EXCEPTION, key=f"{key}:off", on=today(at), data=data), actor=actor, at=at)
    words = _("%s的到账不在银行流水上，或者本案没有子账号，不能付出。请财务导入流水并核对这笔到账。")
    tell_of_money(locked.case, text=words % format_yuan(receipt.amount), topic="off_system", at=at, key=key)
