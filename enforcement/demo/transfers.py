"""案件移送 in the demo: the bureau above moves a case to a sister court, which takes it or has yet to answer."""

from __future__ import annotations

import datetime as dt

from cases.actions.transferring import accept_transfer, offer_transfer, refuse_transfer
from cases.models import Transfer
from courts.models import Court, User
from enforcement.demo.case import DemoCase
from enforcement.demo.people import UPPER
from kernel import time


def offer(case: DemoCase, ground: str, reason: str) -> DemoCase:
    """提出移送 on a paper of the court above."""

    def verb(key: str, day: dt.date) -> object:
        return offer_transfer(
            case_id=case.case_id,
            to_court=_sister(case),
            ground=ground,
            paper=f"（{day.year}）鄂9900执他{case.story}号",
            reason=reason,
            actor=User.objects.get(username=UPPER[0][0]),
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def take(case: DemoCase) -> DemoCase:
    """接收 by the director of the sister court, for its first handler."""

    def verb(key: str, day: dt.date) -> object:
        court = _sister(case)
        owner = _of(court, "handler", day)
        return accept_transfer(
            transfer_id=_row(case).pk,
            owner=owner,
            team=next((held.unit for held in owner.appointments.select_related("unit") if held.unit), None),
            words="正卷一册、查控反馈和送达回证齐全。",
            actor=_of(court, "bureau_director", day),
            at=time.now(),
            key=key,
        )

    return case.do(verb, tells=True)


def send_back(case: DemoCase) -> DemoCase:
    """退回."""
    return case.do(
        lambda key, day: refuse_transfer(
            transfer_id=_row(case).pk,
            words="查控反馈未随卷，请补齐后再移送。",
            actor=_of(_sister(case), "bureau_director", day),
            at=time.now(),
            key=key,
        )
    )


def _row(case: DemoCase) -> Transfer:
    return Transfer.objects.get(from_court=case.bench.court, old_number=case.number, state="offered")


def _sister(case: DemoCase) -> Court:
    own = case.bench.court
    return Court.objects.filter(parent_id=own.parent_id).exclude(pk=own.pk).order_by("code")[0]


def _of(court: Court, role: str, day: dt.date) -> User:
    held = User.objects.filter(court=court, is_active=True, appointments__role=role)
    return held.filter(appointments__since__lte=day).order_by("pk")[0]
