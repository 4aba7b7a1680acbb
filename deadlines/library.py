"""The rules a person may ask about: the released packs, and for a trial the unreleased ones of the tree."""

from __future__ import annotations

from collections.abc import Iterable

from courts.models import PackRelease
from courts.selectors import pack_of
from regimes.packs import Library, Pack, PackErrors, load_library

_kept: dict[tuple[str, ...], Library] = {}


def library_in_use() -> Library:
    """The released packs; those of the tree while nothing is released. One query once the packs are known.

    Raises PackErrors if nothing is released and the tree is faulty.
    """
    released = _released()
    return _united(released) if released else load_library()


def library_to_try() -> Library:
    """The released packs and the unreleased versions of the tree: a pack is tried before its release.

    A faulty tree takes nothing away from the released packs. Raises PackErrors if there is nothing else.
    """
    released = _released()
    if not released:
        return load_library()
    try:
        tree = load_library().packs
        known = {pack.name for pack in released}
        return _united((*released, *(pack for pack in tree if pack.name not in known)))
    except PackErrors:
        return _united(released)


def _released() -> tuple[Pack, ...]:
    return tuple(pack_of(release) for release in PackRelease.objects.defer("text"))


def _united(packs: Iterable[Pack]) -> Library:
    """One library per set of texts: a digest is one text, and a text never changes."""
    packs = tuple(packs)
    key = tuple(pack.digest for pack in packs)
    if key not in _kept:
        library = Library(packs)
        _kept.clear()
        _kept[key] = library
    return _kept[key]
