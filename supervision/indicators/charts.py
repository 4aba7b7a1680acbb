"""Trends as numbers for an SVG that the server draws: coordinates and words, no style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, HEIGHT, EDGE = 240, 56, 6


@dataclass(frozen=True, slots=True)
class Trend:
    """path: of an SVG; a period without a figure breaks the line. dots: single points. last: the newest point, if any.

    target: y of the target line. words: the figures, read aloud. Coordinates are text, so that no locale touches them.
    """

    path: str
    dots: Sequence[tuple[str, str]]
    last: tuple[str, str] | None
    target: str
    words: str
    width: int = WIDTH
    height: int = HEIGHT


def trend(points: Sequence[tuple[str, Decimal | None, str]], target: Decimal | None = None) -> Trend:
    """points: (period, value or None, value in words), oldest first."""
    known = [value for _label, value, _words in points if value is not None]
    scale = [*known, *([target] if target is not None else [])]
    low, high = (min(scale), max(scale)) if scale else (Decimal(0), Decimal(1))
    spread = high - low or Decimal(1)

    def height_of(value: Decimal) -> str:
        if high == low:
            return f"{HEIGHT / 2:.1f}"
        return f"{EDGE + (HEIGHT - 2 * EDGE) * (1 - (value - low) / spread):.1f}"

    across = (WIDTH - 2 * EDGE) / max(len(points) - 1, 1)
    placed = [
        (f"{EDGE + place * across:.1f}", height_of(value)) if value is not None else None
        for place, (_label, value, _words) in enumerate(points)
    ]
    path = ""
    for before, point in zip([None, *placed], placed, strict=False):
        if point is not None:
            path += f"{'L' if before is not None else 'M'}{point[0]} {point[1]} "
    dots = [
        point
        for before, point, after in zip([None, *placed], placed, [*placed[1:], None], strict=False)
        if point is not None and before is None and after is None
    ]
    return Trend(
        path=path.strip(),
        dots=dots,
        last=placed[-1] if placed else None,
        target=height_of(target) if target is not None and known else "",
        words="；".join(f"{label} {words}" for label, _value, words in points),
    )
