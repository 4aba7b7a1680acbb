"""Interest, fee and allocation against sums worked out by hand, and the laws they obey whatever the numbers."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funds.reckoning.allocation import Claim, Part, Rank, allocate
from funds.reckoning.fee import enforcement_fee
from funds.reckoning.interest import DAILY, Days, Reduction, doubled_interest, rounded
from funds.reckoning.replay import Cost, Debt, Money, changes, replay

D = dt.date
Y = Decimal
DUE = D(2023, 3, 31)


def test_a_hundred_thousand_for_thirty_days() -> None:
    """100,000 x 0.000175 x 30 = 525.00; April has 30 days, the count begins behind 31 March."""
    sheet = doubled_interest(principal=Y("100000.00"), due_on=DUE, until=D(2023, 4, 30))
    assert (sheet.first, sheet.total) == (D(2023, 4, 1), Y("525.00"))


def test_both_readings_of_the_first_day() -> None:
    """With 31 March itself it is 31 days: 542.50."""
    ask = {"principal": Y("100000.00"), "due_on": DUE, "until": D(2023, 4, 30)}
    assert doubled_interest(**ask, first_day="included").total == Y("542.50")


def test_paid_in_parts_each_part_bears_interest_to_its_day() -> None:
    """1..10 April on 100,000: 175.00; 11..30 April on 60,000: 210.00."""
    sheet = doubled_interest(
        principal=Y("100000.00"),
        due_on=DUE,
        until=D(2023, 4, 30),
        reductions=[Reduction(D(2023, 4, 10), Y("40000.00"))],
    )
    assert [(span.counted, span.interest) for span in sheet.spans] == [(10, Y("175.00")), (20, Y("210.00"))]
    assert sheet.total == Y("385.00")


def test_a_stay_that_the_debtor_did_not_ask_for_bears_nothing() -> None:
    """30 days less 5..14 April, of which overlapping orders count once: 20 days, 350.00."""
    stays = [Days(D(2023, 4, 5), D(2023, 4, 12)), Days(D(2023, 4, 10), D(2023, 4, 14))]
    sheet = doubled_interest(principal=Y("100000.00"), due_on=DUE, until=D(2023, 4, 30), stays=stays)
    assert (sheet.spans[0].counted, sheet.spans[0].left_out, sheet.total) == (20, 10, Y("350.00"))


def test_days_before_the_interpretation_are_named_and_not_reckoned() -> None:
    """Due 30 June 2014: July's 31 days go by the old rules; 1..31 August on 100,000: 542.50."""
    sheet = doubled_interest(principal=Y("100000.00"), due_on=D(2014, 6, 30), until=D(2014, 8, 31))
    assert (sheet.before_law, sheet.first, sheet.total) == (31, D(2014, 8, 1), Y("542.50"))


def test_nothing_runs_before_the_day_it_is_due() -> None:
    assert doubled_interest(principal=Y("1.00"), due_on=DUE, until=DUE).total == 0
    assert doubled_interest(principal=Y("1.00"), due_on=DUE, until=DUE).spans == ()


@pytest.mark.parametrize(
    "reductions", [[Reduction(DUE, Y("-1.00"))], [Reduction(DUE, Y("60.00")), Reduction(DUE, Y("41.00"))]]
)
def test_impossible_payments_are_refused(reductions: list[Reduction]) -> None:
    with pytest.raises(ValueError, match="reduction|owed"):
        doubled_interest(principal=Y("100.00"), due_on=DUE, until=DUE, reductions=reductions)


fen = st.integers(0, 10**9).map(lambda number: Y(number).scaleb(-2))
days = st.integers(0, 900).map(lambda number: DUE + dt.timedelta(days=number))


@given(
    fen,
    st.lists(st.tuples(days, st.integers(0, 100)), max_size=5),
    days,
    st.lists(st.tuples(days, days), max_size=4),
)
def test_a_walk_day_by_day_agrees(
    principal: Decimal, parts: list[tuple[dt.date, int]], until: dt.date, stays: list[tuple[dt.date, dt.date]]
) -> None:
    reductions, left = [], principal
    for on, percent in parts:
        amount = min(left, (principal * percent / 100).quantize(Y("0.01")))
        left -= amount
        reductions.append(Reduction(on, amount))
    sheet = doubled_interest(
        principal=principal,
        due_on=DUE,
        until=until,
        reductions=reductions,
        stays=[Days(*stay) for stay in stays],
    )
    exact, day = Fraction(0), DUE + dt.timedelta(days=1)
    while day <= until:
        standing = principal - sum(each.amount for each in reductions if each.on < day)
        if not any(first <= day <= last for first, last in stays):
            exact += Fraction(standing) * DAILY
        day += dt.timedelta(days=1)
    assert sheet.total == rounded(exact)
    assert sum((span.interest for span in sheet.spans), Y(0)) == sheet.total


@pytest.mark.parametrize(
    ("amount", "fee"),
    [
        ("0.01", "50.00"),
        ("10000.00", "50.00"),
        ("10000.01", "50.00"),
        ("412000.00", "6080.00"),  # 50 + 402,000 x 1.5 %
        ("500000.00", "7400.00"),  # 50 + 490,000 x 1.5 %
        ("5000000.00", "52400.00"),  # 7,400 + 4,500,000 x 1 %
        ("10000000.00", "77400.00"),  # 52,400 + 5,000,000 x 0.5 %
        ("12000000.00", "79400.00"),  # 77,400 + 2,000,000 x 0.1 %
    ],
)
def test_the_fee_by_bands(amount: str, fee: str) -> None:
    sheet = enforcement_fee(Y(amount))
    assert sheet.total == Y(fee)
    assert sum(band.part for band in sheet.bands) == max(Y(amount) - 10_000, 0)


@given(fen.filter(bool), fen)
def test_more_enforced_is_never_cheaper(amount: Decimal, more: Decimal) -> None:
    assert enforcement_fee(amount + more).total >= enforcement_fee(amount).total


def test_costs_then_preferred_then_debts_pro_rata_then_doubled_interest() -> None:
    """100,000: costs 2,000; mortgage 30,000; 68,000 on debts of 60,000 and 40,000 + 2,000 interest: pro rata to 60:42."""
    found = allocate(
        Y("100000.00"),
        [
            Claim("fee", "court", Rank.COSTS, Y("2000.00")),
            Claim("mortgage", "bank", Rank.PREFERRED, Y("30000.00")),
            Claim("a", "张三", Rank.DEBT, Y("60000.00")),
            Claim("b", "李四", Rank.DEBT, Y("40000.00")),
            Claim("b-interest", "李四", Rank.DEBT, Y("2000.00"), Part.INTEREST),
            Claim("a-doubled", "张三", Rank.DOUBLED, Y("500.00")),
        ],
    )
    got = {share.claim.id: share.amount for share in found.shares}
    assert got == {
        "fee": Y("2000.00"),
        "mortgage": Y("30000.00"),
        "a": Y("40000.00"),
        "b": Y("26000.00"),
        "b-interest": Y("2000.00"),
        "a-doubled": Y("0.00"),
    }
    assert found.surplus == 0


def test_the_fen_that_does_not_divide_goes_to_the_largest_remainder() -> None:
    claims = [Claim(name, name, Rank.DEBT, Y("100.00")) for name in ("甲", "乙", "丙")]
    assert [share.amount for share in allocate(Y("100.00"), claims).shares] == [
        Y("33.34"),
        Y("33.33"),
        Y("33.33"),
    ]


claims = st.lists(
    st.builds(
        Claim,
        id=st.uuids().map(str),
        creditor=st.sampled_from("甲乙丙"),
        rank=st.sampled_from(Rank),
        amount=fen,
        part=st.sampled_from(Part),
        order=st.integers(0, 2),
    ),
    max_size=8,
    unique_by=lambda claim: claim.id,
)


@given(fen, claims)
def test_no_fen_is_lost_and_no_rank_is_skipped(amount: Decimal, owed: list[Claim]) -> None:
    found = allocate(amount, owed)
    assert sum((share.amount for share in found.shares), found.surplus) == amount
    assert all(0 <= share.amount <= share.claim.amount for share in found.shares)
    unpaid = [share.claim.rank for share in found.shares if share.rest]
    paid = [share.claim.rank for share in found.shares if share.amount]
    assert not unpaid or not paid or max(paid) <= min(unpaid)
    assert not unpaid or found.surplus == 0


def judgment(**more: object) -> Debt:
    return Debt(**{"id": "1", "creditor": "张三", "principal": Y("100000.00"), "due_on": DUE, **more})


def test_a_payment_found_late_takes_interest_off_all_behind_it() -> None:
    """Alone, 120,000 on 30 April pay 525.00 of doubled interest. With 40,000 of 10 April found: 385.00, and so much more
    goes back to the debtor.
    """
    late = Money("r2", Y("120000.00"), D(2023, 4, 30))
    before = replay([judgment()], [Cost("fee", "court", Y("1400.00"))], [late])
    assert before.shares() == {
        "r2": {"cost:fee": Y("1400.00"), "principal:1": Y("100000.00"), "doubled:1": Y("525.00")}
    }
    assert before.steps[0].allocation.surplus == Y("18075.00")
    early = Money("r1", Y("41400.00"), D(2023, 4, 10))
    after = replay([judgment()], [Cost("fee", "court", Y("1400.00"))], [late, early])
    assert after.shares() == {
        "r1": {"cost:fee": Y("1400.00"), "principal:1": Y("40000.00")},
        "r2": {"principal:1": Y("60000.00"), "doubled:1": Y("385.00")},
    }
    assert [(each.receipt, each.claim, each.before, each.after) for each in changes(before, after)] == [
        ("r1", "cost:fee", Y(0), Y("1400.00")),
        ("r1", "principal:1", Y(0), Y("40000.00")),
        ("r2", "cost:fee", Y("1400.00"), Y(0)),
        ("r2", "doubled:1", Y("525.00"), Y("385.00")),
        ("r2", "principal:1", Y("100000.00"), Y("60000.00")),
    ]


def test_ordinary_interest_goes_before_principal_and_bears_no_doubled_interest() -> None:
    """50,000: interest 8,000 first, 42,000 of the principal; on 58,000 for 1..30 May: 304.50."""
    debt = judgment(interest=Y("8000.00"))
    money = [Money("r1", Y("50000.00"), D(2023, 4, 30)), Money("r2", Y("59000.00"), D(2023, 5, 30))]
    run = replay([debt], [], money)
    assert run.shares()["r1"] == {"interest:1": Y("8000.00"), "principal:1": Y("42000.00")}
    assert run.steps[1].sheets["1"].total == Y("525.00") + Y("304.50")
    assert run.shares()["r2"] == {"principal:1": Y("58000.00"), "doubled:1": Y("829.50")}
    assert run.steps[1].allocation.surplus == Y("170.50")


receipts = st.lists(st.tuples(fen, days), max_size=5).map(
    lambda rows: [Money(f"r{number}", amount, on) for number, (amount, on) in enumerate(rows)]
)


@given(fen, fen, receipts, st.randoms())
def test_the_order_in_which_money_comes_to_light_does_not_matter(
    principal: Decimal, interest: Decimal, money: list[Money], dice: random.Random
) -> None:
    debt = judgment(principal=principal, interest=interest)
    shuffled = [*money]
    dice.shuffle(shuffled)
    assert changes(replay([debt], [], money), replay([debt], [], shuffled)) == []


@given(fen, fen, receipts)
def test_every_fen_received_is_paid_on_something_or_goes_back(
    principal: Decimal, interest: Decimal, money: list[Money]
) -> None:
    run = replay([judgment(principal=principal, interest=interest)], [], money)
    paid = sum((amount for shares in run.shares().values() for amount in shares.values()), Y(0))
    back = sum((step.allocation.surplus for step in run.steps), Y(0))
    assert paid + back == sum((each.amount for each in money), Y(0))
    assert all(amount >= 0 for amount in run.left.values())


def test_money_of_one_day_is_paid_in_the_order_of_its_numbers() -> None:
    """The tenth receipt of a day comes behind the ninth: what was decided about the ninth is not decided anew."""
    money = [Money(name, Y("60000.00"), D(2023, 4, 30)) for name in ("10", "9")]
    run = replay([judgment()], [], money)
    assert [step.money.id for step in run.steps] == ["9", "10"]
    assert run.shares()["9"] == {"principal:1": Y("60000.00")}


def test_money_that_nobody_decided_about_takes_nothing_from_a_decision() -> None:
    """9 was decided: all of the principal. 8, of the same day, is identified behind it and waits: 10 is still reckoned."""
    money = [Money(name, Y("100000.00"), D(2023, 4, 30)) for name in ("8", "9", "10")]
    second = judgment(id="2", principal=Y("150000.00"))
    decided = {"9": {"principal:1": Y("100000.00")}}
    run = replay([judgment(), second], [], money, decided)
    assert run.shares()["9"] == decided["9"]
    assert run.shares()["8"] == {"principal:2": Y("100000.00")}
    assert run.shares()["10"]["principal:2"] == Y("50000.00")
    assert run.left["principal:1"] == run.left["principal:2"] == 0
