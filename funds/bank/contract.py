"""What a bank must do. An adapter never touches the database."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol


class Result(StrEnum):
    """What came of one call about one order.

    ACCEPTED: the bank has it. PAID, RETURNED: what became of it. REFUSED: the bank definitely did not take it and never
    will. UNREACHABLE: it definitely got nothing. UNKNOWN: it may have it. ABSENT: it says that it does not know our
    reference.
    """

    ACCEPTED = "accepted"
    PAID = "paid"
    RETURNED = "returned"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Order:
    """An amount (yuan) to a payee. reference is ours, one for the order's whole life: the bank pays it once."""

    reference: uuid.UUID
    amount: Decimal
    payer_account: str = field(repr=False)
    payee_name: str = field(repr=False)
    payee_bank: str = field(repr=False)
    payee_account: str = field(repr=False)
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bank says. bank_ref: its receipt number once paid; on: the day it paid or gave back; code: its word."""

    result: Result
    bank_ref: str = ""
    on: dt.date | None = None
    code: str = ""


class Bank(Protocol):
    """A way to the bank. longest_call: seconds after which a call has certainly ended, one way or the other."""

    longest_call: float

    def pay(self, order: Order) -> Answer:
        """Hand over an order, once."""

    def ask(self, reference: uuid.UUID) -> Answer:
        """What became of an order, by our reference."""
