"""The cases of the ground: their parties, nodes and events, and who follows them."""

from __future__ import annotations

import psycopg

from bench.ground.loading import insert
from bench.ground.people import COURTS, HANDLERS, TEAMS
from cases.models import Access, Case, ContactPoint, Node, Party, Subject
from courts.models import PackRelease, User
from events.models import Event
from kernel.fields import blind_tail, encrypt

NODES = 10
"""Nodes a case."""
YEARS_IN_DAYS = 3 * 365
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
LETTERS = "wlzlcyhzwzxsmzhghgll"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉秀珍文建国红志海波宁云莉浩宇轩"
OPEN = "c.state IN ('filed','assigned','running','suspended')"


ROLL = f"""
CREATE FUNCTION bench_roll(n bigint, salt int, sides int) RETURNS int LANGUAGE sql IMMUTABLE AS
$$ SELECT ((hashint8extended(n, salt) & 9223372036854775807) % sides)::int $$;
CREATE FUNCTION bench_name(n bigint, k int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT substr('{SURNAMES}', 1 + bench_roll(n, 90 + k, {len(SURNAMES)}), 1)
       || substr('{GIVEN}', 1 + bench_roll(n, 92 + k, {len(GIVEN)}), 1)
       || CASE WHEN bench_roll(n, 98 + k, 4) = 0 THEN '' ELSE substr('{GIVEN}', 1 + bench_roll(n, 94 + k, {len(GIVEN)}), 1) END $$;
CREATE FUNCTION bench_letters(n bigint, k int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT substr('{LETTERS}', 1 + bench_roll(n, 90 + k, {len(SURNAMES)}), 1)
       || chr(97 + bench_roll(n, 92 + k, 26)) || chr(97 + bench_roll(n, 94 + k, 26)) $$;
"""  # noqa: S608
"""Dice, names and first letters, the same for the same case each time."""


def lay_cases(staging: psycopg.Connection, cases: int) -> None:
    pins = ", ".join(
        f'{{"code": "{r.code}", "version": {r.version}, "digest": "{r.digest}", "features": []}}'
        for r in PackRelease.objects.filter(code__in=("BASE", "JZ-2023"), version=1).order_by("-code")
    )
    insert(
        staging,
        Case,
        {
            "id": "n",
            "court_id": "t.court_id",
            "team_id": "CASE WHEN s.state <> 'filed' THEN t.team_id END",
            "owner_id": f"CASE WHEN s.state <> 'filed' THEN t.owners[1 + bench_roll(n, 3, {HANDLERS})] END",
            "number": "'（' || to_char(day, 'YYYY') || '）' || t.code || '执' || n || '号'",
            "number_key": "to_char(day, 'YYYY') || t.code || '执' || n",
            "filed_on": "day",
            "received_on": "day",
            "cause": "(ARRAY['民间借贷纠纷','买卖合同纠纷','劳动争议','离婚纠纷'])[1 + bench_roll(n, 4, 4)]",
            "basis": "'（2022）鄂1000民初1号民事判决书'",
            "claim_amount": "1000 + bench_roll(n, 5, 900000)",
            "sealed": "bench_roll(n, 6, 2000) = 0",
            "state": "s.state",
            "closing_type": "CASE WHEN s.state IN ('closed', 'archived') THEN 'performed' ELSE '' END",
            "closed_on": "CASE WHEN s.state IN ('closed', 'archived') THEN least(day + 20 + bench_roll(n, 8, 200),"
            " current_date) END",
            "archived_on": "CASE WHEN s.state = 'archived' THEN least(day + 250, current_date) END",
            "stage": "CASE WHEN s.state IN ('closed', 'archived') THEN 'archive' WHEN age < 10 THEN 'intake' ELSE"
            " (ARRAY['investigation','investigation','control','disposal','payout'])[1 + bench_roll(n, 9, 5)] END",
            "stage_since": "least(day + 15, current_date)",
            "packs": f"'[{pins}]'::jsonb",
            "created_at": "day + interval '9 hours'",
            "created_by": "'bench'",
        },
        f"""(
            SELECT n, (current_date - {YEARS_IN_DAYS} + (n * {YEARS_IN_DAYS} / %(cases)s)::int) AS day,
                   {YEARS_IN_DAYS} - (n * {YEARS_IN_DAYS} / %(cases)s)::int AS age, bench_roll(n, 1, 1000) AS luck
            FROM generate_series(1::bigint, %(cases)s) n
        ) x CROSS JOIN LATERAL (SELECT CASE
            WHEN bench_roll(n, 7, 200) = 0 THEN 'cancelled'
            WHEN age < 3 THEN 'filed'
            WHEN luck < CASE WHEN age < 90 THEN 850 WHEN age < 180 THEN 450 WHEN age < 365 THEN 120 ELSE 20 END
            THEN CASE WHEN luck %% 25 = 0 THEN 'suspended' WHEN luck %% 10 = 1 THEN 'assigned' ELSE 'running' END
            WHEN age > 400 AND luck %% 10 > 0 OR luck %% 10 > 5 THEN 'archived' ELSE 'closed' END AS state) s
        JOIN bench_team t ON t.court = floor({COURTS} * power(bench_roll(n, 10, 1000000) / 1e6, 1.25))::int AND t.team = bench_roll(n, 2, {TEAMS})
        ORDER BY n""",  # noqa: S608  our own numbers
        {"cases": cases},
    )
    staging.execute("CREATE UNIQUE INDEX bench_case ON cases_case (id); ANALYZE cases_case")


def lay_parties(staging: psycopg.Connection) -> None:
    insert(
        staging,
        Subject,
        {
            "id": "c.id * 3 - k",
            "case_id": "c.id",
            "kind": "CASE k WHEN 2 THEN 'case' ELSE 'party' END",
            "parent_id": "CASE WHEN k < 2 THEN c.id * 3 - 2 END",
            "label": "CASE k WHEN 2 THEN '本案' ELSE bench_name(c.id, k) END",
        },
        "cases_case c, generate_series(0, 2) k",
    )
    insert(
        staging,
        Party,
        {
            "id": "c.id * 2 - k",
            "case_id": "c.id",
            "subject_id": "c.id * 3 - k",
            "role": "CASE k WHEN 1 THEN 'applicant' ELSE 'respondent' END",
            "kind": "'natural_person'",
            "name": "bench_name(c.id, k)",
            "initials": "bench_letters(c.id, k)",
            "id_index": "decode(md5('id' || c.id * 2 - k), 'hex')",
            "id_tail": "(SELECT id_tail FROM bench_tail WHERE n = bench_roll(c.id, 40 + k, 10000))",
        },
        "cases_case c, generate_series(0, 1) k",
    )
    insert(
        staging,
        ContactPoint,
        {
            "party_id": "c.id * 2 - k",
            "kind": "'mobile'",
            "value": f"'\\x{encrypt('13800000000', context='cases.ContactPoint.value').hex()}'::bytea",
            "index": "decode(md5('phone' || c.id * 2 - k), 'hex')",
            "tail": "(SELECT tail FROM bench_tail WHERE n = bench_roll(c.id, 50 + k, 10000))",
            "masked": "'138****' || lpad(bench_roll(c.id, 50 + k, 10000)::text, 4, '0')",
        },
        "cases_case c, generate_series(0, 1) k",
    )


def lay_nodes(staging: psycopg.Connection) -> None:
    # closing (a clock for the whole case), 现场调查 of the respondent, one of a group, one that nothing binds; the rest
    # of the road is done.
    insert(
        staging,
        Node,
        {
            "id": f"c.id * {NODES} - k",
            "case_id": "c.id",
            "court_id": "c.court_id",
            "team_id": "c.team_id",
            "owner_id": "c.owner_id",
            "kind": "(ARRAY['closing','onsite_investigation',"
            " (ARRAY['network_feedback','enforcement_notice','payout','clue_verification'])[1 + bench_roll(c.id, 11, 4)],"
            " 'coercive_measure','filing','assignment','acceptance','network_query_start','triage','property_declaration'])"
            "[k + 1]",
            "subject_id": "CASE WHEN k = 1 THEN c.id * 3 ELSE c.id * 3 - 2 END",
            "state": f"CASE WHEN k < 4 AND {OPEN} THEN 'open' ELSE 'done' END",
            "opened_on": "c.filed_on",
            "done_on": f"CASE WHEN k < 4 AND {OPEN} THEN NULL WHEN k < 4 THEN coalesce(c.closed_on, c.filed_on)"
            " ELSE least(c.filed_on + k * 3, current_date) END",
            "group": "CASE WHEN k = 2 THEN (ARRAY['affairs_group','affairs_group','fund_officer',''])"
            "[1 + bench_roll(c.id, 11, 4)] ELSE '' END",
        },
        f"cases_case c, generate_series(0, {NODES - 1}) k",
    )


def lay_events(staging: psycopg.Connection) -> None:
    """Two events a case, as the timeline and the party's history read them; their digests chain nothing."""
    insert(
        staging,
        Event,
        {
            "stream": "'case:' || c.id",
            "seq": "k",
            "kind": "CASE k WHEN 1 THEN 'case.filed' ELSE 'case.assigned' END",
            "actor": "coalesce('user:' || c.owner_id, 'bench')",
            "at": "c.filed_on + k * interval '9 hours'",
            "effective_on": "c.filed_on",
            "key": "'bench:' || k",
            "court_id": "c.court_id",
            "data": "jsonb_build_object('happened', '[]'::jsonb, 'facts', '[]'::jsonb, 'rows', '[]'::jsonb)",
            "digest": r"'\\x00'::bytea",
        },
        "cases_case c, generate_series(1, 2) k",
    )


def lay_followers(staging: psycopg.Connection, cases: int) -> None:
    """One party in twenty follows its case; one case each."""
    insert(
        staging,
        User,
        {
            "username": "'party' || n",
            "full_name": "bench_name(n * 20, 1)",
            "kind": "'party'",
            "password": "'!'",
            "date_joined": "now()",
        },
        f"generate_series(1, {cases} / 20) n",
    )
    insert(
        staging,
        Access,
        {
            "user_id": "u.id",
            "case_id": "c.id",
            "side": "'applicant'",
            "party_id": "c.id * 2 - 1",
        },
        "courts_user u, LATERAL (SELECT substr(u.username, 6)::bigint * 20 AS id) c WHERE u.username LIKE 'party%'",
    )


def lay_tails(staging: psycopg.Connection) -> None:
    """The blind indexes of every tail 0000 to 9999."""
    staging.execute("CREATE TABLE bench_tail (n int PRIMARY KEY, tail bytea, id_tail bytea)")
    with staging.cursor() as cursor, cursor.copy("COPY bench_tail FROM STDIN") as copy:
        for n in range(10_000):
            tail = f"{n:04d}"
            copy.write_row(
                [n, blind_tail(tail, 4, purpose="phone_tail"), blind_tail(tail, 4, purpose="id_tail")]
            )
    staging.execute("ANALYZE bench_tail")
