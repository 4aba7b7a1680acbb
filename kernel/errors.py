"""The one error hierarchy. Messages are Chinese sentences for a user; `fix` says what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal a person can act on. Nothing has been written when one is raised out of a verb.

    message: what is wrong, in the user's language. code: rule or guard id, e.g. "JZ-G-TERM-01".
    field: name of the input field at fault. fix: what to do. detail: facts for the face, never personal data.
    """

    def __init__(
        self,
        message: object,
        *,
        code: str = "",
        field: str = "",
        fix: object = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.fix = fix
        self.detail = dict(detail or {})

    def __str__(self) -> str:
        return str(self.message)

    @property
    def in_full(self) -> str:
        """What is wrong and what to do, behind one another: each a sentence with its full stop."""
        return "".join(_sentence(str(part)) for part in (self.message, self.fix) if str(part))


def _sentence(words: str) -> str:
    return words if words.rstrip("”）").endswith(("。", "！", "？", "；")) else f"{words}。"


class NotAllowed(DomainError):
    """The person may not do this."""


class WrongState(DomainError):
    """The act does not fit the state of the case, or a guard of its rules refuses it."""


class BadInput(DomainError):
    """A value is wrong; `field` names it and `fix` says what is expected."""


class Conflict(DomainError):
    """Somebody else acted first, or one key was used for two different inputs."""


class NotFound(DomainError):
    """There is no such thing, or this person may not know of it."""
