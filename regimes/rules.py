"""The rules of a pack as values. Every rule knows its id, the article it comes from and who verified it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from regimes.amounts import Amount, Period
from regimes.counting import Hours, Roll
from regimes.expressions import Expr
from regimes.periods import Direction, Kind, Repeat, Terms
from regimes.vocabulary import Ladder

AppliesTo = Literal["new_cases", "open_cases"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What all rules share.

    document: number or title of the source (the pack's unless the rule names its own). statement: what it
    says in our words. verified: someone has checked it against the source; unverified law is shown as 待核实.
    effective_from/effective_to: only where the rule's own window is narrower than the pack's. feature: the
    switch that turns it on. line: where it stands in its file.
    """

    id: str
    article: str
    statement: str
    document: str = ""
    note: str = ""
    title: str = ""
    feature: str = ""
    applies_to: AppliesTo = "new_cases"
    verified: bool = False
    verified_by: str = ""
    verified_on: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    line: int = field(default=0, compare=False)

    @property
    def source(self) -> str:
        """Document and article, as a user reads it: 荆中法发〔2023〕10号 三(二)1."""
        return f"{self.document} {self.article}".strip()


@dataclass(frozen=True, slots=True)
class MetBy:
    """The events that end a duty: all of them, or any one."""

    mode: Literal["all", "any"]
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExtensionTerms:
    """How often and by how much a deadline may be extended, and how long before its end to ask."""

    times: int
    each: Amount
    ask_before: Amount | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule(Rule):
    """One time limit. start: the event whose day is left out; start_else: where start is not recorded.

    stated_end: a fact holding the last day that a paper states; once recorded it goes before the counting.
    shortens: the rule beside which a court sets itself this shorter limit.
    """

    kind: Kind = "due"
    duty: str = ""
    node: str = ""
    per: str = "case"
    start: str = ""
    start_else: str = ""
    when: Expr
    period: Period = ()
    period_stated: bool = True
    direction: Direction = "forward"
    hours: Hours = "next_full_hour"
    roll: Roll = "none"
    date: dt.date | None = None
    repeat: Repeat | None = None
    stated_end: str = ""
    grace: Period = ()
    extension: ExtensionTerms | None = None
    met_by: MetBy | None = None
    excludes: tuple[str, ...] = ()
    warn_at: tuple[Period, ...] = ()
    ladder: Ladder
    role: str = ""
    shortens: str = ""

    @property
    def terms(self) -> Terms:
        """How it counts, for regimes.periods."""
        return Terms(self.kind, self.period, self.direction, self.hours, self.roll, self.date, self.repeat)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRule(Rule):
    """What must hold before an action. override: roles that may go on with a reason; empty = nobody."""

    on: str
    when: Expr
    require: Expr
    severity: str = "block"
    refusal: str = ""
    fix: str = ""
    override: tuple[str, ...] = ()
    override_reason: str = ""
    route_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushRule(Rule):
    """Who is told what on which events. hold: recipient -> events, one of which must have happened before."""

    on: tuple[str, ...]
    to: tuple[str, ...]
    topic: str = ""
    hold: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem(Rule):
    """One item. hard: an open item refuses the act. stage: before_closing or after_closing."""

    hard: bool = False
    when: Expr
    require: Expr
    evidence: str = ""
    group: str = ""
    stage: str = "before_closing"


@dataclass(frozen=True, slots=True)
class Checklist:
    """Items under one id; lists of one id in several packs are united."""

    id: str
    title: str
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification(Rule):
    """The question which class a case has: the criteria that set the fact `sets` answer it.

    when: the cases it is asked of. node: the duty that answers it. asks: facts that are recorded for it by hand.
    many: from how many applicants against one respondent on the fact `applicant_count_many` holds.
    """

    sets: str
    when: Expr
    node: str = ""
    asks: tuple[str, ...] = ()
    many: int = 10
    decided_by: str = ""
    prepared_by: str = ""
    otherwise: str = ""
    sort_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Rule):
    """Where `when` holds, the fact `sets` gets `value`; lower order first, the first that holds wins."""

    value: str
    sets: str = "case_class"
    when: Expr
    order: int = 0
    stated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion(Rule):
    """A case may move from one class to another on these events. done: what happens when it has been given on."""

    from_class: str
    to_class: str
    on: tuple[str, ...]
    done: str = ""
    proposed_by: str = ""
    approver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Rule):
    """Who must approve a matter, lowest first. switch: the court may turn it off.

    sets: facts that become true of the subject once it is given; happens: events it records. ladder: when the
    people of a step that waits are reminded, counted from the day on which it became their turn.
    """

    matter: str
    chain: tuple[str, ...]
    when: Expr
    report_to: tuple[str, ...] = ()
    switch: bool = False
    sets: tuple[str, ...] = ()
    happens: tuple[str, ...] = ()
    ladder: str = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Rule):
    """计算口径: which of the readings of a text the court reckons by. sets: the declared fact; value: one of its values."""

    sets: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground(Rule):
    """A statutory reason for a matter: its code (a member of `statutory_ground_code`), what proves it.

    interval: as which kind of uncounted days a deduction on this ground is kept, where it is one.
    """

    code: str
    matters: tuple[str, ...]
    interval: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRule(Rule):
    """What stops while something stands in the way, and only that.

    interval: the kind of uncounted days. per: what it may be set on, of `subjects`. stops: node kinds, empty =
    every node and duty of the court. suspends: the case itself is suspended while it stands. starts and ends:
    events recorded on setting and on release; sets: facts of the case while it is recorded. guard: the action
    that the guards are asked about before it is set. outcomes: what a release may say, id -> words.
    """

    interval: str
    per: tuple[str, ...]
    stops: tuple[str, ...] = ()
    suspends: bool = False
    starts: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    sets: Mapping[str, str] = field(default_factory=dict)
    guard: str = ""
    document_needed: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleDuty(Rule):
    """A duty of a role; item: its number in the source. nodes: the kinds of node that are this role's to do."""

    role: str
    item: str = ""
    duty: str = ""
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Calculation:
    """numerator ÷ denominator in a unit, with its target; names of vocabulary.measures joined by + - *.

    title: of the line, where an indicator has several. exclude: names of vocabulary.exclusions, left out of both sides.
    since: the period begins on this day, whatever period is asked for. better: higher or lower, else by the target.
    warn: so near to the target a figure is amber. members: a slot is filled by these indicators.
    """

    numerator: str
    denominator: str = ""
    unit: str = "percent"
    at_least: float | None = None
    at_most: float | None = None
    equal: float | None = None
    result: bool = False
    slot: bool = False
    title: str = ""
    exclude: tuple[str, ...] = ()
    since: dt.date | None = None
    better: str = ""
    warn: float | None = None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator(Rule):
    """A figure of a court. stated: the formula stands in the source. sets: the fact of one case that its first line gives."""

    stated: bool = True
    sets: str = ""
    calculations: tuple[Calculation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule(Rule):
    """A case is in `stage` once one of `entered_by` has happened, until one of `left_by` happens to the same subject.

    Of several stages that hold, the last in the order of the rules counts.
    """

    stage: str
    entered_by: tuple[str, ...]
    left_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRule(Rule):
    """A mark on a case: it is up while a clock of one of `duties` is overdue. cleared_by: what takes it away, for people."""

    flag: str
    group: str = ""
    duties: tuple[str, ...]
    cleared_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Rule):
    """Recurring work. on: days of the month or of vocabulary.schedule_days; empty = not stated.

    sections: the work is a report to the court above with these sections, each of which must be written.
    """

    who: str = ""
    every: Period = ()
    on: tuple[str, ...] = ()
    months: tuple[int, ...] = ()
    roll: Roll = "none"
    track_only: bool = False
    suggested: bool = False
    campaign: bool = False
    sections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion(Rule):
    """A default where the source gives no number (`wording`); never shown as a legal limit.

    ladder: where it says when to remind: the reminders of this pack's clocks that it is the ground of.
    """

    wording: str = ""
    kind: Kind = "due"
    duty: str = ""
    node: str = ""
    per: str = "case"
    start: str = ""
    when: Expr
    period: Period = ()
    hours: Hours = "next_full_hour"
    roll: Roll = "none"
    met_by: MetBy | None = None
    same_visit: bool = False
    due_from: str = ""
    ladder: str = ""

    @property
    def terms(self) -> Terms:
        """How it counts; it rolls only where the rule says so."""
        return Terms(self.kind, self.period, hours=self.hours, roll=self.roll)
