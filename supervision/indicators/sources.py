"""The measures of packs/measures.yaml as SQL over cases, clocks, reviews and money: one relation a measure.

Every relation joins `p`, the periods asked for (first, last, begins, ends_at), with `c`, the case, so that one
statement counts many courts over many periods. begins: the first day counted, ends_at: the instant after the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deadlines.library import library_in_use
from regimes.measures import Measure

_LIVE = "c.state <> 'cancelled' AND c.court_id = ANY(%(courts)s)"
_LATE = (
    "{0}.overdue_at < p.ends_at AND {0}.state IN ('running', 'met', 'met_late')"
    " AND ({0}.met_on IS NULL OR {0}.met_on > p.last)"
)
_RUNNING = (
    "{0}.state IN ('running', 'met', 'met_late') AND ({0}.met_on IS NULL OR {0}.met_on > p.last)"
    " AND {0}.start < to_char(p.last + 1, 'YYYY-MM-DD')"
)
_BINDING = """({0}.kind NOT IN ('soft_target', 'right') AND ({0}.kind <> 'detector' OR EXISTS (
    SELECT 1 FROM cases_node n WHERE n.subject_id = {0}.subject_id AND n.kind = {0}.node_kind AND n.state = 'open')))"""
_DATES: Mapping[tuple[str, str], str] = {
    ("cases", "filed"): "c.filed_on BETWEEN p.begins AND p.last",
    ("cases", "closed"): "c.closed_on BETWEEN p.begins AND p.last",
    ("cases", "stock"): "c.filed_on < p.begins AND (c.closed_on IS NULL OR c.closed_on >= p.begins)",
    ("cases", "open"): "c.filed_on <= p.last AND (c.closed_on IS NULL OR c.closed_on > p.last)",
    ("clocks", "due"): "d.due_on BETWEEN p.begins AND p.last",
    ("clocks", "overdue"): _LATE.format("d"),
    ("clocks", "lapsed"): "d.overdue_at >= p.begins::timestamp AT TIME ZONE 'Asia/Shanghai'"
    " AND d.overdue_at < p.ends_at AND d.state IN ('running', 'met', 'met_late')"
    " AND (d.met_on IS NULL OR d.met_on > d.due_on)",
    ("clocks", "cleared"): "d.state = 'met_late' AND d.met_on BETWEEN p.begins AND p.last",
    ("clocks", "running"): _RUNNING.format("d"),
    ("reviews", "decided"): "r.decided_on BETWEEN p.begins AND p.last",
}
_IN_TIME = "c.closed_on <= d.due_on AND c.closed_on <= p.last"
_CONDITIONS: Mapping[str, str] = {
    "first_time": "c.kind = '执'",
    "terminated": "c.closing_type = 'terminated_this_procedure'",
    "with_property": """EXISTS (SELECT 1 FROM measures_property y WHERE y.case_id = c.id
        AND y.state NOT IN ('cannot_be_disposed', 'released'))""",
    "still_open": "(c.closed_on IS NULL OR c.closed_on > p.last)",
    "closed_by_end": "c.closed_on <= p.last",
    "no_auction_record": """NOT EXISTS (SELECT 1 FROM measures_property y WHERE y.case_id = c.id AND y.auction_round > 0)
        AND NOT EXISTS (SELECT 1 FROM cases_fact f WHERE f.case_id = c.id AND (
            f.key = 'has_auction_record' AND f.value = 'true'::jsonb
            OR f.key IN ('@auction_announced', '@auction_started', '@auction_recorded')
            AND jsonb_typeof(f.value) = 'array' AND f.value <> '[]'::jsonb))""",
    "met": "d.met_on <= p.last",
    "met_in_time": "d.met_on <= d.due_on AND d.met_on <= p.last",
    "closed_in_time": _IN_TIME,
    "completed_in_time": f"{_IN_TIME} AND c.closing_type <> 'terminated_this_procedure'",
    "binding": _BINDING.format("d"),
    "flagged": "d.flag <> ''",
    "qualified": "r.result = 'passed'",
    "resolved": """EXISTS (SELECT 1 FROM petitions_petition t WHERE t.subject_id = d.subject_id AND t.is_resolved
        AND t.closed_at < p.ends_at)""",
    "basic_level": """EXISTS (SELECT 1 FROM petitions_petition t WHERE t.subject_id = d.subject_id
        AND t.level = 'basic')""",
}
_FOUND = """(SELECT coalesce(sum(y.value), 0) FROM measures_property y
    WHERE y.case_id = c.id AND y.kind IN ({kinds}) AND y.found_on <= p.last)"""
_SUMS: Mapping[str, str] = {
    "": "1",
    "claimed": "c.claim_amount",
    "recovered": """(SELECT coalesce(sum(m.amount), 0) / 100.0 FROM funds_receipt m JOIN funds_book b ON b.id = m.book_id
        WHERE b.about = 'case:' || c.id AND m.state = 'identified' AND m.arrived_on <= p.last)""",
    "days_to_close": "(c.closed_on - c.filed_on)",
    "found_deposits": _FOUND.format(kinds="'bank_account'"),
    "found_online_funds": _FOUND.format(kinds="'wechat', 'alipay', 'online_fund_other'"),
}
EXCLUSIONS: Mapping[str, str] = {
    "suspended": "c.state = 'suspended'",
    "no_claim": "c.claim_amount = 0",
    "struck_off": "c.closing_type = 'cancelled'",
}
_PICKED = """(SELECT DISTINCT ON ({by}) x.* FROM deadlines_deadline x
    WHERE x.court_id = ANY(%(courts)s) AND x.state <> 'cancelled' AND x.due_on IS NOT NULL{duty}
    ORDER BY {by}, x.due_on {order}, x.id {order})"""
_PER: Mapping[str, tuple[str, str]] = {
    "case": ("x.case_id", "DESC"),
    "subject": ("x.case_id, x.subject_id", "DESC"),
    "subject_first": ("x.case_id, x.subject_id", "ASC"),
}
# Put together from the constants above.
_EARLIER_OF_NODE = f"""NOT EXISTS (SELECT 1 FROM deadlines_deadline e WHERE e.case_id = d.case_id
    AND e.subject_id = d.subject_id AND e.node_kind = d.node_kind AND e.node_kind <> ''
    AND (e.overdue_at, e.id) < (d.overdue_at, d.id) AND {{standing}} AND {_BINDING.format("e")})"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Relation:
    """item: what counts once; day: the date that put it into the period; value: what is added; source: FROM and WHERE."""

    item: str
    day: str
    value: str
    source: str


def relation(measure: Measure) -> Relation:
    """A measure as SQL; parameters: courts, and the rules of its duties by the name `rules_of` gives them."""
    conditions = [_LIVE, _DATES[measure.of, measure.on], *(_CONDITIONS[name] for name in measure.where)]
    if measure.of == "cases":
        tables, item, day = (
            "cases_case c",
            "'c' || c.id",
            f"c.{'closed' if measure.on == 'closed' else 'filed'}_on",
        )
    elif measure.of == "reviews":
        tables = "closing_terminationreview r JOIN cases_case c ON c.id = r.case_id"
        item, day = "'r' || r.id", "r.decided_on"
    else:
        tables, item, day = (
            f"{_clocks(measure)} d JOIN cases_case c ON c.id = d.case_id",
            "'d' || d.id",
            "d.due_on",
        )
        conditions.append("d.court_id = ANY(%(courts)s) AND d.state <> 'cancelled'")
        if measure.duty and measure.per not in _PER:
            conditions.append(f"d.rule_id = ANY(%({rules_name(measure.duty)})s)")
        if measure.per == "node":
            standing = _RUNNING if measure.on == "running" else _LATE
            conditions.append(_EARLIER_OF_NODE.format(standing=standing.format("e")))
    where = " AND ".join(conditions)
    return Relation(item, day, _SUMS[measure.sum], f"{tables} JOIN p ON true WHERE {where}")


def excluded(names: Iterable[str]) -> str:
    """Whether a case is left out, as SQL over c; false where nothing is."""
    return " OR ".join(EXCLUSIONS[name] for name in names) or "false"


def excluded_by(names: Iterable[str]) -> str:
    """The name of the first reason for which a case is left out, as SQL; null where it is counted."""
    cases = "".join(f" WHEN {EXCLUSIONS[name]} THEN '{name}'" for name in names)
    return f"CASE{cases} END" if cases else "NULL::text"


def parameters(measures: Iterable[Measure]) -> dict[str, list[str]]:
    """The rules of the duties that the measures name."""
    wanted = {measure.duty for measure in measures if measure.duty}
    rules = [rule for pack in library_in_use().packs for rule in pack.deadlines]
    return {rules_name(duty): sorted({r.id for r in rules if r.duty in duty}) for duty in wanted}


def rules_name(duty: tuple[str, ...]) -> str:
    """The parameter that holds the rules of these duties."""
    return "rules_" + "_".join(duty)


def _clocks(measure: Measure) -> str:
    if measure.per not in _PER:
        return "deadlines_deadline"
    by, order = _PER[measure.per]
    duty = f" AND x.rule_id = ANY(%({rules_name(measure.duty)})s)" if measure.duty else ""
    return _PICKED.format(by=by, order=order, duty=duty)
