"""繁简转换 in the stream of acts: a trigger of the rules opens a draft by itself; a hand-over ends an approved one.

Nothing here asks the database for a case whose rules have no conversions.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from cases.models import Conversion
from cases.models.conversions import OPEN_CONVERSIONS
from cases.snapshot import Locked, moment_of
from cases.states import ConversionState, Track
from courts.models import Unit, User
from regimes.book import implied_events
from regimes.rules import Conversion as ConversionRule
from regimes.state import day_of
from regimes.triage import CASE_CLASS

if TYPE_CHECKING:
    from cases.perform import Act


def watch(locked: Locked, act: Act) -> None:
    """Where the act makes a trigger happen (or gives a class to a case that has one behind it), put a draft beside it."""
    if not locked.book.conversions:
        return
    given = {key: value for subject, key, value in act.facts if subject == locked.root}
    now = given.get(CASE_CLASS, class_of(locked))
    rules = [rule for rule in locked.book.conversions if rule.from_class == now]
    found = _trigger(locked, act, rules, behind=CASE_CLASS in given)
    if found is None or _open(locked):
        return
    rule, trigger, on = found
    row = Conversion.objects.create(
        case=locked.case,
        rule_id=rule.id,
        from_class=rule.from_class,
        to_class=rule.to_class,
        trigger=trigger,
        triggered_on=on,
        from_team_id=locked.case.team_id,
    )
    act.rows.append(row)
    act.happened.append(("conversion_triggered", locked.root))
    act.facts.append((locked.root, "conversion_proposed", False))


def show_class(locked: Locked) -> None:
    """The case's column of its class follows the recorded fact, also when that is taken back."""
    known = class_of(locked) or Track.UNDECIDED
    locked.case.track = known if known in Track.values else Track.UNDECIDED


def settle(
    locked: Locked, act: Act, *, owner: User, team: Unit | None, before: int | None, files: str
) -> None:
    """A hand-over to a team ends the conversion that was approved: the rules' event, the row, the words for the parties."""
    if team is None or "conversion_approved" not in locked.moments.get(locked.root, {}):
        return
    row = Conversion.objects.filter(case=locked.case, state=ConversionState.APPROVED).first()
    if row is None:
        return
    row.give(owner=owner, team=team, before=before, on=act.on, files=files)
    row.save()
    act.rows.append(row)
    rule = rule_of(locked, row)
    if rule is not None and rule.done:
        act.happened.append((rule.done, locked.root))
    act.words["team"] = team.name


def class_of(locked: Locked) -> str | None:
    """The recorded class of the case."""
    value: str | None = locked.facts.get(locked.root, {}).get(CASE_CLASS)
    return value


def rule_of(locked: Locked, row: Conversion) -> ConversionRule | None:
    """The pack's conversion behind a row."""
    return next((rule for rule in locked.book.conversions if rule.id == row.rule_id), None)


def _open(locked: Locked) -> bool:
    if "conversion_triggered" not in locked.moments.get(locked.root, {}):
        return False
    return Conversion.objects.filter(case=locked.case, state__in=OPEN_CONVERSIONS).exists()


def _trigger(
    locked: Locked, act: Act, rules: list[ConversionRule], *, behind: bool
) -> tuple[ConversionRule, str, dt.date] | None:
    days: dict[str, Any] = {}
    if behind:
        for events in locked.moments.values():
            for name, rows in events.items():
                if rows:
                    days[name] = day_of(moment_of(rows[-1][0]))
    for name, subject in act.happened:
        for event in (name, *implied_events().get(name, ())):
            days[event] = act.days.get((name, subject), act.on)
    for rule in rules:
        for name in rule.on:
            if name in days:
                return rule, name, days[name]
    return None
