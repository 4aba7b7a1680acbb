"""Plain log files: their end, and their size."""

from pathlib import Path

LOG_LIMIT = 10_000_000


def read_text(path: Path) -> str:
    """A file's text, or nothing when there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def last_lines(path: Path, count: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(read_text(path).splitlines()[-count:])


def trim_log(path: Path, limit: int = LOG_LIMIT) -> None:
    """Set a log aside as `.1` when it has grown beyond `limit` bytes."""
    if path.exists() and path.stat().st_size > limit:
        path.replace(path.with_name(path.name + ".1"))
