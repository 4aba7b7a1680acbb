"""Stage, cash rate and flags of a case: each is what the rules make of its facts, up to the day and the cure."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.actions.assigning import seal_case
from cases.actions.undoing import cancel_case
from cases.models import Case, Party
from cases.selectors import flags
from closing.actions.closing import archive_case
from courts.models import User
from deadlines.models import Deadline
from kernel import time
from measures.actions.controlling import leave_uncontrolled, release, renew
from measures.actions.finding import Found, add_property
from measures.models import Control
from tests.factories.cases import House, applicant, assigned, complete, filed, filing, house, key, respondent
from tests.walks.stage import control, item, money, on, pay, payee
from tests.walks.test_e2e_01 import close

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    with time.travel("2023-01-03 09:30"):
        return house(features=("haidian",))


def find(home: House, case: Case, day: str, *items: tuple[str, str, str]) -> None:
    """(kind, label, value) found on a day."""
    party = Party.objects.filter(case=case, role="respondent").order_by("id")[0].pk
    with on(day):
        for kind, label, value in items:
            add_property(
                case_id=case.pk,
                item=Found(party, kind, label, Decimal(value)),
                source="declaration",
                on=time.today(),
                actor=home.handler,
                at=time.now(),
                key=key(),
            )


def a_case(home: House, day: str, amount: str = "80000.00", **fields: object) -> Case:
    with on(f"{day} 09:30"):
        return assigned(home, filing(day, applicant(), respondent(), amount=amount, **fields))


def entered_late(home: House) -> Case:
    """Filed on 2023-01-10, before its court's document, and entered after it: the ledger covers every open case."""
    with on("2023-02-24 09:30"):
        return assigned(home, filing("2023-01-10", applicant(), respondent(), imported=True))


def up(case: Case, when: str) -> dict[str, str]:
    """Flag -> since, at the start of a court day (or at a time)."""
    at = (
        time.at_local(dt.date.fromisoformat(when[:10]))
        if len(when) == 10
        else dt.datetime.fromisoformat(when)
    )
    return {flag.name: flag.since.isoformat() for flag in flags.flags_of([case.pk], at).get(case.pk, [])}


def stage(case: Case) -> tuple[str, str]:
    case.refresh_from_db()
    return case.stage, str(case.stage_since)


@pytest.mark.req("HD-05")
def test_a_seized_car_without_auction_is_in_control(home: House) -> None:
    case = a_case(home, "2025-03-03")
    assert stage(case) == ("investigation", "2025-03-03")
    find(home, case, "2025-03-04", ("vehicle", "小型轿车", "30000.00"))
    assert stage(case)[0] == "investigation"
    with on("2025-03-05"):
        control(home, case, "seize", "小型轿车")
    assert stage(case) == ("control", "2025-03-05")


@pytest.mark.req("HD-05")
def test_payout_lasts_while_money_waits_and_archive_follows_closing(home: House) -> None:
    case = a_case(home, "2025-03-03", "20000.00")
    with on("2025-03-04"):
        account = payee(home, case)
        first = money(home, case, "15000.00", "S1")
    with on("2025-03-05"):
        second = money(home, case, "5000.00", "S2")
    assert stage(case) == ("payout", "2025-03-04")
    with on("2025-03-06"):
        pay(home, case, first, account, "B1")
    assert stage(case) == ("payout", "2025-03-05"), "the second receipt still waits"
    with on("2025-03-07"):
        pay(home, case, second, account, "B2")
    assert stage(case) == ("investigation", "2025-03-03"), "nothing waits any more"
    with on("2025-03-10"):
        close(home, case)
    assert stage(case) == ("archive", "2025-03-10")


@pytest.mark.req("HD-05")
def test_counts_by_stage_are_of_the_cases_one_may_see(home: House) -> None:
    held = a_case(home, "2025-03-03")
    a_case(home, "2025-03-03")
    with on("2025-03-03 09:40"):
        gone = filed(home, filing("2025-03-03"))
        cancel_case(
            case_id=gone.pk, reason="重复立案", approval_id=1, name="user:1", at=time.now(), key=key()
        )
    assert stage(gone) == ("", "None")
    find(home, held, "2025-03-04", ("vehicle", "小型轿车", "30000.00"))
    with on("2025-03-05"):
        control(home, held, "seize", "小型轿车")
        other = house(features=("haidian",))
        assigned(other, filing("2025-03-05"))
    counted = flags.count_by_stage(User.objects.get(pk=home.centre.pk))
    assert counted == {"investigation": 1, "control": 1}
    assert flags.count_by_stage(User.objects.get(pk=other.centre.pk)) == {"investigation": 1}


@pytest.mark.req("HD-05", "HD-07", "HD-11")
def test_a_court_that_has_not_adopted_the_practice_shows_none_of_it() -> None:
    with time.travel("2023-01-03 09:30"):
        plain = house()
    case = a_case(plain, "2025-03-03")
    find(plain, case, "2025-03-04", ("bank_account", "尾号1001", "40000.00"))
    case.refresh_from_db()
    assert (case.stage, case.stage_since, case.cash_rate) == ("", None, None)
    assert up(case, "2026-03-01") == {"long_pending": "2025-09-04"}
    assert list(flags.flags_in_use(User.objects.get(pk=plain.centre.pk))) == ["long_pending"]


@pytest.mark.req("HD-07")
def test_the_cash_rate_follows_what_is_found(home: House) -> None:
    case = a_case(home, "2025-03-03", "48000.00")
    case.refresh_from_db()
    assert case.cash_rate == 0
    find(
        home,
        case,
        "2025-03-04",
        ("bank_account", "尾号1001", "36000.00"),
        ("vehicle", "小型轿车", "90000.00"),
    )
    case.refresh_from_db()
    assert case.cash_rate == Decimal("0.7500")
    find(home, case, "2025-03-05", ("bank_account", "尾号1002", "21600.00"))
    case.refresh_from_db()
    assert case.cash_rate == Decimal("1.2000")


@pytest.mark.req("HD-07")
def test_a_claim_of_zero_has_no_cash_rate(home: House) -> None:
    case = a_case(home, "2025-03-03", "0.00", claim_kind="act")
    find(home, case, "2025-03-04", ("bank_account", "尾号1001", "36000.00"))
    case.refresh_from_db()
    assert case.cash_rate is None


@pytest.mark.req("HD-11")
def test_property_found_and_not_controlled_is_flagged_on_the_sixteenth_day(home: House) -> None:
    case = a_case(home, "2025-02-10")
    find(home, case, "2025-03-01", ("vehicle", "小型轿车", "30000.00"), ("vehicle", "货车", "40000.00"))
    assert "property_uncontrolled" not in up(case, "2025-03-16T23:59:59+08:00")
    assert up(case, "2025-03-17")["property_uncontrolled"] == "2025-03-17"
    with on("2025-03-18"):
        control(home, case, "seize", "小型轿车")
    assert up(case, "2025-03-18")["property_uncontrolled"] == "2025-03-17", "the other one is still free"
    with on("2025-03-19"):
        leave_uncontrolled(
            property_id=item(case, "货车").pk,
            reason="不属于被执行人",
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    assert "property_uncontrolled" not in up(case, "2025-03-20")


@pytest.mark.req("HD-11")
def test_an_expired_measure_is_flagged_the_day_after_until_renewed_or_released(home: House) -> None:
    case = a_case(home, "2025-03-03")
    find(home, case, "2025-03-03", ("vehicle", "小型轿车", "30000.00"))
    with on("2025-03-04"):
        control(home, case, "seize", "小型轿车", ends_on=dt.date(2025, 9, 1))
    assert "measure_expired" not in up(case, "2025-09-01T23:59:59+08:00")
    assert up(case, "2025-09-02")["measure_expired"] == "2025-09-02"
    measure = Control.objects.get(case=case)
    with on("2025-08-20"):
        renew(
            control_id=measure.pk,
            ends_on=dt.date(2025, 12, 1),
            document="",
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    assert "measure_expired" not in up(case, "2025-09-02")
    assert up(case, "2025-12-02")["measure_expired"] == "2025-12-02"
    with on("2025-12-03"):
        release(
            control_id=Control.objects.get(case=case, state="active").pk,
            reason="裁定解除",
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    assert "measure_expired" not in up(case, "2025-12-03")


@pytest.mark.req("HD-11")
def test_money_past_the_courts_own_limit_is_flagged_and_ages(home: House) -> None:
    case = a_case(home, "2023-05-08")
    with on("2023-05-10"):
        account = payee(home, case)
        receipt = money(home, case, "60000.00", "S1")
    assert "payout_late" not in up(case, "2023-05-17")
    assert up(case, "2023-05-18")["payout_late"] == "2023-05-18", "JZ-D-11: seven days"
    at = time.at_local(dt.date(2023, 5, 27))
    flag = next(each for each in flags.flags_of([case.pk], at)[case.pk] if each.name == "payout_late")
    assert (flag.rule_id, flag.days(dt.date(2023, 5, 27))) == ("JZ-D-11", 10)
    with on("2023-05-27"):
        pay(home, case, receipt, account, "B1")
    assert "payout_late" not in up(case, "2023-05-28")


@pytest.mark.req("HD-11")
def test_long_open_ends_with_closing_and_then_the_archive_is_watched(home: House) -> None:
    case = a_case(home, "2023-01-10", "20000.00")
    with on("2023-07-10"):
        account = payee(home, case)
        receipt = money(home, case, "20000.00", "S1")
    assert "long_open" not in up(case, "2023-07-10")
    assert up(case, "2023-07-11")["long_open"] == "2023-07-11"
    with on("2023-07-12"):
        pay(home, case, receipt, account, "B1")
        close(home, case)
    assert up(case, "2023-07-13") == {}
    assert "archive_late" not in up(case, "2023-08-11")
    assert up(case, "2023-08-12") == {"archive_late": "2023-08-12"}
    with on("2023-08-14"):
        archive_case(
            case_id=case.pk, on=time.today(), volumes="正卷一册", actor=home.handler, at=time.now(), key=key()
        )
    assert up(case, "2023-08-15") == {}


@pytest.mark.req("HD-14")
def test_two_and_a_half_months_call_for_a_second_investigation(home: House) -> None:
    case = a_case(home, "2025-01-15")
    assert "second_investigation" not in up(case, "2025-03-30")
    assert up(case, "2025-03-31") == {"second_investigation": "2025-03-31"}


@pytest.mark.req("JZ-55")
def test_six_months_without_valuation_or_auction(home: House) -> None:
    case = entered_late(home)
    assert "long_pending" not in up(case, "2023-07-10")
    assert up(case, "2023-07-11")["long_pending"] == "2023-07-11"


@pytest.mark.req("HD-11", "JZ-55")
def test_the_selectors_answer_in_one_query_each_and_only_what_one_may_see(home: House) -> None:
    late = entered_late(home)
    find(home, late, "2023-03-01", ("vehicle", "小型轿车", "30000.00"), ("vehicle", "货车", "40000.00"))
    a_case(home, "2023-07-03")
    stranger = User.objects.get(pk=house(features=("haidian",)).centre.pk)
    centre = User.objects.get(pk=home.centre.pk)
    at = time.at_local(dt.date(2023, 7, 11))
    assert centre.scope.roles
    assert stranger.scope.roles
    five = flags.names_in("five_over", flags.flags_in_use(centre))
    assert five == ["property_uncontrolled", "measure_expired", "payout_late", "long_open", "archive_late"]
    with CaptureQueriesContext(connection) as seen:
        rows = flags.flagged(centre, at, names=five).flags
        counted = flags.count_by_flag(centre, at)
        carried = list(flags.with_flag(Case.objects.visible_to(centre), centre, ["long_pending"], at))
    assert len(seen) == 4
    assert [(row.name, row.clocks, row.since.isoformat()) for row in rows] == [
        ("property_uncontrolled", 2, "2023-03-17"),
        ("long_open", 1, "2023-07-11"),
    ]
    assert (counted["property_uncontrolled"], counted["long_pending"], counted["payout_late"]) == (1, 1, 0)
    assert carried == [late]
    with time.travel("2023-07-11 09:00"):
        seal_case(case_id=late.pk, sealed=True, reason="涉密", actor=home.centre, at=time.now(), key=key())
    director = User.objects.get(pk=home.director.pk)
    assert flags.count_by_flag(director, at)["long_open"] == 0, "sealed"
    mine = flags.flagged(User.objects.get(pk=home.handler.pk), at, names=five).flags
    assert [row.name for row in mine] == ["property_uncontrolled", "long_open"]
    assert flags.count_by_stage(director) == {"investigation": 1}
    assert flags.flagged(director, at, names=five).flags == flags.flagged(stranger, at).flags == []
    assert set(flags.count_by_flag(stranger, at).values()) == {0}


def test_a_second_investigation_is_called_for_at_two_and_a_half_months(home: House) -> None:
    """HD-D-02: filed 2023-03-01, two months and fifteen days end on 05-16: flagged the day after unless done."""
    case = a_case(home, "2023-03-01")
    clock = Deadline.objects.get(case_id=case.pk, rule_id="HD-D-02")
    assert (clock.due_on, clock.state) == (dt.date(2023, 5, 17), "running")
    assert not case.nodes.filter(kind="second_query").exists(), "there has been no first query yet"
    with on("2023-03-03"):
        complete(case, "network_query_start", home.handler, on="2023-03-03", scope="national")
    with on("2023-05-16"):
        given = {"on": "2023-05-16", "scope": "both", "result": "新查到存款 3,200 元"}
        complete(case, "second_query", home.centre, **given)
    clock.refresh_from_db()
    assert (clock.state, clock.met_on) == ("met", dt.date(2023, 5, 16))


def test_a_court_without_that_rule_has_no_second_investigation() -> None:
    plain = house()
    case = a_case(plain, "2023-03-01")
    with on("2023-03-03"):
        complete(case, "network_query_start", plain.handler, on="2023-03-03", scope="national")
    assert not case.nodes.filter(kind="second_query").exists()
