"""批量付款: approved payouts of many cases are sent, each in its own case's transaction, and told to the bank together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.actions.money import send_payout
from courts.models import User
from funds import policy
from funds.actions.paybatches import close_batch
from funds.bank.files import layout_of
from funds.instructing import Channel, Through
from funds.models import BankAccount, PaymentBatch, Payout
from kernel.errors import BadInput, DomainError, NotFound


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a choice of payouts. refused: (payout, why). batch: None over the line, or where nothing went."""

    count: int
    refused: tuple[tuple[int, DomainError], ...]
    batch: PaymentBatch | None = None


def send_in_file(
    *, payout_ids: Sequence[int], account_id: int, layout: str, actor: User, at: dt.datetime, key: str
) -> Sent:
    """生成付款批次: what may be sent goes into one file; the rest is told with its reason and stays approved.

    Raises NotFound, NotAllowed, BadInput (nothing chosen, unknown layout); then nothing is sent.
    """
    layout_of(layout)
    done, refused = _send(payout_ids, account_id, Channel.FILE, actor, at, key)
    batch = close_batch(account_id=account_id, layout=layout, actor=actor, at=at, key=key)
    return Sent(done, refused, batch)


def send_direct(
    *, payout_ids: Sequence[int], account_id: int, actor: User, at: dt.datetime, key: str
) -> Sent:
    """银企直连付款: each order is written down with its payout and leaves within seconds. Raises as send_in_file does."""
    return Sent(*_send(payout_ids, account_id, Channel.DIRECT, actor, at, key))


def _send(
    payout_ids: Sequence[int], account_id: int, channel: str, actor: User, at: dt.datetime, key: str
) -> tuple[int, tuple[tuple[int, DomainError], ...]]:
    policy.may(actor, policy.PAY, _("发放案款"))
    account = BankAccount.objects.visible_to(actor).filter(pk=account_id).first()
    if account is None:
        raise NotFound(_("没有这个案款专户，或您无权使用。"), fix=_("从本院的案款专户中选择。"))
    if not payout_ids:
        raise BadInput(_("没有选中发放。"), field="payouts", fix=_("先选择已审批的发放。"))
    chosen = Payout.objects.visible_to(actor).filter(pk__in=payout_ids).order_by("pk")
    cases = dict(chosen.values_list("pk", "book__case_id"))
    done, refused = 0, []
    for payout_id, case_id in cases.items():
        try:
            send_payout(
                case_id=case_id,
                payout_id=payout_id,
                actor=actor,
                at=at,
                key=f"{key}:{payout_id}",
                through=Through(account, channel),
            )
            done += 1
        except DomainError as error:
            refused.append((payout_id, error))
    return done, tuple(refused)
