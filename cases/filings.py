"""What is filed: a case as a page, a ledger or another system gives it, and what is wrong with it before anything is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from kernel import time
from kernel.errors import BadInput
from kernel.identity import check_document, check_phone

CASE_KINDS = frozenset({"执", "执恢", "执保", "执异"})
ID_KINDS = {"natural_person": "citizen_id", "enterprise": "credit_code"}


@dataclass(frozen=True, slots=True)
class AgentInput:
    """Somebody who acts for a party. phone: mobile, optional."""

    name: str
    phone: str = ""
    is_lawyer: bool = False
    firm: str = ""


@dataclass(frozen=True, slots=True)
class PartyInput:
    """A party as filed. location: in_court_area, in_city, outside_city.

    id_kind: citizen_id, credit_code or another kind; by default that of the party's kind. id_reason: why a doubtful number is kept."""

    role: str
    kind: str
    name: str
    id_number: str = ""
    id_kind: str = ""
    id_reason: str = ""
    phones: Sequence[str] = ()
    email: str = ""
    address: str = ""
    location: str = ""
    agents: Sequence[AgentInput] = ()


@dataclass(frozen=True, slots=True)
class FilingInput:
    """What is filed. number: as written, or empty to draw the next one. amounts in yuan.

    duplicate_reason: why this is filed although a case on the same basis between the same parties stands.
    """

    parties: Sequence[PartyInput]
    cause: str
    basis: str
    claim_amount: Decimal
    filed_on: dt.date
    number: str = ""
    kind: str = "执"
    received_on: dt.date | None = None
    application_on: dt.date | None = None
    channel: str = "on_site"
    claim_kind: str = "money"
    costs_amount: Decimal = Decimal("0.00")
    claims: Sequence[tuple[str, Decimal, str]] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    imported: bool = False
    duplicate_reason: str = ""


def check_filing(filing: FilingInput, at: dt.datetime) -> tuple[str, ...]:
    """Everything wrong with a filing is refused by field; what is only doubtful comes back as warnings."""
    today = time.today(at)
    _check_dates(filing, today)
    if not filing.cause.strip():
        raise BadInput(_("没有填写案由。"), field="cause", fix=_("例如 民间借贷纠纷。"))
    if not filing.basis.strip():
        raise BadInput(
            _("没有填写执行依据。"), field="basis", fix=_("例如 （2025）鄂9901民初12号民事判决书。")
        )
    if filing.claim_kind == "money" and filing.claim_amount <= 0:
        raise BadInput(_("执行标的须大于零。"), field="claim_amount", fix=_("按执行依据填写金额，单位元。"))
    if filing.claims and sum(amount for _k, amount, _w in filing.claims) != filing.claim_amount:
        raise BadInput(
            _("各项请求之和与执行标的不一致。"), field="claims", fix=_("核对本金、利息等各项金额。")
        )
    roles = [party.role for party in filing.parties]
    if "applicant" not in roles:
        raise BadInput(_("没有申请执行人。"), field="parties", fix=_("至少填写一名申请执行人。"))
    if "respondent" not in roles:
        raise BadInput(_("没有被执行人。"), field="parties", fix=_("至少填写一名被执行人。"))
    return tuple(w for party in filing.parties for w in check_party(party, today))


def _check_dates(filing: FilingInput, today: dt.date) -> None:
    for name, day, words in (
        ("filed_on", filing.filed_on, _("立案日期")),
        ("received_on", filing.received_on, _("收案日期")),
        ("application_on", filing.application_on, _("收到申请日期")),
    ):
        if day is not None and day > today:
            raise BadInput(_("%s不能晚于今天。") % words, field=name, fix=_("核对日期。"))
    if filing.application_on and filing.application_on > filing.filed_on:
        raise BadInput(_("收到申请日期晚于立案日期。"), field="application_on", fix=_("核对两个日期。"))


def check_party(party: PartyInput, today: dt.date) -> list[str]:
    """Name, phones and document of a party: what is wrong is refused by field, what was kept for a reason is told."""
    if not party.name.strip():
        raise BadInput(_("有一名当事人没有姓名或名称。"), field="parties", fix=_("补填姓名，或删去这一行。"))
    for phone in [*party.phones, *(agent.phone for agent in party.agents if agent.phone)]:
        found = check_phone(phone)
        if not found.ok:
            raise BadInput(
                f"{party.name}：{found.message}", field="phone", fix=_("核对手机号码，11 位数字。")
            )
    if not party.id_number:
        return []
    found = check_document(
        party.id_number, kind=party.id_kind or ID_KINDS.get(party.kind, "other"), today=today
    )
    if found.ok:
        return []
    if not party.id_reason:
        raise BadInput(
            f"{party.name}：{found.message}",
            field="id_number",
            fix=_("核对证件；确系证件如此的，填写保留理由后可以继续。"),
            detail={"position": found.position, "keepable": True},
        )
    return [f"{party.name}：{found.message}，已按“{party.id_reason}”保留。"]
