"""What happened in a case after somebody opened a page: who did what, for the one who comes too late."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.models import Node
from desk.selectors.aside import event_words
from desk.selectors.case_file import CaseFile, doer, doers_of, names_of
from desk.words import instant_words
from events.models import Event

SHOWN = 5


def changes_since(file: CaseFile, seq: int, node: Node | None = None) -> list[dict[str, Any]]:
    """The newest acts after `seq` for components/conflict.html: those on this node, else all of the case."""
    events = list(Event.objects.filter(stream=file.case.about, seq__gt=seq).order_by("-seq")[: 4 * SHOWN])
    mine = [event for event in events if node is not None and event.data.get("node") == node.pk]
    shown = (mine or events)[:SHOWN]
    names = names_of(doers_of(shown))
    return [
        {
            "who": doer(event, names),
            "at": instant_words(event.at, file.today),
            "what": event_words(file, event),
            **_before_and_after(file, event),
        }
        for event in shown
    ]


def _before_and_after(file: CaseFile, event: Event) -> dict[str, str]:
    node = file.state.nodes.get(event.data.get("node"))
    if event.kind == "node.completed" and node is not None and node.state == "done":
        return {"before": _("待办"), "after": _("已办结")}
    if event.kind == "case.corrected":
        return {"before": event.data["old"][:10], "after": event.data["new"][:10]}
    return {"before": "", "after": ""}
