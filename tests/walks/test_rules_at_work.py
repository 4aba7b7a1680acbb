"""Two stories told under every court's packs: property to payout, and nothing found to 终本. What each rule does in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cases.actions.assigning import assign_case
from cases.actions.clues import receive_clue
from cases.models import Case, Node
from closing.actions import closing
from closing.models import TerminationReview
from deadlines.models import Deadline
from events.models import Event
from kernel import time
from kernel.errors import WrongState
from measures.actions import controlling, disposing
from measures.models import Control
from notices.models import Message
from tests.factories.cases import (
    House,
    applicant,
    assign,
    complete,
    filed,
    filing,
    house,
    key,
    node,
    respondent,
)
from tests.factories.courts import person
from tests.walks.stage import banked, control, feedback, item, on, pay, payee
from tests.walks.test_e2e_02 import enquiries, hold_interview

pytestmark = pytest.mark.django_db
SWITCHES = ("haidian", "pinggu", "tianjin", "changning", "wujiang")
CAR, FLAT, BANK, SHARES = "鄂X·12345", "东湖路1号", "尾号1001", "东湖公司股权"
NOTICE = {"channel": "electronic", "platform_ref": "E1", "with_report_order": True}


def refused(act: Callable[[], object]) -> set[str]:
    """The rules in whose name an act is refused."""
    with pytest.raises(WrongState) as refusal:
        act()
    return {str(refusal.value.code), *(refusal.value.detail or {}).get("guards", ())}


def done(case: Case, *rules: str) -> set[str]:
    """Those of the rules whose clock has been met."""
    met = Deadline.objects.filter(case_id=case.pk, rule_id__in=rules, state__in=("met", "met_late"))
    return set(met.values_list("rule_id", flat=True))


def told(case: Case) -> set[str]:
    """The push rules that told somebody."""
    return set(Message.objects.filter(about=case.about).exclude(rule_id="").values_list("rule_id", flat=True))


def started(case: Case) -> set[str]:
    """The rules that have had a clock."""
    return set(Deadline.objects.filter(case_id=case.pk).values_list("rule_id", flat=True))


def open_case(home: House, day: str, **fields: Any) -> Case:
    """Filed online on a day and given to the handler; a clerk without a judge's post is tried first."""
    with on(day):
        fields.setdefault("channel", "online")
        case = filed(home, filing(day, applicant(), respondent(), **fields))
        assign(home, case)
        for kind in ("acceptance", "first_reception", "filing_check"):
            for waiting in Node.objects.filter(case=case, kind=kind, state="open"):
                given = {"record": "已谈话"} if kind == "first_reception" else {}
                complete(case, waiting.kind, home.handler, on=day, **given)
        complete(case, "network_query_start", home.handler, on=day, scope="national")
    return case


def act(verb: Callable[..., Event], home: House, **given: Any) -> Event:
    """A verb of the handler, now."""
    return verb(**given, actor=home.handler, at=time.now(), key=key())


def seen(case: Case, kind: str, label: str = "") -> dict[str, Any]:
    """An open node as its verb takes it."""
    waiting = node(case, kind, label)
    return {"node_id": waiting.pk, "seen_version": waiting.version}


def announced(case: Case, home: House, label: str, terms: disposing.Announcement) -> Event:
    return act(
        disposing.announce_auction, home, **seen(case, "auction_announcement", label), announcement=terms
    )


def from_property_to_payout(home: House) -> tuple[Case, set[str]]:
    """Car and flat sealed, priced, auctioned (the car the second time), delivered; the money paid. Returns refusals."""
    case = open_case(home, "2023-04-24", amount="9000000.00")
    no: set[str] = set()
    with on("2023-04-26"):
        complete(case, "enforcement_notice", home.handler, sent_on="2023-04-26", **NOTICE)
        feedback(
            home,
            case,
            "2023-04-26",
            ("vehicle", CAR, "50000"),
            ("real_estate", FLAT, "900000"),
            ("bank_account", BANK, "30000"),
            ("movable", "钢材", "9000"),
        )
    with on("2023-04-27"):
        control(home, case, "freeze", BANK, ends_on=dt.date(2024, 4, 26))
        control(home, case, "seal", CAR, FLAT)
        control(home, case, "seize", "钢材")
        act(
            controlling.deduct,
            home,
            case_id=case.pk,
            amounts=[(item(case, BANK).pk, Decimal(800))],
            on=time.today(),
        )
    for number, label in enumerate((CAR, FLAT)):
        with on("2023-05-10"):
            act(
                controlling.mark_disposable,
                home,
                property_id=item(case, label).pk,
                conditions=list(controlling.DISPOSAL_CONDITIONS),
                on=time.today(),
            )
            complete(
                case, "reference_price_start", home.handler, label, on="2023-05-10", method="online_inquiry"
            )
        with on("2023-05-15"):
            price = {"price": Decimal(50000), "method": "online_inquiry", "report": f"询{number}号"}
            act(
                disposing.set_price,
                home,
                **seen(case, "reference_price_set", label),
                **price,
                on=time.today(),
            )
        no |= auctioned(case, home, label)
    with on("2023-08-21"):
        receipt = banked(home, case, "30000", "S1")
    with on("2023-08-21 11:00"):
        registered = payee(home, case)
    with on("2023-08-22"):
        complete(case, "consumption_limit", home.handler, on="2023-08-22", ground="未履行")
        pay(home, case, receipt, registered, "B1")
        sealed = Control.objects.get(property=item(case, FLAT))
        act(controlling.release, home, control_id=sealed.pk, reason="和解", on=time.today())
    return case, no


def auctioned(case: Case, home: House, label: str) -> set[str]:
    """Refused while price, deposit and gap are wrong; failed once, then sold, paid and delivered."""
    good = disposing.Announcement(
        announced_on=dt.date(2023, 5, 22),
        opens_on=dt.date(2023, 6, 26),
        starting_price=Decimal(40000),
        deposit=Decimal(4000),
        platform="平台",
    )
    again = replace(
        good, announced_on=dt.date(2023, 7, 3), opens_on=dt.date(2023, 8, 7), starting_price=Decimal(36000)
    )
    no: set[str] = set()
    with on("2023-05-22"):
        for wrong in (
            replace(good, starting_price=Decimal(20000), deposit=Decimal(2000)),
            replace(good, deposit=Decimal(20000)),
            replace(good, opens_on=dt.date(2023, 5, 25)),
        ):
            no |= refused(lambda wrong=wrong: announced(case, home, label, wrong))
        announced(case, home, label, good)
    with on("2023-06-27"):
        act(
            disposing.record_result,
            home,
            **seen(case, "auction_result", label),
            sold=False,
            price=None,
            on=time.today(),
        )
    with on("2023-07-03"):
        if Node.objects.filter(
            case=case, kind="auction_announcement", state="open", subject__label=label
        ).exists():
            low = replace(again, starting_price=Decimal(30000), deposit=Decimal(3000))
            no |= refused(lambda: announced(case, home, label, low))
            announced(case, home, label, again)
    with on("2023-08-08"):
        if Node.objects.filter(case=case, kind="auction_result", state="open", subject__label=label).exists():
            sold = {"sold": True, "price": Decimal(41000)}
            act(disposing.record_result, home, **seen(case, "auction_result", label), **sold, on=time.today())
    return no


PROPERTY = {
    "JZ-2023": {"JZ-D-03", "JZ-D-04", "JZ-D-07", "JZ-D-08", "JZ-D-11"},
    "LY-2021": {"LY-D-01", "LY-D-02", "LY-D-03", "LY-D-09"},
    "JM-2022": set(),
    "SQ-2022": {"SQ-D-01", "SQ-D-02"},
}
PUSHED = {
    "JZ-2023": set(),
    "LY-2021": {"LY-P-03", "LY-P-04"},
    "JM-2022": {"JM-P-02"},
    "SQ-2022": {"TJ-P-04", "TJ-P-05", "TJ-P-07", "TJ-P-08", "TJ-P-09"},
}


@pytest.mark.parametrize("pack", PROPERTY)
def test_property_found_sold_and_paid(pack: str) -> None:
    home = house(packs=(pack,), features=SWITCHES if pack == "SQ-2022" else ())
    case, no = from_property_to_payout(home)
    assert {"BASE-G-01", "BASE-G-02", "BASE-D-22", "BASE-D-23"} <= no
    assert {"LY-G-AUC-01", "LY-D-07", "LY-D-08"} <= no or pack != "LY-2021"
    expected = PROPERTY[pack] | {"BASE-D-13", "BASE-D-14", "BASE-D-38"}
    assert done(case, *expected) == expected
    assert PUSHED[pack] <= told(case)


def ready_to_close(home: House) -> Case:
    """Nothing found, everything investigated by 2023-04-20; filed on 2023-03-01."""
    case = open_case(home, "2023-03-01")
    with on("2023-03-03"):
        complete(case, "enforcement_notice", home.handler, sent_on="2023-03-03", **NOTICE)
        feedback(home, case, "2023-03-03", ("vehicle", CAR, "5000"))
        control(home, case, "seal", CAR)
        act(
            controlling.mark_disposable,
            home,
            property_id=item(case, CAR).pk,
            conditions=list(controlling.DISPOSAL_CONDITIONS),
            on=time.today(),
        )
        act(
            receive_clue, home, case_id=case.pk, words="另有车辆", specific=True, urgent=True, on=time.today()
        )
    return case


def ask_to_close(case: Case, home: House) -> Event:
    return act(closing.request_termination, home, case_id=case.pk, on=time.today())


def close(case: Case, home: House, closing_type: str = "terminated_this_procedure") -> Event:
    return act(
        closing.close_case, home, case_id=case.pk, closing_type=closing_type, on=time.today(), ground=""
    )


REFUSED_CLOSING = {
    "JZ-2023": {"JZ-G-TERM-01", "JZ-G-CLOSE-01"},
    "LY-2021": {"LY-G-CLOSE-01"},
    "JM-2022": {"JM-G-TERM-01"},
    "SQ-2022": set(),
}


@pytest.mark.parametrize("pack", REFUSED_CLOSING)
def test_nothing_found_and_closed(pack: str) -> None:
    home = house(packs=(pack,), features=("haidian",))
    case = ready_to_close(home)
    assistant = person(home.court, "handler", post="clerk")
    given: dict[str, Any] = {
        "case_id": case.pk,
        "owner": assistant,
        "team": home.team,
        "at": time.now(),
        "key": key(),
    }
    if pack == "LY-2021":
        with on("2023-03-06"):
            other = filed(home, filing("2023-03-06", basis="（2023）鄂9901民初2号"))
            given = {**given, "case_id": other.pk, "at": time.now()}
            assert "LY-G-JUDGE-01" in refused(lambda: assign_case(**given, actor=home.centre))
    with on("2023-04-10"):
        assert "HD-G-TERM-01" in refused(lambda: ask_to_close(case, home))
        no = refused(lambda: close(case, home)) if pack != "SQ-2022" else set()
        if pack in ("JZ-2023", "LY-2021"):
            no |= refused(lambda: close(case, home, "performed"))
    assert REFUSED_CLOSING[pack] <= no
    investigated(home, case)
    with on("2023-05-08"):
        hold_interview(home, case)
        ask_to_close(case, home)
    with on("2023-06-12"):
        row = TerminationReview.objects.get(case=case, result="pending")
        passed = {"passed": True, "defects": "", "on": time.today(), "actor": home.reviewer}
        closing.review_termination(review_id=row.pk, **passed, at=time.now(), key=key())
        close(case, home)
    case.refresh_from_db()
    assert case.state == "closed"
    assert done(case, "HD-D-04") == set()


def test_the_checks_of_a_court_that_opts_in_are_named_until_each_is_met() -> None:
    home = house(features=("changning",))
    case = ready_to_close(home)
    with on("2023-04-10"), pytest.raises(WrongState) as before:
        ask_to_close(case, home)
    with on("2023-04-10"):
        assert "CN-G-TERM-01" in refused(lambda: close(case, home))
    investigated(home, case)
    with on("2023-05-08"):
        hold_interview(home, case)
        ask_to_close(case, home)
    assert {"CN-T-06", "CN-T-10"} <= {gap["id"] for gap in before.value.detail["gaps"]}
    with on("2023-06-12"):
        row = TerminationReview.objects.get(case=case, result="pending")
        passed = {"passed": True, "defects": "", "on": time.today(), "actor": home.reviewer}
        closing.review_termination(review_id=row.pk, **passed, at=time.now(), key=key())
        assert "CN-G-TERM-01" in refused(lambda: close(case, home))


def test_without_any_query_every_kind_of_property_is_a_gap() -> None:
    home = house(packs=("JZ-2023", "JM-2022"), features=("changning",))
    with on("2023-03-01"):
        case = filed(home, filing("2023-03-01"))
        assign(home, case)
        with pytest.raises(WrongState) as refusal:
            ask_to_close(case, home)
    gaps = {gap["id"] for gap in refusal.value.detail["gaps"]}
    assert {"CN-T-01", "CN-T-02", "CN-T-03", "CN-T-04", "CN-T-05", "CN-T-08", "JM-T-02"} <= gaps


def investigated(home: House, case: Case) -> None:
    """The clue verified, the car released, the visit made, consumption limited, the conclusion drawn."""
    with on("2023-04-20"):
        complete(case, "clue_verification", home.handler, on="2023-04-20", found="nothing", result="已核实")
        sealed = Control.objects.get(property=item(case, CAR))
        act(controlling.release, home, control_id=sealed.pk, reason="和解", on=time.today())
        visit = {"on": "2023-04-20", "returned_on": "2023-04-20", "place": "某村", "place_kind": "village"}
        complete(case, "onsite_investigation", home.handler, **visit, full_recording=True)
        enquiries(home, case, "李四")
        complete(case, "field_evidence", home.handler, on="2023-04-20")
        complete(case, "consumption_limit", home.handler, on="2023-04-20", ground="未履行")
        complete(case, "investigation_summary", home.handler, on="2023-04-20", outcome="none", remark="无")


@pytest.mark.parametrize(
    ("pack", "case_class", "rule"),
    [
        ("JM-2022", "simple", "JM-D-01"),
        ("JM-2022", "ordinary", "JM-D-02"),
        ("JM-2022", "ordinary", "JM-D-03"),
        ("SQ-2022", "simple", "SQ-D-07"),
        ("SQ-2022", "ordinary", "SQ-D-08"),
    ],
)
def test_closing_meets_the_limit_of_the_class(pack: str, case_class: str, rule: str) -> None:
    home = house(packs=(pack,))
    known = {} if pack == "SQ-2022" else {"facts": {"case_class": case_class}}
    case = open_case(home, "2023-04-24", **known)
    with on("2023-04-27"):
        if pack == "SQ-2022":
            complete(case, "triage", home.handler, on="2023-04-27", **{"class": case_class})
    with on("2023-05-15"):
        act(
            closing.close_case,
            home,
            case_id=case.pk,
            closing_type="cancelled",
            on=time.today(),
            ground="撤回申请",
        )
    assert done(case, rule) == {rule}
    assert started(case) & {"JM-D-01", "SQ-D-07", "SQ-D-08"} <= {rule}
