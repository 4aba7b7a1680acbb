"""The stage of a case and the figures of one case, from facts and moments alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from regimes.book import Pinned, RuleBook
from regimes.errors import PackErrors
from regimes.figures import figure, measures_of
from regimes.flow import View
from regimes.packs import Library, load_library, parse_pack
from regimes.rules import Calculation
from regimes.standing import figures_of, stage_of
from regimes.state import State, Subject

DAY = dt.date(2025, 3, 3)
ROOT, CAR, FIRST, SECOND = 1, 2, 3, 4


@pytest.fixture(scope="module")
def book() -> RuleBook:
    library = load_library()
    return RuleBook(
        [Pinned(library.pack("BASE")), Pinned(library.pack("CASES-2018"), frozenset({"haidian"}))]
    )


def state(
    happened: dict[int, dict[str, list[int]]], facts: dict[int, dict[str, object]] | None = None
) -> State:
    """happened: subject -> event -> days after the filing."""
    return State(
        subjects={
            ROOT: Subject(ROOT, "case"),
            CAR: Subject(CAR, "property", ROOT),
            FIRST: Subject(FIRST, "receipt", ROOT),
            SECOND: Subject(SECOND, "receipt", ROOT),
        },
        facts=facts or {},
        happened={
            subject: {event: [DAY + dt.timedelta(days=n) for n in days] for event, days in events.items()}
            for subject, events in happened.items()
        },
    )


@pytest.mark.req("HD-05")
@pytest.mark.parametrize(
    ("happened", "stage", "since"),
    [
        ({ROOT: {"case_filed": [0]}}, "investigation", 0),
        ({ROOT: {"case_filed": [0]}, CAR: {"property_found": [1]}}, "investigation", 0),
        ({ROOT: {"case_filed": [0]}, CAR: {"property_controlled": [2]}}, "control", 2),
        (
            {ROOT: {"case_filed": [0]}, CAR: {"property_controlled": [2], "auction_started": [9]}},
            "disposal",
            9,
        ),
        (
            {ROOT: {"case_filed": [0]}, FIRST: {"payment_arrived": [5]}, SECOND: {"payment_arrived": [4]}},
            "payout",
            4,
        ),
        (
            {
                ROOT: {"case_filed": [0]},
                CAR: {"property_controlled": [2]},
                FIRST: {"payment_arrived": [5], "payout_done": [7]},
            },
            "control",
            2,
        ),
        ({ROOT: {"case_filed": [0], "case_closed": [30]}}, "archive", 30),
        ({ROOT: {"case_filed": [0], "case_closed": [30], "case_resumed": [90]}}, "investigation", 0),
        ({ROOT: {"case_filed": [0], "case_closed": [30, 99], "case_resumed": [90]}}, "archive", 99),
    ],
)
def test_the_last_stage_that_holds(
    book: RuleBook, happened: dict[int, dict[str, list[int]]], stage: str, since: int
) -> None:
    found = stage_of(book, state(happened))
    assert found is not None
    assert (found.name, found.since) == (stage, DAY + dt.timedelta(days=since))
    assert found.rule.article == "案例1 二"


@pytest.mark.req("HD-05")
def test_no_stage_without_a_rule_or_with_the_filing_taken_back(book: RuleBook) -> None:
    assert (
        stage_of(RuleBook([Pinned(load_library().pack("BASE"))]), state({ROOT: {"case_filed": [0]}})) is None
    )
    assert stage_of(book, state({ROOT: {"case_filed": [0], "case_cancelled": [1]}})) is None


def found(claim: str, *items: tuple[str, str]) -> State:
    """A case with this claim and (kind, value) items."""
    subjects = {ROOT: Subject(ROOT, "case")}
    facts: dict[int, dict[str, object]] = {ROOT: {"claim_amount": claim}}
    for pk, (kind, value) in enumerate(items, start=10):
        subjects[pk] = Subject(pk, "property", ROOT)
        facts[pk] = {"property_kind": kind, "property_value": value}
    return State(subjects=subjects, facts=facts, happened={})


@pytest.mark.req("HD-07")
@pytest.mark.parametrize(
    ("claim", "items", "rates"),
    [
        ("48000.00", [("bank_account", "36000.00")], ["0.7500", "0.7500"]),
        (
            "80000.00",
            [("bank_account", "52000.00"), ("alipay", "8000.00"), ("vehicle", "90000.00")],
            ["0.6500", "0.7500"],
        ),
        ("30000.00", [("bank_account", "10000.00")], ["0.3333", "0.3333"]),
        ("0.00", [("bank_account", "36000.00")], [None, None]),
    ],
)
def test_deposits_by_claim(
    book: RuleBook, claim: str, items: list[tuple[str, str]], rates: list[str | None]
) -> None:
    given = found(claim, *items)
    computed = figures_of(book, given)["cash_rate"]
    assert computed == [None if rate is None else Decimal(rate) for rate in rates]
    assert View(given).facts(ROOT).get("cash_rate") == computed[0], "what conditions of rules see is the same"


def test_lines_of_an_indicator_add_subtract_and_multiply() -> None:
    measures = {"claim_amount": Decimal(10), "sum_found_deposits": Decimal(4)}
    assert figure(Calculation("claim_amount - 0.5 * sum_found_deposits", ""), measures) == 8
    assert figure(Calculation("sum_found_deposits + claim_amount", "claim_amount"), measures) == Decimal(
        "1.4"
    )
    assert figure(Calculation("cases_closed", ""), measures) is None
    assert figure(Calculation("claim_amount", "cases_closed"), measures) is None
    assert "claim_amount" not in measures_of(State({ROOT: Subject(ROOT, "case")}, {}, {}))


@pytest.mark.req("HD-11")
def test_every_flag_names_its_clocks(book: RuleBook) -> None:
    five = [name for name, (_pack, rule) in book.flags.items() if rule.group == "five_over"]
    assert five == ["property_uncontrolled", "measure_expired", "payout_late", "long_open", "archive_late"]
    carried = {name: [r.id for r in book.deadlines if book.flag_of(r) == name] for name in book.flags}
    assert carried["property_uncontrolled"] == ["HD-D-01"]
    assert carried["payout_late"] == ["BASE-D-67", "BASE-D-68"], (
        "without a limit of its own, the national thirty days"
    )
    assert carried["long_open"] == ["HD-U-01B"]
    unstated = {r.id for r in book.deadlines if book.flag_of(r) in five and not r.period_stated}
    assert unstated == {"HD-U-01", "HD-U-01B", "HD-U-01C"}


def test_a_flag_that_nothing_can_raise_is_refused() -> None:
    library = load_library()
    seed = library.pack("CASES-2018")
    text = seed.text.replace("duties: [long_open]", "duties: [message_routing]")
    duty = next(
        d for d in seed.vocabulary.duties if all(r.duty != d for p in library.packs for r in p.deadlines)
    )
    changed = parse_pack(text.replace("message_routing", duty), seed.file)
    with pytest.raises(PackErrors) as refused:
        Library([*(p for p in library.packs if p.code != "CASES-2018"), changed])
    (error,) = refused.value.errors
    assert error.key == "HD-F-04.duties"
    assert text.splitlines()[error.line - 1].strip() == "- id: HD-F-04"
    assert error.fix
