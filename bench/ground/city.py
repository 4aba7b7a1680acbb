"""Two hundred courts with three years of cases, by SQL: parties, nodes, clocks, tasks, messages, orders, events.

Filed evenly over three years, so that numbers rise with days as they do in life; ten nodes a case. About one case in
seven is still open, with four open nodes and three or four running clocks; every case keeps four clocks that were
met. Courts differ in size: the largest has seven times the cases of the smallest.
"""

from __future__ import annotations

import io
import sys
import time as stopwatch

import psycopg
from django.core.management import call_command

from bench.ground import clocks, desks, files, money, work
from bench.ground.database import is_filled, settle
from bench.ground.loading import bare, count_on
from bench.ground.people import City, settle_in
from cases.models import Case, Node, Party
from courts.actions.calendar import seed_calendar
from courts.models import Appointment
from deadlines.models import Deadline
from kernel import time
from supervision.models import Order

TABLES = (
    "cases_case cases_subject cases_party cases_contactpoint cases_node cases_hold cases_task deadlines_deadline"
    " deadlines_timer deadlines_firing notices_message approvals_request supervision_order cases_access events_event"
).split()


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
    city = settle_in(staging)
    staging.execute(files.ROLL)
    files.lay_tails(staging)
    tables = [*dict.fromkeys([*TABLES, *desks.TABLES, *money.TABLES])]
    with bare(staging, tables):
        files.lay_cases(staging, cases)
        files.lay_parties(staging)
        files.lay_nodes(staging)
        clocks.lay_clocks(staging)
        work.lay_tasks(staging)
        work.lay_messages(staging)
        work.lay_requests(staging)
        work.lay_orders(staging)
        files.lay_events(staging)
        files.lay_followers(staging, cases)
        desks.fill(staging)
        money.fill(staging)
    for model in (Case, Party, Node, Deadline, Order):
        count_on(staging, model)
    settle(staging, *tables)
    return city
