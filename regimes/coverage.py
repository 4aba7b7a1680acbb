"""Per rule: what it has been seen to do, by which verb in which test, or what it waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from regimes.flow import CLOCK_KINDS
from regimes.packs import Pack
from regimes.records import UNDER_WAY, Register, Seen, hindered, waits_for
from regimes.rules import ChecklistItem, DeadlineRule, GuardRule, RoleDuty, Rule, Suggestion

State = Literal["covered", "inactive", "open"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """state: covered; inactive (waits for a later piece of work, `waits_for`); open: neither.

    done: deed -> who and which test. missing: deeds that nothing has shown. waiting: deed -> the title it waits for.
    """

    pack: Pack
    rule: Rule
    state: State
    waits_for: str = ""
    done: Mapping[str, Seen] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    waiting: Mapping[str, str] = field(default_factory=dict)


def coverage(pack: Pack, register: Register) -> Iterator[Verdict]:
    """The verdict on every rule of a pack."""
    for rule in pack.rules():
        yield verdict(pack, rule, register)


def verdict(pack: Pack, rule: Rule, register: Register) -> Verdict:
    """What is known of one rule."""
    done = register.done(rule.id)
    if isinstance(rule, RoleDuty):
        seen = [register.recorded["nodes"][node] for node in rule.nodes if node in register.recorded["nodes"]]
        done = {**done, "started": seen[0]} if seen else done
    title = "" if done else waits_for(rule, register)
    if title in UNDER_WAY:
        return Verdict(pack, rule, "open", title, missing=deeds_of(rule))
    if title:
        return Verdict(pack, rule, "inactive", title)
    lacking = [deed for deed in deeds_of(rule) if deed not in done]
    waiting = {deed: later for deed in lacking if (later := _later(rule, deed, register))}
    missing = tuple(deed for deed in lacking if waiting.get(deed, UNDER_WAY[0]) in UNDER_WAY)
    state: State = "open" if missing else "covered"
    return Verdict(pack, rule, state, "", done, missing, waiting)


def deeds_of(rule: Rule) -> tuple[str, ...]:
    """What a rule of this kind must have been seen to do."""
    match rule:
        case DeadlineRule() | Suggestion() if rule.kind in CLOCK_KINDS:
            return ("started", "met") if rule.met_by else ("started",)
        case DeadlineRule(kind="average"):
            return ("started",)
        case DeadlineRule() | GuardRule() | ChecklistItem():
            return ("refused", "passed")
    return ("started",)


def _later(rule: Rule, deed: str, register: Register) -> str:
    """The title that one deed waits for: by name in waiting.yaml, or because what meets the duty is not recorded yet."""
    if own := register.waiting["rules"].get(f"{rule.id} {deed}"):
        return own
    if deed == "passed" and isinstance(rule, (GuardRule, ChecklistItem)):
        return hindered(rule.require.root, register)
    if isinstance(rule, (DeadlineRule, Suggestion)) and deed == "met" and rule.met_by:
        titles = [register.title_of("events", event) for event in rule.met_by.events]
        wanted = [title for title in titles if title]
        return wanted[0] if wanted and (rule.met_by.mode == "all" or all(titles)) else ""
    return ""
