"""The keys every rule of a pack may have: id, article, who verified it, when it applies, its condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from regimes.errors import did_you_mean
from regimes.expressions import ALWAYS, Expr, parse_expression
from regimes.readers import Fields
from regimes.rules import AppliesTo
from regimes.vocabulary import Vocabulary

APPLIES_TO = ("new_cases", "open_cases")
ROLLS = ("none", "next_workday", "previous_workday")


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether someone checked a text against its source, who and when."""

    verified: bool = False
    by: str = ""
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What the rules of a pack take from the pack and the vocabulary."""

    vocabulary: Vocabulary
    nodes: Collection[str]
    document: str = ""
    applies_to: str = "new_cases"
    roll: str = "none"
    ladder: str = "default"
    verification: Verification = Verification()
    features: Mapping[str, str] | None = None


def read_verification(fields: Fields, default: Verification) -> Verification:
    """`verified: no`, `verified: yes` or `verified: {by: 谁, on: 日期}`."""
    value = fields.raw("verified")
    if value is None:
        return default
    if isinstance(value, bool):
        return Verification(value)
    child = fields.child("verified")
    if child is None:
        return default
    verification = Verification(True, child.text("by"), child.date("on"))
    child.need("by", "核实人", "写 verified: {by: 谁, on: 2026-11-20}，没有核实写 verified: no")
    child.done()
    return verification


def read_common(fields: Fields, context: Context) -> dict[str, Any]:
    """The keys every rule has. Without an id or an article a rule cannot be cited, so both are required."""
    fields.need("id", "编号", "写 id，例如 JZ-D-01")
    fields.need("article", "条款", "写明依据的条款，例如 article: 三(二)1")
    fields.need("statement", "规则内容", "用自己的话写明规则，例如 statement: 收案后五个工作日内发出")
    verification = read_verification(fields, context.verification)
    window = fields.child("effective")
    feature = fields.text("feature")
    if context.features is not None:
        fields.need("feature", "开关", f"本包各条都要写 feature，可选 {'、'.join(context.features)}")
    if feature and feature not in (context.features or {}):
        fields.report(
            "feature", f"没有这个开关“{feature}”", did_you_mean(feature, list(context.features or {}))
        )
    common = {
        "id": fields.text("id"),
        "article": fields.text("article"),
        "statement": fields.text("statement"),
        "document": fields.text("document") or context.document,
        "note": fields.text("note"),
        "title": fields.text("title"),
        "feature": feature,
        "applies_to": cast(AppliesTo, fields.choice("applies_to", APPLIES_TO, context.applies_to)),
        "verified": verification.verified,
        "verified_by": verification.by,
        "verified_on": verification.on,
        "effective_from": window.date("from") if window else None,
        "effective_to": window.date("to") if window else None,
        "line": fields.data.line,
    }
    if window is not None:
        window.done()
    return common


def read_condition(fields: Fields, key: str, words: Vocabulary) -> Expr:
    """A condition of this key; ALWAYS if absent."""
    return fields.parsed(key, lambda text: parse_expression(text, words), ALWAYS)
