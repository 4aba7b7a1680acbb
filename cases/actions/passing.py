"""批量转办 of like nodes: what is in one's own hands is offered, anything else is given by task sheet; row by row."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from cases.actions.completing import lock_node
from cases.actions.tasks import give, offer
from cases.models import Task
from cases.perform import known
from courts.models import User
from events.models import Event
from kernel.errors import Conflict


def pass_on_seen(
    *,
    node_id: int,
    seen_version: int,
    seen_holder: int | None,
    to: User,
    words: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """Hand a node on within the caller's transaction, if it stands as it was seen.

    In the actor's hands it is offered and stays there until accepted (移交); else it goes by task sheet (任务单), for
    which the actor needs the right. Raises NotFound, NotAllowed, WrongState, BadInput, Conflict (done, changed, or in other hands
    since).
    """
    locked, node = lock_node(node_id=node_id, actor=actor, key=key)
    for kind in ("task.offered", "task.given"):
        if (event := known(locked, kind=kind, data={"node": node_id, "doer": to.pk})) is not None:
            return event
    held: Task | None = locked.held(node_id)
    if (node.version, held.doer_id if held else None) != (seen_version, seen_holder):
        raise Conflict(
            _("“%s”在选定后有变化或者换了办理人，本次没有转办。") % locked.book.node(node.kind).zh,
            code="TASK-HOLDER",
            fix=_("刷新页面查看现在由谁办理。"),
        )
    if held is not None and held.doer_id == actor.pk:
        return offer(locked, node, to, words, actor, at, key)
    return give(locked, node, to, words, actor, at, key)
