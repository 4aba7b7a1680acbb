"""The rows that carry a case's holder, on every floor below: they move together with the case."""

from __future__ import annotations

from approvals.handover import hand_over as hand_over_requests
from cases.models import Case, Node
from deadlines.models import Deadline
from documents.models import File, Paper
from funds.books import hand_over as hand_over_money
from notices.models import Message


def move(case: Case) -> None:
    """Give the nodes, clocks, messages, papers, files, requests and money of a case its present holder. Joins the transaction."""
    holder = {"team_id": case.team_id, "owner_id": case.owner_id}
    for model in (Node, Deadline, Message, Paper, File):
        model.objects.filter(case_id=case.pk).update(**holder)
    hand_over_money(about=case.about, **holder)
    hand_over_requests(about=case.about, **holder)
