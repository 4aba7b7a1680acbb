"""What the installation says: the process environment first, then the project's `.env` file."""

import os
from collections.abc import Mapping
from pathlib import Path

from .console import LaunchError
from .paths import ROOT


def parse_env_file(text: str) -> dict[str, str]:
    """Read NAME=VALUE lines.

    Blank lines and # comments are skipped, `export ` and one pair of quotes are dropped.

    Raises LaunchError with the line's number for anything else.
    """
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip().removeprefix("export ").lstrip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier():
            raise LaunchError(f".env 第 {number} 行无法识别，应为「名称=值」。")
        values[name] = unquoted(value.strip())
    return values


def unquoted(value: str) -> str:
    """Drop one pair of quotes, or a trailing ` # comment` of a bare value."""
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.partition(" #")[0].rstrip()


def read_configuration(environment: Mapping[str, str] = os.environ, folder: Path = ROOT) -> dict[str, str]:
    """The configuration of this installation, by name."""
    file = folder / ".env"
    stored = parse_env_file(file.read_text(encoding="utf-8")) if file.exists() else {}
    return {**stored, **environment}


def is_given(configuration: Mapping[str, str], name: str) -> bool:
    """Whether `name` is set, directly or through a `name`_FILE that holds the value."""
    return bool(configuration.get(name) or configuration.get(f"{name}_FILE"))


def value_of(configuration: Mapping[str, str], name: str) -> str:
    """The value of `name`, or the content of the file that `name`_FILE names; nothing when neither is set."""
    file = configuration.get(f"{name}_FILE")
    return Path(file).read_text(encoding="utf-8").strip() if file else configuration.get(name, "")
