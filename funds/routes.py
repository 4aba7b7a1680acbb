"""The way a payout must go, chosen above by the case's rules and frozen in the payout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kernel.errors import BadInput


@dataclass(frozen=True, slots=True)
class Route:
    """One way of paying out (发放路径), as plain words and numbers so that it can be shown years later.

    code: "small", "large" or another of the pack. via_finance: the papers go to finance, which receives
    them before anybody approves (JZ 三(一)2, above 100,000 yuan). needs_undertaking: only to a payee with a
    signed 领款承诺书. requires: facts that the caller's guards ask for, e.g. communication_record_attached.
    steps: (duty, period) as the rules state them, e.g. ("payout_small", "7 days"). rules: ids of the rules
    that decided. pack: code/version@digest.
    """

    code: str
    via_finance: bool = False
    needs_undertaking: bool = False
    requires: tuple[str, ...] = ()
    steps: tuple[tuple[str, str], ...] = ()
    rules: tuple[str, ...] = ()
    pack: str = ""

    def as_json(self) -> dict[str, Any]:
        """What is stored: every field, lists for tuples."""
        return {
            "code": self.code,
            "via_finance": self.via_finance,
            "needs_undertaking": self.needs_undertaking,
            "requires": list(self.requires),
            "steps": [list(step) for step in self.steps],
            "rules": list(self.rules),
            "pack": self.pack,
        }

    @classmethod
    def of(cls, value: Route | Mapping[str, Any]) -> Route:
        """A Route from itself or from its JSON. Raises BadInput for a missing code or an unknown field."""
        if isinstance(value, Route):
            return value
        unknown = value.keys() - set(cls.__slots__)
        if unknown or not value.get("code"):
            raise BadInput(_("发放路径不完整。"), field="route", fix=_("按案件适用的规则重新确定发放路径。"))
        return cls(
            code=str(value["code"]),
            via_finance=bool(value.get("via_finance")),
            needs_undertaking=bool(value.get("needs_undertaking")),
            requires=tuple(value.get("requires", ())),
            steps=tuple((duty, period) for duty, period in value.get("steps", ())),
            rules=tuple(value.get("rules", ())),
            pack=str(value.get("pack", "")),
        )
