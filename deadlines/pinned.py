"""The rule that a clock was started under, from the released pack that the clock names."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import structlog

from courts.models import PackRelease
from courts.selectors import released_pack
from regimes.packs import Pack, PackErrors
from regimes.rules import DeadlineRule

log = structlog.get_logger(__name__)


def rule_of(code: str, version: int, digest: str, rule_id: str) -> tuple[Pack, DeadlineRule] | None:
    """The pack and the rule; None, and a line in the log, where they are missing or cannot be read any more.

    A digest is one text for ever, so what was found is kept by this process.
    """
    try:
        pack, rules = _rules(code, version, digest)
        return pack, rules[rule_id]
    except (PackRelease.DoesNotExist, PackErrors, KeyError) as error:
        problem = type(error).__name__
        log.error("clock.rule_missing", pack=code, version=version, rule_id=rule_id, problem=problem)
        return None


@functools.lru_cache(maxsize=64)
def _rules(code: str, version: int, _digest: str) -> tuple[Pack, Mapping[str, DeadlineRule]]:
    pack = released_pack(code, version)
    return pack, {rule.id: rule for rule in pack.deadlines}
