"""Money in a column: Decimal yuan with two places in Python, whole fen (bigint) in the table."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models

from kernel.money import from_fen, to_fen


class AmountField(models.BigIntegerField):
    """An amount. Sums of it come back as Decimal yuan too. Raises ValueError for less than a fen or a
    float.
    """

    def get_prep_value(self, value: Any) -> int | None:
        """Fen of yuan."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        if isinstance(value, float):
            raise TypeError("an amount is a Decimal, never a float")
        return to_fen(Decimal(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        """Yuan of fen; a sum arrives as numeric."""
        return None if value is None else from_fen(int(value))

    def to_python(self, value: Any) -> Decimal | None:
        """Yuan as they are written."""
        return None if value is None else Decimal(value)
