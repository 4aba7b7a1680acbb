"""The papers of an act: frozen facts of the case go to the floor below, which draws them later. Joins the transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cases.models import ClaimItem, Party
from cases.snapshot import Locked
from courts.models import User
from documents import catalogue, drafts
from documents.drafts import Drafted, Holder
from funds.models import SubAccount
from kernel import passcodes
from kernel.money import format_yuan


def draft(locked: Locked, act: Any, *, actor: User | None, at: dt.datetime) -> Drafted:
    """Draft the papers an act calls for; one statement. Raises BadInput naming in Chinese each fact that is missing."""
    if not act.papers or act.quiet:
        return Drafted()
    case = locked.case
    facts = {
        **facts_of(locked, act.paper_subject, act.paper_facts.get("respondents")),
        **_account(act.papers, case.about),
        **act.paper_facts,
    }
    drafted = drafts.draft_new(
        [_wanted(kind, facts, f"{case.about}:{locked.seq + 1}:{kind}") for kind in act.papers],
        holder=Holder(case.about, case.pk, case.court, case.team_id, case.owner_id),
        last={case.number: locked.last_ordinal},
        actor=actor.actor if actor else "system",
        at=at,
    )
    given = [paper.ordinal for paper in drafted.papers if paper.ordinal is not None]
    locked.last_ordinal = max(given, default=locked.last_ordinal)
    return drafted


def _wanted(kind: str, facts: Mapping[str, Any], key: str) -> drafts.Wanted:
    """A paper with those of the facts that its kind prints."""
    known = catalogue.kind(kind).facts
    return drafts.Wanted(
        kind,
        key,
        facts={name: value for name, value in facts.items() if name in known and not known[name].is_secret},
        secret_facts={
            name: value for name, value in facts.items() if name in known and known[name].is_secret
        },
    )


def facts_of(
    locked: Locked, respondent: int | None = None, only: Sequence[str] | None = None
) -> dict[str, Any]:
    """What the papers of a case may print. respondent: subject of the one a paper is addressed to; None: all.

    only: the names of the respondents that the paper is about, where it is not about all of them.
    """
    case, parties = locked.case, [party for party, _contacts in locked.people()]
    applicants = [party for party in parties if party.role == Party.Role.APPLICANT]
    respondents = [p for p in parties if p.role == Party.Role.RESPONDENT and (only is None or p.name in only)]
    addressed = [party for party in respondents if party.subject_id == respondent] or None
    clerk = locked.clerk
    return {
        "case_number": case.number,
        "applicants": [party.name for party in applicants],
        "respondents": [party.name for party in respondents],
        "applicant_details": [_details(party) for party in applicants],
        "respondent_details": [_details(party) for party in respondents],
        "cause": case.cause,
        "basis_document": case.basis,
        "claim_amount": case.claim_amount,
        "fee_amount": case.costs_amount,
        "filed_on": case.filed_on,
        "handler": locked.handler,
        "judges": [locked.handler] if locked.handler else [],
        "interviewer": locked.handler,
        "recorder": clerk or locked.handler,
        **({"clerk": clerk} if clerk else {}),
        "addressee": "、".join(party.name for party in (addressed or applicants)),
        "obligations": _obligations(locked.claims, applicants),
        **_entry(addressed, parties),
        "report_within": _("收到本报告财产令之日起十日内"),
    }


def _account(kinds: Sequence[str], about: str) -> dict[str, str]:
    """一案一账号: where money for the case is to be paid; {} for papers that do not say it, or where no bank gave numbers."""
    if not any("account_number" in catalogue.kind(kind).facts for kind in kinds):
        return {}
    number = SubAccount.objects.filter(book__about=about).select_related("account").first()
    if number is None:
        return {}
    return {
        "account_name": number.account.name,
        "account_bank": number.account.bank,
        "account_number": number.number,
    }


def _entry(addressed: Sequence[Party] | None, parties: Sequence[Party]) -> dict[str, str]:
    """Where the one whom a paper is addressed to signs in, and a code made for this paper; for several, none.

    The code is a secret fact: printed, kept encrypted; the portal learns it from the paper (see enforcement.wiring).
    """
    if addressed is None or len(addressed) != 1:
        return {}
    if sum(party.name == addressed[0].name for party in parties) != 1:
        return {}
    return {"login_url": f"{settings.PORTAL_URL}login/paper", "login_code": passcodes.fresh()}


def _details(party: Party) -> str:
    parts = [party.id_number or "", party.address or ""]
    return "，".join(part for part in parts if part) or _("身份信息见立案材料")


def _obligations(claims: Sequence[tuple[str, Decimal]], applicants: Sequence[Party]) -> list[str]:
    names = "、".join(party.name for party in applicants)
    return [
        _("向申请执行人%(names)s支付%(kind)s%(amount)s元。")
        % {
            "names": names,
            "kind": ClaimItem.Kind(kind).label,
            "amount": format_yuan(amount).removeprefix("¥"),
        }
        for kind, amount in claims
    ]
