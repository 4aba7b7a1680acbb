"""What happened on which day in three years, in order: each step is one verb with a key of its own.

A load that was cut short goes on where it stopped: a step whose key stands in the log is not done again.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from django.conf import settings
from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django.db import connection

from deadlines.sweep import sweep
from events import relay
from events.models import Event
from funds.actions.monthends import count_month_ends
from funds.actions.reminding import remind_unclaimed
from kernel import time
from kernel.errors import DomainError
from notices.delivery import deliver
from notices.providers.file import FileProvider
from regimes.calendar import Calendar

PREFIX = "demo:"
# What an earlier step should have left behind is not there: the story has no way on.
REFUSALS = (DomainError, ObjectDoesNotExist, MultipleObjectsReturned)
TODAY_AT = dt.time(8, 31)
"""What happened this morning; a demo loaded before has not seen it yet."""
log = structlog.get_logger(__name__)

Act = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Step:
    """One verb on one day. story: whose it is; a story that a verb refuses stops there. tells: the road up runs after it."""

    day: dt.date
    order: int
    story: int
    key: str
    act: Act
    tells: bool


@dataclass(slots=True)
class Told:
    """What a run did: verbs that ran, and those that refused, by key with their words."""

    verbs: int = 0
    refused: list[str] = field(default_factory=list)


class Script:
    """The steps up to the instant `now` (aware); later ones are dropped, which is how open cases come about."""

    def __init__(self, now: dt.datetime, calendar: Calendar) -> None:
        self.now, self.calendar = now, calendar
        self.today = time.today(now)
        self._has_today = self._slot(self.today) + dt.timedelta(minutes=5) < now
        self._order = itertools.count()
        self.steps: list[Step] = []

    def add(self, day: dt.date, story: int, key: str, act: Act, *, tells: bool = False) -> None:
        """Put a step on a day, after all steps put there before."""
        if day < self.today or (day == self.today and self._has_today):
            self.steps.append(Step(day, next(self._order), story, key, act, tells))

    def workdays_ago(self, count: int) -> dt.date:
        """The working day that lies so many working days before today; 0: the last one on which something was done."""
        if count == 0 and self._has_today and self.calendar.is_workday(self.today):
            return self.today
        return self.calendar.add_workdays(self.today, -max(count, 1))

    def run(self) -> Told:
        """Do every step that is not done yet, day after day; warnings fire and messages go out as the days pass."""
        done = _keys()
        told = Told()
        stopped: set[int] = set()
        left = sorted(
            (step for step in self.steps if step.key not in done), key=lambda step: (step.day, step.order)
        )
        swept: dt.date | None = None
        for day, steps in itertools.groupby(left, key=lambda step: step.day):
            self._sweep_until(day, swept)
            swept = day
            for seconds, step in enumerate(steps):
                if step.story not in stopped and not self._do(step, seconds, told):
                    stopped.add(step.story)
            with time.travel(self._slot(day) + dt.timedelta(minutes=4)):
                _finish_day()
        if swept is not None:
            self._sweep_until(self.today, swept)
        with time.travel(self.now):
            sweep()
            _finish_day()
        return told

    def _do(self, step: Step, seconds: int, told: Told) -> bool:
        with time.travel(self._slot(step.day) + dt.timedelta(seconds=min(seconds * 4, 220))):
            try:
                step.act(step.key)
            except REFUSALS as error:
                log.warning("demo.refused", key=step.key, error=type(error).__name__)
                told.refused.append(f"{step.key}：{error}")
                return False
            told.verbs += 1
            if step.tells:
                relay_all()
        return True

    def _sweep_until(self, day: dt.date, after: dt.date | None) -> None:
        """The morning sweeps of the days behind `after` up to `day`, as far as those mornings have come."""
        first = day if after is None else after + dt.timedelta(days=1)
        for offset in range((day - first).days + 1):
            morning = time.at_local(first + dt.timedelta(days=offset), 9, 5)
            if morning < self.now:
                with time.travel(morning):
                    sweep()
                    remind_unclaimed(at=morning)
                    count_month_ends(at=morning)

    def _slot(self, day: dt.date) -> dt.datetime:
        """When a day's work is done: all within four minutes, so that every message goes out within five."""
        if day == self.today:
            return time.at_local(day, TODAY_AT.hour, TODAY_AT.minute)
        return time.at_local(day, 9 + day.toordinal() % 7, 30 + day.toordinal() % 29)


@contextmanager
def hurried() -> Iterator[None]:
    """No worker is woken for what happens here and now, and a commit does not wait for the disk.

    A machine that fails meanwhile loses the last steps, which the next start does again.
    """
    before = settings.KICKS
    settings.KICKS = False
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        settings.KICKS = before
        # The next one waits for the disk again.
        connection.close()


def _keys() -> set[str]:
    """The keys of all steps done; a verb over several cases adds their ids behind its key."""
    found = Event.objects.filter(key__startswith=PREFIX).values_list("key", flat=True)
    return {":".join(key.split(":")[:3]) for key in found}


def _finish_day() -> None:
    relay_all()
    # Whatever provider is set: nobody is to get a message from an invented court.
    deliver(provider=FileProvider(settings.SMS_FILE))


def relay_all() -> None:
    """Every reaction that is owed, and what those owe in turn."""
    while relay.run():
        pass
