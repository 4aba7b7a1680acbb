"""账户变更告知: whose account the court has changed hears of it at once, in time to stop it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from cases.models import Case, ContactPoint
from funds.models import TAIL, PayeeAccount
from kernel.dates import long_instant
from notices import outbox
from notices.outbox import Draft

TOPIC = "account_changed_at_court"


def tell_payee(case: Case, data: Mapping[str, Any], *, at: dt.datetime, key: str) -> None:
    """Every good number of the payee's side, where payee.registered says that another account has to wait.

    Joins the caller's transaction. data: of that event. key: of the event that tells. A creditor who is no party of
    the case has no number here.
    """
    if not data.get("in_force_at"):
        return
    account = PayeeAccount.objects.select_related("payee").defer("account").get(pk=data["account"])
    facts = {
        "number": case.number,
        "tail": account.account_masked[-TAIL:],
        "time": long_instant(account.in_force_at),
    }
    mobiles = ContactPoint.objects.filter(
        party__case=case, party__name=account.payee.name, kind="mobile", bad=False
    )
    drafts = [
        Draft(
            about=case.about,
            case_id=case.pk,
            court_id=case.court_id,
            team_id=case.team_id,
            owner_id=case.owner_id,
            topic=TOPIC,
            audience=_audience(contact),
            party_ref=f"party:{contact.party_id}",
            number=contact.value,
            facts=facts,
            key=f"{case.about}/account/{key}/{contact.pk}",
        )
        for contact in mobiles.select_related("party").order_by("id")
    ]
    outbox.enqueue(drafts, at=at)


def _audience(contact: ContactPoint) -> str:
    if contact.agent_id:
        return "agent"
    return "respondent" if contact.party.role == "respondent" else "applicant"
