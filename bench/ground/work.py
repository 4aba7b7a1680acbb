"""What people of the ground have before them: tasks, messages, requests, 督办."""

from __future__ import annotations

import psycopg

from approvals.models import Request
from bench.ground.files import OPEN
from bench.ground.loading import insert
from cases.models import Task
from notices.models import Message
from supervision.models import Order


def lay_tasks(staging: psycopg.Connection) -> None:
    insert(
        staging,
        Task,
        {
            "case_id": "n.case_id",
            "node_id": "n.id",
            "doer_id": "t.doers[1 + bench_roll(n.id, 60, 4)]",
            "way": "'claim'",
            "state": "CASE WHEN n.state = 'done' THEN 'done' WHEN bench_roll(n.id, 62, 40) = 0 THEN 'offered'"
            " ELSE 'held' END",
            "since": "current_date - 2",
        },
        "cases_node n JOIN bench_team t ON t.team_id = n.team_id"
        " WHERE n.\"group\" = 'affairs_group' AND bench_roll(n.id, 61, 3) = 0",
    )


def lay_messages(staging: psycopg.Connection) -> None:
    insert(
        staging,
        Message,
        {
            "court_id": "c.court_id",
            "team_id": "c.team_id",
            "owner_id": "c.owner_id",
            "about": "'case:' || c.id",
            "case_id": "c.id",
            "topic": "CASE WHEN c.id % 3 = 0 THEN '期限提醒' ELSE 'file.submitted' END",
            "audience": "'staff'",
            "channel": "'in_app'",
            "level": "'info'",
            "to_user_id": "CASE WHEN k = 2 THEN t.leader_id ELSE c.owner_id END",
            "text": "'发出执行通知：明天到期'",
            "key": "'bench:' || c.id || ':' || k",
            "reference": "gen_random_uuid()",
            "state": "CASE WHEN bench_roll(c.id, 70 + k, 25) = 0 THEN 'delivered' ELSE 'read' END",
            "created_at": "c.filed_on + k * interval '1 day'",
            "sent_at": "c.filed_on + k * interval '1 day'",
            "delivered_at": "c.filed_on + k * interval '1 day'",
            "read_at": "CASE WHEN bench_roll(c.id, 70 + k, 25) > 0 THEN c.filed_on + k * interval '1 day' END",
        },
        "cases_case c JOIN bench_team t ON t.team_id = c.team_id, generate_series(1, 2) k",
    )


def lay_requests(staging: psycopg.Connection) -> None:
    insert(
        staging,
        Request,
        {
            "court_id": "c.court_id",
            "team_id": "c.team_id",
            "owner_id": "c.owner_id",
            "about": "'case:' || c.id",
            "kind": "'other'",
            "asked_by_id": "c.owner_id",
            "chain": """'["team_leader", "bureau_director"]'::jsonb""",
            "step": "CASE WHEN bench_roll(c.id, 81, 2) = 0 THEN 0 ELSE 1 END",
            "role": "CASE WHEN c.state <> 'running' THEN '' WHEN bench_roll(c.id, 81, 2) = 0 THEN 'team_leader'"
            " ELSE 'bureau_director' END",
            "ground": "'需要继续调查'",
            "state": "CASE WHEN c.state = 'running' THEN 'waiting' ELSE 'given' END",
            "key": "'bench'",
            "asked_at": "c.filed_on + interval '10 days'",
            "closed_at": "CASE WHEN c.state <> 'running' THEN c.filed_on + interval '11 days' END",
        },
        "cases_case c WHERE c.owner_id IS NOT NULL AND bench_roll(c.id, 80, CASE c.state WHEN 'running' THEN 30 ELSE 10 END) = 0",
    )


def lay_orders(staging: psycopg.Connection) -> None:
    """督办: of every fortieth open case, two in five answered."""
    insert(
        staging,
        Order,
        {
            "id": "row_number() OVER (ORDER BY c.id)",
            "case_id": "c.id",
            "court_id": "c.court_id",
            "year": "2026",
            "ordinal": "row_number() OVER (PARTITION BY c.court_id ORDER BY c.id)",
            "matter": "'结案'",
            "words": "'请抓紧办理'",
            "state": "CASE WHEN bench_roll(c.id, 84, 5) < 2 THEN 'answered' ELSE 'open' END",
            "issued_by_id": "t.leader_id",
            "issued_at": "current_date - 10 + interval '9 hours'",
            "due_on": "current_date - 8 + bench_roll(c.id, 85, 20)",
            "overdue_at": "current_date - 7 + bench_roll(c.id, 85, 20)",
            "answered_by_id": "CASE WHEN bench_roll(c.id, 84, 5) < 2 THEN c.owner_id END",
            "answered_at": "CASE WHEN bench_roll(c.id, 84, 5) < 2 THEN current_date - interval '1 hour' END",
            "key": "'bench:' || c.id",
        },
        f"cases_case c JOIN bench_team t ON t.team_id = c.team_id WHERE {OPEN} AND bench_roll(c.id, 83, 40) = 0",
    )
