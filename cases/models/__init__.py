"""The heart: a case, what its duties are about, its nodes, facts, parties, holds."""

from cases.models.batches import Batch, BatchRow
from cases.models.cases import Case, ClaimItem, NumberCounter
from cases.models.conversions import Conversion
from cases.models.holds import Extension, Hold
from cases.models.imports import LedgerHeading, LedgerImport, LedgerRow
from cases.models.national import (
    Difference,
    NationalExport,
    NationalLine,
    NationalList,
    NationalNumber,
    NationalRecord,
)
from cases.models.nodes import Fact, Node, Subject
from cases.models.parties import Access, Agent, ContactPoint, Party
from cases.models.tasks import Task
from cases.models.transfers import Transfer

__all__ = [
    "Access",
    "Agent",
    "Batch",
    "BatchRow",
    "Case",
    "ClaimItem",
    "ContactPoint",
    "Conversion",
    "Difference",
    "Extension",
    "Fact",
    "Hold",
    "LedgerHeading",
    "LedgerImport",
    "LedgerRow",
    "NationalExport",
    "NationalLine",
    "NationalList",
    "NationalNumber",
    "NationalRecord",
    "Node",
    "NumberCounter",
    "Party",
    "Subject",
    "Task",
    "Transfer",
]
