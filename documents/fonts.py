"""Which fonts the papers are set in: the vendored ones, before them the court's own; never what the machine
has.
"""

from __future__ import annotations

import functools
import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from fontTools.ttLib import TTCollection, TTFont

from kernel.errors import WrongState

VENDORED = Path(__file__).parent / "fonts"
# woff2 is left out on purpose: a page takes more than ten seconds with it.
_SUFFIXES = {".otf", ".ttf", ".ttc"}
_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
{folders}
<cachedir>{cache}</cachedir>
</fontconfig>
"""


def font_files() -> tuple[Path, ...]:
    """The court's own fonts, then ours. Raises WrongState when COURT_FONTS_DIR is not a folder."""
    own = settings.COURT_FONTS_DIR
    if own is not None and not own.is_dir():
        raise WrongState(
            _("字体文件夹 %(folder)s 不存在") % {"folder": own},
            code="PDF-FONTS",
            fix=_("请核对设置 COURT_FONTS_DIR，或者清空它以使用自带字体"),
        )
    folders = [own, VENDORED] if own else [VENDORED]
    return tuple(
        path for folder in folders for path in sorted(folder.iterdir()) if path.suffix.lower() in _SUFFIXES
    )


def write_config() -> Path:
    """A fontconfig file that knows these fonts only; named by its content, so that processes agree."""
    folders = dict.fromkeys(path.parent for path in font_files())
    home = settings.DATA_DIR / "fontconfig"
    text = _CONFIG.format(
        folders="\n".join(f"<dir>{escape(str(folder))}</dir>" for folder in folders),
        cache=escape(str(home / "cache")),
    )
    path: Path = home / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.conf"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=home)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    return path


def digest() -> str:
    """SHA-256 over the names and contents of the fonts; the same fonts are part of "the same input"."""
    return _digest(tuple((path, path.stat().st_mtime_ns) for path in font_files()))


def undrawable(text: str) -> str:
    """The characters of `text` that none of the fonts can draw, each once, in order; "" if none."""
    covered = _coverage(font_files())
    return "".join(dict.fromkeys(char for char in text if ord(char) not in covered and not char.isspace()))


@functools.lru_cache(maxsize=4)
def _digest(stamped: tuple[tuple[Path, int], ...]) -> str:
    total = hashlib.sha256()
    for path, _changed in stamped:
        total.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@functools.lru_cache(maxsize=4)
def _coverage(files: Iterable[Path]) -> frozenset[int]:
    covered: set[int] = set()
    for path in files:
        if path.suffix.lower() == ".ttc":
            with TTCollection(str(path), lazy=True) as collection:
                for font in collection.fonts:
                    covered.update(font.getBestCmap() or ())
        else:
            with TTFont(str(path), lazy=True) as font:
                covered.update(font.getBestCmap() or ())
    return frozenset(covered)
