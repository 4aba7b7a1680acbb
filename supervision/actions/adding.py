"""补充督办: a further demand joins the order that stands, instead of a second order about the same."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from courts.models import User
from kernel.errors import WrongState
from supervision import policy, reminding
from supervision.actions.holding import holding, must, text_of, write
from supervision.models import Order, OrderAddition
from supervision.states import OrderState


def add_to_order(*, order_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Order:
    """补充要求 to an order that waits for its answer; its last day stays, whoever answers signs for the words anew.

    By whoever could issue an order in this case, so that the court above adds to the order of the court below. Raises
    NotFound, NotAllowed, BadInput (words), WrongState (not open, or a reminder).
    """
    words = text_of(words, "words", _("没有写明补充要求。"), _("写明还要办什么、办到什么程度。"))
    with holding(order_id, actor, key) as held:
        order = held.order
        policy.require_issue(order.case, actor)
        if held.done:
            return order
        if order.kind == Order.Kind.REMINDER:
            raise WrongState(_("催办不能补充要求。"), fix=_("请发起督办。"))
        must(order, OrderState.OPEN)
        row = OrderAddition.objects.create(order=order, words=words, added_by=actor, added_at=at)
        write(held, "added", actor, at, key, {"addition": row.pk}, [row])
        reminding.tell_handler(order, _("补充要求：%s") % words, at=at, key=key)
    return order
