"""What the previews of imports share: the figures of the verdicts, the head of the rows, which rows come first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

Row = dict[str, Any]


def tiles(
    names: Mapping[Any, Any], counts: Mapping[str, int], looks: Mapping[str, tuple[str, str, Any]], show: str
) -> list[Row]:
    """How many rows of each verdict; each leads to its rows. looks: verdict -> (tone, icon, note)."""
    return [
        {
            "label": names[verdict],
            "value": counts[verdict],
            "icon": icon,
            "tone": tone,
            "note": note,
            "current": verdict == show,
            "url": "?" if verdict == show else f"?show={verdict}",
        }
        for verdict, (tone, icon, note) in looks.items()
        if counts.get(verdict)
    ]


def columns(about: str, what: str) -> list[Row]:
    """The head of the rows. about: what a row is about; what: what stands there."""
    return [
        {"label": _("行"), "kind": "num"},
        {"label": about, "kind": "main"},
        {"label": _("结果")},
        {"label": _("列")},
        {"label": what},
        {"label": _("怎样处理")},
    ]


def groups(
    rows: Iterable[Mapping[str, Any]],
    show: str,
    lines: Callable[[Mapping[str, Any]], Iterable[Row]],
    *,
    first: Sequence[str] = ("bad",),
    most: int | None = None,
) -> list[Row]:
    """A line for each note of a row of the verdict shown, those of the verdicts `first` in front."""
    kept = [row for row in rows if not show or row["verdict"] == show]
    kept.sort(key=lambda row: (*(row["verdict"] != verdict for verdict in first), row["row"]))
    found = [line for row in kept[:most] for line in lines(row)]
    return [{"rows": found}] if found else []
