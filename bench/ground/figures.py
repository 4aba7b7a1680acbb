"""The form of a figure: ours beside the limit of the same machine in the same minutes."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement. ours, limit: medians of the rounds, in `unit`. rows: how many rows stand behind them.

    ratio: ours / limit, the median of the rounds' own ratios. spread: its lowest and highest. is_reached: whether
    the goal that `goal` states was met.
    """

    name: str
    ours: float
    limit: float
    ratio: float
    unit: str
    rows: int
    spread: tuple[float, float]
    goal: str
    is_reached: bool

    def as_json(self) -> dict[str, Any]:
        """As plain values, to four significant places."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {name: _short(value) for name, value in plain.items()}

    def words(self) -> str:
        """One line for a terminal."""
        low, high = (_short(value) for value in self.spread)
        verdict = "reached" if self.is_reached else "MISSED"
        return (
            f"{self.name}: {_short(self.ours)} {self.unit}, limit {_short(self.limit)}, "
            f"ratio {_short(self.ratio)} ({low}..{high}), {self.rows} rows; goal {self.goal}: {verdict}"
        )


def compared(
    name: str,
    rounds: Sequence[tuple[float, float]],
    *,
    unit: str,
    rows: int,
    goal: str,
    reached: Callable[[float, float], bool],
) -> Figure:
    """The figure of interleaved rounds of (ours, limit). reached: from the medians of ours and of the ratio."""
    ratios = [ours / limit for ours, limit in rounds]
    ours, ratio = statistics.median(ours for ours, _ in rounds), statistics.median(ratios)
    return Figure(
        name=name,
        ours=ours,
        limit=statistics.median(limit for _, limit in rounds),
        ratio=ratio,
        unit=unit,
        rows=rows,
        spread=(min(ratios), max(ratios)),
        goal=goal,
        is_reached=reached(ours, ratio),
    )


def _short(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_short(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value
