"""第 3 / 12 件: where an open node stands in the worklist it was opened from, what comes before it and what after."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cases.models import Node
from courts.models import User
from desk.selectors.worklist import Asked, first_places

MOST = 100
"""How far a list is read; behind that nothing is counted."""
Place = tuple[int, int]
"""Case and node."""


@dataclass(frozen=True, slots=True)
class Position:
    """number: from 1, among total rows; more: the list goes on behind them. before: nearest first; after: in the list's order."""

    number: int
    total: int
    more: bool
    before: tuple[Place, ...]
    after: tuple[Place, ...]


def position_of(*, user: User, asked: Asked, node_id: int, at: dt.datetime) -> Position | None:
    """The place of a node in a list; None where the list does not hold it or it lies far behind."""
    rows, more = first_places(user=user, asked=asked, at=at, size=MOST)
    number = next((n for n, (_case, nodes) in enumerate(rows) if node_id in nodes), None)
    if number is None:
        return None
    places = [(case, nodes[0]) if nodes else None for case, nodes in rows]
    before = tuple(place for place in reversed(places[:number]) if place)
    after = tuple(place for place in places[number + 1 :] if place)
    return Position(number + 1, len(rows), more, before, after)


def next_of(
    *, user: User, asked: Asked, position: Position | None, done: int, at: dt.datetime
) -> Place | None:
    """下一件 once a node is done: the first behind its place that is still to be done, else the first before it.

    Without a place (done by the click before this one, or far behind) the first of the list. None: the list is empty.
    """
    if position is None:
        rows, _more = first_places(user=user, asked=asked, at=at, size=MOST)
        wanted = [(case, nodes[0]) for case, nodes in rows if nodes]
    else:
        # What was passed over comes last, the most urgent of it first.
        wanted = [*position.after, *reversed(position.before)]
    ids = [node for _case, node in wanted if node != done]
    standing = set(Node.objects.visible_to(user).open().filter(pk__in=ids).values_list("pk", flat=True))
    return next((place for place in wanted if place[1] in standing), None)
