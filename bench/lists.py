"""The lists and the case page over a million cases and ten million nodes, over HTTP: each p95 below 100 ms."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from urllib.parse import quote

from bench.ground.figures import Figure
from bench.ground.pages import a_case, add_arguments, measured, staff
from courts.models import User

__all__ = ["add_arguments", "run"]


def run(options: argparse.Namespace) -> list[Figure]:
    """Worklist, cases, search, queue, approvals, notifications and case pages as four people."""
    return measured(options, staff, _paths)


def _paths(user: User) -> Sequence[str]:
    case = a_case(user)
    return [
        *(
            "/worklist",
            "/worklist?view=overdue",
            "/worklist?view=7d",
            "/worklist?view=done",
            "/worklist?kind=closing",
            "/worklist?kind=onsite_investigation",
            f"/worklist?q={quote('王')}",
            f"/worklist?q={quote('王伟强')}",
        ),
        *(
            "/cases/",
            "/cases/?state=all",
            "/cases/?overdue=1",
            "/cases/?stage=control",
            "/cases/?flag=long_pending",
        ),
        *(f"/search?q={case.pk}", f"/search?q={quote('王')}", "/search?q=1234"),
        *("/central", "/approvals", "/notifications", f"/cases/{case.pk}/", f"/cases/{case.pk}/log/"),
    ]
