"""Many questions at once: one JSON object a line, one JSON answer a line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deadlines.asking import (
    Circumstances,
    calendar_in_use,
    check_facts,
    court_of,
    deadline_of,
    read_extension,
    read_start,
    read_suspension,
)
from kernel.errors import BadInput
from regimes.amounts import Amount
from regimes.calendar import Calendar
from regimes.errors import did_you_mean
from regimes.explain import Explanation, explain
from regimes.packs import Library
from regimes.periods import Moment, local_date
from regimes.suspensions import Suspension

KEYS = ("rule", "start", "facts", "suspend", "extend", "court")

_WANTED = {
    "line": _lazy('每行写一个 JSON 对象，例如 {"rule": "JZ-D-01", "start": "2023-04-24"}'),
    "rule": _lazy("写期限规则的编号，例如 JZ-D-01"),
    "start": _lazy('写成 "2023-04-24" 或 "2023-04-24T18:30"'),
    "facts": _lazy('写成 {"名称": 值}，例如 {"service_channel": "electronic"}'),
    "suspend": _lazy('写成 [["2023-04-26", "2023-04-27"]]，尚未恢复的终止日写 null'),
    "extend": _lazy('写成 ["30 days"]，或者只写日数 [30]'),
    "court": _lazy("写法院代字，例如 鄂1003"),
}


class Answerer:
    """Answers questions of one run from one library; calendars are read once per court.

    today: court-local date, for the dates a person writes as 今天.
    """

    def __init__(self, library: Library, today: dt.date) -> None:
        self.library = library
        self.today = today
        self._calendars: dict[str, Calendar] = {}

    def calendar(self, court: str = "") -> Calendar:
        """The calendar of a court's code; empty: the national one. Raises BadInput for an unknown code."""
        if court not in self._calendars:
            self._calendars[court] = calendar_in_use(court_of(court).pk if court else None)
        return self._calendars[court]

    def explain(self, rule_id: str, around: Circumstances, court: str = "") -> Explanation:
        """The rule in force on the day of the start, explained.

        Raises BadInput: no such rule (with the closest id), a start before the rule, an unknown fact.
        """
        day = None if around.start is None else local_date(around.start)
        pack, rule = deadline_of(self.library, rule_id, day)
        check_facts(around.facts, pack.vocabulary)
        return explain(
            rule,
            around.start,
            facts=around.facts,
            suspensions=around.suspensions,
            extensions=around.extensions,
            calendar=self.calendar(court),
            pack=pack,
        )

    def answer(self, line: str, court: str = "") -> dict[str, Any]:
        """The answer to one line, as JSON values. Raises BadInput."""
        question = _read_object(line)
        around = Circumstances(
            start=self._start(question.get("start")),
            suspensions=tuple(self._suspensions(question.get("suspend"))),
            extensions=tuple(_extensions(question.get("extend"))),
            facts=_expect(question.get("facts") or {}, dict, "facts"),
        )
        rule_id = _expect(question.get("rule"), str, "rule")
        court = _expect(question.get("court") or court, str, "court")
        return self.explain(rule_id, around, court).as_json()

    def _start(self, value: object) -> Moment | None:
        return None if value is None else read_start(_expect(value, str, "start"), today=self.today)

    def _suspensions(self, value: object) -> Iterator[Suspension]:
        for pair in _expect(value or [], list, "suspend"):
            if not isinstance(pair, list) or len(pair) != 2:
                raise _unfit("suspend")
            first, last = pair
            yield read_suspension(
                _expect(first, str, "suspend"),
                None if last is None else _expect(last, str, "suspend"),
                today=self.today,
            )


def answers(
    answerer: Answerer, lines: Iterable[str], failed: Callable[[], None], court: str = ""
) -> Iterator[str]:
    """One line of JSON per line that is not blank; `failed` is called for each that cannot be answered.

    court: whose calendar counts where a line names none.
    A line that fails becomes {"line": its number from 1, "error": what is wrong, "fix": what to do}.
    """
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield encode(answerer.answer(line, court))
        except BadInput as error:
            failed()
            yield encode({"line": number, "error": str(error), "fix": str(error.fix)})


def _read_object(line: str) -> Mapping[str, Any]:
    try:
        question = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(_("不是正确的 JSON"), field="line", fix=_WANTED["line"]) from error
    if not isinstance(question, dict):
        raise BadInput(_("这一行不是 JSON 对象"), field="line", fix=_WANTED["line"])
    for key in question:
        if key not in KEYS:
            message = _("不认识的键“%(key)s”") % {"key": key[:60]}
            raise BadInput(message, field=key, fix=did_you_mean(key, KEYS))
    return question


def _extensions(value: object) -> Iterator[Amount]:
    """Texts (30 days), whole numbers of days, or {"days": 30}."""
    for each in _expect(value or [], list, "extend"):
        if isinstance(each, dict) and set(each) == {"days"}:
            each = each["days"]
        if isinstance(each, int) and not isinstance(each, bool):
            each = str(each)
        yield read_extension(_expect(each, str, "extend"))


def _expect(value: Any, wanted: type, key: str) -> Any:
    if not isinstance(value, wanted):
        raise _unfit(key)
    return value


def _unfit(key: str) -> BadInput:
    return BadInput(_("“%(key)s”写得不对") % {"key": key}, field=key, fix=_WANTED[key])
