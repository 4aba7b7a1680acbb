"""移交争议 (SQ 第二十六条): a refused hand-over is talked over or decided; meanwhile the node's clock and its own run on."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from cases.models import Node, Subject, Task
from cases.snapshot import Locked
from cases.states import TaskState
from regimes.state import Subject as FlowSubject

if TYPE_CHECKING:
    from cases.perform import Act

KIND = "handover"
REFUSED, SETTLED = "handover_refused", "handover_settled"


def dispute_of(locked: Locked, node: Node) -> Subject:
    """A new subject for one refusal, so that each has its own clock."""
    label = locked.book.node(node.kind).zh
    subject = Subject.objects.create(case=locked.case, kind=KIND, parent_id=node.subject_id, label=label)
    locked.subjects[subject.pk] = FlowSubject(subject.pk, KIND, node.subject_id)
    locked.labels[subject.pk] = label
    return subject


def open_disputes(locked: Locked, nodes: Collection[int]) -> list[Task]:
    """The refusals about these nodes of which nothing has been decided."""
    return [task for task in locked.tasks if task.state == TaskState.REFUSED and task.node_id in nodes]


def settle(locked: Locked, act: Act, nodes: Collection[int]) -> list[tuple[str, int]]:
    """End the open disputes about these nodes: the rows join the act's, what happened is returned."""
    happened = []
    for task in open_disputes(locked, nodes):
        task.settle()
        task.save(update_fields=["state"])
        act.rows.append(task)
        if task.dispute_id is not None:
            happened.append((SETTLED, task.dispute_id))
    return happened
