"""A connected system that calls."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

from api.actions.tokens import connect_system
from api.models import Scope
from courts.models import Court
from kernel import time

_numbers = itertools.count(1)


class Caller:
    """A system with a token; `post` makes a fresh key unless one is given."""

    def __init__(self, court: Court, *scopes: str, until: dt.date | None = None) -> None:
        number = next(_numbers)
        self.row, self.token = connect_system(
            username=f"system{number}",
            full_name=f"对接系统{number}",
            court=court,
            scopes=scopes or Scope.values,
            until=until or time.today() + dt.timedelta(days=30),
            actor="system:test",
            at=time.now(),
        )
        self.client = Client(headers={"authorization": f"Bearer {self.token}"})

    def get(self, path: str, **asked: str) -> HttpResponse:
        return self.client.get(f"/api/v1/{path}", asked)

    def post(self, path: str, body: Any, *, key: str | None = None) -> HttpResponse:
        used = f"k{next(_numbers)}" if key is None else key
        headers = {"idempotency-key": used} if used else {}
        text = body if isinstance(body, str) else json.dumps(body)
        return self.client.post(f"/api/v1/{path}", text, content_type="application/json", headers=headers)


def filing(court: Court, **changes: Any) -> dict[str, Any]:
    """A filing as a system sends it."""
    return {
        "court": court.code,
        "cause": "民间借贷纠纷",
        "basis": "（2022）鄂9901民初12号民事判决书",
        "claim_amount": "80000.00",
        "filed_on": time.today().isoformat(),
        "parties": [
            {"role": "applicant", "kind": "natural_person", "name": "张三", "phones": ["13800000001"]},
            {
                "role": "respondent",
                "kind": "natural_person",
                "name": "李四",
                "phones": ["13900000001"],
                "location": "in_court_area",
            },
        ],
        **changes,
    }
