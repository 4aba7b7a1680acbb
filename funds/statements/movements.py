"""What a bank statement says, whatever it was written in. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

IN, OUT = "C", "D"
GOOD, REPEAT, ASIDE, BAD = "good", "repeat", "aside", "bad"


class Movement(NamedTuple):
    """A line. fen: above zero, None where it cannot be read. direction: IN or OUT. verdict: GOOD, REPEAT, ASIDE or BAD.

    payer_tail: last four of the other side's account, the only part that is kept.
    """

    row: int
    serial: str
    booked_on: dt.date | None
    direction: str
    fen: int | None
    payer_name: str = ""
    payer_tail: str = ""
    payer_bank: str = ""
    remark: str = ""
    sub_account: str = ""
    number_key: str = ""
    verdict: str = GOOD
    note: str = ""


@dataclass(slots=True)
class Reading:
    """A whole statement. opening, closing: fen, None where the file does not say. own: the account it is of, or "".
    incoming, outgoing: fen of every line of the period, once each.

    """

    lines: list[Movement] = field(default_factory=list)
    opening: int | None = None
    closing: int | None = None
    own: str = ""
    incoming: int = 0
    outgoing: int = 0
    flaw: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Lines of each verdict."""
        found: dict[str, int] = {}
        for line in self.lines:
            found[line.verdict] = found.get(line.verdict, 0) + 1
        return found
