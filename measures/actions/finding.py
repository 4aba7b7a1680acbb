"""网络查控反馈 and property found by other ways: items come into the case, each with its own duties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.completing import check_open, lock_node, may_do
from cases.models import Party, Subject
from cases.perform import Act, check_day, known, perform
from cases.policy import in_reach, still_open
from cases.snapshot import Locked, lock_case
from courts.models import User
from events.models import Event
from kernel.errors import BadInput, NotAllowed
from kernel.identity import mask_account
from measures.models import CASH, MOVABLES, Property
from measures.references import found_by
from regimes.state import Subject as FlowSubject

QUERIED = {
    "deposits": "deposits_queried",
    "securities": "shares_queried",
    "real_estate": "housing_queried",
    "vehicles": "vehicles_queried",
    "company": "company_registry_queried",
}


@dataclass(frozen=True, slots=True)
class Found:
    """One property item as the feedback or the finder gives it. value in yuan; reference: account, plate, certificate."""

    party_id: int
    kind: str
    label: str
    value: Decimal
    reference: str = ""
    holder: str = ""
    protected_kind: str = "none"
    indivisible: bool = False


def record_feedback(
    *,
    node_id: int,
    seen_version: int,
    items: Sequence[Found],
    queried: Sequence[str],
    national: bool,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    instant: dt.datetime | None = None,
) -> Event:
    """网络查控反馈: complete the feedback node; each item found starts its own control clock (JZ-D-03, JZ-D-04).

    queried: which of deposits, securities, real_estate, vehicles, company the answer covers. national: 总对总.
    """
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="node.completed", data={"node": node_id})) is not None:
            return event
        may_do(locked, actor, node)
        check_open(locked, node, seen_version)
        check_day(locked, on, at)
        if unknown := set(queried) - set(QUERIED):
            raise BadInput(
                _("查询项目“%s”不在列表中。") % sorted(unknown)[0], field="queried", fix=_("从列表中选择。")
            )
        act = Act(
            kind="node.completed",
            key=key,
            on=on,
            instant=instant,
            node=node,
            values={"items": len(items), "queried": sorted(queried), "national": national},
            # Whoever records the answer item by item has analysed it.
            happened=[("network_feedback_received", locked.root), ("network_result_analysed", locked.root)],
            facts=[(locked.root, QUERIED[name], True) for name in queried],
        )
        if national:
            act.facts.append((locked.root, "national_query_done", True))
        add_items(locked, act, items, Property.Source.NETWORK_FEEDBACK, on)
        if items:
            act.happened += [
                ("network_feedback_received", row.subject_id) for row in act.rows if isinstance(row, Property)
            ]
        return perform(locked, act, actor=actor, at=at)


def add_property(
    *, case_id: int, item: Found, source: str, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Event:
    """发现财产: an item found by declaration, clue or field investigation."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="property.found")) is not None:
            return event
        _may(locked, actor)
        check_day(locked, on, at)
        act = Act(kind="property.found", key=key, on=on)
        add_items(locked, act, [item], source, on)
        return perform(locked, act, actor=actor, at=at)


def add_items(locked: Locked, act: Act, items: Sequence[Found], source: str, on: dt.date) -> list[Property]:
    """Write the items with their subjects into an act. Joins the caller's transaction. Raises BadInput."""
    parties = {p.pk: p for p in Party.objects.filter(case=locked.case, role="respondent")}
    for item in items:
        if item.party_id not in parties:
            raise BadInput(
                _("“%s”没有对应的被执行人。") % item.label,
                field="party",
                fix=_("选择财产属于哪一名被执行人。"),
            )
        if item.value < 0 or not item.label.strip():
            raise BadInput(_("财产名称不能为空，价值不能是负数。"), field="items", fix=_("核对这一行。"))
    subjects = Subject.objects.bulk_create(
        Subject(
            case=locked.case,
            kind="property",
            parent_id=parties[i.party_id].subject_id,
            label=i.label.strip()[:120],
        )
        for i in items
    )
    rows = Property.objects.bulk_create(
        _row(locked, subject, item, source, on) for subject, item in zip(subjects, items, strict=True)
    )
    for subject, row in zip(subjects, rows, strict=True):
        locked.subjects[subject.pk] = FlowSubject(subject.pk, "property", subject.parent_id)
        locked.labels[subject.pk] = subject.label
        act.happened.append(("property_found", subject.pk))
        act.facts += [(subject.pk, name, value) for name, value in facts_of(row).items()]
    act.rows += [*subjects, *rows]
    return rows


def facts_of(row: Property) -> dict[str, Any]:
    """The facts that rules ask of a property item."""
    return {
        "property_kind": row.kind,
        "property_value": f"{row.value:.2f}",
        "property_source": row.source,
        "property_state": row.state,
        "property_protected_kind": row.protected_kind,
        "property_indivisible": row.indivisible,
        "property_needs_sale": row.kind not in CASH,
        "control_route": "online" if row.kind in CASH else "offline",
        "auction_property_class": "movable" if row.kind in MOVABLES else "immovable_or_right",
        "auction_mode": "online",
        "auction_round": row.auction_round + 1,
    }


def _row(locked: Locked, subject: Subject, item: Found, source: str, on: dt.date) -> Property:
    return Property(
        case=locked.case,
        subject=subject,
        party_id=item.party_id,
        court_id=locked.case.court_id,
        kind=item.kind,
        label=item.label.strip()[:120],
        reference=item.reference or None,
        reference_masked=mask_account(item.reference) if item.reference else "",
        **found_by(item.reference),
        holder=item.holder,
        value=item.value,
        source=source,
        protected_kind=item.protected_kind,
        indivisible=item.indivisible,
        found_on=on,
    )


def _may(locked: Locked, actor: User) -> None:
    if not actor.scope.holds(locked.case.owner_id) and not (
        actor.scope.may("query", "W") or actor.scope.may("measures", "W")
    ):
        raise NotAllowed(_("您没有登记财产的权限。"), fix=_("请承办人办理。"))
    in_reach(locked, actor)
    still_open(locked)
