"""The catalogue of nodes (packs/nodes.yaml): what each is about, what opens it, what its form asks, what it makes happen."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

import yaml

from kernel.errors import BadInput
from regimes.expressions import ALWAYS, Expr, parse_expression
from regimes.rules import MetBy
from regimes.vocabulary import Vocabulary, load_vocabulary

NODES_FILE = Path(__file__).parent / "packs" / "nodes.yaml"


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a choice field."""

    value: str
    zh: str


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field of a node's form. type: date text long choice amount number boolean file.

    effective: its date is the day of the act. required_when: other field -> value, with all of which this one is
    required; required_when_any: with any one of which.
    """

    key: str
    zh: str
    type: str
    required: bool = False
    required_when: Mapping[str, str] = field(default_factory=dict)
    required_when_any: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    fact: str = ""
    effective: bool = False
    help: str = ""
    default: Any = None

    def wanted(self, values: Mapping[str, Any]) -> bool:
        """Whether the other values of the form make this field necessary."""
        every = [str(values.get(other, "")) == value for other, value in self.required_when.items()]
        either = (str(values.get(other, "")) == value for other, value in self.required_when_any.items())
        return self.required or (bool(every) and all(every)) or any(either)


@dataclass(frozen=True, slots=True)
class Emission:
    """An event that completing the node makes happen, if its condition holds and its field is filled.

    at: the field with the event's own date.
    """

    event: str
    when: Expr
    filled: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class NodeDef:
    """One kind of node."""

    kind: str
    zh: str
    number: int | None
    stage: str
    owner: str
    per: str
    opens: tuple[str, ...]
    when: Expr
    closes: MetBy | None
    skip_when_met: bool
    after_closing: bool
    outlives_closing: bool
    needs_rule: bool
    exception: bool
    fields: tuple[FieldDef, ...]
    emits: tuple[Emission, ...]
    sets: Mapping[str, Any]
    papers: tuple[str, ...]
    actions: tuple[str, ...]
    form: str
    national_codes: tuple[str, ...]

    def field(self, key: str) -> FieldDef:
        """The field of this key. Raises KeyError."""
        return next(f for f in self.fields if f.key == key)


@functools.cache
def load_nodes(path: Path = NODES_FILE) -> tuple[NodeDef, ...]:
    """The catalogue in the order of the file."""
    raw: Mapping[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # noqa: S506
    vocabulary = load_vocabulary()
    return tuple(_node(kind, body, vocabulary) for kind, body in raw["nodes"].items())


def _node(kind: str, body: Mapping[str, Any], vocabulary: Vocabulary) -> NodeDef:
    return NodeDef(
        kind=kind,
        zh=body["zh"],
        number=body.get("number"),
        stage=body.get("stage", ""),
        owner=body.get("owner", "handler"),
        per=body.get("per", "case"),
        opens=_names(body.get("opens")),
        when=parse_expression(body.get("when", ""), vocabulary),
        closes=_met_by(body.get("closes")),
        skip_when_met=body.get("skip_when_met", True),
        after_closing=body.get("after_closing", False),
        outlives_closing=body.get("outlives_closing", False) or body.get("after_closing", False),
        needs_rule=body.get("needs_rule", False),
        exception=body.get("exception", False),
        fields=tuple(_field(f, vocabulary) for f in body.get("fields", ())),
        emits=tuple(_emission(e, vocabulary) for e in body.get("emits", ())),
        sets=body.get("sets", {}),
        papers=_names(body.get("papers")),
        actions=_names(body.get("actions")),
        form=body.get("form", "declared"),
        national_codes=_names(body.get("national_code")),
    )


def _names(value: str | Sequence[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _met_by(value: Any) -> MetBy | None:
    if value is None:
        return None
    if isinstance(value, str):
        return MetBy("all", (value,))
    mode: Literal["all", "any"] = "any" if "any" in value else "all"
    return MetBy(mode, tuple(value[mode]))


def _field(body: Mapping[str, Any], vocabulary: Vocabulary) -> FieldDef:
    fact = body.get("fact", "")
    choices = body.get("choices")
    if choices is None and body["type"] == "choice":
        choices = vocabulary.facts[fact].values
    return FieldDef(
        key=body["key"],
        zh=body["zh"],
        type=body["type"],
        required=body.get("required", False),
        required_when=body.get("required_when", {}),
        required_when_any=body.get("required_when_any", {}),
        choices=tuple(Choice(str(v), str(zh)) for v, zh in (choices or {}).items()),
        fact=fact,
        effective=body.get("effective", False),
        help=body.get("help", ""),
        default=body.get("default"),
    )


def _emission(body: str | Mapping[str, Any], vocabulary: Vocabulary) -> Emission:
    if isinstance(body, str):
        return Emission(body, ALWAYS)
    when = parse_expression(body.get("when", ""), vocabulary)
    at = body.get("at", "")
    return Emission(body["event"], when, body.get("when_filled", at), at)


def clean(definition: NodeDef, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a node's form, checked and typed as JSON keeps them: dates ISO, amounts text with two places.

    Raises BadInput naming the first field that is missing, unknown or of the wrong type.
    """
    known = {f.key for f in definition.fields}
    if unknown := set(values) - known:
        name = sorted(unknown)[0]
        raise BadInput(f"“{definition.zh}”没有“{name}”这一项。", field=name, fix="刷新页面后重新填写。")
    cleaned: dict[str, Any] = {}
    for field_def in definition.fields:
        value = values.get(field_def.key)
        if value in (None, "", []):
            if field_def.wanted(values):
                raise BadInput(
                    f"请填写“{field_def.zh}”。",
                    field=field_def.key,
                    fix=field_def.help or f"“{field_def.zh}”是必填项。",
                )
            continue
        cleaned[field_def.key] = _typed(field_def, value)
    return cleaned


def _typed(field: FieldDef, value: Any) -> Any:
    match field.type:
        case "date":
            return _as_date(field, value)
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() in ("1", "true", "on", "yes")
        case "choice":
            return _as_choice(field, str(value))
        case "amount" | "number":
            return _as_number(field, value)
        case "file":
            return [int(item) for item in (value if isinstance(value, (list, tuple)) else [value])]
        case _:
            return str(value).strip()


def _as_date(field: FieldDef, value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise BadInput(
            f"“{field.zh}”不是有效日期：{value}。", field=field.key, fix="按 2026-03-05 的样式填写。"
        ) from error


def _as_choice(field: FieldDef, value: str) -> str:
    if value not in {choice.value for choice in field.choices}:
        options = "、".join(choice.zh for choice in field.choices)
        raise BadInput(f"“{field.zh}”没有这个选项。", field=field.key, fix=f"请从中选择：{options}。")
    return value


def _as_number(field: FieldDef, value: Any) -> str | int:
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation as error:
        raise BadInput(f"“{field.zh}”不是数字：{value}。", field=field.key, fix="例如 52000.00。") from error
    if not number.is_finite() or number < 0:
        raise BadInput(f"“{field.zh}”不能是负数。", field=field.key, fix="请填写不小于零的数。")
    if field.type == "number":
        return int(number)
    if number != number.quantize(Decimal("0.01")):
        raise BadInput(f"“{field.zh}”只能精确到分。", field=field.key, fix="最多保留两位小数。")
    return str(number.quantize(Decimal("0.01")))
