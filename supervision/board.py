"""超期看板: what is late and what will be, by court, team, officer, node and days, and the lists behind each number.

One number and its list are the same rows: `late_and_near` narrowed by `Asked`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)
from django.db.models.functions import TruncDate

from cases.models import Case, Node
from cases.selectors import flags
from courts.models import Court, Unit, User
from deadlines.matters import Matters, matters_in_use
from deadlines.models import Deadline
from deadlines.querysets import DeadlineQuerySet
from kernel.time import SHANGHAI, at_local, local, today
from regimes.nodes import load_nodes
from regimes.rules import FlagRule
from supervision import tallies
from supervision.models import Order

AHEAD_DAYS = 14
"""How far ahead the workload is drawn."""
SOON_DAYS = 3
WEEK_DAYS = 7
BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("1-3", 1, 3),
    ("4-7", 4, 7),
    ("8-15", 8, 15),
    ("16-30", 16, 30),
    ("31-", 31, None),
)
"""Days late: name, from, to."""
MONEY_STAGE = "payout"
FIVE_OVER = "five_over"
WHEN = ("late", "today", "soon", "week")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which clocks. when: of WHEN, "" = late. band: of BANDS. on: the last day. money: only payout nodes."""

    when: str = ""
    court: int | None = None
    team: int | None = None
    officer: int | None = None
    kind: str = ""
    band: str = ""
    on: dt.date | None = None
    money: bool = False
    ordered: str = ""


@dataclass
class Tally:
    """Nodes of one court, team, officer or kind. late: past the last day; oldest: the longest, in days."""

    late: int = 0
    today: int = 0
    soon: int = 0
    week: int = 0
    oldest: int = 0

    def join(self, figures: Sequence[int]) -> None:
        """Add what was counted before: late, today, soon, week, oldest."""
        late, due_today, soon, week, oldest = figures
        self.late += late
        self.today += due_today
        self.soon += soon
        self.week += week
        self.oldest = max(self.oldest, oldest)

    def add(self, day: dt.date, on: dt.date, late: bool, n: int) -> None:
        """Count n nodes whose last day is `day`."""
        if late:
            self.late += n
            self.oldest = max(self.oldest, (on - day).days)
            return
        self.today += n * (day == on)
        self.soon += n * (day <= on + dt.timedelta(days=SOON_DAYS))
        self.week += n * (day <= on + dt.timedelta(days=WEEK_DAYS))


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a person's reach at an instant; names: of courts, teams, people."""

    at: dt.datetime
    today: dt.date
    whole: Tally
    money: Tally
    courts: Mapping[int, Tally]
    teams: Mapping[int | None, Tally]
    officers: Mapping[int | None, Tally]
    kinds: Mapping[str, Tally]
    bands: Mapping[str, int]
    days: Mapping[dt.date, int]
    flags: Mapping[str, int]
    flag_rules: Mapping[str, FlagRule]
    rolling: Rolling
    open_orders: int
    late_orders: int
    names: Names
    matters: Matters

    @property
    def as_of(self) -> str:
        """截至 16:58:00."""
        return f"{local(self.at):%H:%M:%S}"

    @property
    def five_over(self) -> dict[str, int]:
        """The five flags of HD-11 with their cases."""
        return {name: self.flags.get(name, 0) for name in flags.names_in(FIVE_OVER, self.flag_rules)}


@dataclass(frozen=True, slots=True)
class Rolled:
    """One flag of one case in the rolling list."""

    flag: flags.Flag
    number: str
    court: str
    officer: str


@dataclass(frozen=True, slots=True)
class Rolling:
    """A page of the rolling list; the cursors are "" at an end."""

    rows: Sequence[Rolled] = ()
    next: str = ""
    prev: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called."""

    courts: Mapping[int, str] = field(default_factory=dict)
    teams: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[int, str] = field(default_factory=dict)


def board(user: User, at: dt.datetime, *, roll: int = 8, after: str = "", before: str = "") -> Board:
    """The board of a person. Seventeen queries at most, however much there is. roll: rows of the rolling list, after, before: its cursors.

    What courts seen whole count together is read from the tallies while they are fresh, the rest is counted now;
    `Board.at` is the instant of the figures.
    """
    kept = tallies.fresh(user, at)
    at = kept.at if kept else at
    sums = sums_of(user, at, kept)
    rules = flags.flags_in_use(user)
    five = flags.names_in(FIVE_OVER, rules)
    up = flags.flagged(user, at, names=five, after=after, before=before, size=roll) if five else None
    orders = list(_orders(user).values_list("overdue_at", flat=True)[:10_000])
    rolling = _rolled(up) if up else Rolling()
    return Board(
        at=at,
        today=today(at),
        whole=sums.whole,
        money=sums.money,
        courts=sums.courts,
        teams=sums.teams,
        officers=sums.officers,
        kinds=sums.kinds,
        bands=sums.bands,
        days=sums.days,
        flags=_flags(user, at, kept) if rules else {},
        flag_rules=rules,
        rolling=rolling,
        open_orders=len(orders),
        late_orders=sum(1 for overdue_at in orders if overdue_at <= at),
        names=names_of(sums.courts, sums.teams, sums.officers),
        matters=sums.matters,
    )


@dataclass
class Sums:
    """The figures added up, by court, team, officer and matter; bands: days late; days: last days to come."""

    on: dt.date
    matters: Matters
    whole: Tally = field(default_factory=Tally)
    money: Tally = field(default_factory=Tally)
    courts: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    teams: dict[int | None, Tally] = field(default_factory=lambda: defaultdict(Tally))
    officers: dict[int | None, Tally] = field(default_factory=lambda: defaultdict(Tally))
    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    bands: dict[str, int] = field(default_factory=lambda: {name: 0 for name, _first, _last in BANDS})
    days: dict[dt.date, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = {self.on + dt.timedelta(days=n): 0 for n in range(AHEAD_DAYS)}
        self._paying = money_kinds()

    def join(self, row: tallies.Row) -> None:
        """Add a tally of the sweep."""
        axis, court, key, figures, in_bands, in_days = row
        match axis:
            case "team":
                self.teams[int(key) if key else None].join(figures)
            case "officer":
                self.officers[int(key) if key else None].join(figures)
            case "kind":
                self.kinds[self.matters.key(key)].join(figures)
                if key in self._paying:
                    self.money.join(figures)
            case "court":
                self.courts[court].join(figures)
                self.whole.join(figures)
                for name, n in zip(self.bands, in_bands, strict=True):
                    self.bands[name] += n
                for day, n in zip(self.days, in_days, strict=True):
                    self.days[day] += n

    def add(self, row: tuple[int, int | None, int | None, str, dt.date, bool, int]) -> None:
        """Add n clocks counted now."""
        court, team, officer, kind, day, late, n = row
        matter = self.kinds[self.matters.key(kind)]
        counted = [self.whole, self.courts[court], self.teams[team], self.officers[officer], matter]
        if kind in self._paying:
            counted.append(self.money)
        for tally in counted:
            tally.add(day, self.on, late, n)
        if late:
            self.bands[band_of((self.on - day).days)] += n
        elif day in self.days:
            self.days[day] += n


def sums_of(user: User, at: dt.datetime, kept: tallies.Kept | None) -> Sums:
    """What a person sees, added up: the tallies where they stand, and what lies beside them."""
    sums = Sums(today(at), matters_in_use())
    for row in kept.rows if kept else ():
        sums.join(row)
    live = first_of_nodes(user)
    for counted in counted_by_day(live.filter(kept.beside) if kept else live, at):
        sums.add(counted)
    return sums


def _flags(user: User, at: dt.datetime, kept: tallies.Kept | None) -> dict[str, int]:
    if kept is None:
        return flags.count_by_flag(user, at)
    beside = flags.count_by_flag(user, at, only=kept.beside)
    return {name: n + kept.flags.get(name, 0) for name, n in beside.items()}


def rows_of(user: User, asked: Asked, at: dt.datetime) -> DeadlineQuerySet:
    """The clocks behind a number, one a node. Joins the caller's query."""
    on = today(at)
    rows = first_of_nodes(user).filter(_when(asked, at, on))
    if asked.band:
        rows = rows.filter(_in_band(asked.band, on))
    for name, value in (("court_id", asked.court), ("team_id", asked.team), ("owner_id", asked.officer)):
        if value is not None:
            rows = rows.filter(**{name: value} if value else {f"{name}__isnull": True})
    if asked.kind:
        rules = matters_in_use().rules(asked.kind)
        rows = rows.filter(Q(node_kind=asked.kind) | Q(node_kind="", rule_id__in=rules))
    if asked.money:
        rows = rows.filter(node_kind__in=money_kinds())
    if asked.ordered:
        ordered = Exists(Order.objects.unsettled().filter(clock_id=OuterRef("pk")))
        rows = rows.filter(ordered if asked.ordered == "yes" else ~ordered)
    return rows


def _when(asked: Asked, at: dt.datetime, on: dt.date) -> Q:
    """Late by now; or not yet, and with the last day within the days asked for."""
    if asked.on is not None:
        first = max(at, at_local(asked.on))
        return Q(overdue_at__gt=first, overdue_at__lte=_end(asked.on, 0))
    ahead = {"today": 0, "soon": SOON_DAYS, "week": WEEK_DAYS}.get(asked.when)
    if ahead is None:
        return Q(overdue_at__lte=at)
    return Q(overdue_at__gt=at, overdue_at__lte=_end(on, ahead))


def first_of_nodes(user: User) -> DeadlineQuerySet:
    """The running clock that binds each node first, in the person's reach; sealed cases only to those let in."""
    sealed = Case.objects.filter(sealed=True)
    hidden = sealed.exclude(pk__in=sealed.visible_to(user).values("pk"))
    return first_of_all().filter(user.scope.rows()).exclude(case_id__in=hidden.values("pk"))


def first_of_all() -> DeadlineQuerySet:
    """The running clock that binds each node first."""
    earlier = (
        _binding()
        .filter(
            case_id=OuterRef("case_id"),
            node_kind=OuterRef("node_kind"),
            subject_id=OuterRef("subject_id"),
        )
        .exclude(node_kind="")
        .filter(
            Q(overdue_at__lt=OuterRef("overdue_at"))
            | Q(overdue_at=OuterRef("overdue_at"), pk__lt=OuterRef("pk"))
        )
    )
    return _binding().filter(~Exists(earlier))


def _binding() -> DeadlineQuerySet:
    """Clocks that call for work: no targets, no rights; of mere flags those that an open node stands behind."""
    node = Node.objects.open().filter(subject_id=OuterRef("subject_id"), kind=OuterRef("node_kind"))
    return Deadline.objects.running().binding().filter(~Q(kind="detector") | Exists(node))


def last_day() -> TruncDate:
    """The last day of a clock in the court's time."""
    last = ExpressionWrapper(F("overdue_at") - dt.timedelta(microseconds=1), output_field=DateTimeField())
    return TruncDate(last, tzinfo=SHANGHAI)


def day_of(clock: Deadline) -> dt.date:
    """The last day of a clock, for one that was read."""
    return today(clock.overdue_at - dt.timedelta(microseconds=1))


def band_of(days: int) -> str:
    """The band of so many days late; less than a whole day counts with the first."""
    return next(name for name, _first, last in BANDS if last is None or days <= last)


def money_kinds() -> frozenset[str]:
    """The kinds of node by which money is paid."""
    return frozenset(node.kind for node in load_nodes() if node.stage == MONEY_STAGE)


def counted_by_day(
    clocks: DeadlineQuerySet, at: dt.datetime
) -> Iterable[tuple[int, int | None, int | None, str, dt.date, bool, int]]:
    """(court, team, officer, kind, last day, late, nodes) of all that ends within the days drawn. One query."""
    until = _end(today(at), AHEAD_DAYS - 1)
    is_late = ExpressionWrapper(Q(overdue_at__lte=at), output_field=BooleanField())
    rows = (
        clocks.filter(overdue_at__lte=until)
        .annotate(day=last_day(), late=is_late)
        .order_by()
        .values("court_id", "team_id", "owner_id", "node_kind", "rule_id", "day", "late")
        .annotate(n=Count("pk"))
    )
    for row in rows:
        kind = row["node_kind"] or row["rule_id"]
        yield row["court_id"], row["team_id"], row["owner_id"], kind, row["day"], bool(row["late"]), row["n"]


def _orders(user: User) -> QuerySet[Order]:
    return Order.objects.visible_to(user).unanswered().filter(kind=Order.Kind.ORDER)


def _rolled(up: flags.Flagged) -> Rolling:
    ids = {flag.case_id for flag in up.flags}
    about = Case.objects.filter(pk__in=ids).values_list(
        "pk", "number", "court__short_name", "owner__full_name"
    )
    cases = {pk: (number, court, officer or "") for pk, number, court, officer in about} if ids else {}
    rows = [Rolled(flag, *cases[flag.case_id]) for flag in up.flags if flag.case_id in cases]
    return Rolling(rows, up.next, up.prev)


def names_of(
    courts: Iterable[int | None], teams: Iterable[int | None], people: Iterable[int | None]
) -> Names:
    """The names of these, three queries at most."""
    return Names(
        dict(Court.objects.filter(pk__in={*courts} - {None}).values_list("pk", "short_name")),
        dict(Unit.objects.filter(pk__in={*teams} - {None}).values_list("pk", "name")),
        dict(User.objects.filter(pk__in={*people} - {None}).values_list("pk", "full_name")),
    )


def _end(day: dt.date, days: int) -> dt.datetime:
    """The first instant after the day so many days on."""
    return at_local(day + dt.timedelta(days=days + 1))


def _in_band(name: str, on: dt.date) -> Q:
    """Clocks whose days late lie in a band: a clock late by n days was late from the instant its last day ended."""
    first, last = next((low, high) for band, low, high in BANDS if band == name)
    newest = Q(overdue_at__lte=at_local(on - dt.timedelta(days=first - 1))) if first > 1 else Q()
    return newest if last is None else newest & Q(overdue_at__gt=at_local(on - dt.timedelta(days=last)))
