"""Sampling of a frozen population: who is drawn follows from the seed alone, so that anybody can draw it again.

A unit's rank is the SHA-256 of seed and id. It depends on no library and no order of reading: the same seed over the
same population gives the same sample on any machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from regimes.errors import RegimeError


class Unit(NamedTuple):
    """One member of a population: its id and the stratum it is in."""

    id: int
    stratum: str


def digest(population: Iterable[Unit]) -> str:
    """SHA-256 of a frozen population, whatever order it was read in."""
    lines = (f"{unit.id}\t{unit.stratum}\n" for unit in sorted(population))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def rank(seed: int, unit_id: int) -> str:
    """The place of a unit in the draw of this seed: smaller is drawn earlier."""
    return hashlib.sha256(f"{seed}:{unit_id}".encode()).hexdigest()


def quotas(sizes: Mapping[str, int], wanted: int) -> dict[str, int]:
    """How many of each stratum: proportional to its size, the rest by largest remainder (then the larger, then by name).

    sizes: stratum -> units in it. Raises RegimeError when more is wanted than there is, or fewer than none.
    """
    total = sum(sizes.values())
    if wanted < 0 or wanted > total:
        raise RegimeError(
            f"样本 {wanted} 件多于总体 {total} 件" if wanted > total else f"样本不能是 {wanted} 件",
            field="wanted",
            fix=f"样本量写 0 到 {total} 之间的整数",
        )
    if not total:
        return dict.fromkeys(sizes, 0)
    found = {name: wanted * size // total for name, size in sizes.items()}
    left = wanted - sum(found.values())
    by_remainder = sorted(sizes, key=lambda name: (-(wanted * sizes[name] % total), -sizes[name], name))
    for name in by_remainder[:left]:
        found[name] += 1
    return found


def draw(population: Collection[Unit], wanted: int, seed: int) -> list[Unit]:
    """The sample: of each stratum its quota, in the order of their ranks. Raises RegimeError as `quotas`."""
    strata: dict[str, list[Unit]] = {}
    for unit in population:
        strata.setdefault(unit.stratum, []).append(unit)
    shares = quotas({name: len(units) for name, units in strata.items()}, wanted)
    chosen = [
        unit
        for name, units in strata.items()
        for unit in sorted(units, key=lambda each: rank(seed, each.id))[: shares[name]]
    ]
    return sorted(chosen, key=lambda unit: rank(seed, unit.id))


def replacement(population: Collection[Unit], drawn: Collection[int], out: Unit, seed: int) -> Unit | None:
    """Who comes in for a unit that is swapped out: the next of its stratum, else the next of all, never one drawn before.

    drawn: the ids of every unit that ever was in the sample. None when nobody is left.
    """
    free: Sequence[Unit] = sorted(
        (unit for unit in population if unit.id not in drawn),
        key=lambda unit: (unit.stratum != out.stratum, rank(seed, unit.id)),
    )
    return free[0] if free else None
