"""One node as a task sheet: in whose hands it was and is, and what a person may do with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from cases.models import Node, Task
from courts.models import Membership, User
from deadlines.models import Deadline
from desk.selectors.central import Hands, all_groups, clocks_of, hands_of, members_of, names_of_groups
from desk.selectors.worklist_rows import Item, items_of_nodes
from kernel.time import today


@dataclass(frozen=True, slots=True)
class Sheet:
    """may: names of the acts open to the person. colleagues: whom it can be handed to; receivers: given to."""

    node: Node
    item: Item
    today: dt.date
    at: dt.datetime
    hands: Hands
    tasks: list[Task]
    group_name: str
    may: tuple[str, ...]
    colleagues: list[User]
    receivers: list[User]
    groups: list[tuple[str, str]]


def sheet_of(*, user: User, node_id: int, at: dt.datetime) -> Sheet | None:
    """The sheet of a node this person may see; None for any other. At most twelve queries."""
    node = (
        Node.objects.visible_to(user)
        .select_related("case")
        .annotate(clock=clocks_of("pk"))
        .filter(pk=node_id)
        .first()
    )
    if node is None:
        return None
    on = today(at)
    clock = Deadline.objects.filter(pk=node.clock).first() if node.clock else None
    hands = hands_of([node.pk]).get(node.pk, Hands())
    may = _may(user, node, hands)
    peers = members_of(node.court_id, node.group, on) if node.group and {"offer", "sheet"} & set(may) else []
    others = _around(node, on) if "sheet" in may or "offer" in may and not node.group else []
    receivers = {person.pk: person for person in [*peers, *others]}
    return Sheet(
        node=node,
        item=items_of_nodes([("running" if clock else "free", node, clock)])[0],
        today=on,
        at=at,
        hands=hands,
        tasks=list(node.tasks.select_related("doer", "by", "unit").order_by("pk")),
        group_name=names_of_groups([node.group], user).get(node.group, ""),
        may=may,
        colleagues=[p for p in (peers or others) if p.pk != user.pk],
        receivers=[p for p in receivers.values() if hands.held is None or p.pk != hands.held.doer_id],
        groups=[pair for pair in all_groups() if pair[0] != node.group],
    )


def _may(user: User, node: Node, hands: Hands) -> tuple[str, ...]:
    """The acts that the verbs would not refuse at once."""
    if node.state != "open":
        return ()
    scope = user.scope
    reached = node.owner_id == user.pk or node.court_id in scope.courts or node.team_id in scope.teams
    leads = reached and scope.may("task_sheet", "W")
    own = hands.held is not None and hands.held.doer_id == user.pk
    offers = {
        "accept": hands.offered is not None and hands.offered.doer_id == user.pk,
        "refuse": hands.offered is not None and hands.offered.doer_id == user.pk,
        "claim": hands.held is None and (node.court_id, node.group) in scope.groups,
        "offer": own and hands.offered is None,
        "settle": hands.refused is not None and (own or leads),
        "return": own,
        "sheet": leads,
        "move": leads,
    }
    return tuple(name for name, allowed in offers.items() if allowed)


def _around(node: Node, on: dt.date) -> list[User]:
    """The people of the team that has the case, and its handler."""
    joined = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), since__lte=on, unit_id=node.team_id, user_id=OuterRef("pk")
    )
    people = User.objects.filter(Exists(joined) | Q(pk=node.owner_id), court_id=node.court_id, is_active=True)
    return list(people.order_by("initials", "pk"))
