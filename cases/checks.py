"""What is wrong in the data of this floor, said at start, each fault with its line."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from cases import national
from regimes.errors import PackErrors


@register
def check_national(**_options: Any) -> list[CheckMessage]:
    """cases/data/national.yaml holds together: its codes, events, states."""
    try:
        national.parse(national.FILE.read_text(encoding="utf-8"), str(national.FILE))
    except PackErrors as found:
        return [Error(str(fault), id="cases.E001") for fault in found.errors]
    return []
