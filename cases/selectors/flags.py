"""Flags and stages of cases for every page and list: which are up, since when, by which rule, and how many.

A flag is up while a clock that carries it is overdue (`Deadline.flag`), so every answer is a query at an instant `at` and no
job sets or clears anything. Counts and rolling lists look at the courts, teams or cases of a person's scope; a sealed case
of another court into which somebody was let by name is found in the list of cases. One shape serves the case page, the lists, the worklist, the big screen and the registers: `Flag`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from cases.models import Case
from cases.querysets import CaseQuerySet
from cases.standing import flag_day
from cases.states import CaseState
from courts.models import CourtPack, User
from deadlines.library import library_in_use
from deadlines.models import Deadline
from deadlines.querysets import DeadlineQuerySet
from kernel.keyset import SIZE, Segment, page
from regimes.rules import FlagRule
from regimes.vocabulary import load_vocabulary

COLUMNS = ("case_id", "court_id", "flag", "overdue_at", "rule_id", "pack_code", "pack_version", "subject_id")


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of one case. name: of vocabulary.flags; words: its Chinese name. since: the day from which it is up.

    clocks: how many clocks hold it up (three items uncontrolled: one flag, three clocks); rule_id, pack, subject_id and
    clock_id are those of the earliest.
    """

    case_id: int
    court_id: int
    name: str
    since: dt.date
    rule_id: str
    pack: tuple[str, int]
    subject_id: int
    clock_id: int
    clocks: int = 1

    @property
    def words(self) -> str:
        """财产超期未控."""
        return load_vocabulary().flags.get(self.name, self.name)

    def days(self, today: dt.date) -> int:
        """How many days it has been up, the first included."""
        return (today - self.since).days + 1


@dataclass(frozen=True, slots=True)
class Flagged:
    """A page of flags; the cursors are "" at an end."""

    flags: Sequence[Flag] = ()
    next: str = ""
    prev: str = ""


def flags_of(case_ids: Collection[int], at: dt.datetime) -> dict[int, list[Flag]]:
    """Case -> its flags, the longest standing first; cases without one are absent. One query, none for no cases."""
    if not case_ids:
        return {}
    return _grouped(Deadline.objects.flagging(at).filter(case_id__in=case_ids))


def flagged(
    user: User,
    at: dt.datetime,
    *,
    names: Collection[str] = (),
    after: str = "",
    before: str = "",
    size: int = SIZE,
) -> Flagged:
    """The flags of the cases a person may see, the longest standing first. names: only these flags, () = every one.

    For lists that roll (HD-12) and registers (JZ-55): each flag of a case stands on one page alone. Two queries.
    """
    # Of the clocks that hold up one flag the earliest speaks for it.
    earlier = Deadline.objects.flagging(at).filter(case_id=OuterRef("case_id"), flag=OuterRef("flag"))
    earlier = earlier.filter(
        Q(overdue_at__lt=OuterRef("overdue_at")) | Q(overdue_at=OuterRef("overdue_at"), pk__lt=OuterRef("pk"))
    )
    first = _seen(user, at, names).filter(~Exists(earlier)).only(*COLUMNS)
    found = page([Segment("flag", first, ("overdue_at", "id"))], after=after, before=before, size=size)
    clocks = [clock for _segment, clock in found.rows]
    standing = flags_of({clock.case_id for clock in clocks}, at)
    carried = {(flag.case_id, flag.name): flag for flags in standing.values() for flag in flags}
    return Flagged([carried[clock.case_id, clock.flag] for clock in clocks], found.next, found.prev)


def count_by_flag(
    user: User, at: dt.datetime, *, names: Collection[str] = (), only: Q | None = None
) -> dict[str, int]:
    """Flag -> how many cases that a person may see carry it; every known flag of `names` (all, if empty) is a key. One query.

    only: what clocks are looked at.
    """
    known = [name for name in load_vocabulary().flags if not names or name in names]
    seen = _seen(user, at, names)
    seen = seen if only is None else seen.filter(only)
    rows = seen.order_by().values("flag").annotate(n=Count("case_id", distinct=True))
    counted = {row["flag"]: row["n"] for row in rows}
    return {name: counted.get(name, 0) for name in known}


def with_flag(cases: CaseQuerySet, user: User, names: Collection[str], at: dt.datetime) -> CaseQuerySet:
    """Of these cases, which the person may see, those that carry one of the flags. Joins the caller's query."""
    reached = user.scope.rows() | Q(case_id__in=user.scope.let_in)
    carried = Deadline.objects.flagging(at).filter(reached, flag__in=names, case_id=OuterRef("pk"))
    return cases.filter(Exists(carried))


def count_by_stage(user: User, *, still_open: bool = True) -> dict[str, int]:
    """Stage -> how many cases that a person may see are in it (HD-05); only stages in which there are cases. One query.

    still_open: without those that are archived. Cases whose rules name no stages are not counted.
    """
    scope = user.scope
    cases = Case.objects.exclude(pk__in=Case.objects.hidden_from(user).values("pk"))
    cases = cases.exclude(stage="").exclude(state=CaseState.CANCELLED)
    if still_open:
        cases = cases.exclude(state=CaseState.ARCHIVED)
    if scope.kind != User.Kind.STAFF:
        return {}
    # Whole courts apart from the rest, so that each is counted by its own index.
    whole = cases.filter(court_id__in=scope.courts)
    rest = cases.filter(Q(team_id__in=scope.teams) | Q(owner_id__in=scope.owners))
    counted: Counter[str] = Counter()
    by_stage = [
        rows.order_by().values_list("stage").annotate(n=Count("pk"))
        for rows in (whole, rest.exclude(court_id__in=scope.courts))
    ]
    for stage, number in by_stage[0].union(by_stage[1], all=True):
        counted[stage] += number
    return {stage: counted[stage] for stage in load_vocabulary().stages if stage in counted}


def flags_in_use(user: User) -> dict[str, FlagRule]:
    """Flag -> its rule, of the packs that the courts a person sees follow, in the order of the vocabulary. Two queries.

    What filters offer: a court that has not adopted a practice is not asked about its flags.
    """
    followed = CourtPack.objects.filter(court_id__in={*user.scope.courts, user.court_id}).values_list(
        "code", "features"
    )
    switches: dict[str, set[str]] = {}
    for code, features in followed:
        switches.setdefault(code, set()).update(features)
    found: dict[str, FlagRule] = {}
    for pack in library_in_use().packs:
        for rule in pack.flags:
            if pack.code in switches and (not rule.feature or rule.feature in switches[pack.code]):
                found[rule.flag] = rule
    return {name: found[name] for name in load_vocabulary().flags if name in found}


def names_in(group: str, rules: Mapping[str, FlagRule]) -> list[str]:
    """The flags of a group, such as five_over (HD-11). rules: as `flags_in_use` gives them."""
    return [name for name, rule in rules.items() if rule.group == group]


def _seen(user: User, at: dt.datetime, names: Collection[str]) -> DeadlineQuerySet:
    rows = (
        Deadline.objects.flagging(at)
        .filter(user.scope.rows())
        .exclude(case_id__in=Case.objects.hidden_from(user).values("pk"))
    )
    return rows.filter(flag__in=names) if names else rows


def _grouped(rows: DeadlineQuerySet) -> dict[int, list[Flag]]:
    """Clocks as flags: of several that hold up one flag the earliest speaks for it."""
    clocks = rows.only(*COLUMNS)
    kept: dict[tuple[int, str], list[Deadline]] = {}
    for clock in sorted(clocks, key=lambda each: (each.overdue_at, each.pk)):
        kept.setdefault((clock.case_id, clock.flag), []).append(clock)
    result: dict[int, list[Flag]] = {}
    for (case_id, name), held in kept.items():
        first = held[0]
        flag = Flag(
            case_id=case_id,
            court_id=first.court_id,
            name=name,
            since=flag_day(first.overdue_at),
            rule_id=first.rule_id,
            pack=(first.pack_code, first.pack_version),
            subject_id=first.subject_id,
            clock_id=first.pk,
            clocks=len(held),
        )
        result.setdefault(case_id, []).append(flag)
    return result
