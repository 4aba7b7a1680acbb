"""Money for any amount: 大写 reads back, shares add up and are fair."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from kernel.capitals import in_capitals, parse_capitals
from kernel.money import format_yuan, from_fen, parse_amount, split, to_fen

LARGEST_FEN = 10**18 - 1
amounts = st.one_of(
    st.integers(-LARGEST_FEN, LARGEST_FEN),
    # round amounts, where the rules of 零 bite
    st.builds(
        lambda digit, place, rest: digit * 10**place + rest,
        st.integers(1, 9),
        st.integers(0, 17),
        st.integers(0, 999),
    ),
).map(from_fen)
weights = st.lists(
    st.one_of(st.just(0), st.integers(0, 10**12), st.decimals(0, 10**9, places=4)), min_size=1, max_size=12
).filter(any)


@given(amounts)
def test_capitals_read_back(amount: Decimal) -> None:
    assert parse_capitals(in_capitals(amount)) == amount


@given(amounts)
def test_capitals_never_repeat_or_trail_a_zero(amount: Decimal) -> None:
    capitals = in_capitals(amount)
    assert "零零" not in capitals
    assert "零元" not in capitals or not amount
    assert "零万" not in capitals
    assert "零亿" not in capitals


@given(amounts, amounts)
def test_two_amounts_never_share_their_capitals(one: Decimal, other: Decimal) -> None:
    assert (in_capitals(one) == in_capitals(other)) == (one == other)


@given(amounts)
def test_amounts_read_back_in_every_form(amount: Decimal) -> None:
    for text in (str(amount), f"{amount:,}", f"{amount}元", format_yuan(amount), in_capitals(amount)):
        assert parse_amount(text, allow_negative=True) == amount
    assert from_fen(to_fen(amount)) == amount


@given(amounts, weights)
def test_shares_add_up_are_fair_and_repeatable(amount: Decimal, shares_of: list[Decimal | int]) -> None:
    shares = split(amount, shares_of)
    assert sum(shares, Decimal(0)) == amount
    assert shares == split(amount, shares_of)
    total = sum(map(Decimal, shares_of))
    for share, weight in zip(shares, shares_of, strict=True):
        assert weight or not share
        # never a whole fen away from the exact share: cross-multiplied, since a quotient would be rounded
        assert abs(to_fen(share) * int(total * 10**4) - to_fen(amount) * int(weight * 10**4)) < int(
            total * 10**4
        )


@given(amounts.filter(lambda amount: amount >= 0), weights)
def test_a_larger_weight_never_gets_less(amount: Decimal, shares_of: list[Decimal | int]) -> None:
    shares = split(amount, shares_of)
    ranked = sorted(zip(shares_of, shares, strict=True), key=lambda pair: pair[0])
    for (light, less), (heavy, more) in zip(ranked, ranked[1:], strict=False):
        assert light == heavy or less <= more
