"""A quarter of money with faults from a printed seed: at its end both ledgers are equal, every case has heard of its
money once, and the books are clean.

QUARTER_RECEIPTS sets the size, 5000 for a whole quarter (`scripts/bench quarter`); QUARTER_SEED plays one again.
"""

from __future__ import annotations

import os
import random
from decimal import Decimal
from pathlib import Path

import pytest

from funds import transmitting
from funds.audit import differences
from funds.models import Claim, Instruction, Payout, StatementLine
from kernel import time
from tests.factories.bank import bank
from tests.factories.funds import in_custody
from tests.factories.quarter import FIRST, Quarter
from tests.factories.quarter_road import unheard

SIZE = int(os.environ.get("QUARTER_RECEIPTS", "12"))


def test_a_quarter_with_faults(live_db: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("QUARTER_SEED", random.SystemRandom().randrange(10**6)))
    print(f"QUARTER_SEED={seed} QUARTER_RECEIPTS={SIZE}")  # noqa: T201
    with bank(tmp_path, seed=seed, faults=0.2, slow=1.0) as teller:
        quarter = Quarter(seed, SIZE, teller)
        quarter.play()
        print(quarter.told())  # noqa: T201
        ends = set(Payout.objects.filter(instruction__isnull=False).values_list("state", flat=True))
        assert ends <= {"paid", "returned"}, list(Instruction.objects.values_list("state", "code"))
        teller.assert_same()
    assert StatementLine.objects.count() == SIZE
    twice = Claim.objects.values("receipt").distinct().count()
    assert twice == Claim.objects.count()
    assert list(unheard()) == []
    assert list(differences()) == []


@pytest.mark.skipif(SIZE > 200, reason="shown at the small size")
def test_books_that_lost_an_order_are_told_from_the_banks(live_db: str, tmp_path: Path) -> None:
    """The comparison can fail: an order that the court's books do not have as paid is seen."""
    with bank(tmp_path) as teller:
        quarter = Quarter(7, 1, teller)
        at_desk = quarter.desks[0]
        with time.travel(FIRST):
            quarter.chance.random = lambda: 0.5  # Nothing goes wrong on our side, and all of it is paid.
            quarter.pay_out(at_desk, in_custody(at_desk, str(Decimal("10.00"))))
            transmitting.transmit(bank=teller.line)
        teller.settle()
        with pytest.raises(AssertionError):
            teller.assert_same()
