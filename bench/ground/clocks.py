"""The clocks of the ground: what runs, what is stopped, what was met, and their timers."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg

from bench.ground.files import NODES
from bench.ground.loading import insert
from cases.models import Hold
from courts.models import PackRelease
from deadlines.models import Deadline, Firing, Timer


def lay_clocks(staging: psycopg.Connection) -> None:
    digests = dict(PackRelease.objects.filter(version=1).values_list("code", "digest"))
    insert(
        staging,
        Deadline,
        {
            "id": "c.id * 8 - k",
            "court_id": "c.court_id",
            "team_id": "c.team_id",
            "owner_id": "c.owner_id",
            "case_id": "c.id",
            "subject_id": "CASE WHEN k IN (1, 3) THEN c.id * 3 ELSE c.id * 3 - 2 END",
            "node_id": f"CASE k WHEN 0 THEN c.id * {NODES} WHEN 1 THEN c.id * {NODES} - 1 END",
            "node_kind": "(ARRAY['closing','onsite_investigation','','onsite_investigation'])[k + 1]",
            "rule_id": "(ARRAY['BASE-D-04','JZ-D-05','JZ-D-17','JZ-D-06'])[k + 1]",
            "pack_code": "(ARRAY['BASE','JZ-2023','JZ-2023','JZ-2023'])[k + 1]",
            "pack_version": "1",
            "pack_digest": f"CASE k WHEN 0 THEN '{digests['BASE']}' ELSE '{digests['JZ-2023']}' END",
            "kind": "CASE k WHEN 2 THEN 'detector' ELSE 'due' END",
            "state": "CASE WHEN c.state = 'suspended' THEN 'suspended' WHEN c.state IN ('filed','assigned','running')"
            " THEN 'running' WHEN bench_roll(c.id, 12 + k, 10) = 0 THEN 'met_late' ELSE 'met' END",
            "start": "c.filed_on::text",
            "due_on": "(due.at - interval '1 day')::date",
            "due_at": "due.at - interval '1 day'",
            "overdue_at": "CASE WHEN c.state <> 'suspended' THEN due.at END",
            "suspensions": "CASE WHEN c.state = 'suspended' THEN jsonb_build_array(jsonb_build_array("
            "'suspension', (current_date - 5)::text, null)) ELSE '[]'::jsonb END",
            "met_on": "CASE WHEN c.state NOT IN ('filed','assigned','running','suspended')"
            " THEN coalesce(c.closed_on, c.filed_on) END",
            "flag": "(ARRAY['','','long_pending','property_uncontrolled'])[k + 1]",
        },
        """cases_case c CROSS JOIN generate_series(0, 3) k CROSS JOIN LATERAL (SELECT
            (CASE WHEN k IN (0, 2) THEN c.filed_on + 184
                  WHEN c.state IN ('filed','assigned','running') THEN current_date - 3 + bench_roll(c.id, 20 + k, 60)
                  ELSE c.filed_on + 30 END)::timestamp AT TIME ZONE 'Asia/Shanghai' AS at) due
        WHERE k < 2 OR c.state IN ('filed','assigned','running','suspended') AND (k = 2 OR bench_roll(c.id, 30, 3) = 0)
        """,
    )
    _met(staging, digests)
    _stopped(staging)
    _warned(staging)


def _stopped(staging: psycopg.Connection) -> None:
    insert(
        staging,
        Hold,
        {
            "case_id": "c.id",
            "subject_id": "c.id * 3 - 2",
            "kind": "'suspension'",
            "first": "current_date - 5",
            "ground": "'裁定'",
        },
        "cases_case c WHERE c.state = 'suspended'",
    )


def _warned(staging: psycopg.Connection) -> None:
    # What is long over has given its last warning; the rest waits for its next rung.
    insert(
        staging,
        Timer,
        {
            "deadline_id": "d.id",
            "fire_at": "greatest(d.due_at, now()) + interval '1 day'",
            "rung": "0",
            "rungs": "ARRAY(SELECT d.due_at + k * interval '1 day' FROM generate_series(1, 5) k)",
        },
        "deadlines_deadline d WHERE d.state = 'running'",
    )
    insert(
        staging,
        Firing,
        {
            "deadline_id": "d.id",
            "rung": "0",
            "due_rung_at": "d.due_at + interval '9 hours'",
            "fired_at": "d.due_at + interval '9 hours 5 seconds'",
        },
        "deadlines_deadline d WHERE d.overdue_at < now() AND d.id % 4 = 0",
    )


def _met(staging: psycopg.Connection, digests: Mapping[str, str]) -> None:
    """Four clocks of the road behind every case, met."""
    insert(
        staging,
        Deadline,
        {
            "id": "c.id * 8 - 4 - k",
            "court_id": "c.court_id",
            "team_id": "c.team_id",
            "owner_id": "c.owner_id",
            "case_id": "c.id",
            "subject_id": "c.id * 3 - 2",
            "node_id": f"c.id * {NODES} - 4 - k",
            "node_kind": "(ARRAY['filing','assignment','acceptance','network_query_start'])[k + 1]",
            "rule_id": "(ARRAY['JZ-D-01','JZ-D-02','JZ-D-03','JZ-D-04'])[k + 1]",
            "pack_code": "'JZ-2023'",
            "pack_version": "1",
            "pack_digest": f"'{digests['JZ-2023']}'",
            "kind": "'due'",
            "state": "CASE WHEN bench_roll(c.id, 25 + k, 33) = 0 THEN 'met_late' ELSE 'met' END",
            "start": "c.filed_on::text",
            "due_on": "c.filed_on + 5",
            "due_at": "(c.filed_on + 5)::timestamp AT TIME ZONE 'Asia/Shanghai'",
            "overdue_at": "(c.filed_on + 6)::timestamp AT TIME ZONE 'Asia/Shanghai'",
            "met_on": "least(c.filed_on + 3 + k, current_date)",
        },
        "cases_case c, generate_series(0, 3) k WHERE c.filed_on < current_date - 15",
    )
