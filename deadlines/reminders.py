"""What the rungs of clocks tell whom: firings as in-app notices. Reads nothing, writes nothing."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deadlines.ladder import is_late, name_of, receivers_of
from deadlines.pinned import rule_of
from deadlines.receivers import HANDLER, Directory
from kernel.dates import long_date
from kernel.time import SHANGHAI
from notices.inapp import StaffNotice
from notices.states import Level
from regimes.amounts import is_clock
from regimes.packs import Pack
from regimes.rules import DeadlineRule

TOPIC = "期限提醒"
NODE_LONGEST = 60
WARN, OVERDUE = Level.WARN.value, Level.OVERDUE.value
# A soft target or a party's right can pass, but nobody is late.
NEVER_LATE = frozenset({"soft_target", "right"})
END_NAMES = {
    "detector": _lazy("标记日"),
    "soft_target": _lazy("目标日"),
    "right": _lazy("届满日"),
    "max_length": _lazy("届满日"),
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What its rule says of a rung: the roles it tells, the duty, its name, whether the last day is past."""

    to: tuple[str, ...]
    duty: str
    name: str
    late: bool
    by_the_hour: bool = False


class Fired(NamedTuple):
    """A rung that has come, with what is needed of its clock. rung: its number.

    due_us, rung_us: the clock's last instant and the time of the rung, in microseconds since 1970 (UTC).
    """

    deadline_id: int
    court_id: int
    team_id: int | None
    owner_id: int | None
    case_id: int
    kind: str
    due_on: dt.date
    due_us: int
    rule_id: str
    rung: int
    rung_us: int
    meaning: Meaning


def meaning_of(code: str, version: int, digest: str, rule_id: str, rung: int) -> Meaning:
    """What a rule of a released pack says of its rung of this number.

    A clock whose rule is gone, or whose ladder was shortened since, still warns its handler: such a row must
    neither be lost nor stop the sweep for all others.
    """
    found = rule_of(code, version, digest, rule_id)
    try:
        return _meaning(*found, rung) if found else _unruled(rule_id)
    except IndexError:
        return _unruled(rule_id)


def notices_of(fired: Iterable[Fired], directory: Directory) -> Iterator[StaffNotice]:
    """The notices of rungs that came together. A person is told once about one clock: by the highest rung.

    A role that nobody holds gets a notice without a reader, so that the gap can be seen.
    """
    for rungs in _by_clock(fired):
        told: set[int | str] = set()
        for each in sorted(rungs, key=attrgetter("rung_us", "rung"), reverse=True):
            for role in each.meaning.to:
                people: Sequence[int | str] = directory.people(
                    role, court_id=each.court_id, team_id=each.team_id, owner_id=each.owner_id
                )
                for reader in people or [role]:
                    if reader not in told:
                        told.add(reader)
                        yield _notice(each, reader)


def _by_clock(fired: Iterable[Fired]) -> Iterable[list[Fired]]:
    clocks: dict[int, list[Fired]] = {}
    for each in fired:
        clocks.setdefault(each.deadline_id, []).append(each)
    return clocks.values()


def _notice(fired: Fired, reader: int | str) -> StaffNotice:
    meaning = fired.meaning
    return StaffNotice(
        court_id=fired.court_id,
        team_id=fired.team_id,
        owner_id=fired.owner_id,
        about=f"case:{fired.case_id}",
        case_id=fired.case_id,
        topic=TOPIC,
        rule_id=fired.rule_id,
        node=meaning.duty[:NODE_LONGEST],
        level=OVERDUE if meaning.late and fired.kind not in NEVER_LATE else WARN,
        to_user_id=reader if isinstance(reader, int) else None,
        text=_text(meaning, fired.kind, fired.due_on, fired.due_us if meaning.by_the_hour else None),
        key=f"clock:{fired.deadline_id}/{fired.rung_us}/{fired.rung}/{reader}",
    )


@functools.lru_cache(maxsize=4096)
def _text(meaning: Meaning, kind: str, due_on: dt.date, due_us: int | None) -> str:
    """发出执行通知：到期日2023年5月4日（周四），到期前2个工作日提醒. True also when it is told late.

    Kept, since hundreds of clocks end on the same day. due_us: only where the hour matters.
    """
    due = long_date(due_on)
    if due_us is not None:
        due = f"{due} {dt.datetime.fromtimestamp(due_us // 1_000_000, SHANGHAI):%H:%M}"
    return _("%(duty)s：%(end)s%(due)s，%(rung)s提醒") % {
        "duty": meaning.duty,
        "end": END_NAMES.get(kind, _("到期日")),
        "due": due,
        "rung": meaning.name,
    }


def _meaning(pack: Pack, rule: DeadlineRule, rung: int) -> Meaning:
    return Meaning(
        to=receivers_of(rule, rung),
        duty=pack.vocabulary.duties.get(rule.duty, rule.id),
        name=name_of(rule, rung),
        late=is_late(rule, rung),
        by_the_hour=is_clock(rule.period),
    )


def _unruled(rule_id: str) -> Meaning:
    return Meaning(to=(HANDLER,), duty=rule_id, name=_("期限"), late=False)
