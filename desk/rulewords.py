"""What a clock says of its rule in one line: 5个工作日内发出执行通知, and the article it comes from."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from courts.models import PackRelease
from courts.selectors import pack_of
from deadlines.models import Deadline
from regimes.amounts import period_chinese
from regimes.packs import Pack
from regimes.rules import DeadlineRule

NATIONAL = "BASE"
Version = tuple[str, int]


def packs_of(clocks: Iterable[Deadline]) -> dict[Version, Pack]:
    """The packs that these clocks were started by, by code and version. One query once the packs are known."""
    return packs_by_version({(clock.pack_code, clock.pack_version) for clock in clocks})


def packs_by_version(wanted: Collection[Version]) -> dict[Version, Pack]:
    """The released packs of these versions. One query, none when nothing is wanted."""
    if not wanted:
        return {}
    releases = PackRelease.objects.defer("text").filter(code__in={code for code, _ in wanted})
    return {(r.code, r.version): pack_of(r) for r in releases if (r.code, r.version) in wanted}


def rule_of(pack: Pack, rule_id: str) -> DeadlineRule:
    """A deadline rule of a pack by its id. Raises StopIteration: a clock's rule is always in its pack."""
    return next(rule for rule in pack.deadlines if rule.id == rule_id)


def statement_of(pack: Pack, rule: DeadlineRule) -> str:
    """5个工作日内发出执行通知 where the rule is a plain limit, else its own sentence."""
    duty = pack.vocabulary.duties.get(rule.duty, "")
    if rule.kind == "due" and rule.period and rule.direction == "forward" and duty:
        return f"{period_chinese(rule.period)}内{duty}"
    return rule.statement.rstrip("。")
