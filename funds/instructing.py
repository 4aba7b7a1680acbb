"""What is written down about an order before it leaves: whoever dies behind this line, the order is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from funds.bank import Order
from funds.models import BankAccount, Instruction, Payout
from kernel.errors import BadInput

Channel = Instruction.Channel
PURPOSE = "执行案款"


@dataclass(frozen=True, slots=True)
class Through:
    """From which account of the court, and how the bank is told: "file" or "direct"."""

    account: BankAccount
    channel: str


def instruct(payout: Payout, through: Through, *, at: dt.datetime) -> Instruction:
    """The instruction of a payout that is being sent; joins that transaction. Raises BadInput for another court's account.

    Over the line it is due at once; in a file it waits for its batch.
    """
    if through.account.court_id != payout.court_id:
        raise BadInput(_("付款账户不是本院的案款专户。"), field="account", fix=_("从本院的案款专户中选择。"))
    return Instruction.objects.create(
        court_id=payout.court_id,
        payout=payout,
        account=through.account,
        channel=through.channel,
        due_at=at if through.channel == Channel.DIRECT else None,
        made_at=at,
    )


def order_of(instruction: Instruction) -> Order:
    """What the bank is told, from frozen rows: the account is the version frozen when the payout was submitted."""
    payout = instruction.payout
    return Order(
        reference=instruction.reference,
        amount=payout.amount,
        payer_account=str(instruction.account.number),
        payee_name=payout.payee.name,
        payee_bank=payout.account.bank,
        payee_account=str(payout.account.account),
        purpose=PURPOSE,
    )
