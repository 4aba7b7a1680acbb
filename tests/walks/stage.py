"""What a walk stands on: acts at court times, the road up run after each, and expectations kept by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases.actions.claiming import claim_for_case
from cases.actions.money import approve_payout, draft_payout, send_payout
from cases.models import Case, Party
from deadlines.models import Deadline
from documents.actions.render import render_due
from events import relay
from funds.actions.claiming import Part
from funds.actions.payees import register_payee
from funds.actions.payouts import confirm_paid
from funds.actions.receipts import identify_receipt, record_receipt
from funds.books import issue_numbers
from funds.models import Book, Payout, Receipt
from kernel import time
from measures.actions.controlling import Taking, take_control
from measures.actions.finding import Found, record_feedback
from measures.models import Property
from tests.factories.cases import House, key, node
from tests.factories.funds import talk
from tests.factories.statements import arrived, bank_account


@dataclass
class Story:
    """The expectations of a journey: name -> what was found. A check that raises counts as not met, with its words."""

    found: dict[str, str] = field(default_factory=dict)
    broke: Exception | None = None

    def expect(self, name: str, check: Callable[[], object]) -> None:
        """Keep whether `check()` is true, under the name of its row."""
        try:
            value = check()
            self.found[name] = "" if value else f"was {value!r}"
        except Exception as error:  # noqa: BLE001  the row's own test shows it
            self.found[name] = f"{type(error).__name__}: {error}"


@contextmanager
def on(when: str) -> Iterator[dt.datetime]:
    """Act at a court time; afterwards the relay runs until it is quiet."""
    with time.travel(when if " " in when else f"{when} 10:00"):
        yield time.now()
        while relay.run():
            pass


def refused(act: Callable[[], object]) -> str:
    """The code and words with which an act is refused, or "" when it is not."""
    try:
        act()
    except Exception as error:  # noqa: BLE001
        return f"{getattr(error, 'code', '')} {getattr(error, 'detail', '')} {error}"
    return ""


def due(case: Case, rule: str, label: str = "") -> str:
    """The last day of a clock, ISO; the one about the subject of this label when several run."""
    clocks = Deadline.objects.filter(case_id=case.pk, rule_id=rule).order_by("-run")
    if label:
        clocks = clocks.filter(subject_id__in=case.subjects.filter(label=label).values("pk"))
    day = clocks[0].due_on
    return day.isoformat() if day else "suspended"


def state(case: Case, rule: str, label: str = "") -> str:
    """How a clock stands."""
    clocks = Deadline.objects.filter(case_id=case.pk, rule_id=rule).order_by("-run")
    if label:
        clocks = clocks.filter(subject_id__in=case.subjects.filter(label=label).values("pk"))
    return clocks[0].state


def feedback(home: House, case: Case, on_day: str, *items: tuple[str, str, str]) -> None:
    """网络查控反馈 with (kind, label, value) items of the first respondent."""
    party = Party.objects.filter(case=case, role="respondent").order_by("id")[0].pk
    waiting = node(case, "network_feedback")
    record_feedback(
        node_id=waiting.pk,
        seen_version=waiting.version,
        items=[Found(party, kind, label, Decimal(value)) for kind, label, value in items],
        queried=["deposits", "securities", "real_estate", "vehicles", "company"],
        national=True,
        on=dt.date.fromisoformat(on_day),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


def item(case: Case, label: str) -> Property:
    """The property item of a label."""
    return Property.objects.get(case=case, label=label)


def control(home: House, case: Case, kind: str, *labels: str, **more: Any) -> None:
    """Control items at their value, today."""
    takings = [
        Taking(item(case, label).pk, kind, item(case, label).value, time.today(), **more) for label in labels
    ]
    take_control(case_id=case.pk, takings=takings, actor=home.handler, at=time.now(), key=key())


def payee(home: House, case: Case, name: str = "张三", *, signed: bool = True) -> int:
    """Register the applicant's account, with the undertaking unless said otherwise."""
    return register_payee(
        about=case.about,
        court_id=case.court_id,
        name=name,
        bank="云州农商银行东湖支行",
        account="6217000010001234567",
        account_doubt="测试账号",
        undertaking_file_id=1 if signed else None,
        signed_on=time.today() if signed else None,
        actor=home.filing,
        at=time.now(),
        key=key(),
    ).pk


def money(home: House, case: Case, amount: str, serial: str) -> Receipt:
    """Money arrives on the court's account today and is identified to the case."""
    receipt = record_receipt(
        court=home.court,
        amount=Decimal(amount),
        arrived_on=time.today(),
        payer_name="李四",
        account_tail="1001",
        bank_serial=serial,
        remark=case.number,
        actor=home.funds,
        at=time.now(),
        key=key(),
    )
    return identify_receipt(
        receipt_id=receipt.pk, about=case.about, actor=home.funds, at=time.now(), key=key()
    )


def banked(home: House, case: Case, amount: str, serial: str) -> Receipt:
    """The same by a statement of the bank, claimed for a case that has its number: no other money may leave it (JM-27)."""
    account = bank_account(home.court, home.finance)
    with transaction.atomic():
        issue_numbers([Book.objects.get(about=case.about)], at=time.now())
    line = arrived(account, home.finance, amount, payer="李四", serial=serial, remark=case.number)
    [receipt] = claim_for_case(
        case_id=case.pk, parts=[Part(line.pk)], actor=home.finance, at=time.now(), key=key()
    )
    return receipt


def pay(home: House, case: Case, receipt: Receipt, payee_id: int, serial: str, record: str = "") -> Payout:
    """The whole way of a small payout: asked, approved by another, sent, confirmed by the bank."""
    payout = draft_payout(
        case_id=case.pk,
        receipt_id=receipt.pk,
        payee_id=payee_id,
        amount=receipt.amount,
        communication_record=talk(record),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )
    approve_payout(case_id=case.pk, payout_id=payout.pk, actor=home.director, at=time.now(), key=key())
    send_payout(case_id=case.pk, payout_id=payout.pk, actor=home.funds, at=time.now(), key=key())
    return confirm_paid(
        payout_id=payout.pk, bank_ref=serial, paid_on=time.today(), actor=home.funds, at=time.now(), key=key()
    )


__all__ = [
    "Story",
    "banked",
    "control",
    "due",
    "feedback",
    "item",
    "money",
    "on",
    "pay",
    "payee",
    "refused",
    "render_due",
    "state",
]
