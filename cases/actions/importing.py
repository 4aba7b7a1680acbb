"""台账导入: a case arrives where it stands. Its dated columns become back-dated acts, of which no party is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.actions.assigning import check_receiver, open_node
from cases.actions.completing import act_of, day_field
from cases.actions.filing import FilingInput, file_from_ledger
from cases.holder import move
from cases.ledger_past import Past, past_node
from cases.models import Case, Node
from cases.perform import Act, perform
from cases.snapshot import Locked, read_locked
from courts.models import Court, Unit, User
from kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Arrived:
    """The case, whether it is new, and what of its past could not be recorded, in words."""

    case: Case
    is_new: bool
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """Who had the case: a handler of the court and the team."""

    owner: User
    team: Unit | None = None


def import_case(
    *,
    filing: FilingInput,
    past: Past,
    holder: Holder | None,
    actor: User,
    court: Court,
    at: dt.datetime,
    key: str,
) -> Arrived:
    """File a case of the ledger and record what was done in it since, oldest first. Joins the caller's transaction.

    Guards that would stop such an act today are kept as warnings with it: it has happened. Clocks derive from the
    days; rungs that lie in the past are recorded as not sent. Raises BadInput, WrongState; then nothing may stay written.
    """
    found = file_from_ledger(court=court, filing=filing, actor=actor, at=at, key=key)
    if not found.is_new:
        return Arrived(found.case, is_new=False)
    if past.is_empty:
        return Arrived(found.case, is_new=True)
    locked = read_locked(found.case)
    left: list[str] = []
    days: list[tuple[dt.date, int, str]] = [(day, n + 1, field) for n, (field, day) in enumerate(past.acts)]
    if holder is not None and past.assigned_on is not None:
        days.append((past.assigned_on, 0, "assigned_on"))
    for day, _place, field in sorted(days):
        if field == "assigned_on" and holder is not None:
            _assign(locked, holder, day, actor, at, key)
        else:
            left += _done(locked, field, day, actor, at, key)
    return Arrived(locked.case, is_new=True, left=tuple(left))


def _assign(locked: Locked, holder: Holder, day: dt.date, actor: User, at: dt.datetime, key: str) -> None:
    check_receiver(locked, holder.owner, holder.team)
    locked.case.assign(holder.owner, holder.team)
    move(locked.case)
    kind = holder.team.function if holder.team is not None else ""
    act = Act(
        kind="case.assigned",
        key=f"{key}/assigned",
        on=day,
        happened=[("case_assigned", locked.root)],
        facts=[(locked.root, "handler_post", holder.owner.post), (locked.root, "team_kind", kind or None)],
        node=open_node(locked, "assignment"),
        data={"owner": holder.owner.pk, "team": holder.team and holder.team.pk, "imported": True},
        quiet=True,
    )
    perform(locked, act, actor=actor, at=at)


def _done(locked: Locked, field: str, day: dt.date, actor: User, at: dt.datetime, key: str) -> list[str]:
    """Complete every open node of a dated column; what stands in the way, in words."""
    known = past_node(field)
    nodes = [node for node in locked.nodes.values() if node.kind == known.node and node.state == "open"]
    if not nodes:
        return [_("本院规则中没有待办的“%s”，没有记入。") % known.zh]
    for node in sorted(nodes, key=lambda each: each.pk):
        try:
            act = act_of(locked, node, _values(locked, node, field, day), at=at, key="", past=True)
        except BadInput as refused:
            raise BadInput(str(refused), field=field, fix=refused.fix) from refused
        act.key = f"{key}/{known.node}/{node.subject_id}"
        act.data["imported"] = True
        perform(locked, act, actor=actor, at=at)
    return []


def _values(locked: Locked, node: Node, field: str, day: dt.date) -> Mapping[str, object]:
    """The form of a node as the ledger's date fills it."""
    known = past_node(field)
    definition = locked.book.node(node.kind)
    values = {**known.values, day_field(definition): day}
    if any(f.fact == "service_channel" for f in definition.fields):
        channel = locked.facts.get(node.subject_id, {}).get("service_channel", "post")
        values |= {"channel": channel, **(known.electronic if channel == "electronic" else {})}
    return values
