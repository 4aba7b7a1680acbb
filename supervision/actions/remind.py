"""The clock of orders: those whose next rung has come are told, once a rung."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from events import log
from events.log import Draft
from supervision import reminding
from supervision.models import Order

BATCH = 200
ACTOR = "system:sweep"


def remind_due(*, at: dt.datetime, batch: int = BATCH) -> int:
    """Tell of every unanswered order whose rung has come, the highest that is due; returns how many orders.

    Safe to run twice and side by side: an order is taken under its lock, a rung has its own key.
    """
    count = 0
    while True:
        with transaction.atomic(durable=True):
            due = list(
                Order.objects.unanswered()
                .filter(remind_at__lte=at)
                .select_for_update(of=("self",), skip_locked=True, no_key=True)
                .select_related("case")
                .order_by("remind_at", "id")[:batch]
            )
            for order in due:
                _remind(order, at)
            Order.objects.bulk_update(due, ["reminded", "remind_at"])
            if not due:
                return count
            count += len(due)


def _remind(order: Order, at: dt.datetime) -> None:
    rungs = reminding.instants(order)
    passed = [(instant, n) for n, instant in enumerate(rungs) if order.remind_at <= instant <= at]
    later = [instant for instant in rungs if instant > at]
    order.remind_at = min(later) if later else None
    if not passed:
        return
    rung = max(passed)[1]
    order.reminded = rung + 1
    data = {"order": order.pk, "rung": rung, "due_on": order.due_on}
    key = f"remind:{order.due_on}/{rung}"
    draft = Draft(kind="order.reminded", data=data, key=key)
    log.append_many(stream=order.stream, actor=ACTOR, at=at, court_id=order.case.court_id, drafts=[draft])
    reminding.tell_rung(order, rung, at=at)
