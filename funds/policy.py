"""May this person do this with money? Asked inside the verb, after the lock. Who cannot see a row gets
NotFound before.

The pack's own guards (communication record, undertaking, segregation) are asked by the floor above.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from courts.models import User
from funds.models import Payout, Transfer
from kernel.errors import NotAllowed

Rights = tuple[tuple[str, str], ...]

RECORD: Rights = (("receipt", "W"),)
REGISTER: Rights = (("file", "W"), ("fund_request", "W"))
REQUEST: Rights = (("fund_request", "W"), ("fund_pay", "W"))
CHECK: Rights = (("fund_request", "A"), ("fund_pay", "A"))
PAY: Rights = (("fund_pay", "W"),)


def may(actor: User, rights: Rights, words: str) -> None:
    """The person's roles grant one of the rights. words: what was tried, for the refusal. Raises
    NotAllowed.
    """
    if not any(actor.scope.may(area, letter) for area, letter in rights):
        raise NotAllowed(
            _("您没有%s的权限。") % words,
            code="FUNDS-RIGHT",
            fix=_("请有此权限的同事办理，或请系统管理员调整角色。"),
        )


def may_check(payout: Payout, actor: User) -> None:
    """The checker is another person than who asked, made and submitted (不相容岗位分离; JZ 三(二)6). Raises
    NotAllowed.
    """
    may(actor, CHECK, _("审批案款发放"))
    if actor.pk in (payout.requester_id, payout.maker_id, payout.submitter_id):
        raise NotAllowed(
            _("申请、经办发放的人员不能审批同一笔发放。"),
            code="FUNDS-TWO-PEOPLE",
            fix=_("请另一名有权人员审批。"),
        )


def may_settle(transfer: Transfer, actor: User) -> None:
    """Who moves the money of a transfer is another person than who asked for it (JZ 三(二)6). Raises NotAllowed."""
    may(actor, PAY + RECORD, _("办理%s") % transfer.get_kind_display())
    if actor.pk == transfer.requester_id:
        raise NotAllowed(
            _("提出申请的人员不能办理同一笔款项的转账。"),
            code="FUNDS-TWO-PEOPLE",
            fix=_("请案款专管或者财务人员办理。"),
        )
