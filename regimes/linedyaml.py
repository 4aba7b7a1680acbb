"""YAML that remembers on which line each key stands, and refuses what YAML would quietly accept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, ClassVar

import yaml

from regimes.errors import PackError, PackErrors

DEEPEST = 40
KEPT_WORDS, LONGEST_WORD = 20_000, 40
_STR, _NULL, _BOOL = "tag:yaml.org,2002:str", "tag:yaml.org,2002:null", "tag:yaml.org,2002:bool"
_INT, _FLOAT, _DATE = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:timestamp"
_TRUE = frozenset({"yes", "true", "on"})

# How people name the types in an error.
TYPE_NAMES: dict[type, str] = {
    str: "文字", bool: "是/否", int: "整数", float: "小数", dt.date: "日期", type(None): "空",
}  # fmt: skip


class LinedMap(dict[str, Any]):
    """A YAML mapping with text keys. line: where it begins; lines[key]: where the key stands (1-based)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of a key, or of the mapping if the key is absent."""
        return self.lines.get(key, self.line)


class LinedList(list[Any]):
    """A YAML list. line: where it begins; lines[i]: where the i-th item begins."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


class _Loader(yaml.CSafeLoader):
    """The C reader; what a plain word means is looked up once, since keys and names come again in every rule."""

    known: ClassVar[dict[tuple[Any, ...], str]] = {}

    def resolve(self, kind: type, value: str, implicit: Any) -> str:
        """The tag of a scalar, kept for short ones."""
        asked = (kind, value, implicit)
        tag = self.known.get(asked)
        if tag is None:
            tag = str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
            if len(self.known) < KEPT_WORDS and (value is None or len(value) <= LONGEST_WORD):
                self.known[asked] = tag
        return tag


def read(text: str, file: str, errors: list[PackError]) -> LinedMap:
    """Parse one document whose top level is a mapping.

    Keys are always text: `on:` and `no:` are not booleans here. Values: str, bool, int, float, date or None.
    Duplicate keys and impossible dates are added to `errors`. Raises PackErrors when it is not YAML at all.
    """
    try:
        _look_before(text, file)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise PackErrors([_syntax_error(error, file)]) from error
    reader = _Reader(file, errors)
    value = reader.value(root, "") if root is not None else None
    if not isinstance(value, LinedMap):
        fix = "文件的最外层写成“键: 值”，例如 pack: JZ-2023"
        raise PackErrors([PackError(file, 1, "（全文）", "文件不是键值结构", fix)])
    return value


def _look_before(text: str, file: str) -> None:
    """Raises PackErrors for what must not be composed at all: a text nested so deep that it would exhaust the stack of
    the process, and parts named with & and put again with *, which could hold themselves or grow without end.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else 1
        if depth > DEEPEST:
            raise PackErrors([PackError(file, line, "（格式）", "括号或缩进套得太深", "核对括号和缩进")])
        if isinstance(event, yaml.AliasEvent):
            message = f"用 *{event.anchor} 引用了另一处内容"
            raise PackErrors([PackError(file, line, "（格式）", message, "把内容写全，不用 & 和 *")])


class _Reader:
    """Turns composed nodes into values; one per file."""

    def __init__(self, file: str, errors: list[PackError]) -> None:
        self.file = file
        self.errors = errors

    def value(self, node: yaml.Node, key: str) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            result = LinedList(_line(node))
            for index, item in enumerate(node.value):
                result.append(self.value(item, f"{key}[{index + 1}]"))
                result.lines.append(_line(item))
            return result
        return self._scalar(node, key)

    def _mapping(self, node: yaml.MappingNode, path: str) -> LinedMap:
        result = LinedMap(_line(node))
        for key_node, value_node in node.value:
            key, line = str(key_node.value), _line(key_node)
            where = f"{path}.{key}" if path else key
            if key in result:
                first = result.lines[key]
                self._report(line, where, f"键“{key}”重复，第{first}行已经写过", "删去其中一处")
                continue
            result[key] = self.value(value_node, where)
            result.lines[key] = line
        return result

    def _scalar(self, node: yaml.Node, key: str) -> Any:
        reader = _SCALARS.get(node.tag)
        if reader is None:
            return str(node.value)
        try:
            return reader(node.value)
        except ValueError:
            self._report(
                _line(node), key, f"不存在的日期“{node.value}”", "写成 2023-02-28 这样真实存在的日期"
            )
            return None

    def _report(self, line: int, key: str, message: str, fix: str) -> None:
        self.errors.append(PackError(self.file, line, key, message, fix))


def _int(text: str) -> int | str:
    """Whole numbers; `1:30` and `0x1f` stay text, since nobody means base 60 or 16 in a rule."""
    plain = text.replace("_", "")
    return int(plain) if plain.lstrip("+-").isdecimal() else text


def _float(text: str) -> float | str:
    """Plain decimals; base 60, infinity and not-a-number stay text."""
    return text if ":" in text or text.lstrip("+-").startswith((".i", ".I", ".n", ".N")) else float(text)


def _date(text: str) -> dt.date | dt.datetime:
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)


_SCALARS: dict[str, Callable[[str], Any]] = {
    _STR: str,
    _NULL: lambda _text: None,
    _BOOL: lambda text: text.lower() in _TRUE,
    _INT: _int,
    _FLOAT: _float,
    _DATE: _date,
}


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _syntax_error(error: yaml.YAMLError, file: str) -> PackError:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    line = mark.line + 1 if mark is not None else 1
    fix = "检查缩进、冒号后的空格和引号是否成对"
    return PackError(file, line, "（格式）", f"不是正确的 YAML：{problem}", fix)
