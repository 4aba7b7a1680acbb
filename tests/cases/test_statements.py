"""An act costs a fixed number of SQL statements, whatever the size of its case; at most twelve for a completed node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.actions.completing import complete_node
from cases.models import Case, Party
from cases.snapshot import Locked, lock_case
from documents.models import Paper
from events.models import Event
from kernel import time
from measures.actions.controlling import Taking, take_control
from measures.actions.finding import Found, add_property
from measures.models import Property
from notices.models import Message
from tests.cases.acts_counted import Transaction, transactions
from tests.factories.cases import House, applicant, assigned, filing, house, key, node, respondent
from tests.walks import test_e2e_01, test_e2e_02
from tests.walks.stage import Story, feedback

MOST = 12
NOTICE = {
    "channel": "electronic",
    "sent_on": "2023-04-26",
    "platform_ref": "E2023-1",
    "with_report_order": True,
}
QUERY = {"on": "2023-04-26", "scope": "national"}
FUND = {"on": "2023-04-26", "agency": "公积金中心", "result": "无缴存"}
WAYS = {
    "JZ-2023": {"packs": ("JZ-2023",), "features": ("haidian", "tianjin")},
    "LY-2021": {"packs": ("LY-2021",), "features": ("tianjin",)},
}


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of a block, without BEGIN and COMMIT."""
    found: list[str] = []
    with CaptureQueriesContext(connection) as seen:
        yield found
    found += [query["sql"] for query in seen.captured_queries if query["sql"] not in ("BEGIN", "COMMIT")]


def case_of(home: House, respondents: int = 1) -> Case:
    """A case of 2023-04-24; the process has seen its packs, its calendar and its people."""
    others = [respondent(f"李{number}", phone=f"1390000{number:04d}") for number in range(1, respondents)]
    basis = f"（2022）鄂9901民初{Case.objects.count() + 1}号民事判决书"
    return assigned(home, filing("2023-04-24", applicant(), respondent(), *others, basis=basis))


def tell(way: str, name: str, found: list[str]) -> None:
    print(f"{way} {name}: {len(found)} statements")  # noqa: T201
    assert len(found) <= MOST, "\n".join(statement[:140] for statement in found)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_an_act_takes_at_most_twelve_statements(live_db: str, way: str) -> None:
    """发出执行通知 with its two papers, two plain nodes, and 控制: papers and messages to the parties included."""
    with time.travel("2023-04-24 09:30"):
        home = house(**WAYS[way])
        case_of(home)
        case = case_of(home)
    with time.travel("2023-04-26 10:00"):
        for name, form, values in (
            ("execution notice", "enforcement_notice", NOTICE),
            ("network query", "network_query_start", QUERY),
            ("provident fund", "provident_fund", FUND),
        ):
            messages, drafted = Message.objects.count(), Paper.objects.count()
            do = waiting(case, form)
            with counted() as found:
                do(home, values)
            tell(way, name, found)
            assert (form == "enforcement_notice") is (Paper.objects.count() == drafted + 2)
            if (way, form) == ("LY-2021", "enforcement_notice"):
                assert Message.objects.count() > messages, "nobody was told: not the whole act"
        with counted() as found:
            feedback(home, case, "2023-04-26", *(("bank_account", f"尾号{n}", "5000") for n in (1, 2)))
        # Looking up the node and the respondent is the test's own.
        tell(way, "network feedback", found[2:])
        items = list(Property.objects.filter(case=case))
        takings = [Taking(each.pk, "freeze", each.value, time.today()) for each in items]
        with counted() as found:
            take_control(case_id=case.pk, takings=takings, actor=home.handler, at=time.now(), key=key())
        tell(way, "control", found)
        assert Paper.objects.filter(case_id=case.pk, kind="freeze_ruling").exists()


def waiting(case: Case, form: str) -> Callable[[House, dict[str, Any]], Event]:
    """Completing an open node, whose id and version a page knows already."""
    seen = node(case, form)

    def do(home: House, values: dict[str, Any]) -> Event:
        given = {"node_id": seen.pk, "seen_version": seen.version, "values": values}
        return complete_node(actor=home.handler, at=time.now(), key=key(), **given)

    return do


def test_the_number_does_not_grow_with_the_case(live_db: str) -> None:
    counts = []
    for respondents, items in ((1, 0), (6, 12)):
        with time.travel("2023-04-24 09:30"):
            home = house(**WAYS["JZ-2023"])
            case_of(home)
            case = case_of(home, respondents)
            party = Party.objects.filter(case=case, role="respondent").order_by("id")[0].pk
            for number in range(items):
                found = Found(party, "vehicle", f"车{number}", Decimal("1000.00"))
                add_property(
                    case_id=case.pk, item=found, source="declaration", on=time.today(), actor=home.handler,
                    at=time.now(), key=key(),
                )  # fmt: skip
        do = waiting(case, "network_query_start")
        with time.travel("2023-04-26 10:00"), counted() as found:
            do(home, QUERY)
        counts.append(len(found))
    assert counts[0] == counts[1]


ABOVE = {
    "case.filed": 27,
    "case.assigned": 24,
    "case.closed": 22,
    "approval.asked": 14,
    "payout.approved": 16,
    "payout.requested": 28,
    "payout.sent": 17,
    "receipt.noted": 15,
}
"""What a whole case does that takes more, and how many: acts that write the rows of several floors, not one node's.
Filing writes a whole case, assignment hands over the rows of thirteen tables, closing reads the money, a payout's verbs
join the book's own and ask what was allotted, a receipt is added up with those of its day. None may grow."""


@pytest.mark.parametrize("walk", [test_e2e_01, test_e2e_02])
def test_every_node_of_a_whole_case_takes_at_most_twelve(
    live_db: str, monkeypatch: pytest.MonkeyPatch, walk: ModuleType
) -> None:
    def looked(**given: Any) -> Locked:
        with transaction.atomic():
            return lock_case(**given)

    # The walk looks at the closing list under a lock of its own: here transactions are real.
    monkeypatch.setattr(walk, "lock_case", looked, raising=False)
    with time.travel("2023-04-20 09:00"):
        # Whoever comes first in a process reads the packs and the calendar; no act's own.
        assigned(house(features=("haidian", "tianjin")))
    with transactions() as seen:
        walk.tell(Story())
    taken: dict[str, int] = {}
    for each in seen:
        for kind in kinds_of(each):
            taken[kind] = max(taken.get(kind, 0), len(each.sql))
    print({kind: count for kind, count in sorted(taken.items(), key=lambda item: -item[1])})  # noqa: T201
    assert {"node.completed", "case.closed", "property.decided"} <= set(taken)
    assert {kind: count for kind, count in taken.items() if count > ABOVE.get(kind, MOST)} == {}


def kinds_of(committed: Transaction) -> list[str]:
    """The kinds of the events that a transaction wrote to a case's stream."""
    inserts = [
        values
        for words, values in zip(committed.sql, committed.given, strict=True)
        if words.startswith('INSERT INTO "events_event"')
    ]
    return [
        kind
        for values in inserts
        for stream, kind in zip(values[0::10], values[2::10], strict=True)
        if str(stream).startswith("case:")
    ]
