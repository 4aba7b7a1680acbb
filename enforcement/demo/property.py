"""What is found, controlled, priced and sold in a case of the demo."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.asking import ask_approval
from cases.models import Party
from enforcement.demo.case import DemoCase
from kernel import time
from measures.actions.controlling import (
    DISPOSAL_CONDITIONS,
    Taking,
    deduct,
    mark_disposable,
    renew,
    take_control,
)
from measures.actions.disposing import Announcement, announce_auction, record_result, set_price
from measures.actions.finding import QUERIED, Found, record_feedback
from measures.models import CASH, Control, Property

Item = tuple[str, str, Decimal, bool]
"""kind, label, value in yuan, indivisible."""


def feedback(case: DemoCase, *items: Item) -> DemoCase:
    """网络查控反馈: these items of the first respondent; none: nothing was found."""

    def verb(key: str, day: dt.date) -> object:
        node = case.open_node("network_feedback")
        party = Party.objects.filter(case_id=case.case_id, role="respondent").earliest("pk")
        return record_feedback(
            node_id=node.pk,
            seen_version=node.version,
            items=[
                Found(
                    party.pk,
                    kind,
                    label,
                    value,
                    reference=f"62999900000{case.story:04d}{place:02d}" if kind in CASH else label,
                    holder="云州银行" if kind == "bank_account" else "",
                    indivisible=indivisible,
                )
                for place, (kind, label, value, indivisible) in enumerate(items)
            ],
            queried=list(QUERIED),
            national=True,
            on=day,
            actor=case.who("affairs_group"),
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def item_of(case: DemoCase, label: str) -> Property:
    """The property item of a label."""
    return Property.objects.get(case_id=case.case_id, label=label)


def control(
    case: DemoCase, *labels: str, kind: str = "freeze", ends_on: dt.date | None = None, approved: bool = False
) -> DemoCase:
    """冻结, 查封 or 扣押 of items at their value. approved: the over-limit approval asked before stands behind it."""

    def verb(key: str, day: dt.date) -> object:
        rows = [item_of(case, label) for label in labels]
        given = (
            Request.objects.filter(about=case.about, kind="over_limit", state="given").first()
            if approved
            else None
        )
        return take_control(
            case_id=case.case_id,
            takings=[
                Taking(
                    row.pk,
                    kind,
                    row.value,
                    day,
                    ends_on=ends_on,
                    agency=row.holder,
                    document=f"回执{case.story:04d}",
                    approval_id=given and given.pk,
                )
                for row in rows
            ],
            actor=case.who("affairs_group"),
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def ask_over_limit(case: DemoCase, label: str) -> DemoCase:
    """Ask the director whether an indivisible item above the claim may be controlled."""

    def verb(key: str, _day: dt.date) -> object:
        row = item_of(case, label)
        return ask_approval(
            case_id=case.case_id,
            matter="over_limit",
            facts={"property": row.pk, "subject": row.subject_id},
            ground="车辆为不可分物，无其他财产可供执行。",
            actor=case.handler,
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def approve(case: DemoCase, matter: str, role: str) -> DemoCase:
    """The holder of a role assents to what the case has asked."""

    def verb(key: str, _day: dt.date) -> object:
        request = Request.objects.get(about=case.about, kind=matter, state="waiting")
        return assent(request_id=request.pk, actor=case.who(role), at=time.now(), key=key, words="同意。")

    return case.do(verb, tells=True)


def transfer(case: DemoCase, label: str) -> DemoCase:
    """划拨 of all that was frozen on an account."""

    def verb(key: str, day: dt.date) -> object:
        row = item_of(case, label)
        return deduct(
            case_id=case.case_id,
            amounts=[(row.pk, row.value)],
            on=day,
            actor=case.handler,
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def renew_control(case: DemoCase, label: str) -> DemoCase:
    """续行冻结."""

    def verb(key: str, day: dt.date) -> object:
        standing = Control.objects.get(property=item_of(case, label), state="active")
        return renew(
            control_id=standing.pk,
            ends_on=None,
            document=f"续冻{case.story:04d}",
            on=day,
            actor=case.handler,
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def ready_to_sell(case: DemoCase, label: str) -> DemoCase:
    """满足处置条件."""
    return case.do(
        lambda key, day: mark_disposable(
            property_id=item_of(case, label).pk,
            conditions=list(DISPOSAL_CONDITIONS),
            on=day,
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def start_price(case: DemoCase, label: str) -> DemoCase:
    """启动确定参考价."""
    return case.complete("reference_price_start", case.handler, label, on="day", method="online_inquiry")


def price(case: DemoCase, label: str, amount: Decimal) -> DemoCase:
    """参考价确定."""

    def verb(key: str, day: dt.date) -> object:
        node = case.open_node("reference_price_set", label)
        return set_price(
            node_id=node.pk,
            seen_version=node.version,
            price=amount,
            method="online_inquiry",
            on=day,
            report=f"询价报告{case.story:04d}",
            actor=case.handler,
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def announce(case: DemoCase, label: str, starting: Decimal, *, days: int) -> DemoCase:
    """拍卖公告; the bidding opens so many days later."""

    def verb(key: str, day: dt.date) -> object:
        node = case.open_node("auction_announcement", label)
        return announce_auction(
            node_id=node.pk,
            seen_version=node.version,
            announcement=Announcement(
                announced_on=day,
                opens_on=day + dt.timedelta(days=days),
                starting_price=starting,
                deposit=(starting / 10).quantize(Decimal("0.01")),
                platform="司法拍卖网络平台",
                ruling=f"拍卖裁定{case.story:04d}",
            ),
            actor=case.who("affairs_group"),
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def sell(case: DemoCase, label: str, paid: Decimal | None) -> DemoCase:
    """成交 at a price paid at once, or 流拍."""

    def verb(key: str, day: dt.date) -> object:
        node = case.open_node("auction_result", label)
        return record_result(
            node_id=node.pk,
            seen_version=node.version,
            sold=paid is not None,
            price=paid,
            on=day,
            actor=case.who("affairs_group"),
            at=time.now(),
            key=key,
            paid_on=day if paid is not None else None,
        )

    return case.do(verb)
