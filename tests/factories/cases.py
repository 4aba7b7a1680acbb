"""A fictional court at work: people by role, seeded calendar and packs, cases filed through the verb."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.management import call_command

from cases.actions.assigning import assign_case
from cases.actions.completing import complete_node
from cases.actions.filing import file_case
from cases.actions.keeping import keep_files
from cases.filings import AgentInput, FilingInput, PartyInput
from cases.models import Case, Node
from courts.actions.calendar import seed_calendar
from courts.models import Court, CourtPack, PackRelease, Unit, User
from events.models import Event
from kernel import time
from kernel.identity import citizen_check_digit
from tests.factories.courts import court, person, unit
from tests.factories.documents import jpeg, upload

_keys = itertools.count(1)


def key() -> str:
    """A fresh key for an act."""
    return f"test:{next(_keys)}"


def citizen_id(number: int = 1) -> str:
    """A fictional citizen's number with the right check digit."""
    head = f"4299011980010{number % 9 + 1}{number % 1000:03d}"
    return head + citizen_check_digit(head)


@dataclass
class House:
    """A basic court with everyone a case needs."""

    court: Court
    team: Unit
    filing: User
    handler: User
    clerk: User
    leader: User
    director: User
    centre: User
    funds: User
    finance: User
    reviewer: User
    president: User
    superior: User
    people: dict[str, User] = field(default_factory=dict)


def seeded() -> None:
    """Calendar and packs in the database."""
    if not PackRelease.objects.exists():
        seed_calendar(at=time.now(), through=2037)
        call_command("release_packs", stdout=io.StringIO())
        call_command("seed_templates", stdout=io.StringIO())


def house(packs: tuple[str, ...] = ("JZ-2023",), features: tuple[str, ...] = (), **fields: Any) -> House:
    """A court following these packs; features: switches of CASES-2018."""
    seeded()
    basic = court(packs=packs, **fields)
    if features:
        CourtPack.objects.create(court=basic, code="CASES-2018", position=len(packs), features=list(features))
    team = unit(basic, function="ordinary")
    return House(
        court=basic,
        team=team,
        filing=person(basic, "filing_clerk", post="clerk", name="立案员"),
        handler=person(basic, "handler", unit=team, name="李明法"),
        clerk=person(basic, "assistant", unit=team, post="clerk", name="周书记"),
        leader=person(basic, "team_leader", unit=team, name="吴队长"),
        director=person(basic, "bureau_director", name="郑局长"),
        centre=person(basic, "command_centre", post="other", name="冯指挥"),
        funds=person(basic, "fund_officer", post="other", name="陈案款"),
        finance=person(basic, "finance", post="other", name="褚财务"),
        reviewer=person(basic, "designated_leader", name="卫局长"),
        president=person(basic, "president", name="蒋院长"),
        superior=person(basic.parent, "superior_bureau", name="沈中院"),
    )


def applicant(name: str = "张三", phone: str = "13800000001", **fields: Any) -> PartyInput:
    """A natural person who applies."""
    return PartyInput(
        role="applicant", kind="natural_person", name=name, phones=[phone] if phone else [], **fields
    )


def respondent(
    name: str = "李四", phone: str = "13900000001", location: str = "in_court_area", **fields: Any
) -> PartyInput:
    """A natural person against whom is enforced."""
    kind = fields.pop("kind", "natural_person")
    return PartyInput(
        role="respondent", kind=kind, name=name, phones=[phone] if phone else [], location=location, **fields
    )


def filing(on: dt.date | str, *parties: PartyInput, amount: str = "80000.00", **fields: Any) -> FilingInput:
    """A filing on a day."""
    day = dt.date.fromisoformat(on) if isinstance(on, str) else on
    return FilingInput(
        parties=parties or (applicant(), respondent()),
        cause=fields.pop("cause", "民间借贷纠纷"),
        basis=fields.pop("basis", "（2022）鄂9901民初12号民事判决书"),
        claim_amount=Decimal(amount),
        filed_on=day,
        **fields,
    )


def filed(home: House, given: FilingInput | None = None, *, at: str = "") -> Case:
    """A case filed now (or at a court time)."""
    given = given or filing(time.today())
    return file_case(court=home.court, filing=given, actor=home.filing, at=time.now(), key=key()).case


def assigned(home: House, given: FilingInput | None = None) -> Case:
    """A case filed and given to the handler."""
    case = filed(home, given)
    assign(home, case)
    case.refresh_from_db()
    return case


def assign(home: House, case: Case) -> Event:
    """分案 to the handler of the house."""
    return assign_case(
        case_id=case.pk, owner=home.handler, team=home.team, actor=home.centre, at=time.now(), key=key()
    )


def proof(case: Case, actor: User) -> list[int]:
    """What proves a ground: one picture kept in the case."""
    kept = keep_files(
        case_id=case.pk, uploads=[upload(jpeg(), "证明材料.jpg")], actor=actor, at=time.now(), key=key()
    )
    return [row.pk for row in kept]


def node(case: Case, kind: str, label: str = "") -> Node:
    """The open node of a kind, about the subject of this label when several stand side by side."""
    nodes = Node.objects.filter(case=case, kind=kind, state="open").select_related("subject")
    return nodes.get(subject__label=label) if label else nodes.get()


def complete(case: Case, kind: str, actor: User, label: str = "", **values: Any) -> Event:
    """Complete an open node with its declared form, as of now."""
    open_node = node(case, kind, label)
    return complete_node(
        node_id=open_node.pk,
        seen_version=open_node.version,
        values=values,
        actor=actor,
        at=time.now(),
        key=key(),
    )


__all__ = [
    "AgentInput",
    "PartyInput",
    "applicant",
    "assign",
    "assigned",
    "citizen_id",
    "complete",
    "filed",
    "filing",
    "house",
    "key",
    "node",
    "respondent",
    "seeded",
]
