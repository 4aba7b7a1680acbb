"""`scripts/manage replay CASE --as-of 2023-05-10`: a case as it stood, from its events alone.

Without --as-of and --known-at the result is also compared with the database; each difference is named, exit 1.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.models import Case
from events import log
from kernel import time
from kernel.casenumbers import loose_key
from supervision.asof import names_in
from supervision.replay import Difference, State, differences, replay, stored
from supervision.standing import difference_line, masked, sections, told


class Command(BaseCommand):
    help = "按办理记录重放一个案件：某一天的状态、节点、期限、事实；不写日期时与库中现状逐项核对。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", help="案号或案件编号")
        parser.add_argument("--as-of", type=_day, metavar="日期", help="到这一天为止的情况，例如 2023-05-10")
        parser.add_argument(
            "--known-at",
            type=_instant,
            metavar="时刻",
            help="只看这一时刻以前的记录，例如 2023-05-10T16:00；只写日期的，算到当天结束",
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        case, as_of, known_at = _case(options["case"]), options["as_of"], options["known_at"]
        events = list(log.history(case.about))
        state = replay(events, as_of=as_of, known_at=known_at)
        now = as_of is None and known_at is None
        found = differences(state, stored(case)) if now else []
        heading = _heading(case, as_of, known_at)
        if options["json"]:
            self.stdout.write(_json(case, as_of, known_at, state, found))
        else:
            self._tell(heading, state, found, now=now, events=len(events))
        if found:
            sys.exit(1)

    def _tell(self, heading: str, state: State, found: list[Difference], *, now: bool, events: int) -> None:
        self.stdout.write(heading)
        lines = told(sections(masked(state), names_in(state))) if state else iter(["当时还没有这个案件。"])
        for line in lines:
            self.stdout.write(line)
        if now:
            for difference in found:
                self.stdout.write(f"不一致：{difference_line(difference)}")
            self.stdout.write(f"共重放 {events} 条办理记录，与库中现状不一致 {len(found)} 处。")


def _case(text: str) -> Case:
    cases = (
        Case.objects.filter(pk=int(text))
        if text.isdigit()
        else Case.objects.filter(number_key=loose_key(text))
    )
    # A cancelled case leaves its number to the next one.
    case = cases.order_by("-pk").first()
    if case is None:
        raise CommandError(f"没有案件“{text}”。写完整的案号，或案件页地址中的编号。")
    return case


def _heading(case: Case, as_of: dt.date | None, known_at: dt.datetime | None) -> str:
    limits = [f"截至 {as_of.isoformat()}"] if as_of else []
    if known_at:
        limits.append(f"按 {time.local(known_at):%Y-%m-%d %H:%M} 以前的记录")
    return f"{case.number}（编号 {case.pk}）{'，'.join(limits) or '现状'}"


def _json(
    case: Case,
    as_of: dt.date | None,
    known_at: dt.datetime | None,
    state: State,
    found: list[Difference],
) -> str:
    tables: dict[str, dict[str, Any]] = {}
    for (table, pk), row in sorted(masked(state).items()):
        tables.setdefault(table, {})[str(pk)] = row
    told = {
        "case": case.pk,
        "number": case.number,
        "as_of": as_of and as_of.isoformat(),
        "known_at": known_at and known_at.isoformat(),
        "rows": tables,
        "differences": [difference_line(difference) for difference in found],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _instant(text: str) -> dt.datetime:
    """An instant in the court's time; a bare date means its end."""
    if len(text) == 10:
        return time.at_local(dt.date.fromisoformat(text) + dt.timedelta(days=1)) - dt.timedelta(
            microseconds=1
        )
    instant = dt.datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=time.SHANGHAI)
