"""参考价、拍卖: a price is set, the auction announced, its result recorded. The nodes' own forms end here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.completing import check_open, lock_node, may_do
from cases.models import Node
from cases.perform import Act, check_day, guard, known, perform
from cases.snapshot import Locked, lock_case
from courts.models import User
from events.models import Event
from kernel.errors import BadInput, NotFound, WrongState
from measures.actions.controlling import may_control
from measures.models import Property
from regimes.guards import Finding
from regimes.periods import compute
from regimes.rules import DeadlineRule


@dataclass(frozen=True, slots=True)
class Announcement:
    """拍卖公告: the first day of the announcement, the opening, the prices in yuan."""

    announced_on: dt.date
    opens_on: dt.date
    starting_price: Decimal
    deposit: Decimal
    platform: str
    ruling: str = ""


def set_price(
    *,
    node_id: int,
    seen_version: int,
    price: Decimal,
    method: str,
    on: dt.date,
    report: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """参考价确定 (参考价规定 第30条): the auction duties start from this day."""
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="node.completed", data={"node": node_id})) is not None:
            return event
        row = _ready(locked, node, actor, seen_version, on, at)
        if price <= 0:
            raise BadInput(_("参考价须大于零。"), field="price", fix=_("按报告或议价结果填写，单位元。"))
        row.price = price
        row.save(update_fields=["price"])
        act = _act(node, key, on, {"price": f"{price:.2f}", "method": method, "report": report})
        act.happened = [("reference_price_set", row.subject_id)]
        act.facts = [(row.subject_id, "price_method", method), (row.subject_id, "auction_mode", "online")]
        act.rows = [row]
        return perform(locked, act, actor=actor, at=at)


def announce_auction(
    *, node_id: int, seen_version: int, announcement: Announcement, actor: User, at: dt.datetime, key: str
) -> Event:
    """拍卖公告: refused when the opening is too near (网络司法拍卖规定 第12条), the price too low (第10条), the deposit out of range (第17条)."""
    given = announcement
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="node.completed", data={"node": node_id})) is not None:
            return event
        row = _ready(locked, node, actor, seen_version, given.announced_on, at)
        warnings = _allowed(locked, row, given)
        row.starting_price, row.auction_round, row.state = (
            given.starting_price,
            row.auction_round + 1,
            Property.State.IN_DISPOSAL,
        )
        row.save(update_fields=["starting_price", "auction_round", "state"])
        values = {
            "opens_on": given.opens_on.isoformat(),
            "starting_price": f"{given.starting_price:.2f}",
            "deposit": f"{given.deposit:.2f}",
            "platform": given.platform,
            "ruling": given.ruling,
        }
        act = _act(node, key, given.announced_on, values)
        act.happened = [("auction_announced", row.subject_id)]
        act.facts = [(row.subject_id, "property_state", row.state)]
        act.rows, act.warnings = [row], warnings
        return perform(locked, act, actor=actor, at=at)


def record_result(
    *,
    node_id: int,
    seen_version: int,
    sold: bool,
    price: Decimal | None,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    paid_on: dt.date | None = None,
) -> Event:
    """成交或流拍. paid_on: the day the whole price was paid, when it is known already; then delivery is due."""
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="node.completed", data={"node": node_id})) is not None:
            return event
        row = _ready(locked, node, actor, seen_version, on, at)
        if sold and (price is None or (row.starting_price is not None and price < row.starting_price)):
            raise BadInput(_("成交价不能低于起拍价。"), field="price", fix=_("核对成交确认书。"))
        act = _act(node, key, on, {"sold": sold, **({"price": f"{price:.2f}"} if price else {})})
        act.outcome = "sold" if sold else "failed"
        act.happened = [
            ("auction_closes", row.subject_id),
            *([] if sold else [("auction_failed", row.subject_id)]),
        ]
        if sold:
            row.state = Property.State.DISPOSED
            row.save(update_fields=["state"])
            act.happened.append(("property_disposed", row.subject_id))
            act.facts = [(row.subject_id, "property_state", row.state)]
            act.rows = [row]
            if paid_on is not None:
                check_day(locked, paid_on, at, field="paid_on")
                act.happened.append(("price_fully_paid", row.subject_id))
                act.days[("price_fully_paid", row.subject_id)] = paid_on
        return perform(locked, act, actor=actor, at=at)


def record_price_paid(*, property_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """价款全额交付: the ruling and the hand-over are due from here."""
    with transaction.atomic(durable=True):
        row = Property.objects.visible_to(actor).filter(pk=property_id).first()
        if row is None:
            raise NotFound(_("没有这项财产，或您无权办理。"), fix=_("从案件页重新进入。"))
        locked = lock_case(case_id=row.case_id, key=key)
        if (event := known(locked, kind="auction.price_paid", data={"property": property_id})) is not None:
            return event
        may_control(locked, actor)
        check_day(locked, on, at)
        if row.state != Property.State.DISPOSED:
            raise WrongState(_("“%s”还没有成交。") % row.label, fix=_("先登记拍卖结果。"))
        act = Act(
            kind="auction.price_paid",
            key=key,
            on=on,
            happened=[("price_fully_paid", row.subject_id)],
            data={"property": property_id},
        )
        return perform(locked, act, actor=actor, at=at)


def _act(node: Node, key: str, on: dt.date, values: dict[str, Any]) -> Act:
    return Act(kind="node.completed", key=key, on=on, node=node, values=values)


def _ready(
    locked: Locked, node: Node, actor: User, seen_version: int, on: dt.date, at: dt.datetime
) -> Property:
    may_do(locked, actor, node)
    check_open(locked, node, seen_version)
    check_day(locked, on, at)
    row = Property.objects.filter(subject_id=node.subject_id).first()
    if row is None:
        raise WrongState(_("这个节点没有对应的财产。"), fix=_("从案件页重新进入。"))
    return row


def _allowed(locked: Locked, row: Property, given: Announcement) -> list[Finding]:
    """The warnings of the guards. Raises WrongState with everything that stands against the announcement at once."""
    warnings: list[Finding] = []
    refusals: list[WrongState] = []
    for action, facts in _asked(row, given).items():
        try:
            warnings += guard(locked, action, facts, subject=row.subject_id)
        except WrongState as refusal:
            refusals.append(refusal)
    try:
        _check_gap(locked, row, given)
    except WrongState as refusal:
        refusals.append(refusal)
    if refusals:
        raise WrongState(
            "；".join(str(each) for each in refusals),
            code=refusals[0].code,
            fix="；".join(dict.fromkeys(each.fix for each in refusals if each.fix)),
            detail={"guards": [name for each in refusals for name in (each.detail or {})["guards"]]},
        )
    return warnings


def _asked(row: Property, given: Announcement) -> dict[str, dict[str, Any]]:
    """The guards' questions, by the action each stands before. Ratios are exact: a yuan too little is too little."""
    round_no = row.auction_round + 1
    price = row.price or Decimal(0)
    facts: dict[str, Any] = {"auction_mode": "online", "auction_round": round_no}
    if round_no == 1:
        facts["starting_price_ratio"] = given.starting_price / price if price else Decimal(0)
    elif row.starting_price:
        facts["price_cut_ratio"] = 1 - given.starting_price / row.starting_price
    deposit = given.deposit / given.starting_price if given.starting_price else Decimal(0)
    return {
        "set_starting_price": facts,
        "set_auction_deposit": {**facts, "deposit_ratio": deposit},
        "set_auction_opening": {"announcement_gap_days": (given.opens_on - given.announced_on).days},
    }


def _gaps(locked: Locked, row: Property) -> Iterator[DeadlineRule]:
    """The minimum gaps of the case's rules between announcement and opening that apply to this item."""
    facts = {
        **locked.facts.get(row.subject_id, {}),
        "auction_mode": "online",
        "auction_round": row.auction_round + 1,
    }
    for rule in locked.book.deadlines:
        if rule.kind == "min_gap" and rule.start == "auction_announced" and rule.when.evaluate(facts) is True:
            yield rule


def _check_gap(locked: Locked, row: Property, given: Announcement) -> None:
    """Every minimum gap of the case's rules between announcement and opening that applies to this item."""
    short: dict[str, str] = {}
    for rule in _gaps(locked, row):
        earliest = compute(rule.terms, given.announced_on, locked.calendar).earliest
        if isinstance(earliest, dt.date) and given.opens_on < earliest:
            words = _("%(statement)s 公告日为 %(on)s 的，最早 %(earliest)s 开拍。（%(rule)s，%(source)s）")
            short[rule.id] = words % {
                "statement": rule.statement,
                "on": given.announced_on,
                "earliest": earliest,
                "rule": rule.id,
                "source": rule.source,
            }
    if short:
        raise WrongState(
            "".join(short.values()),
            code=next(iter(short)),
            fix=_("推迟开拍日期。"),
            detail={"guards": list(short)},
        )
