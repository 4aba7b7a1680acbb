"""An act that is cut off anywhere: nothing half, nothing lost, nothing twice, and the same click works again.

The server going down is staged as the end of the connection, which is all that an act sees of it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time as stopwatch
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings as live
from django.db import OperationalError, connection, connections
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from cases.actions.completing import complete_node
from cases.models import Case, Node, Party
from deadlines.models import Deadline, Timer
from documents.models import Paper
from events import audit, relay
from events.models import Event, Pending
from funds import audit as books
from kernel import time
from notices import delivery
from notices.models import Message
from scripts.launcher.broker import Broker
from scripts.launcher.environment import site_packages
from scripts.launcher.programs import find_programs
from supervision.replay import stored
from tests.conftest import cluster, with_name
from tests.factories.cases import House, applicant, assigned, filing, house, respondent
from tests.factories.crowd import copies

ROOT = Path(__file__).resolve().parents[2]
# Half past midnight in the court, noon of the day before in New York.
AT = "2023-04-26T00:30:00+08:00"
NOTICE = {
    "channel": "electronic",
    "sent_on": "2023-04-26",
    "platform_ref": "E-1",
    "with_report_order": True,
}
QUERY = {"on": "2023-04-26", "scope": "national"}

# Does the acts of its argument one by one; `dies` before which statement of the last one, at its commit, or after.
WORKER = """
import datetime as dt, json, os, signal, sys, time
from decimal import Decimal
import django
zone = os.environ.get("TZ")
django.setup()
if zone:
    # Django sets the zone of the court; a worker that lost it must do the same.
    os.environ["TZ"] = zone
    time.tzset()
from django.db import connection, connections
from cases.actions.completing import complete_node
from courts.models import User
from funds.actions.payees import register_payee
from measures.actions.finding import Found, record_feedback

def die(*_given):
    os.kill(os.getpid(), signal.SIGKILL)

def found(items):
    return [Found(**{**item, "value": Decimal(item["value"])}) for item in items]

def do(kind, **given):
    given["actor"] = User.objects.get(pk=given["actor"])
    given["at"] = dt.datetime.fromisoformat(given["at"])
    if "items" in given:
        given |= {"items": found(given["items"]), "on": dt.date.fromisoformat(given["on"])}
    if "signed_on" in given:
        given["signed_on"] = dt.date.fromisoformat(given["signed_on"])
    return {"complete": complete_node, "feedback": record_feedback, "payee": register_payee}[kind](**given)

acts, dies = json.loads(sys.argv[1]), sys.argv[2]
for number, act in enumerate(acts, start=1):
    if number == len(acts) and dies.isdigit():
        seen = 0
        def wrapped(execute, *given):
            global seen
            seen += 1
            if seen == int(dies):
                die()
            return execute(*given)
        connection.execute_wrappers.append(wrapped)
    if number == len(acts) and dies == "commit":
        type(connections["default"])._commit = die
    began = time.monotonic()
    print(do(**act).pk, round(time.monotonic() - began, 1), time.tzname[0], flush=True)
if dies == "after":
    die()
"""


@dataclass
class Place:
    """A case in a database of its own, and another that is the same in all but its number."""

    home: House
    case: Case
    twin: Case
    database: str

    def act(self, case: Case, kind: str, values: dict[str, Any], key: str = "click") -> dict[str, Any]:
        """Completing a node, as a worker's argument."""
        node = Node.objects.get(case=case, kind=kind, state="open")
        given = {"node_id": node.pk, "seen_version": node.version, "values": values, "key": key}
        return {"kind": "complete", "actor": self.home.handler.pk, "at": AT, **given}

    def worker(self, *acts: dict[str, Any], dies: str = "", **environment: str) -> subprocess.Popen[str]:
        """A process of its own that does them."""
        env = {
            **os.environ,
            "DATABASE_URL": with_name(os.environ.get("DATABASE_URL", live.DATABASE_URL), self.database),
            "KICKS": "0",
            "DJANGO_SETTINGS_MODULE": "enforcement.settings",
            **environment,
        }
        command = [sys.executable, "-c", WORKER, json.dumps(acts), dies]
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)

    def done(self, *acts: dict[str, Any], **environment: str) -> list[list[str]]:
        """What a worker that lives says of each act: id, seconds, zone."""
        process = self.worker(*acts, **environment)
        said, _ = process.communicate(timeout=90)
        assert process.returncode == 0
        return [line.split() for line in said.splitlines() if not line.startswith("{")]


@pytest.fixture
def place(live_db: str, owner_sql: psycopg.Connection) -> Place:
    with time.travel("2023-04-17 09:30"):
        home = house(packs=("LY-2021",), features=("tianjin",))
        given = filing("2023-04-17", applicant(), respondent(phone="13900000001"))
        case = assigned(home, given)
    (pk,) = copies(owner_sql, case, 1)
    (again,) = copies(owner_sql, case, 1)
    return Place(home, Case.objects.get(pk=pk), Case.objects.get(pk=again), live_db)


def standing(case: Case) -> tuple[Any, ...]:
    """Everything of a case that an act may write."""
    about = {"case_id": case.pk}
    return (
        stored(case),
        Event.objects.filter(stream=case.about).count(),
        Timer.objects.filter(deadline__case_id=case.pk).count(),
        Message.objects.filter(**about).count(),
        Paper.objects.filter(**about).count(),
        Pending.objects.count(),
    )


def outcome(case: Case, *, key: str = "click") -> tuple[int, int]:
    """(lost, twice) of the one act of this key, and of its papers and messages."""
    events = Event.objects.filter(stream=case.about, key=key).count()
    rows = (
        Message.objects.filter(case_id=case.pk).values("topic", "party_ref"),
        Paper.objects.filter(case_id=case.pk).values("kind"),
    )
    twice = sum(row.annotate(n=Count("pk")).filter(n__gt=1).count() for row in rows)
    return 1 - min(events, 1), max(events - 1, 0) + twice


def again(place: Place, act: dict[str, Any]) -> Event:
    """The same click here, with the same key."""
    given = {name: value for name, value in act.items() if name not in ("kind", "actor", "at")}
    return complete_node(actor=place.home.handler, at=dt.datetime.fromisoformat(AT), **given)


def statements(place: Place) -> int:
    """How many statements the act takes, tried on the twin."""
    act = place.act(place.twin, "enforcement_notice", NOTICE)
    with CaptureQueriesContext(connection) as seen:
        again(place, act)
    return sum(1 for query in seen if query["sql"] not in ("BEGIN", "COMMIT"))


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 1.0])
def test_a_worker_killed_in_an_act_leaves_nothing_and_the_click_works_once(
    place: Place, share: float
) -> None:
    count = statements(place)
    before = standing(place.case)
    act = place.act(place.case, "enforcement_notice", NOTICE)
    # One statement is the worker's own look at who acts.
    killed = place.worker(act, dies=str(max(3, 1 + round(share * count))))
    assert killed.wait(90) == -signal.SIGKILL
    assert killed.stdout.read() == ""
    killed.stdout.close()
    assert wait_until_idle(place)
    assert standing(place.case) == before, "half an act"
    first = again(place, act)
    assert again(place, act).pk == first.pk
    report(f"killed before statement {round(share * count)} of {count}", place.case)


@pytest.mark.parametrize("dies", ["commit", "after"])
def test_a_worker_killed_around_the_commit(place: Place, dies: str) -> None:
    """Before it nothing is there; after it the act stands and its answer was lost: the retry gives the same event."""
    before = standing(place.case)
    act = place.act(place.case, "enforcement_notice", NOTICE)
    killed = place.worker(act, dies=dies)
    assert killed.wait(90) == -signal.SIGKILL
    said = killed.stdout.read().split()
    killed.stdout.close()
    assert wait_until_idle(place)
    assert (standing(place.case) == before) is (dies == "commit")
    event = again(place, act)
    assert (str(event.pk) == said[0]) if said else dies == "commit"
    report(f"killed {dies}", place.case)


def wait_until_idle(place: Place) -> bool:
    """The server has noticed that the worker is gone."""
    until = stopwatch.monotonic() + 20
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> %s AND backend_type = 'client backend'"
    with cluster() as server, connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
        while server.execute(sql, [place.database, own]).fetchone()[0] > 1:
            if stopwatch.monotonic() > until:
                return False
            stopwatch.sleep(0.05)
    return True


class Killer:
    """Ends this process's connection, as a crash or restart of the server would, right before its n-th statement."""

    def __init__(self, before: int) -> None:
        self.before, self.seen = before, 0

    def __call__(self, execute: Callable[..., Any], *given: Any) -> Any:
        self.seen += 1
        if self.seen == self.before:
            end_connection()
        return execute(*given)


def end_connection() -> None:
    """pg_terminate_backend of this process's own connection."""
    with cluster() as server:
        server.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


def test_the_connection_ended_before_any_statement(place: Place) -> None:
    before = standing(place.case)
    act = place.act(place.case, "enforcement_notice", NOTICE)
    deaths = 0
    while True:
        try:
            with connection.execute_wrapper(Killer(deaths + 1)):
                event = again(place, act)
        except OperationalError:
            deaths += 1
            connection.close()
            assert standing(place.case) == before, f"half an act after death before statement {deaths}"
            continue
        break
    assert deaths >= 7
    assert again(place, act).pk == event.pk
    report(f"{deaths} connections ended", place.case)


def test_the_connection_ended_at_commit(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = standing(place.case)
    act = place.act(place.case, "enforcement_notice", NOTICE)
    wrapper_class = type(connections["default"])
    commit = wrapper_class._commit

    def die_and_commit(wrapper: Any) -> None:
        end_connection()
        commit(wrapper)

    with monkeypatch.context() as patch:
        patch.setattr(wrapper_class, "_commit", die_and_commit)
        with pytest.raises(OperationalError):
            again(place, act)
    connection.close()
    assert standing(place.case) == before
    again(place, act)
    report("connection ended at commit", place.case)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[str]:
    """The address of a broker that only this test uses, so that it may be emptied."""
    broker = Broker(tmp_path, find_programs(site_packages(), tmp_path, None).broker, "broker-of-a-test")
    broker.start()
    yield broker.url
    broker.stop()


@pytest.mark.parametrize("broker", ["unreachable", "flushed"])
def test_acts_without_a_broker_succeed_and_what_they_owe_is_swept(
    place: Place, broker: str, own_broker: str, settings: Any, tmp_path: Path
) -> None:
    """The kick is lost either way; the reaction and the messages that it would have hurried stand in the database."""
    payee = {
        "kind": "payee", "about": place.case.about, "court_id": place.home.court.pk, "name": "张三",
        "bank": "云州农商银行", "account": "6217000010001234567", "account_doubt": "测试账号",
        "undertaking_file_id": 1, "signed_on": "2023-04-26", "actor": place.home.filing.pk, "at": AT, "key": "payee",
    }  # fmt: skip
    notice = place.act(place.case, "enforcement_notice", NOTICE, key="notice")
    url = own_broker if broker == "flushed" else "redis://127.0.0.1:1/0"
    said = place.done(payee, notice, KICKS="1", REDIS_URL=url)
    assert len(said) == 2
    assert max(float(seconds) for _pk, seconds, _zone in said) < 6, "the broker's absence held an act up"
    if broker == "flushed":
        with redis.Redis.from_url(url) as keeper:
            assert keeper.llen("acts") == 1, "no kick went out"
            keeper.flushall()
    settings.SMS_FILE, settings.SMS_PROVIDER = tmp_path / "sms.jsonl", "file"
    with time.travel("2023-04-26 10:00"):
        assert [relay.run(), relay.run()] == [1, 0]
        delivery.deliver()
        delivery.deliver()
    assert Node.objects.get(case=place.case, kind="payee_registration").state == "done"
    assert not Pending.objects.exists()
    due = Message.objects.filter(about=place.case.about)
    assert due.exists()
    assert not due.exclude(state="sent").exists()
    numbers = Counter(
        line["reference"] for line in map(json.loads, settings.SMS_FILE.read_text().splitlines())
    )
    out = sum(numbers[str(message.reference)] for message in due)
    report(f"broker {broker}: {out} of {due.count()} messages out", place.case, key="notice")
    assert out == due.count()


def test_a_worker_of_another_zone_and_language_makes_the_same_clocks(place: Place) -> None:
    for case, environment in (
        (place.case, {"TZ": "Asia/Shanghai", "LANG": "zh_CN.UTF-8"}),
        (place.twin, {"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}),
    ):
        said = place.done(*whole_day(place, case), **environment)
        assert said[0][2] == {"Asia/Shanghai": "CST", "America/New_York": "EST"}[environment["TZ"]]
        said = place.done(feedback(place, case), **environment)
        assert len(said) == 1
    right, wrong = seen(place.case), seen(place.twin)
    assert right == wrong
    assert {"LY-D-02", "LY-D-04", "BASE-D-04"} <= {clock[0] for clock in right["clocks"]}
    assert len(right["told"]) >= 2
    report("two zones", place.twin, key="query")


def whole_day(place: Place, case: Case) -> list[dict[str, Any]]:
    """The notice and the query."""
    return [
        place.act(case, "enforcement_notice", NOTICE, key="notice"),
        place.act(case, "network_query_start", QUERY, key="query"),
    ]


def feedback(place: Place, case: Case) -> dict[str, Any]:
    """The query's answer half an hour after midnight: clocks of hours start at that instant."""
    node = Node.objects.get(case=case, kind="network_feedback", state="open")
    party = Party.objects.get(case=case, role="respondent").pk
    item = {"party_id": party, "kind": "bank_account", "label": "尾号1001", "value": "5000.00"}
    given = {"node_id": node.pk, "seen_version": node.version, "items": [item], "queried": ["deposits"]}
    return {"kind": "feedback", "actor": place.home.handler.pk, "at": AT, "on": "2023-04-26", "national": True, "key": "feedback", **given}  # fmt: skip


def seen(case: Case) -> dict[str, list[tuple[Any, ...]]]:
    """Clocks, timers, nodes, papers and messages of a case by what they say, not by their ids."""
    labels = dict(case.subjects.values_list("pk", "kind"))
    clocks = Deadline.objects.filter(case_id=case.pk).values_list(
        "rule_id", "subject_id", "state", "start", "due_on", "due_at", "overdue_at", "met_on"
    )
    timers = Timer.objects.filter(deadline__case_id=case.pk).values_list(
        "deadline__rule_id", "fire_at", "rung", "rungs"
    )
    nodes = Node.objects.filter(case=case).values_list(
        "kind", "subject__kind", "state", "opened_on", "done_on"
    )
    told = Message.objects.filter(case_id=case.pk).values_list("topic", "audience", "text", "state", "due_at")
    papers = Paper.objects.filter(case_id=case.pk)
    return {
        "clocks": sorted((rule, labels[subject], *rest) for rule, subject, *rest in clocks),
        "timers": sorted(timers),
        "nodes": sorted(nodes, key=str),
        "told": sorted((topic, to, text.replace(case.number, "#"), *rest) for topic, to, text, *rest in told),
        "papers": sorted(
            (
                paper.kind,
                json.dumps(paper.facts, sort_keys=True, ensure_ascii=False).replace(case.number, "#"),
            )
            for paper in papers
        ),
    }


def report(what: str, case: Case, *, key: str = "click") -> None:
    """Nothing lost, nothing twice; the chains and the books hold."""
    lost, twice = outcome(case, key=key)
    print(f"{what}: lost {lost}, twice {twice}")  # noqa: T201
    assert (lost, twice) == (0, 0)
    assert list(audit.flaws()) == []
    assert list(books.differences()) == []
