"""到账告知: the officer of a case, and who stands in for them, hears of money in the transaction that notes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from cases.models import Case
from deadlines.receivers import HANDLER, Directory
from kernel import time
from kernel.dates import long_date
from kernel.money import format_yuan
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level

REGISTRATION = "payee_registration"
"""The duty of 领款登记 (JZ-10): open again while a creditor to be paid has no account or no undertaking."""
TOPIC = "payment_arrived"
"""As the applicant's message is called."""


def tell_officer(case: Case, *, amount: Decimal, arrived_on: dt.date, at: dt.datetime, key: str) -> None:
    """Joins the caller's transaction; an in-app notice is there once it commits. key: of the event that tells."""
    text = _("%(day)s到账%(amount)s，已认领到本案。") % {
        "day": long_date(arrived_on),
        "amount": format_yuan(amount),
    }
    tell_of_money(case, text=text, topic=TOPIC, at=at, key=key)


def tell_missing(case: Case, names: Sequence[str], *, at: dt.datetime, key: str) -> None:
    """Whose account or 领款承诺书 is wanted before anything can be paid to him (JZ-10)."""
    words = _("应付给%s的款项不能发放：没有登记领款账户，或者没有领款承诺书。请办理领款登记后再提请发放。")
    tell_of_money(case, text=words % "、".join(names), topic="payee_missing", at=at, key=key)


def tell_of_money(case: Case, *, text: str, topic: str, at: dt.datetime, key: str) -> None:
    """The same with other words. topic: as the receivers' list groups it."""
    directory = Directory(time.today(at))
    directory.learn({case.court_id}, {case.owner_id} - {None})
    readers = directory.people(HANDLER, court_id=case.court_id, team_id=case.team_id, owner_id=case.owner_id)
    tell_staff(
        [
            StaffNotice(
                court_id=case.court_id,
                team_id=case.team_id,
                owner_id=case.owner_id,
                about=case.about,
                case_id=case.pk,
                topic=topic,
                rule_id="",
                node="",
                level=Level.INFO.value,
                to_user_id=reader,
                text=text,
                key=f"{case.about}/{'arrival' if topic == TOPIC else topic}/{key}/{reader or ''}",
            )
            for reader in readers or [None]
        ],
        at=at,
    )
