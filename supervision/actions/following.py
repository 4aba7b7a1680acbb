"""督办 of a case that went to another court: that of the court which gave it away ends, that of the court above goes on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cases.snapshot import lock_case
from courts.models import Court
from events import log
from events.models import Event
from kernel import time
from supervision import reminding
from supervision.actions.holding import Held, write
from supervision.models import Order


def follow_court(event: Event) -> None:
    """Reaction to case.court_changed. Safe to run twice, and late.

    An order binds the people of the court that issued it, and they see the case no more: it is closed, the words say why.
    What the court above issued or took up stands; the new handler is told. Orders issued after the hand-over are left.
    """
    case_id, at = int(event.stream.partition(":")[2]), time.now()
    given, taken = event.data["from"]["court"], event.data["to"]["court"]
    words = _("案件已移送%s，本督办随之了结；需要督促的，由该院另行督办。") % Court.objects.get(pk=taken).name
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id)
        rows = Order.objects.unsettled().filter(case_id=case_id, issued_at__lte=event.at)
        for order in rows.select_for_update(of=("self",), no_key=True).order_by("pk"):
            key = f"event:{event.pk}:order:{order.pk}"
            order.case = locked.case
            if log.find(order.stream, key) is not None:
                continue
            if order.court_id == given and order.superior_id is None:
                order.close(by=None, at=at, words=words)
                order.save()
                write(Held(locked, order, False), "closed", None, at, key, {"to": taken})
                reminding.tell_issuer(order, words, at=at, key=key)
            else:
                reminding.tell_handler(order, _("案件移送本院，请继续办理并反馈。"), at=at, key=key)
