"""Conditions of rules: `service_channel == electronic and fund_amount <= 100000`, typed and three-valued.

The text is parsed as a Python expression of which only comparisons, and/or/not and lists are allowed.
True and False are certain; None means that a fact which decides is not recorded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from regimes.errors import RegimeError, did_you_mean
from regimes.vocabulary import Fact, Vocabulary

Value = bool | Decimal | str

_OPS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in",
}  # fmt: skip
_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": Decimal.__lt__, "<=": Decimal.__le__, ">": Decimal.__gt__, ">=": Decimal.__ge__,
}  # fmt: skip
_SWAPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_WORDS = {
    "==": "为", "!=": "不为", "<": "小于", "<=": "不超过", ">": "超过", ">=": "不少于", "in": "为",
    "not in": "不为",
}  # fmt: skip
_UNITS = {"yuan": "元", "days": "日", "years": "年", "months": "个月", "hours": "小时", "percent": "%"}
_BOOLEANS = {"true": True, "false": False}
_SPOKEN = {
    "true": True,
    "yes": True,
    "1": True,
    "是": True,
    "false": False,
    "no": False,
    "0": False,
    "否": False,
}
_TYPE_NAMES = {"boolean": "是/否", "number": "数", "enum": "选项", "date": "日期"}
_LONGEST = 2000

EXAMPLE = "例如 service_channel == electronic and fund_amount <= 100000"


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a fact with values, or with the fact `other` (numbers only)."""

    fact: str
    type: str
    op: str
    values: tuple[Value, ...]
    other: str = ""


@dataclass(frozen=True, slots=True)
class Junction:
    """`and` / `or` over its parts, `not` over its single part; `and` over nothing is always true."""

    op: str
    parts: tuple[Junction | Test, ...]


Node = Junction | Test


@dataclass(frozen=True, slots=True)
class Expr:
    """A parsed condition; `text` is as written."""

    text: str
    root: Node

    def evaluate(self, facts: Mapping[str, object]) -> bool | None:
        """True, False, or None where an unrecorded fact decides. Raises RegimeError for a wrong type."""
        return _evaluate(self.root, facts)

    def names(self) -> frozenset[str]:
        """The facts it asks for."""
        return frozenset(_names(self.root))

    def missing(self, facts: Mapping[str, object]) -> tuple[str, ...]:
        """The unrecorded facts that keep it undecided, in the order written; empty once it is decided."""
        return tuple(dict.fromkeys(_missing(self.root, facts)))

    def chinese(self, vocabulary: Vocabulary) -> str:
        """For people: 送达方式 为 电子，且 款项金额 不超过 100000元."""
        return _chinese(self.root, vocabulary, outer=True)

    @property
    def is_always(self) -> bool:
        """True for the empty condition."""
        return isinstance(self.root, Junction) and not self.root.parts


ALWAYS = Expr("always", Junction("and", ()))


def parse_expression(text: str, vocabulary: Vocabulary) -> Expr:
    """Read a condition; empty text and `always` hold always.

    Raises RegimeError naming the unknown fact or value (with the closest known one), or the wrong type.
    """
    plain = " ".join(text.split())
    if plain in ("", "always"):
        return ALWAYS
    if len(plain) > _LONGEST:
        raise RegimeError("条件太长", fix="拆成几条规则")
    try:
        tree = ast.parse(plain, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise RegimeError(f"看不懂条件“{plain}”", fix=EXAMPLE) from error
    return Expr(plain, _Parser(vocabulary).node(tree))


class _Parser:
    """Turns the syntax tree into tests, checking every name and type against the vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.facts = vocabulary.facts

    def node(self, tree: ast.expr) -> Node:
        match tree:
            case ast.BoolOp(op=op, values=values):
                word = "and" if isinstance(op, ast.And) else "or"
                return Junction(word, tuple(self.node(value) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Junction("not", (self.node(operand),))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                return self._comparison([left, *comparators], [_OPS.get(type(op), "") for op in ops])
            case ast.Name(id=name):
                return self._bare(name)
        raise RegimeError(f"条件里不能写“{ast.unparse(tree)}”", fix=EXAMPLE)

    def _bare(self, name: str) -> Test:
        fact = self._fact(name)
        if fact.type != "boolean":
            raise RegimeError(
                f"“{name}”（{fact.zh}）是{_TYPE_NAMES[fact.type]}，不能单独作条件", fix=f"写成比较，{EXAMPLE}"
            )
        return Test(name, "boolean", "==", (True,))

    def _comparison(self, terms: list[ast.expr], ops: list[str]) -> Node:
        """`0.05 <= deposit_ratio <= 0.2` becomes two tests."""
        tests = tuple(
            self._test(left, op, right) for left, op, right in zip(terms, ops, terms[1:], strict=False)
        )
        return tests[0] if len(tests) == 1 else Junction("and", tests)

    def _test(self, left: ast.expr, op: str, right: ast.expr) -> Test:
        if not op:
            raise RegimeError("条件里只能用 ==、!=、<、<=、>、>=、in、not in", fix=EXAMPLE)
        if not isinstance(left, ast.Name) and isinstance(right, ast.Name) and op in _SWAPPED:
            left, right, op = right, left, _SWAPPED[op]
        if not isinstance(left, ast.Name):
            raise RegimeError(f"比较的左边应当是事实，不能是“{ast.unparse(left)}”", fix=EXAMPLE)
        fact = self._fact(left.id)
        if fact.type == "number" and isinstance(right, ast.Name) and right.id in self.facts:
            return self._between(fact, op, self.facts[right.id])
        return Test(fact.id, fact.type, op, self._values(fact, op, right))

    def _between(self, fact: Fact, op: str, other: Fact) -> Test:
        if other.type != "number" or op in ("in", "not in"):
            raise RegimeError(f"“{fact.id}”与“{other.id}”类型不同，不能比较", fix="两边都应当是数")
        return Test(fact.id, "number", op, (), other.id)

    def _values(self, fact: Fact, op: str, tree: ast.expr) -> tuple[Value, ...]:
        is_list = isinstance(tree, (ast.List, ast.Tuple, ast.Set))
        if (op in ("in", "not in")) != is_list:
            fix = f"写成 {fact.id} in [值, 值] 或 {fact.id} == 值"
            raise RegimeError(f"“{op}”的右边{'不能是列表' if is_list else '应当是列表'}", fix=fix)
        if fact.type != "number" and op in _ORDER:
            raise RegimeError(
                f"“{fact.id}”（{fact.zh}）是{_TYPE_NAMES[fact.type]}，不能比较大小",
                fix="只能用 ==、!=、in、not in",
            )
        items = tree.elts if isinstance(tree, (ast.List, ast.Tuple, ast.Set)) else [tree]
        return tuple(self._value(fact, item) for item in items)

    def _value(self, fact: Fact, tree: ast.expr) -> Value:
        if fact.type == "date":
            raise RegimeError(
                f"“{fact.id}”（{fact.zh}）是日期，条件里不能比较", fix="改用 stated_end 或者事件"
            )
        if fact.type == "number":
            return _number(fact, tree)
        word = (
            tree.id if isinstance(tree, ast.Name) else tree.value if isinstance(tree, ast.Constant) else None
        )
        if fact.type == "boolean":
            if isinstance(word, bool):
                return word
            if isinstance(word, str) and word.lower() in _BOOLEANS:
                return _BOOLEANS[word.lower()]
            raise _mismatch(fact, tree, f"写 {fact.id} 或 not {fact.id}")
        if not isinstance(word, str):
            raise _mismatch(fact, tree, f"可选的值：{'、'.join(fact.values)}")
        if word not in fact.values:
            known = f"可选的值：{'、'.join(fact.values)}"
            raise RegimeError(
                f"“{fact.id}”（{fact.zh}）没有值“{word}”", fix=did_you_mean(word, list(fact.values), known)
            )
        return word

    def _fact(self, name: str) -> Fact:
        if name in self.facts:
            return self.facts[name]
        advice = did_you_mean(name, list(self.facts), "先在词汇表的 facts 中登记这个事实")
        raise RegimeError(f"没有这个事实“{name}”", fix=advice)


def _number(fact: Fact, tree: ast.expr) -> Decimal:
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        raise RegimeError(f"“{fact.id}”（{fact.zh}）不会是负数：{ast.unparse(tree)}", fix="写不小于零的数")
    value = tree.value if isinstance(tree, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _mismatch(fact, tree, f"写数字，例如 {fact.id} <= 100000")
    return Decimal(str(value))


def _mismatch(fact: Fact, tree: ast.expr, fix: str) -> RegimeError:
    return RegimeError(
        f"“{fact.id}”（{fact.zh}）是{_TYPE_NAMES[fact.type]}，不能与“{ast.unparse(tree)}”比较", fix=fix
    )


def _evaluate(node: Node, facts: Mapping[str, object]) -> bool | None:
    """Kleene's logic: an unknown part matters only if the known parts leave the answer open."""
    if isinstance(node, Test):
        return _test(node, facts)
    results = [_evaluate(part, facts) for part in node.parts]
    if node.op == "not":
        return None if results[0] is None else not results[0]
    decisive = node.op == "or"
    if decisive in results:
        return decisive
    return None if None in results else not decisive


def _test(test: Test, facts: Mapping[str, object]) -> bool | None:
    held = facts.get(test.fact)
    if held is None:
        return None
    values = test.values
    if test.other:
        other = facts.get(test.other)
        if other is None:
            return None
        values = (_typed(test.other, "number", other),)
    items: Collection[object] = held if isinstance(held, (list, tuple, set, frozenset)) else (held,)
    typed = [_typed(test.fact, test.type, item) for item in items]
    if test.op in _ORDER:
        order, limit = _ORDER[test.op], values[0]
        return any(
            isinstance(item, Decimal) and isinstance(limit, Decimal) and order(item, limit) for item in typed
        )
    found = any(item in values for item in typed)
    return found if test.op in ("==", "in") else not found


def _typed(name: str, type_: str, value: object) -> Value:
    """A recorded value as the comparison needs it; numbers and booleans may arrive as text from JSON."""
    if type_ == "enum" and isinstance(value, str):
        return value
    if type_ == "boolean":
        spoken = value if isinstance(value, bool) else _SPOKEN.get(str(value).lower())
        if spoken is not None:
            return spoken
    if type_ == "number" and isinstance(value, (int, float, str, Decimal)) and not isinstance(value, bool):
        try:
            return Decimal(str(value).replace(",", ""))
        except InvalidOperation:
            pass
    wanted = _TYPE_NAMES[type_]
    raise RegimeError(f"事实“{name}”应当是{wanted}，现在是“{value}”", field=name, fix=f"改成{wanted}")


def _missing(node: Node, facts: Mapping[str, object]) -> Iterator[str]:
    if _evaluate(node, facts) is not None:
        return
    if isinstance(node, Test):
        yield from (name for name in (node.fact, node.other) if name and facts.get(name) is None)
    else:
        for part in node.parts:
            yield from _missing(part, facts)


def _names(node: Node) -> Iterator[str]:
    if isinstance(node, Test):
        yield node.fact
        if node.other:
            yield node.other
    else:
        for part in node.parts:
            yield from _names(part)


def _chinese(node: Node, vocabulary: Vocabulary, *, outer: bool) -> str:
    if isinstance(node, Test):
        return _test_chinese(node, vocabulary)
    if not node.parts:
        return "始终适用"
    if node.op == "not":
        return _negated(node.parts[0], vocabulary)
    glue = "，且 " if node.op == "and" else "，或 "
    text = glue.join(_chinese(part, vocabulary, outer=False) for part in node.parts)
    return text if outer else f"（{text}）"


def _negated(node: Node, vocabulary: Vocabulary) -> str:
    if isinstance(node, Test) and node.type == "boolean" and node.values == (True,) and node.op == "==":
        return f"{vocabulary.facts[node.fact].zh} 为 否"
    return f"并非（{_chinese(node, vocabulary, outer=True)}）"


def _test_chinese(test: Test, vocabulary: Vocabulary) -> str:
    fact = vocabulary.facts[test.fact]
    if test.other:
        return f"{fact.zh} {_WORDS[test.op]} {vocabulary.facts[test.other].zh}"
    words = "、".join(_value_chinese(fact, value) for value in test.values)
    if test.type == "number" and test.op == "==":
        return f"{fact.zh} 等于 {words}"
    several = " 之一" if test.op == "in" and len(test.values) > 1 else ""
    return f"{fact.zh} {_WORDS[test.op]} {words}{several}"


def _value_chinese(fact: Fact, value: Value) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value}{_UNITS.get(fact.unit, fact.unit)}"
    return fact.values.get(value, value)


def combined(parts: Iterable[Expr]) -> Expr:
    """All of the conditions together; ALWAYS for none."""
    kept = [part for part in parts if not part.is_always]
    if len(kept) <= 1:
        return kept[0] if kept else ALWAYS
    return Expr(" and ".join(f"({part.text})" for part in kept), Junction("and", tuple(p.root for p in kept)))
