"""What a PDF says and where: read from its content streams, so that a golden needs no other program."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf


def lines(pdf: bytes) -> list[list[str]]:
    """For each page its lines from top to bottom, "y x size text": points from the top left, rounded."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [_page(page) for page in document.pages]


def text(pdf: bytes) -> str:
    """All the words without places and breaks."""
    return "".join(line.split(" ", 3)[3] for page in lines(pdf) for line in page)


def _page(page: pikepdf.Page) -> list[str]:
    height = float(page.mediabox[3])
    runs: dict[float, list[tuple[float, float, str]]] = {}
    for x, y, size, said in _runs(page):
        runs.setdefault(round(height - y, 1), []).append((x, size, said))
    return [
        f"{top:.1f} {min(run)[0]:.1f} {run[0][1]:.1f} {''.join(said for _x, _size, said in sorted(run))}"
        for top, run in sorted(runs.items())
    ]


def _runs(page: pikepdf.Page) -> Iterator[tuple[float, float, float, str]]:
    fonts = {str(name): _unicode(font) for name, font in page.resources.Font.items()}
    matrix, outer, stack, codes, size = _IDENTITY, _IDENTITY, [], {}, 0.0
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "q":
                stack.append(outer)
            case "Q":
                outer = stack.pop()
            case "cm":
                outer = _times(tuple(float(value) for value in operands), outer)
            case "BT":
                matrix = _IDENTITY
            case "Tf":
                codes, size = fonts[str(operands[0])], float(operands[1])
            case "Tm":
                matrix = tuple(float(value) for value in operands)
            case "Tj" | "TJ":
                placed = _times(matrix, outer)
                parts = operands[0] if str(operator) == "TJ" else [operands[0]]
                said = "".join(
                    _decode(bytes(part), codes) for part in parts if isinstance(part, pikepdf.String)
                )
                yield placed[4], placed[5], size * abs(placed[3]), said


_IDENTITY = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _times(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, ...]:
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def _unicode(font: pikepdf.Object) -> dict[int, str]:
    table = bytes(font.ToUnicode.read_bytes()).decode("latin-1")
    return {
        int(code, 16): bytes.fromhex(chars).decode("utf-16-be")
        for code, chars in re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", table)
    }


def _decode(raw: bytes, codes: dict[int, str]) -> str:
    return "".join(codes.get(int.from_bytes(raw[at : at + 2], "big"), "�") for at in range(0, len(raw), 2))
