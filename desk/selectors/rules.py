"""规则库: the packs, what each rule says, whether it is in force, and where it bites at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q

from cases.models import Case
from courts.models import Court, CourtPack, User
from deadlines.library import library_in_use
from deadlines.models import Deadline
from kernel.keyset import SIZE, Segment, page
from kernel.time import today as day_of
from regimes.book import Pinned, RuleBook
from regimes.errors import RegimeError
from regimes.packs import Library, Pack
from regimes.records import Register, load_register, waits_for
from regimes.rules import Checklist, Rule
from regimes.sections import READERS

NATIONAL = "BASE"
ROWS = 40
SECTIONS = tuple(READERS)


@dataclass(frozen=True, slots=True)
class Bite:
    """Clocks of a rule in the cases a person sees: those that count or are suspended, and those that are late."""

    running: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it stands on a day. state: in_force, unverified, inactive, not_yet, ended.

    waits_for: the title of the work that an inactive rule waits for. since: the version that first held the rule.
    changed_in: the version that gave it its present words; former: what it said before that.
    """

    rule: Rule
    state: str
    waits_for: str
    bite: Bite
    since: int
    changed_in: int
    former: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One pack of the library. newest: in force today, else the last version. courts: who follows it."""

    newest: Pack
    versions: tuple[Pack, ...]
    courts: tuple[Court, ...]
    bite: Bite
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PackPage:
    """One version of a pack with the rules of a section, 40 a page. sizes: rules per section that is not empty."""

    pack: Pack
    versions: tuple[Pack, ...]
    courts: tuple[Court, ...]
    bite: Bite
    section: str
    sizes: Mapping[str, int]
    rules: tuple[Standing, ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class ClockList:
    """Where a rule bites: its open clocks, the first to end in front."""

    pack: Pack
    rule: Rule
    late: bool
    clocks: tuple[tuple[Deadline, Case | None], ...]
    next: str
    prev: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Two courts and the rules that reach each on a day."""

    courts: tuple[Court, ...]
    chosen: tuple[Court, Court]
    books: tuple[RuleBook, RuleBook]
    national: RuleBook


def shelves(*, user: User, at: dt.datetime) -> list[Shelf]:
    """Every pack, national law first. Three queries once the packs are known."""
    library, today = library_in_use(), day_of(at)
    register, bites, follow = load_register(), bites_of(user, at), _followers()
    found = []
    for code in sorted({pack.code for pack in library.packs}, key=lambda code: (code != NATIONAL, code)):
        versions = tuple(pack for pack in library.packs if pack.code == code)
        newest = library.in_force(code, today) or versions[-1]
        mine = [bites.get(rule.id, Bite()) for rule in newest.rules()]
        total = Bite(sum(b.running for b in mine), sum(b.overdue for b in mine))
        counts: dict[str, int] = {}
        for rule in newest.rules():
            state = state_of(rule, newest, today, register)
            counts[state] = counts.get(state, 0) + 1
        found.append(Shelf(newest, versions, follow.get(code, ()), total, counts))
    return found


def pack_page(
    *, user: User, code: str, version: int, section: str, number: int, rule_id: str, at: dt.datetime
) -> PackPage | None:
    """One version of a pack; None when there is none. rule_id: the section and page that hold this rule.

    An unknown section shows the first, an unknown page the nearest. Three queries.
    """
    library, today = library_in_use(), day_of(at)
    try:
        pack = library.pack(code, version)
    except RegimeError:
        return None
    versions = tuple(each for each in library.packs if each.code == code)
    sizes = {name: n for name in SECTIONS if (n := len(rules_of(pack, name)))}
    chosen = section if section in sizes else next(iter(sizes), "")
    for name in sizes:
        places = {rule.id: place for place, rule in enumerate(rules_of(pack, name))}
        if rule_id in places:
            chosen, number = name, places[rule_id] // ROWS + 1
    pages = max(1, -(-sizes.get(chosen, 0) // ROWS))
    number = min(max(1, number), pages)
    listed = rules_of(pack, chosen)[(number - 1) * ROWS : number * ROWS] if chosen else ()
    register, bites = load_register(), bites_of(user, at)
    rules = tuple(_standing(rule, pack, versions, today, register, bites) for rule in listed)
    mine = [bites.get(rule.id, Bite()) for rule in pack.rules()]
    total = Bite(sum(b.running for b in mine), sum(b.overdue for b in mine))
    courts = _followers().get(code, ())
    return PackPage(pack, versions, courts, total, chosen, sizes, rules, number, pages)


def clocks_of_rule(
    *, user: User, rule_id: str, late: bool, at: dt.datetime, after: str, before: str
) -> ClockList | None:
    """The open clocks of a rule in the cases the person sees, 50 a page; None for an id nobody knows. Four queries."""
    try:
        pack, rule = library_in_use().rule(rule_id)
    except RegimeError:
        return None
    rows = Deadline.objects.visible_to(user).filter(rule_id=rule_id)
    segments = [Segment("running", rows.overdue(at) if late else rows.running(), ("overdue_at", "id"))]
    if not late:
        segments.append(Segment("suspended", rows.filter(state=Deadline.State.SUSPENDED), ("id",)))
    found = page(segments, after=after, before=before, size=SIZE)
    clocks: list[Deadline] = [row for _name, row in found.rows]
    cases = (
        Case.objects.visible_to(user)
        .filter(pk__in={clock.case_id for clock in clocks})
        .select_related("owner")
        .defer("packs")
    )
    by_id = {case.pk: case for case in cases} if clocks else {}
    paired = tuple((clock, by_id.get(clock.case_id)) for clock in clocks)
    return ClockList(pack, rule, late, paired, found.next, found.prev)


def compared(*, user: User, a: int | None, b: int | None, today: dt.date) -> Compared | None:
    """Two courts by their ids; the person's own and another where none is named. Rules are no secret: any court.

    None when fewer than two courts follow a pack, or for an id nobody knows. Three queries.
    """
    library = library_in_use()
    follows: dict[int, list[CourtPack]] = {}
    for row in CourtPack.objects.order_by("court_id", "position"):
        follows.setdefault(row.court_id, []).append(row)
    courts = tuple(Court.objects.filter(pk__in=follows).order_by("level", "code"))
    by_id = {court.pk: court for court in courts}
    if len(courts) < 2 or any(asked is not None and asked not in by_id for asked in (a, b)):
        return None
    first = by_id.get(a or user.court_id or 0) or courts[0]
    second = by_id[b] if b else _unlike(first, courts, follows)
    national = library.in_force(NATIONAL, today)
    base = [] if national is None else [Pinned(national)]
    books = tuple(RuleBook([*base, *_pinned(follows[court.pk], library, today)]) for court in (first, second))
    return Compared(courts, (first, second), (books[0], books[1]), RuleBook(base))


def bites_of(user: User, at: dt.datetime) -> dict[str, Bite]:
    """Open and late clocks by rule, in the cases the person sees. One query."""
    rows = (
        Deadline.objects.visible_to(user)
        .open()
        .order_by()
        .values_list("rule_id")
        .annotate(
            open=Count("id"),
            late=Count("id", filter=Q(state=Deadline.State.RUNNING, overdue_at__lte=at)),
        )
    )
    return {rule: Bite(running, late) for rule, running, late in rows}


def rules_of(pack: Pack, section: str) -> tuple[Rule, ...]:
    """The rules of one section, the items of checklists one by one."""
    entries = getattr(pack, section)
    return tuple(
        rule for each in entries for rule in (each.items if isinstance(each, Checklist) else (each,))
    )


def state_of(rule: Rule, pack: Pack, today: dt.date, register: Register) -> str:
    """in_force, unverified, inactive, not_yet or ended."""
    since = max(filter(None, (rule.effective_from, pack.effective_from)))
    ends = [day for day in (rule.effective_to, pack.effective_to) if day is not None]
    if since > today:
        return "not_yet"
    if ends and min(ends) < today:
        return "ended"
    if waits_for(rule, register):
        return "inactive"
    return "in_force" if rule.verified else "unverified"


def _standing(
    rule: Rule,
    pack: Pack,
    versions: tuple[Pack, ...],
    today: dt.date,
    register: Register,
    bites: Mapping[str, Bite],
) -> Standing:
    since, changed_in, former = _history(rule, pack, versions)
    return Standing(
        rule=rule,
        state=state_of(rule, pack, today, register),
        waits_for=waits_for(rule, register),
        bite=bites.get(rule.id, Bite()),
        since=since,
        changed_in=changed_in,
        former=former,
    )


def _history(rule: Rule, pack: Pack, versions: Iterable[Pack]) -> tuple[int, int, str]:
    """The version that first held the rule, the one that gave it its present form, and the words before that."""
    held = [
        (each.version, other)
        for each in versions
        if each.version <= pack.version
        for other in each.rules()
        if other.id == rule.id
    ]
    changed_in, former = held[0][0], ""
    for (_version, older), (version, newer) in zip(held, held[1:], strict=False):
        if newer != older:
            changed_in, former = version, older.statement
    return held[0][0], changed_in, former


def _followers() -> dict[str, tuple[Court, ...]]:
    """The courts that follow each pack. One query."""
    found: dict[str, list[Court]] = {}
    for row in CourtPack.objects.select_related("court").order_by("court__level", "court__code"):
        found.setdefault(row.code, []).append(row.court)
    return {code: tuple(courts) for code, courts in found.items()}


def _pinned(rows: Iterable[CourtPack], library: Library, today: dt.date) -> list[Pinned]:
    found = ((library.in_force(row.code, today), frozenset(row.features)) for row in rows)
    return [Pinned(pack, features) for pack, features in found if pack is not None]


def _unlike(first: Court, courts: Iterable[Court], follows: Mapping[int, list[CourtPack]]) -> Court:
    """The first other court with other packs, else any other."""
    mine = {row.code for row in follows[first.pk]}
    others = [court for court in courts if court.pk != first.pk]
    return next((court for court in others if {row.code for row in follows[court.pk]} != mine), others[0])
