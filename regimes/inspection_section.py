"""The reader of a pack's `inspections`: subjects of the quarterly inspection with their populations and points."""

from __future__ import annotations

import re

from regimes.errors import did_you_mean
from regimes.inspections import CASES, SCORED, STRATA, InspectionRule, Point, Population
from regimes.readers import Fields
from regimes.rulekeys import Context, read_common
from regimes.rules import Calculation
from regimes.vocabulary import Vocabulary

MOST_MARKS = 100


def read_inspection(fields: Fields, context: Context) -> InspectionRule:
    """One entry of `inspections`."""
    fields.need("subject", "检查内容", "写 subject: termination_quality 这样的代码")
    fields.need("title", "名称", "写 title: 终本案件质量")
    fields.need("population", "检查哪些案件", "写 population: [{cases: open}]")
    fields.need("points", "检查点", "写 points: 列表，每一点有 id、title、article、standard")
    rule = InspectionRule(
        **read_common(fields, context),
        subject=fields.text("subject"),
        populations=tuple(_population(each, context.vocabulary) for each in fields.children("population")),
        strata=fields.choice("strata", STRATA, "none"),
        sample=fields.integer("sample", 5) or 0,
        weight=fields.integer("weight", 1) or 0,
        answer_workdays=fields.integer("answer_workdays", 5) or 1,
        rectify_workdays=fields.integer("rectify_workdays", 15) or 1,
        score=_score(fields),
        points=tuple(_point(each) for each in fields.children("points")),
    )
    ids = [point.id for point in rule.points]
    for twice in sorted({each for each in ids if ids.count(each) > 1}):
        fields.report("points", f"检查点编号“{twice}”重复", "换一个没有用过的编号")
    fields.done()
    return rule


def _population(fields: Fields, words: Vocabulary) -> Population:
    closing = words.facts["closing_type"].values if "closing_type" in words.facts else {}
    found = Population(
        cases=fields.choice("cases", CASES, "any"),
        filed_months=fields.integer("filed_months", 0) or 0,
        closing_types=fields.names("closing_types", closing, "结案方式"),
        events=fields.names("events", words.events, "事件"),
        holds=fields.names("holds", words.intervals, "期间种类"),
        facts=fields.table("facts"),
        claim_at_least=fields.integer("claim_at_least", 0) or 0,
    )
    for name, value in found.facts.items():
        known = words.facts.get(name)
        allowed = known.values if known and known.type == "enum" else ("yes", "no")
        if known is None:
            fields.report("facts", f"没有这个事实“{name}”", did_you_mean(name, sorted(words.facts)))
        elif value not in allowed:
            fields.report("facts", f"“{name}”不能写“{value}”", did_you_mean(value, sorted(allowed)))
    fields.done()
    return found


def _point(fields: Fields) -> Point:
    for key, what, fix in (
        ("id", "编号", "写 id: JZ-N-01-1"),
        ("title", "检查点", "写 title: 一句话"),
        ("article", "条款", "写 article: 三(二)3"),
        ("standard", "标准原文", "写 standard: 检查时引用的标准"),
    ):
        fields.need(key, what, fix)
    point = Point(
        id=fields.text("id"),
        title=fields.text("title"),
        article=fields.text("article"),
        standard=fields.text("standard"),
        cites=fields.text("cites"),
        deduct=fields.integer("deduct", 0) or 0,
        evidence=fields.text("evidence"),
    )
    if point.deduct > MOST_MARKS:
        fields.report("deduct", f"一个检查点不能扣 {point.deduct} 分", "写 0 到 100 的整数")
    fields.done()
    return point


def _score(fields: Fields) -> Calculation:
    child = fields.child("score")
    if child is None:
        return Calculation("100 * checked - deducted", "checked", "score")
    child.need("numerator", "分子", "写 numerator: 100 * checked - deducted")
    found = Calculation(child.text("numerator"), child.text("denominator"), "score")
    for key, text in (("numerator", found.numerator), ("denominator", found.denominator)):
        for name in re.findall(r"[^\s+*\-()0-9.][^\s+*\-()]*", text):
            if name not in SCORED:
                child.report(key, f"计分不能用“{name}”", did_you_mean(name, list(SCORED)))
    child.done()
    return found
