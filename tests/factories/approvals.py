"""Requests for approval."""

from __future__ import annotations

import itertools
from typing import Any

from approvals.actions.requests import ask
from approvals.models import Request
from courts.models import Court, User
from kernel import time

_numbers = itertools.count(1)


def asked(court: Court, asker: User, *chain: str, **fields: Any) -> Request:
    """A request about a case of the court, asked now; by default of the bureau director."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "about": f"case:{number}",
        "kind": "extension",
        "facts": {"deadline": number, "days": 15},
        "ground": "被执行人提出异议，正在审查。",
        "key": f"ask-{number}",
        "at": time.now(),
    }
    return ask(court_id=court.pk, chain=chain or ("bureau_director",), actor=asker, **{**given, **fields})
