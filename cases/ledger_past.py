"""The dated columns of a court's ledger that become back-dated acts: which node each completes, with what. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

FROM_LEDGER = "台账补录"
"""What a required text says where the ledger holds only the date."""


@dataclass(frozen=True, slots=True)
class PastNode:
    """A node that a dated column completes. field: the column; values: the rest of the node's form.

    electronic: what is added where the party is served electronically.
    """

    field: str
    node: str
    zh: str
    values: Mapping[str, object]
    electronic: Mapping[str, object]


PAST_NODES: tuple[PastNode, ...] = (
    PastNode("reception_on", "first_reception", "初次接待日期", {"record": FROM_LEDGER}, {}),
    PastNode("accepted_on", "acceptance", "接收案件日期", {}, {}),
    PastNode(
        "notice_on",
        "enforcement_notice",
        "执行通知发出日期",
        {"with_report_order": False, "remark": FROM_LEDGER},
        {"platform_ref": FROM_LEDGER},
    ),
    PastNode("report_order_on", "property_report_order", "报告财产令发出日期", {"remark": FROM_LEDGER}, {}),
    PastNode("query_on", "network_query_start", "网络查控发起日期", {"scope": "national"}, {}),
)
"""In the order in which they happen on one day."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was done in a case before it came into this system.

    handler: the name in the ledger, "" when none; assigned_on: None when the ledger does not say.
    acts: (field of PAST_NODES, day), oldest first.
    """

    handler: str = ""
    assigned_on: dt.date | None = None
    acts: tuple[tuple[str, dt.date], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Only filed."""
        return not self.handler and self.assigned_on is None and not self.acts


def past_node(field: str) -> PastNode:
    """The node of a dated column. Raises StopIteration for another name."""
    return next(node for node in PAST_NODES if node.field == field)


def ordered(days: Mapping[str, dt.date]) -> tuple[tuple[str, dt.date], ...]:
    """The acts of a row by day; on one day as they follow each other."""
    places = {node.field: place for place, node in enumerate(PAST_NODES)}
    return tuple(sorted(days.items(), key=lambda pair: (pair[1], places[pair[0]])))
