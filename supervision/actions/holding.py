"""What the verbs of 督办 share: the order held with its case, its event on both streams, words checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from cases.perform import Act, perform
from cases.snapshot import Locked, lock_case
from courts.models import User
from events import log
from events.log import Draft
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from supervision.models import Order
from supervision.states import OrderState

LONGEST = 2000


@dataclass
class Held:
    """An order and its case, both locked; done: this key's act stands already."""

    locked: Locked
    order: Order
    done: bool


@contextmanager
def holding(order_id: int, actor: User, key: str) -> Iterator[Held]:
    """The order that this person may see and its case, locked downwards: case, then order."""
    with transaction.atomic(durable=True):
        case_id = (
            Order.objects.visible_to(actor).filter(pk=order_id).values_list("case_id", flat=True).first()
        )
        if case_id is None:
            raise NotFound(_("没有这件督办，或您无权查看。"), fix=_("从督办列表重新进入。"))
        locked = lock_case(case_id=case_id, key=key, user=actor)
        order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
        order.case = locked.case
        yield Held(locked, order, log.find(order.stream, key) is not None)


def write(
    held: Held,
    kind: str,
    actor: User | None,
    at: dt.datetime,
    key: str,
    more: dict[str, Any],
    rows: Sequence[Model] = (),
) -> None:
    """order.<kind> to the order's stream, supervision.<kind> with the images of the order and `rows` to the case's."""
    order = held.order
    data = {"order": order.pk, "number": order.number, "kind": order.kind, "case": order.case_id, **more}
    log.append_many(
        stream=order.stream,
        actor=actor.actor if actor else "system",
        at=at,
        court_id=order.case.court_id,
        drafts=[Draft(kind=f"order.{kind}", data={**data, "state": order.state}, key=key)],
    )
    images = [order, *rows]
    act = Act(kind=f"supervision.{kind}", key=key, on=time.today(at), rows=images, data=data, quiet=True)
    perform(held.locked, act, actor=actor, at=at)


def must(order: Order, state: OrderState) -> None:
    """Raises WrongState when the order does not stand so."""
    if order.state != state:
        raise WrongState(
            _("督办%(number)s%(state)s，不能再办这一步。")
            % {"number": order.number, "state": order.get_state_display()},
            code="ORDER-STATE",
            fix=_("刷新页面查看最新情况。"),
        )


def text_of(words: str, field: str, wrong: str, fix: str) -> str:
    """The words without blanks around them. Raises BadInput: none, or too long."""
    words = words.strip()
    if not words:
        raise BadInput(wrong, field=field, fix=fix)
    if len(words) > LONGEST:
        raise BadInput(
            _("文字超过 %d 字。") % LONGEST, field=field, fix=_("精简文字，详细情况作为材料上传。")
        )
    return words
