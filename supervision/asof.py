"""A case as it stood on a day, for the page: its replayed rows in words, parties masked, and its money then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from cases.models import Case
from courts.models import Unit, User
from deadlines.matters import matters_in_use
from events import log
from funds.accounts import CASE_ACCOUNTS, Account, JournalKind, Side
from funds.models import Line
from kernel.money import format_yuan
from supervision.replay import State, replay
from supervision.standing import Names, masked, sections


@dataclass(frozen=True, slots=True)
class Stood:
    """sections: (title, lines), none before the case was filed. money: (account, yuan); moves: (day, what, yuan)."""

    sections: list[tuple[str, list[str]]]
    money: list[tuple[str, str]]
    moves: list[tuple[dt.date, str, str]]


def stood_on(case: Case, day: dt.date) -> Stood:
    """The case at the end of a day. Six queries, however long its history is."""
    state = replay(log.history(case.about), as_of=day)
    lines = sections(masked(state), names_in(state)) if state else []
    return Stood(lines, *(_money(case, day) if state else ([], [])))


def names_in(state: State) -> Names:
    """Today's names of the people and teams in a replayed state, and of its rules. Three queries."""
    people = _ids(state, ("owner_id", "done_by_id"))
    return Names(
        people=dict(User.objects.filter(pk__in=people).values_list("pk", "full_name")),
        teams=dict(Unit.objects.filter(pk__in=_ids(state, ("team_id",))).values_list("pk", "name")),
        matters=matters_in_use(),
    )


def _ids(state: State, columns: Iterable[str]) -> set[int]:
    return {row[name] for row in state.values() for name in columns if row.get(name)}


def _money(case: Case, day: dt.date) -> tuple[list[tuple[str, str]], list[tuple[dt.date, str, str]]]:
    lines = Line.objects.filter(book__about=case.about, journal__on__lte=day)
    sums = lines.values("account").annotate(
        credit=Sum("amount", filter=Q(side=Side.CREDIT)), debit=Sum("amount", filter=Q(side=Side.DEBIT))
    )
    balances = {row["account"]: (row["credit"] or Decimal(0)) - (row["debit"] or Decimal(0)) for row in sums}
    shown = [
        (str(Account(each).label), format_yuan(balances[each]))
        for each in CASE_ACCOUNTS
        if balances.get(each)
    ]
    rows = lines.values("journal_id", "journal__on", "journal__kind", "journal__amount").distinct()
    moves = [
        (
            row["journal__on"],
            str(JournalKind(row["journal__kind"]).label),
            format_yuan(row["journal__amount"]),
        )
        for row in rows.order_by("journal__on", "journal_id")
    ]
    return shown, moves
