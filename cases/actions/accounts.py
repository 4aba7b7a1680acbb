"""领款登记 at the desk (JZ 三(一)2): only a creditor of the case is paid, by the name under which the case knows it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case, Party
from cases.snapshot import lock_case
from courts.models import User
from funds.actions.payees import register_payee
from funds.models import Allotment, Payee
from kernel.errors import BadInput


def register_account(
    *,
    case_id: int,
    name: str,
    bank: str,
    account: str,
    account_doubt: str,
    undertaking_file_id: int | None,
    signed_on: dt.date | None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Payee:
    """登记领款账户 of an applicant, or of a creditor to whom a standing decision gives a part of the money.

    Another account than before is in force after a while, and the payee is told. Raises as register_payee does; BadInput
    (name) for anybody else.
    """
    with transaction.atomic(durable=True):
        case = lock_case(case_id=case_id, key=key, user=actor).case
        done = Payee.objects.filter(about=case.about, name=name, accounts__key=key).exists()
        return register_payee(
            about=case.about,
            court_id=case.court_id,
            name=name if done else _creditor(case, name),
            bank=bank,
            account=account,
            account_doubt=account_doubt,
            undertaking_file_id=undertaking_file_id,
            signed_on=signed_on,
            actor=actor,
            at=at,
            key=key,
            joins=True,
        )


def _creditor(case: Case, name: str) -> str:
    """The creditor of this name as the case writes it: spaces make no other person. Raises BadInput."""
    shares = Allotment.objects.filter(book__about=case.about, to_court=False).standing()
    applicants = Party.objects.filter(case=case, role=Party.Role.APPLICANT)
    known = {
        "".join(each.split()): each
        for each in (
            *shares.values_list("creditor", flat=True),
            *applicants.values_list("name", flat=True),
        )
    }
    written = known.get("".join(name.split()))
    if written is None:
        raise BadInput(
            _("“%s”不是本案的申请执行人，分配结果里也没有这个债权人。") % name.strip(),
            field="name",
            code="PAYEE-NAME",
            fix=_(
                "案款只发到债权人本人名下的账户，请按立案信息填写户名；参与分配的债权人，先分配案款再登记。"
            ),
        )
    return written
