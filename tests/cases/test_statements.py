"""An act costs a fixed number of SQL statements, whatever the size of its case; at most twelve and those of its papers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import papers
from cases.actions.completing import complete_node
from cases.models import Case, Party
from documents.models import Paper
from events.models import Event
from kernel import time
from measures.actions.controlling import Taking, take_control
from measures.actions.finding import Found, add_property
from measures.models import Property
from notices.models import Message
from tests.factories.cases import House, applicant, assigned, filing, house, key, node, respondent
from tests.walks.stage import feedback

MOST = 12
OF_CONTROL = 17
"""控制 is no node of one table: it also reads the items and the controlled sum, writes items and controls, and lets go
the messages that waited for it."""
OF_PAPERS = 5
"""documents.drafts, for any number of papers of one act: key, court, last number, papers, their events."""
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


@dataclass
class Count:
    """Statements of an act, without BEGIN and COMMIT: its own, and those of the papers it drafts."""

    own: int = 0
    papers: int = 0
    sql: tuple[str, ...] = ()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A block whose statements are counted."""
    inside: list[tuple[int, int]] = []
    honest = papers.drafts.draft_all

    def watched(*given: Any, **named: Any) -> list[Paper]:
        began = len(connection.queries_log)
        made = honest(*given, **named)
        inside.append((began, len(connection.queries_log)))
        return made

    monkeypatch.setattr(papers.drafts, "draft_all", watched)

    @contextmanager
    def count() -> Iterator[Count]:
        found = Count()
        inside.clear()
        with CaptureQueriesContext(connection) as seen:
            yield found
        found.papers = sum(last - first for first, last in inside)
        own = [query["sql"] for query in seen.captured_queries if query["sql"] not in ("BEGIN", "COMMIT")]
        found.own, found.sql = len(own) - found.papers, tuple(own)

    return count


def case_of(home: House, respondents: int = 1) -> Case:
    """A case of 2023-04-24; the process has seen its packs, its calendar and its people."""
    others = [respondent(f"李{number}", phone=f"1390000{number:04d}") for number in range(1, respondents)]
    return assigned(home, filing("2023-04-24", applicant(), respondent(), *others))


def tell(way: str, name: str, found: Count) -> None:
    print(f"{way} {name}: {found.own} statements, {found.papers} for its papers")  # noqa: T201
    listing = "\n".join(statement[:140] for statement in found.sql)
    assert found.own <= MOST, listing
    assert found.papers <= OF_PAPERS, listing


@pytest.mark.parametrize("way", sorted(WAYS))
def test_an_act_takes_at_most_twelve_statements(live_db: str, counted: Any, way: str) -> None:
    """发出执行通知 with its two papers, two plain nodes, and 控制: messages to the parties included."""
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
        feedback(home, case, "2023-04-26", ("bank_account", "尾号1001", "5000"), ("alipay", "支付宝", "800"))
        items = list(Property.objects.filter(case=case))
        takings = [Taking(each.pk, "freeze", each.value, time.today()) for each in items]
        with counted() as found:
            take_control(case_id=case.pk, takings=takings, actor=home.handler, at=time.now(), key=key())
    print(f"{way} control: {found.own} statements, {found.papers} for its papers")  # noqa: T201
    assert found.own <= OF_CONTROL, "\n".join(statement[:140] for statement in found.sql)
    assert found.papers <= OF_PAPERS


def waiting(case: Case, form: str) -> Callable[[House, dict[str, Any]], Event]:
    """Completing an open node, whose id and version a page knows already."""
    seen = node(case, form)

    def do(home: House, values: dict[str, Any]) -> Event:
        given = {"node_id": seen.pk, "seen_version": seen.version, "values": values}
        return complete_node(actor=home.handler, at=time.now(), key=key(), **given)

    return do


def test_the_number_does_not_grow_with_the_case(live_db: str, counted: Any) -> None:
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
        counts.append(found.own)
    assert counts[0] == counts[1]
