"""A quarter's inspections: one of each intermediate court, a subject at each of its courts, faults with their officers."""

from __future__ import annotations

import psycopg
from psycopg.types.json import Jsonb

from bench.ground.loading import insert
from supervision.inspections.models import Inspection, InspectionDraw, InspectionFinding, InspectionSection

TABLES = (
    "supervision_inspection supervision_inspectionsection supervision_inspectiondraw"
    " supervision_inspectionfinding"
).split()
DRAWN = 60
"""Cases drawn at a court, with a fault each."""
_RULE = {
    "title": "财产查控",
    "article": "第二条",
    "document": "季度检查办法",
    "statement": "",
    "note": "",
    "strata": [],
    "weight": 1,
    "answer_workdays": 5,
    "rectify_workdays": 10,
    "score": {"numerator": "met", "denominator": "checked"},
    "points": [{"id": "p1", "title": "五日内启动网络查控"}],
}


def fill(staging: psycopg.Connection) -> None:
    """Handed over and half put right, for the courts and cases that stand."""
    _plans(staging)
    _draws(staging)
    _findings(staging)


def _plans(staging: psycopg.Connection) -> None:
    """One of each intermediate court, a section at each of its courts."""
    insert(
        staging,
        Inspection,
        {
            "court_id": "t.parent_id",
            "year": "2026",
            "quarter": "3",
            "first_on": "date '2026-07-01'",
            "last_on": "date '2026-09-30'",
            "code": "'JZ-2023'",
            "version": "1",
            "state": "'drawn'",
            "planned_by_id": "min(t.leader_id)",
            "planned_at": "now()",
            "seed": "42",
            "key": "'bench:' || t.parent_id",
        },
        "bench_team t GROUP BY t.parent_id",
    )
    insert(
        staging,
        InspectionSection,
        {
            "inspection_id": "i.id",
            "court_id": "t.court_id",
            "position": "t.court",
            "subject": "'control'",
            "rule_id": "'bench'",
            "rule": "%(rule)s",
            "wanted": str(DRAWN),
            "counted": str(DRAWN),
            "digest": "md5(t.court_id::text)",
            "frozen_at": "now()",
            "state": "'handed'",
            "handed_at": "now()",
        },
        "bench_team t JOIN supervision_inspection i ON i.court_id = t.parent_id AND t.team = 0",
        {"rule": Jsonb(_RULE)},
    )


def _draws(staging: psycopg.Connection) -> None:
    insert(
        staging,
        InspectionDraw,
        {
            "section_id": "s.id",
            "case_id": "c.id",
            "stratum": "''",
            "position": "c.n",
            "drawn_at": "now()",
        },
        f"""supervision_inspectionsection s CROSS JOIN LATERAL (
            SELECT id, row_number() OVER (ORDER BY id) AS n FROM cases_case
            WHERE court_id = s.court_id AND owner_id IS NOT NULL ORDER BY id LIMIT {DRAWN}) c""",  # noqa: S608
    )


def _findings(staging: psycopg.Connection) -> None:
    insert(
        staging,
        InspectionFinding,
        {
            "draw_id": "d.id",
            "point": "'p1'",
            "result": "'fault'",
            "deducted": "1",
            "words": "'立案后第八日才启动网络查控'",
            "entered_by_id": "c.owner_id",
            "entered_at": "now()",
            "checked_on": "current_date - 5",
            "state": "CASE WHEN d.position % 2 = 0 THEN 'noted' ELSE 'rectified' END",
            "rectify_on": "current_date - 3 + (d.position % 10)::int",
        },
        "supervision_inspectiondraw d JOIN cases_case c ON c.id = d.case_id",
    )
