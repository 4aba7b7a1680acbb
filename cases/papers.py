"""The papers of an act: frozen facts of the case go to the floor below, which draws them later. Joins the transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from cases.models import Case, ClaimItem, Party
from cases.snapshot import Locked
from courts.models import User
from documents import catalogue, drafts
from documents.models import Paper
from kernel.money import format_yuan


def draft(locked: Locked, act: Any, *, actor: User | None, at: dt.datetime) -> list[Paper]:
    """Draft the papers an act calls for. Raises BadInput naming in Chinese each fact that is missing."""
    if not act.papers or act.quiet:
        return []
    case = locked.case
    facts = {**facts_of(locked, act.paper_subject, act.paper_facts.get("respondents")), **act.paper_facts}
    return drafts.draft_all(
        [_wanted(kind, facts, f"{case.about}:{locked.seq + 1}:{kind}") for kind in act.papers],
        about=case.about,
        case_id=case.pk,
        court_id=case.court_id,
        team_id=case.team_id,
        owner_id=case.owner_id,
        actor=actor.actor if actor else "system",
        at=at,
    )


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
    clerk, claims = _clerk_and_claims(case)
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
        "obligations": _obligations(claims, applicants),
        "report_within": _("收到本报告财产令之日起十日内"),
    }


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


_CLERK_AND_CLAIMS = """
SELECT
  (SELECT u.full_name FROM courts_user u JOIN courts_membership m ON m.user_id = u.id
   WHERE m.unit_id = %s AND u.is_active AND u.post IN ('clerk', 'judge_assistant') ORDER BY u.post, u.id LIMIT 1),
  (SELECT coalesce(json_agg(json_build_array(kind, amount::text) ORDER BY id), '[]') FROM cases_claimitem
   WHERE case_id = %s)
"""


def _clerk_and_claims(case: Case) -> tuple[str, list[tuple[str, Decimal]]]:
    """The clerk of the team, or "", and what is claimed as (kind, yuan): one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CLERK_AND_CLAIMS, [case.team_id, case.pk])
        clerk, claims = cursor.fetchone()
    rows = json.loads(claims) if isinstance(claims, str) else claims
    return clerk or "", [(kind, Decimal(amount)) for kind, amount in rows]
