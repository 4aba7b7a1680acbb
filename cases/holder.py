"""The rows that carry a case's holder, on every floor below: they move together with the case."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.handover import hand_over_each as hand_over_requests
from cases.models import Case, Node
from deadlines.models import Deadline
from documents.models import File, Paper
from funds.books import hand_over_each as hand_over_money
from kernel.rows import set_holders
from notices.models import Message


def move(case: Case) -> None:
    """Give the nodes, clocks, messages, papers, files, requests and money of a case its present holder. Joins the transaction."""
    move_each([case])


def move_each(cases: Sequence[Case]) -> None:
    """The same for several cases, with as many statements."""
    by_case = [(case.pk, case.team_id, case.owner_id) for case in cases]
    for model in (Node, Deadline, Message, Paper, File):
        set_holders(model, "case_id", by_case)
    about = [(case.about, case.team_id, case.owner_id) for case in cases]
    hand_over_money(about)
    hand_over_requests(about)
