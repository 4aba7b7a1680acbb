"""What follows: from the rules, the facts and what has happened, which nodes are open and which clocks run.

Pure and declarative: `plan` compares what the rules want with what stands and returns the difference, so that
running it twice changes nothing, a late fact starts its clock from the original day, and a voided act undoes itself.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from regimes.book import RuleBook
from regimes.figures import figure, measures_of
from regimes.nodes import NodeDef
from regimes.rules import Calculation, DeadlineRule, MetBy
from regimes.state import Clock, Extension, Interval, Moment, Node, State, day_of, instant_of

CLOCK_KINDS = frozenset({"due", "detector", "soft_target", "max_length", "right"})
RUNS_ON = frozenset({"detector", "right", "max_length"})
"""What a suspension of the whole case does not stop: what parties may do, how long a measure lasts, what is only seen."""
CLOSED = "case_closed"
RESUMED = "case_resumed"
CANCELLED = "case_cancelled"
CASH_RATE = Calculation("sum_found_deposits", "claim_amount")


@dataclass(frozen=True, slots=True)
class Opening:
    """A node to open. done_on: what closes it has happened already, so that it enters the record as done."""

    kind: str
    subject: int
    run: int
    done_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """A node that ends without an act of its own: done by what happened, or dropped."""

    node: int
    kind: str
    subject: int
    outcome: Literal["done", "dropped"]
    on: dt.date | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One change of one clock. met_on is set when the duty is already met."""

    action: Literal["start", "restart", "meet", "cancel"]
    rule: DeadlineRule
    subject: int
    run: int
    clock: int | None = None
    start: Moment | None = None
    met_on: dt.date | None = None
    met_at: Moment | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    suspensions: tuple[Interval, ...] = ()
    extensions: tuple[Extension, ...] = ()
    stated: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between what the rules want and what stands."""

    openings: tuple[Opening, ...] = ()
    endings: tuple[Ending, ...] = ()
    clocks: tuple[ClockChange, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        return not (self.openings or self.endings or self.clocks)


class View:
    """Questions about a state: the line of a subject is itself, then what is above it, then what is below it.

    The state does not change while it is looked at: an answer is worked out once.
    """

    def __init__(self, state: State, derive: Mapping[str, Any] | None = None) -> None:
        self.state = state
        self._children = state.children()
        self._derived = derive or {}
        self._facts: dict[int, dict[str, Any]] = {}
        self._lines: dict[int, tuple[int, ...]] = {}
        self._moments: dict[tuple[int, str], Sequence[Moment]] = {}

    def above(self, subject: int) -> tuple[int, ...]:
        """The subject's parents, nearest first."""
        if subject not in self._lines:
            parent = self.state.subjects[subject].parent
            self._lines[subject] = () if parent is None else (parent, *self.above(parent))
        return self._lines[subject]

    def below(self, subject: int) -> Iterator[int]:
        """Every descendant."""
        for child in self._children.get(subject, ()):
            yield child
            yield from self.below(child)

    def moments(self, subject: int, event: str) -> Sequence[Moment]:
        """When the event happened to the subject; else to what is above it; else to anything below it."""
        asked = (subject, event)
        if asked not in self._moments:
            self._moments[asked] = self._looked_up(subject, event)
        return self._moments[asked]

    @functools.cached_property
    def _known(self) -> frozenset[str]:
        """What has happened to anything at all: most of what rules ask for has not."""
        return frozenset(event for events in self.state.happened.values() for event in events)

    def _looked_up(self, subject: int, event: str) -> Sequence[Moment]:
        if event not in self._known:
            return ()
        for level in (subject, *self.above(subject)):
            if found := self.state.happened.get(level, {}).get(event):
                return found
        gathered = [m for low in self.below(subject) for m in self.state.happened.get(low, {}).get(event, ())]
        return sorted(gathered, key=day_of)

    def facts(self, subject: int) -> Mapping[str, Any]:
        """The subject's facts over those above it, with what is derived from the state."""
        if subject not in self._facts:
            merged: dict[str, Any] = dict(self._derived)
            for level in reversed([subject, *self.above(subject)]):
                merged |= self.state.facts.get(level, {})
            merged |= self._from_history(subject)
            self._facts[subject] = merged
        return self._facts[subject]

    def _from_history(self, subject: int) -> dict[str, Any]:
        return {
            "case_state": "closed" if self.closed else "open",
            "has_valuation_record": bool(self.moments(subject, "valuation_recorded")),
            "has_auction_record": bool(self.moments(subject, "auction_recorded")),
            "notice_already_sent": bool(self.moments(subject, "enforcement_notice_sent")),
            **self._cash,
        }

    @functools.cached_property
    def _cash(self) -> dict[str, Any]:
        """cash_rate: deposits found ÷ claim (HD-07); not known where the claim is zero or not recorded."""
        rate = figure(CASH_RATE, measures_of(self.state))
        return {} if rate is None else {"cash_rate": rate}

    @functools.cached_property
    def by_kind(self) -> Mapping[str, Sequence[int]]:
        """The subjects of each kind."""
        found: dict[str, list[int]] = {}
        for subject in self.state.subjects.values():
            found.setdefault(subject.kind, []).append(subject.id)
        return found

    @functools.cached_property
    def root(self) -> int:
        """The case's own subject."""
        return next(s.id for s in self.state.subjects.values() if s.kind == "case")

    @functools.cached_property
    def cancelled(self) -> bool:
        """The filing was taken back: nothing follows any more."""
        return bool(self.state.happened.get(self.root, {}).get(CANCELLED))

    @functools.cached_property
    def closed(self) -> bool:
        """Closed and not resumed since, or cancelled."""
        happened = self.state.happened.get(self.root, {})
        if self.cancelled:
            return True
        return len(happened.get(CLOSED, ())) > len(happened.get(RESUMED, ()))

    def met(self, met_by: MetBy, subject: int, nth: int = 1) -> Moment | None:
        """The moment at which the set of events is complete for the nth time, or None."""
        rows = [self.moments(subject, event) for event in met_by.events]
        if met_by.mode == "any":
            together = sorted((m for row in rows for m in row), key=instant_of)
            return together[nth - 1] if len(together) >= nth else None
        if not rows or any(len(row) < nth for row in rows):
            return None
        return max((row[nth - 1] for row in rows), key=instant_of)


def plan(book: RuleBook, state: State, *, derived: Mapping[str, Any] | None = None) -> Plan:
    """What the rules of the book want of this state that does not stand yet.

    derived: facts computed by upper floors for the whole case. Idempotent: applying the plan makes the next one empty.
    """
    view = View(state, derived)
    openings = tuple(_openings(book, view))
    endings = tuple(_endings(book, view))
    return Plan(openings=openings, endings=endings, clocks=tuple(_clock_changes(book, view)))


def _subjects(view: View, per: str) -> Sequence[int]:
    return view.by_kind.get(per, ())


def _openings(book: RuleBook, view: View) -> Iterator[Opening]:
    standing = {(node.kind, node.subject) for node in view.state.nodes if not node.dropped}
    runs: dict[tuple[str, int], int] = {}
    for node in view.state.nodes:
        runs[(node.kind, node.subject)] = max(node.run, runs.get((node.kind, node.subject), 0))
    for definition in book.nodes:
        if not definition.opens or (view.closed and not definition.outlives_closing):
            continue
        if view.cancelled:
            continue
        for subject in _subjects(view, definition.per):
            key = (definition.kind, subject)
            if key in standing or not _called_for(definition, view, subject):
                continue
            met = view.met(definition.closes, subject) if definition.closes else None
            if met is None:
                yield Opening(definition.kind, subject, runs.get(key, 0) + 1)
            elif not definition.skip_when_met:
                yield Opening(definition.kind, subject, runs.get(key, 0) + 1, day_of(met))


def _called_for(definition: NodeDef, view: View, subject: int) -> bool:
    """What opens the node has happened, and its condition holds."""
    happened = any(view.moments(subject, event) for event in definition.opens)
    return happened and definition.when.evaluate(view.facts(subject)) is True


def _endings(book: RuleBook, view: View) -> Iterator[Ending]:
    for node in view.state.nodes:
        if not node.open:
            continue
        definition = book.node(node.kind)
        done = definition.closes and view.met(definition.closes, node.subject)
        if done:
            yield Ending(node.id, node.kind, node.subject, "done", day_of(done))
        elif view.closed and not definition.outlives_closing:
            yield Ending(node.id, node.kind, node.subject, "dropped", None, "案件已结案")
        elif definition.opens and not any(view.moments(node.subject, event) for event in definition.opens):
            yield Ending(node.id, node.kind, node.subject, "dropped", None, "开启它的事实已撤销")
        elif definition.when.evaluate(view.facts(node.subject)) is False:
            yield Ending(node.id, node.kind, node.subject, "dropped", None, "条件不再成立")


def _clock_changes(book: RuleBook, view: View) -> Iterator[ClockChange]:
    latest: dict[tuple[str, int], Clock] = {}
    for clock in view.state.clocks:
        key = (clock.rule, clock.subject)
        if key not in latest or latest[key].run < clock.run:
            latest[key] = clock
    for rule in book.deadlines:
        if rule.kind not in CLOCK_KINDS:
            continue
        for subject in _subjects(view, rule.per):
            yield from _change(rule, view, subject, latest.get((rule.id, subject)))


def _change(rule: DeadlineRule, view: View, subject: int, clock: Clock | None) -> Iterator[ClockChange]:
    run = clock.run if clock else 1
    start = _start(rule, view, subject)
    if start is None and clock is None:
        return
    met = _met(rule, view, subject, run)
    holds = rule.when.evaluate(view.facts(subject))
    if clock is not None and clock.running:
        yield from _change_running(rule, view, clock, start, met, holds)
        return
    if clock is not None:
        if met is not None and not (rule.repeat and clock.state in ("met", "met_late")):
            return
        run += 1
        met = _met(rule, view, subject, run)
    if start is None or holds is not True or (_over(rule, view) and met is None):
        return
    yield _start_change(rule, view, subject, run, start, met)


def _met(rule: DeadlineRule, view: View, subject: int, run: int) -> Moment | None:
    """When the duty was done; a repeated duty is done once a run, any other once."""
    return view.met(rule.met_by, subject, run if rule.repeat else 1) if rule.met_by else None


def _change_running(
    rule: DeadlineRule, view: View, clock: Clock, start: Moment | None, met: Moment | None, holds: bool | None
) -> Iterator[ClockChange]:
    def change(action: Literal["meet", "cancel"], **more: Any) -> ClockChange:
        return ClockChange(action, rule, clock.subject, clock.run, clock=clock.id, **more)

    if start is None:
        yield change("cancel", reason="起算事实已撤销")
    elif met is not None:
        yield change("meet", met_on=day_of(met), met_at=met)
    elif holds is False:
        yield change("cancel", reason="条件不再成立")
    elif _over(rule, view):
        yield change("cancel", reason="案件已结案")
    else:
        suspensions, extensions = _pauses(rule, view, clock.subject)
        stated = _stated(rule, view, clock.subject)
        fresh = (
            start.isoformat(),
            tuple(i.used for i in suspensions),
            tuple(e.used for e in extensions),
            stated,
        )
        if fresh != (clock.start, clock.suspensions, clock.extensions, clock.stated):
            yield ClockChange(
                "restart",
                rule,
                clock.subject,
                clock.run,
                clock=clock.id,
                start=start,
                facts=_used(rule, view, clock.subject),
                suspensions=suspensions,
                extensions=extensions,
                stated=stated,
            )


def _start_change(
    rule: DeadlineRule, view: View, subject: int, run: int, start: Moment, met: Moment | None
) -> ClockChange:
    suspensions, extensions = _pauses(rule, view, subject)
    return ClockChange(
        "start",
        rule,
        subject,
        run,
        start=start,
        met_on=day_of(met) if met else None,
        met_at=met,
        facts=_used(rule, view, subject),
        suspensions=suspensions,
        extensions=extensions,
        stated=_stated(rule, view, subject),
    )


def _stated(rule: DeadlineRule, view: View, subject: int) -> str:
    """The last day that a paper states, ISO, or empty."""
    return str(view.facts(subject).get(rule.stated_end) or "") if rule.stated_end else ""


def _start(rule: DeadlineRule, view: View, subject: int) -> Moment | None:
    for event in filter(None, (rule.start, rule.start_else)):
        if found := view.moments(subject, event):
            return found[0]
    return None


def _over(rule: DeadlineRule, view: View) -> bool:
    """A closed case keeps only clocks that closing starts or that follow money and papers to their end."""
    outlives = rule.per in ("receipt", "petition", "message") or rule.start in (
        CLOSED,
        "case_closed_termination",
    )
    return view.closed and not outlives


def _pauses(
    rule: DeadlineRule, view: View, subject: int
) -> tuple[tuple[Interval, ...], tuple[Extension, ...]]:
    line = {subject, *view.above(subject)}
    intervals = (i for i in view.state.intervals if _stops(i, rule, line))
    extensions = (
        e for e in view.state.extensions if e.rule == rule.id and (e.subject is None or e.subject in line)
    )
    # In one order, however the rows are read: a clock is restarted only when what it counts has changed.
    return tuple(sorted(intervals, key=_in_time)), tuple(sorted(extensions, key=lambda e: e.used))


def _in_time(interval: Interval) -> tuple[dt.date, dt.date, str]:
    return interval.first, interval.last or dt.date.max, interval.kind


def _stops(interval: Interval, rule: DeadlineRule, line: set[int]) -> bool:
    if interval.subject is not None and interval.subject not in line:
        return False
    if interval.rules:
        return rule.id in interval.rules
    if interval.kind in rule.excludes:
        return True
    if interval.stops:
        return rule.kind != "detector" and (rule.node or "") in interval.stops
    return rule.kind not in RUNS_ON


def _used(rule: DeadlineRule, view: View, subject: int) -> dict[str, Any]:
    facts = view.facts(subject)
    return {name: facts[name] for name in sorted(rule.when.names()) if name in facts}


def nodes_by_kind(nodes: Iterable[Node]) -> dict[str, list[Node]]:
    """Open nodes by kind."""
    result: dict[str, list[Node]] = {}
    for node in nodes:
        if node.open:
            result.setdefault(node.kind, []).append(node)
    return result
