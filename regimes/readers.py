"""Reading one YAML mapping key by key, collecting every fault with its file, line, key and advice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, TypeVar

from regimes.amounts import Amount, Period, parse_amount, parse_period
from regimes.errors import PackError, RegimeError, did_you_mean
from regimes.linedyaml import TYPE_NAMES, LinedList, LinedMap

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """The file being read and the faults found in it so far."""

    file: str
    errors: list[PackError] = field(default_factory=list)

    def report(self, line: int, key: str, message: str, fix: str) -> None:
        """Note one fault; reading goes on."""
        self.errors.append(PackError(self.file, line, key, message, fix))


class Fields:
    """One mapping. Every getter remembers its key, so that `done` can name the keys nobody asked for."""

    def __init__(self, source: Source, data: LinedMap, where: str = "") -> None:
        self.source = source
        self.data = data
        self.where = where
        self._asked: set[str] = set()
        self._needs: list[tuple[str, str, str]] = []

    def path(self, key: str) -> str:
        """The key as an error shows it: deadlines[JZ-D-01].period."""
        return f"{self.where}.{key}" if self.where else key

    def has(self, key: str) -> bool:
        """True if the key is written with a value."""
        self._asked.add(key)
        return self.data.get(key) is not None

    def report(self, key: str, message: str, fix: str) -> None:
        """Note a fault of this key."""
        self.source.report(self.data.line_of(key), self.path(key), message, fix)

    def raw(self, key: str) -> Any:
        """The value as read; None if absent."""
        self._asked.add(key)
        return self.data.get(key)

    def need(self, key: str, what: str, fix: str) -> None:
        """The key must be written; `done` reports it if it is not."""
        if not self.has(key) or self.data[key] == "":
            self._needs.append((key, what, fix))

    def text(self, key: str, default: str = "") -> str:
        """A text; whole numbers are taken as text."""
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value)
        return self._wrong(key, value, "文字", "用引号把文字括起来", default)

    def boolean(self, key: str, default: bool = False) -> bool:
        """yes/no."""
        value = self.raw(key)
        if value is None:
            return default
        return value if isinstance(value, bool) else self._wrong(key, value, "是/否", "写 yes 或 no", default)

    def integer(self, key: str, default: int | None = None) -> int | None:
        """A whole number, not negative."""
        value = self.raw(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            return self._wrong(key, value, "整数", "只写数字，例如 2", default)
        if value < 0:
            self.report(key, f"{key} 不能是负数：{value}", "写不小于零的数")
            return default
        return value

    def date(self, key: str) -> dt.date | None:
        """A date without a time."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        return self._wrong(key, value, "日期", "写成 2023-02-28 这样真实存在的日期", None)

    def choice(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One of a few words."""
        value = self.text(key, default)
        if value not in allowed:
            self.report(
                key, f"{key} 不能写“{value}”", did_you_mean(value, allowed, f"只能写 {'、'.join(allowed)}")
            )
            return default
        return value

    def name(self, key: str, known: Collection[str], what: str) -> str:
        """One name of a vocabulary; empty if absent."""
        names = self.names(key, known, what)
        if len(names) > 1:
            self.report(key, f"{key} 只能写一个{what}", "保留一个")
        return names[0] if names else ""

    def names(self, key: str, known: Collection[str], what: str) -> tuple[str, ...]:
        """Names of a vocabulary, written as one word or as a list."""
        value = self.raw(key)
        if value is None:
            return ()
        items = value if isinstance(value, LinedList) else [value]
        lines = value.lines if isinstance(value, LinedList) else [self.data.line_of(key)]
        return tuple(
            item
            for item, line in zip(items, lines, strict=True)
            if self._is_known(item, line, key, known, what)
        )

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        value = self.raw(key)
        if value is None:
            return ()
        items = value if isinstance(value, LinedList) else [value]
        if any(not isinstance(item, str) for item in items):
            return self._wrong(key, value, "文字列表", "写成 [文字, 文字]", ())
        return tuple(items)

    def period(self, key: str) -> Period:
        """A period; empty if absent."""
        return self._parsed(key, parse_period, ())

    def amount(self, key: str) -> Amount | None:
        """A single amount."""
        return self._parsed(key, parse_amount, None)

    def periods(self, key: str) -> tuple[Period, ...]:
        """A list of periods, or one."""
        value = self.raw(key)
        items = value if isinstance(value, LinedList) else [] if value is None else [value]
        result = []
        for item in items:
            try:
                result.append(parse_period(str(item)))
            except RegimeError as error:
                self.report(key, str(error), str(error.fix))
        return tuple(result)

    def parsed(self, key: str, parse: Callable[[str], T], default: T) -> T:
        """A text turned into a value by `parse`, whose RegimeError becomes a fault of this key."""
        return self._parsed(key, parse, default)

    def child(self, key: str) -> Fields | None:
        """A nested mapping; None if absent."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, LinedMap):
            return Fields(self.source, value, self.path(key))
        return self._wrong(key, value, "一组“键: 值”", "换行缩进，写成 键: 值", None)

    def children(self, key: str) -> Iterator[Fields]:
        """The mappings of a list; each is called by its id where it has one."""
        value = self.raw(key)
        if value is None:
            return
        if not isinstance(value, LinedList):
            self._wrong(key, value, "列表", "每一项前写“- ”", None)
            return
        for index, (item, line) in enumerate(zip(value, value.lines, strict=True), 1):
            if isinstance(item, LinedMap):
                yield Fields(self.source, item, f"{self.path(key)}[{item.get('id') or index}]")
            else:
                where = f"{self.path(key)}[{index}]"
                self.source.report(line, where, "这里应当是一组“键: 值”", "写成 - id: …")

    def entries(self) -> Iterator[tuple[str, Fields]]:
        """Each key with its mapping, for tables keyed by id."""
        for key in self.data:
            child = self.child(key)
            if child is not None:
                yield key, child

    def table(self, key: str) -> dict[str, str]:
        """A mapping of ids to texts."""
        child = self.child(key)
        return {} if child is None else {each: child.text(each) for each in child.data}

    def done(self) -> None:
        """Report every key that has no meaning here, and every needed key that is not there.

        One fault is one report: a key that is only misspelt, or whose value is already refused, is not also
        reported as missing.
        """
        known = sorted(self._asked)
        meant: set[str] = set()
        for key in self.data:
            if key not in self._asked:
                meant.update(get_close_matches(key, known, n=1, cutoff=0.6))
                self.report(key, f"不认识的键“{key}”", did_you_mean(key, known))
        for key, what, fix in self._needs:
            if key not in meant and not self._is_refused(key):
                self.report(key, f"没有写{what}（{key}）", fix)

    def _is_refused(self, key: str) -> bool:
        """True if the value of this key was already reported, e.g. as an impossible date."""
        line = self.data.lines.get(key)
        return any(error.line == line and error.key.endswith(key) for error in self.source.errors)

    def _parsed(self, key: str, parse: Callable[[str], T], default: T) -> T:
        value = self.raw(key)
        if value is None:
            return default
        if isinstance(value, (LinedMap, LinedList)):
            return self._wrong(key, value, "文字", "写成一行文字", default)
        try:
            return parse(str(value).lower() if isinstance(value, bool) else str(value))
        except RegimeError as error:
            self.report(key, str(error), str(error.fix))
            return default

    def _is_known(self, item: Any, line: int, key: str, known: Collection[str], what: str) -> bool:
        if isinstance(item, str) and item in known:
            return True
        advice = did_you_mean(str(item), sorted(known), f"先在词汇表中登记这个{what}，或改用已有的")
        self.source.report(line, self.path(key), f"没有这个{what}“{item}”", advice)
        return False

    def _wrong(self, key: str, value: Any, wanted: str, fix: str, default: T) -> T:
        kind = next((name for type_, name in TYPE_NAMES.items() if type(value) is type_), "结构")
        self.report(key, f"{key} 应当是{wanted}，现在是{kind}", fix)
        return default
