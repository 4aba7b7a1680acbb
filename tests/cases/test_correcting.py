"""更正立案信息: the filed data are put right, what follows is counted anew, the old value stays in the event."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from cases.actions.correcting import Correction, PartyCorrection, correct_filing
from cases.actions.holding import suspend_case
from cases.models import Case, ClaimItem, ContactPoint, Fact, Party
from deadlines.models import Deadline
from events import log
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from supervision.replay import differences, replay, stored
from tests.factories.cases import House, assigned, citizen_id, complete, filing, house, key
from tests.factories.courts import person
from tests.walks.stage import on

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with on("2023-04-24 09:30"):
        return assigned(home, filing("2023-04-24"))


def correct(home: House, case: Case, **changes: Any) -> Event:
    given: dict[str, Any] = {"actor": home.director, "at": time.now(), "key": key(), "on": time.today()}
    given |= {name: changes.pop(name) for name in tuple(changes) if name in given}
    correction = Correction(**{"words": "按判决书更正", **changes})
    return correct_filing(case_id=case.pk, correction=correction, **given)


def respondent_of(case: Case) -> Party:
    return Party.objects.get(case=case, role="respondent")


def rebuilt(case: Case) -> list[Any]:
    return differences(replay(log.history(case.about)), stored(case))


def test_the_amount_is_the_sum_of_its_items_and_rules_ask_the_new_one(home: House, case: Case) -> None:
    item = ClaimItem.objects.get(case=case)
    with on("2023-04-26"):
        event = correct(home, case, claims={item.pk: Decimal("79999.00")}, costs_amount=Decimal("1100.00"))
    case.refresh_from_db()
    item.refresh_from_db()
    assert (case.claim_amount, item.amount, case.costs_amount) == (
        Decimal("79999.00"), Decimal("79999.00"), Decimal("1100.00")
    )  # fmt: skip
    assert Fact.objects.get(case=case, key="claim_amount").value == "79999.00"
    assert event.data["changes"] == [
        ["claim:principal", None, "80000.00", "79999.00"],
        ["costs_amount", None, "0.00", "1100.00"],
    ]
    assert rebuilt(case) == []


def test_where_a_party_lives_moves_its_clock(home: House, case: Case) -> None:
    """BASE: what the clock of the field visit rests on is corrected to outside the city: JZ-D-06A instead of JZ-D-06."""
    party = respondent_of(case)
    before = set(Deadline.objects.filter(case_id=case.pk, state="running").values_list("rule_id", flat=True))
    with on("2023-04-26"):
        correct(home, case, parties=[PartyCorrection(party.pk, location="outside_city")])
    after = set(Deadline.objects.filter(case_id=case.pk, state="running").values_list("rule_id", flat=True))
    assert before != after
    assert respondent_of(case).location == "outside_city"
    assert rebuilt(case) == []


def test_a_name_a_number_and_a_phone_are_put_right_and_no_number_stands_in_the_event(
    home: House, case: Case
) -> None:
    party, number, phone = respondent_of(case), citizen_id(5), "13900000077"
    given = PartyCorrection(party.pk, name="李肆", id_number=number, address="云州市东湖路9号", phone=phone)
    with on("2023-04-26"):
        event = correct(home, case, parties=[given])
    party = respondent_of(case)
    assert (party.name, party.id_number, party.address) == ("李肆", number, "云州市东湖路9号")
    assert party.subject.label == "李肆"
    assert ContactPoint.objects.filter(party=party, kind="mobile").count() == 2
    told = json.dumps(event.data, ensure_ascii=False)
    assert not any(secret in told for secret in (number, phone, "东湖路"))
    assert ["name", party.subject_id, "李四", "李肆"] in event.data["changes"]
    assert rebuilt(case) == []


def test_the_filing_day_moves_every_clock_that_starts_from_it(home: House, case: Case) -> None:
    with on("2023-04-26"):
        correct(home, case, filed_on=D(2023, 4, 21))
    case.refresh_from_db()
    assert (case.filed_on, case.received_on) == (D(2023, 4, 21), D(2023, 4, 21))
    assert Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-04").due_on == D(2023, 10, 23), (
        "six months after 04-21 is 10-21, a Saturday"
    )
    assert rebuilt(case) == []


@pytest.mark.parametrize(
    ("day", "error"),
    [(D(2023, 4, 27), BadInput), (D(2022, 12, 30), WrongState), (D(2023, 2, 1), WrongState)],
    ids=["after today", "another year's number", "before the court's document"],
)
def test_a_filing_day_under_other_rules_or_in_the_future_is_refused(
    home: House, case: Case, day: D, error: type[Exception]
) -> None:
    with on("2023-04-26"), pytest.raises(error):
        correct(home, case, filed_on=day)
    case.refresh_from_db()
    assert case.filed_on == D(2023, 4, 24)


def test_the_case_was_not_filed_after_something_was_done_in_it(home: House, case: Case) -> None:
    with on("2023-04-25"):
        complete(case, "network_query_start", home.handler, on="2023-04-25", scope="national")
    with on("2023-04-27"), pytest.raises(BadInput, match="已有办理记录"):
        correct(home, case, filed_on=D(2023, 4, 26))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": " "}, "words"),
        ({}, "words"),
        ({"cause": " "}, "cause"),
        ({"claim_kind": "gold"}, "claim_kind"),
        ({"costs_amount": Decimal(-1)}, "costs_amount"),
        ({"claims": {0: Decimal(1)}}, "claims"),
        ({"parties": [PartyCorrection(0, name="甲")]}, "parties"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    home: House, case: Case, changes: dict[str, Any], field: str
) -> None:
    version = case.version
    with on("2023-04-26"), pytest.raises(BadInput) as refused:
        correct(home, case, **changes)
    assert refused.value.field == field
    case.refresh_from_db()
    assert case.version == version


def test_a_wrong_document_or_phone_is_refused_at_the_party_and_all_of_it(home: House, case: Case) -> None:
    party, item = respondent_of(case), ClaimItem.objects.get(case=case)
    wrong = (
        ("id_number", {"id_number": "429900198001011235"}),
        ("phone", {"phone": "1391234567"}),
        ("name", {"name": " "}),
    )
    for place, given in wrong:
        with on("2023-04-26"), pytest.raises(BadInput) as refused:
            correct(home, case, claims={item.pk: Decimal(1)}, parties=[PartyCorrection(party.pk, **given)])
        assert refused.value.field == f"party_{party.pk}_{place}"
    item.refresh_from_db()
    assert item.amount == Decimal("80000.00"), "half a correction is none"
    with on("2023-04-26"), pytest.raises(BadInput, match="大于零"):
        correct(home, case, claims={item.pk: Decimal(0)})


def test_who_may_and_who_may_not(home: House, case: Case) -> None:
    stranger = person(house().court, "filing_clerk", post="clerk", name="别院")
    with on("2023-04-26"):
        with pytest.raises(NotAllowed):
            correct(home, case, cause="买卖合同纠纷", actor=home.finance)
        with pytest.raises((NotFound, NotAllowed)):
            correct(home, case, cause="买卖合同纠纷", actor=stranger)
        with pytest.raises(NotAllowed):
            correct(home, case, filed_on=D(2023, 4, 21), actor=home.filing)
        same = key()
        first = correct(home, case, cause="买卖合同纠纷", actor=home.filing, key=same)
        assert correct(home, case, cause="买卖合同纠纷", actor=home.filing, key=same) == first
        with pytest.raises(Conflict):
            suspend_case(
                case_id=case.pk, ground="裁定", on=time.today(), actor=home.handler, at=time.now(), key=same
            )


@pytest.mark.req("LY-03")
def test_a_correction_does_not_make_a_double_of_another_case() -> None:
    home = house(packs=("LY-2021",))
    with on("2024-04-24 09:30"):
        assigned(home, filing("2024-04-24"))
        case = assigned(home, filing("2024-04-24", basis="（2022）鄂9901民初13号民事判决书"))
        with pytest.raises(WrongState) as refused:
            correct(home, case, basis="（2022）鄂9901民初12号民事判决书")
    assert refused.value.code == "LY-G-FILE-02"
    case.refresh_from_db()
    assert case.basis.endswith("13号民事判决书")
