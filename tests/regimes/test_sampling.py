"""Samples: quotas by largest remainder, nobody twice, the same seed the same sample, a swap never brings anybody back."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regimes.errors import RegimeError
from regimes.sampling import Unit, digest, draw, quotas, replacement

POPULATIONS = st.dictionaries(
    st.integers(1, 10_000), st.sampled_from(["一", "二", "三", "四"]), max_size=60
).map(lambda found: [Unit(pk, stratum) for pk, stratum in found.items()])
SEEDS = st.integers(0, 2**31 - 1)
KNOWN = [15, 19, 1, 14, 11, 9]


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 50), max_size=6), st.data())
def test_quotas_are_proportional_to_less_than_one(sizes: dict[str, int], data: st.DataObject) -> None:
    total = sum(sizes.values())
    wanted = data.draw(st.integers(0, total))
    found = quotas(sizes, wanted)
    assert sum(found.values()) == wanted
    for name, size in sizes.items():
        exact = wanted * size / total if total else 0
        assert 0 <= found[name] <= size
        assert abs(found[name] - exact) < 1
    # Of two strata the one with the larger remainder never goes empty-handed for the other's sake.
    rounded = {name for name, size in sizes.items() if total and found[name] > wanted * size // total}
    for up in rounded:
        for down in set(sizes) - rounded:
            assert wanted * sizes[up] % total >= wanted * sizes[down] % total


def test_quotas_by_hand() -> None:
    assert quotas({"甲": 50, "乙": 30, "丙": 20}, 7) == {"甲": 4, "乙": 2, "丙": 1}
    assert quotas({"甲": 1, "乙": 1}, 1) == {"甲": 0, "乙": 1}, "of equals the first by code point"
    assert quotas({}, 0) == {}


@pytest.mark.parametrize("wanted", [-1, 3])
def test_a_sample_larger_than_the_population_is_refused_in_words(wanted: int) -> None:
    with pytest.raises(RegimeError, match="样本") as refused:
        draw([Unit(1, "一"), Unit(2, "一")], wanted, 7)
    assert "0 到 2" in str(refused.value.fix)


@given(POPULATIONS, SEEDS, st.data())
def test_the_same_seed_draws_the_same_sample_whatever_the_order(
    population: list[Unit], seed: int, data: st.DataObject
) -> None:
    wanted = data.draw(st.integers(0, len(population)))
    found = draw(population, wanted, seed)
    mixed = random.Random(seed).sample(population, len(population))
    assert draw(mixed, wanted, seed) == found
    assert digest(mixed) == digest(population)
    assert len({unit.id for unit in found}) == len(found) == wanted
    assert set(found) <= set(population)
    strata = Counter(unit.stratum for unit in population)
    assert Counter(unit.stratum for unit in found) == Counter(
        {name: n for name, n in quotas(strata, wanted).items() if n}
    )


def test_a_known_draw_stays_what_it_was() -> None:
    population = [Unit(n, "东" if n % 3 else "西") for n in range(1, 31)]
    assert [unit.id for unit in draw(population, 6, 20230630)] == KNOWN
    assert draw(population, 6, 20230701) != draw(population, 6, 20230630)
    assert digest(population) != digest(population[1:])


@given(POPULATIONS.filter(bool), SEEDS)
def test_swapping_to_the_end_meets_everybody_once(population: list[Unit], seed: int) -> None:
    sample = draw(population, 1, seed)
    met = [sample[0]]
    while (came := replacement(population, {unit.id for unit in met}, met[-1], seed)) is not None:
        free = [unit for unit in population if unit.id not in {each.id for each in met}]
        same = [unit for unit in free if unit.stratum == met[-1].stratum]
        assert came.stratum == met[-1].stratum or not same, "the own stratum comes first"
        met.append(came)
    assert Counter(met) == Counter(population)
