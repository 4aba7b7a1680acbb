"""Two hundred courts with three years of cases, by SQL: parties, nodes, clocks, tasks, messages, orders, events.

Filed evenly over three years, so that numbers rise with days as they do in life; ten nodes a case. About one case in
seven is still open, with four open nodes and three or four running clocks; every case keeps four clocks that were
met. Courts differ in size: the largest has seven times the cases of the smallest.
"""

from __future__ import annotations

import io
import sys
import time as stopwatch
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from django.core.management import call_command

from approvals.models import Request
from bench.ground import desks
from bench.ground.database import is_filled, settle
from bench.ground.loading import bare, count_on, insert
from cases.models import Access, Case, ContactPoint, Hold, Node, Party, Subject, Task
from courts.actions.calendar import seed_calendar
from courts.models import Appointment, Court, CourtPack, Membership, PackRelease, Unit, User
from deadlines.models import Deadline, Firing, Timer
from events.models import Event
from kernel import time
from kernel.fields import blind_tail, encrypt
from notices.models import Message
from supervision.models import Order

ABOVE, COURTS, TEAMS, HANDLERS = 10, 200, 4, 5
NODES = 10
"""Nodes a case."""
YEARS_IN_DAYS = 3 * 365
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
LETTERS = "wlzlcyhzwzxsmzhghgll"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉秀珍文建国红志海波宁云莉浩宇轩"
TABLES = (
    "cases_case cases_subject cases_party cases_contactpoint cases_node cases_hold cases_task deadlines_deadline"
    " deadlines_timer deadlines_firing notices_message approvals_request supervision_order cases_access events_event"
).split()


_OPEN = "c.state IN ('filed','assigned','running','suspended')"


@dataclass(frozen=True, slots=True)
class City:
    """Who looks at the lists, by name of the role; handler, leader and centre are of one court."""

    people: dict[str, int]


def standing(staging: psycopg.Connection, cases: int) -> City:
    """The city, built unless a run before left it standing; says how long building took."""
    if is_filled(staging):
        rows = Appointment.objects.order_by("-pk").values_list("role", "user_id")
        return City(dict(rows))
    began = stopwatch.perf_counter()
    seed_calendar(at=time.now(), through=2037)
    call_command("release_packs", stdout=io.StringIO())
    city = build(staging, cases)
    staging.execute("CREATE TABLE bench_done ()")
    took = stopwatch.perf_counter() - began
    nodes = Node.objects.count()
    sys.stderr.write(f"ground: {Case.objects.count():,} cases, {nodes:,} nodes in {took:.0f} s\n")
    return city


def build(staging: psycopg.Connection, cases: int) -> City:
    """Courts, people and this many cases; the packs are released already."""
    city = _people(staging)
    staging.execute(_ROLL)
    _tails(staging)
    with bare(staging, [*TABLES, *(table for table in desks.TABLES if table not in TABLES)]):
        _cases(staging, cases)
        _parties(staging)
        _nodes(staging)
        _clocks(staging)
        _tasks(staging)
        _messages(staging)
        _requests(staging)
        _orders(staging)
        _events(staging)
        _followers(staging, cases)
        desks.fill(staging)
    for model in (Case, Party, Node, Deadline, Order):
        count_on(staging, model)
    settle(staging, *dict.fromkeys([*TABLES, *desks.TABLES]))
    return city


def _people(staging: psycopg.Connection) -> City:
    since = "2020-01-01"
    tops = [
        Court.objects.create(code=f"鄂9{i}", name=f"第{i}中院", short_name=f"中{i}", level="intermediate")
        for i in range(ABOVE)
    ]
    chosen: dict[str, int] = {}
    people: list[User] = []
    joined: list[Membership] = []
    held: list[Appointment] = []
    first = (User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1

    def person(court: Court, role: str, unit: Unit | None = None, name: str = "") -> int:
        number = len(held)
        user = User(
            pk=first + number, username=f"bench{number}", court=court, full_name=name or f"王{number}"
        )
        people.append(user)
        held.append(Appointment(user=user, role=role, court=court, unit=unit, since=since))
        if unit is not None:
            joined.append(Membership(user=user, unit=unit, since=since))
        chosen.setdefault(role, user.pk)
        return user.pk

    staging.execute(
        "CREATE TABLE bench_team (court int, court_id bigint, code text, team int, team_id bigint,"
        " owners bigint[], leader_id bigint, doers bigint[], parent_id bigint)"
    )
    for top in tops:
        person(top, "superior_bureau")
    for number in range(COURTS):
        top = tops[number * ABOVE // COURTS]
        court = Court.objects.create(
            code=f"鄂{1000 + number}",
            name=f"第{number}法院",
            short_name=f"{number}院",
            parent=top,
            level="basic",
        )
        CourtPack.objects.create(court=court, code="JZ-2023")
        group = Unit.objects.create(court=court, kind="group", function="affairs_group", name="事务集约组")
        doers = [person(court, "affairs_group", group) for _ in range(4)]
        for role in ("command_centre", "bureau_director", "fund_officer"):
            person(court, role)
        for team in range(TEAMS):
            unit = Unit.objects.create(court=court, kind="team", function="ordinary", name=f"执行{team}团队")
            owners = [person(court, "handler", unit) for _ in range(HANDLERS)]
            leader = person(court, "team_leader", unit)
            staging.execute(
                "INSERT INTO bench_team VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [number, court.pk, court.code, team, unit.pk, owners, leader, doers, top.pk],
            )
    User.objects.bulk_create(people)
    count_on(staging, User)
    Appointment.objects.bulk_create(held)
    Membership.objects.bulk_create(joined)
    staging.execute("ANALYZE bench_team")
    return City(chosen)


def _cases(staging: psycopg.Connection, cases: int) -> None:
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


def _parties(staging: psycopg.Connection) -> None:
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


def _nodes(staging: psycopg.Connection) -> None:
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
            "state": f"CASE WHEN k < 4 AND {_OPEN} THEN 'open' ELSE 'done' END",
            "opened_on": "c.filed_on",
            "done_on": f"CASE WHEN k < 4 AND {_OPEN} THEN NULL WHEN k < 4 THEN coalesce(c.closed_on, c.filed_on)"
            " ELSE least(c.filed_on + k * 3, current_date) END",
            "group": "CASE WHEN k = 2 THEN (ARRAY['affairs_group','affairs_group','fund_officer',''])"
            "[1 + bench_roll(c.id, 11, 4)] ELSE '' END",
        },
        f"cases_case c, generate_series(0, {NODES - 1}) k",
    )


def _clocks(staging: psycopg.Connection) -> None:
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


def _orders(staging: psycopg.Connection) -> None:
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
        f"cases_case c JOIN bench_team t ON t.team_id = c.team_id WHERE {_OPEN} AND bench_roll(c.id, 83, 40) = 0",
    )


def _events(staging: psycopg.Connection) -> None:
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


def _followers(staging: psycopg.Connection, cases: int) -> None:
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


def _tasks(staging: psycopg.Connection) -> None:
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


def _messages(staging: psycopg.Connection) -> None:
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


def _requests(staging: psycopg.Connection) -> None:
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


def _tails(staging: psycopg.Connection) -> None:
    """The blind indexes of every tail 0000 to 9999."""
    staging.execute("CREATE TABLE bench_tail (n int PRIMARY KEY, tail bytea, id_tail bytea)")
    with staging.cursor() as cursor, cursor.copy("COPY bench_tail FROM STDIN") as copy:
        for n in range(10_000):
            tail = f"{n:04d}"
            copy.write_row(
                [n, blind_tail(tail, 4, purpose="phone_tail"), blind_tail(tail, 4, purpose="id_tail")]
            )
    staging.execute("ANALYZE bench_tail")


_ROLL = f"""
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
