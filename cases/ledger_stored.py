"""A row of a sheet as text that can be kept, and back. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

from cases.ledger_rows import Problem
from kernel.workbooks import Line, Unreadable, Value


def kept(line: Line) -> str:
    """The values of a row as JSON."""
    return json.dumps([_plain(value) for value in line.values], ensure_ascii=False)


def line_of(number: int, text: str) -> Line:
    """The row again."""
    return Line(number, tuple(_value(value) for value in json.loads(text)))


def notes_of(problems: Iterable[Problem]) -> str:
    """What was found in a row as JSON: [column, what, fix]."""
    return json.dumps([[p.column, p.what, p.fix] for p in problems], ensure_ascii=False)


def problems_of(row: int, text: str | None) -> list[Problem]:
    """What was found in a row."""
    return [Problem(row, *note) for note in json.loads(text)] if text else []


def shown(text: str) -> list[str]:
    """The values of a kept row as a person reads them."""
    return [_shown(value) for value in json.loads(text)]


def _plain(value: Value) -> object:
    match value:
        case Unreadable():
            return {"u": [str(value.what), str(value.fix)]}
        case dt.datetime():
            return {"t": value.isoformat()}
        case dt.date():
            return {"d": value.isoformat()}
        case dt.time() | dt.timedelta():
            return str(value)
        case _:
            return value


def _value(value: object) -> Value:
    match value:
        case {"u": [what, fix]}:
            return Unreadable(str(what), str(fix))
        case {"t": text}:
            return dt.datetime.fromisoformat(str(text))
        case {"d": text}:
            return dt.date.fromisoformat(str(text))
        case _:
            return value  # type: ignore[return-value]


def _shown(value: object) -> str:
    match value:
        case {"u": Sequence()}:
            return ""
        case {"t": text}:
            return str(text).removesuffix("T00:00:00").replace("T", " ")
        case {"d": text}:
            return str(text)
        case None:
            return ""
        case float() if value == int(value):
            return str(int(value))
        case _:
            return str(value)
