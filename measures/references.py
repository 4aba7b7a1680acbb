"""By what an account, a plate or a certificate number is found again: blind indexes of the whole and of its end."""

from __future__ import annotations

import re

from kernel.fields import blind_index, blind_tail
from kernel.text import normalise_width

TAIL = 4
"""Characters of the end by which a number is looked for."""
_BETWEEN = re.compile(r"[\s·•・.\-]+")


def plain_reference(text: str) -> str:
    """鄂A·12345, 鄂a 12345: one plate. Width, case and what stands between the characters do not matter."""
    return _BETWEEN.sub("", normalise_width(text)).upper()


def found_by(reference: str | None) -> dict[str, bytes | None]:
    """The columns of Property by which this reference is found; none for none."""
    plain = plain_reference(reference or "")
    if not plain:
        return {"reference_index": None, "reference_tail": None}
    tail = blind_tail(plain, TAIL, purpose="reference") if len(plain) >= TAIL else None
    return {"reference_index": blind_index(plain, purpose="reference"), "reference_tail": tail}
