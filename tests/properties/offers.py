"""What a random walk of a case may choose from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from kernel.errors import DomainError
from regimes.nodes import load_nodes

FIRST_DAY = dt.date(2023, 4, 24)
ITEMS = (
    ("bank_account", "尾号1001", "30000"),
    ("vehicle", "鄂X·12345", "50000"),
    ("real_estate", "东湖路1号", "900000"),
    ("alipay", "支付宝", "800"),
)
STARTS = (
    "case_received",
    "case_filed",
    "network_feedback_received",
    "enforcement_notice_sent",
    "property_found",
)
DEFINITIONS = {definition.kind: definition for definition in load_nodes()}


@dataclass(frozen=True)
class Offers:
    """What a case offers at the moment. nodes: kinds of its open nodes; forms: how many of them have a plain form."""

    state: str = ""
    nodes: frozenset[str] = frozenset()
    forms: int = 0
    properties: int = 0
    voidable: int = 0
    receipts: int = 0


class NothingToDo(DomainError):
    """The case offers nothing of the kind at the moment."""


T = TypeVar("T")


def chosen(options: Sequence[T], pick: int) -> T:
    """One of the options. Raises NothingToDo."""
    if not options:
        raise NothingToDo("没有可办的事项", code="NOTHING")
    return options[pick % len(options)]
