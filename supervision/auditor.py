"""The auditor: from the rows alone, what is late or orphaned among clocks, messages, events and papers.

It shares no code with the sweep, the dispatcher or the relay (a contract forbids it), so that what they overlook is
seen here. Each check is one statement that names every row; only which rungs a rule has comes from the packs.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _lazy

from courts.models import PackRelease
from courts.selectors import released_pack
from deadlines.matters import Matters, matters_in_use
from documents.catalogue import kinds
from notices.states import State
from notices.topics import label
from regimes.rules import DeadlineRule
from supervision.checks import CHECKS, LATENESS

TOGETHER = 20_000
"""The last firings that the figures of lateness look at: history is not counted on the way to a page."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be wrong. words: said of one row, with the places that its statement fills. fault: wrong in itself."""

    id: str
    title: Any
    meaning: Any
    words: Any
    fault: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that is late or orphaned. place: "deadline:7"; since: how long it has been so; number: of its case."""

    kind: Kind
    court_id: int | None
    case_id: int | None
    number: str
    sealed: bool
    owner_id: int | None
    place: str
    since: dt.datetime | None
    detail: Mapping[str, Any]

    @property
    def words(self) -> str:
        """What is wrong with this row, for a person."""
        return str(self.kind.words) % self.detail


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found at an instant. lateness: (words, firings) from punctual to late, of the last firings."""

    at: dt.datetime
    findings: tuple[Finding, ...]
    lateness: tuple[tuple[str, int], ...]

    @property
    def faults(self) -> list[Finding]:
        """What somebody must look after; the rest is for information."""
        return [finding for finding in self.findings if finding.kind.fault]

    def of(self, kind: Kind) -> list[Finding]:
        """The findings of one kind."""
        return [finding for finding in self.findings if finding.kind is kind]


KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            "clockless",
            _lazy("在办案件没有期限在走"),
            _lazy("没有一项期限等着提醒，也没有一项因中止而停着。"),
            _lazy("案件没有等待提醒或依法中止的期限"),
        ),
        Kind(
            "untimed",
            _lazy("期限在走却不会提醒"),
            _lazy("期限在计时，还有一级提醒没有发出，却没有定时。"),
            _lazy("期限 %(rule)s，%(due)s 届满，没有定时"),
        ),
        Kind(
            "unheld",
            _lazy("中止计时却没有中止记录"),
            _lazy("期限停着，案件却没有尚未恢复的中止。"),
            _lazy("期限 %(rule)s停着，案件没有未恢复的中止"),
        ),
        Kind(
            "unfired",
            _lazy("提醒到点未发"),
            _lazy("到点超过 10 分钟仍未发出。"),
            _lazy("期限 %(rule)s的第 %(rung)s 级提醒到点未发"),
        ),
        Kind(
            "outlived",
            _lazy("已结案件的期限仍在走"),
            _lazy("案件已结、已归档或已撤销，期限应当停止。"),
            _lazy("案件已结束，期限 %(rule)s仍未停止"),
        ),
        Kind(
            "stuck",
            _lazy("消息滞留"),
            _lazy("可以发送后超过 30 分钟没有发出，或结果不明超过一天。"),
            _lazy("“%(topic)s”的消息%(state)s"),
        ),
        Kind(
            "unrelayed",
            _lazy("事件没有传到"),
            _lazy("应当引起的办理超过 10 分钟没有完成，或已失败五次。"),
            _lazy("%(event)s 应引起 %(reaction)s，已试 %(attempts)s 次 %(problem)s"),
        ),
        Kind(
            "unrendered",
            _lazy("文书没有生成"),
            _lazy("起草超过 10 分钟仍未生成。"),
            _lazy("文书 %(paper)s 未生成 %(problem)s"),
        ),
        Kind(
            "climbed",
            _lazy("提醒已全部发出，仍未办结"),
            _lazy("各级提醒都已发出，今后不会再提醒，须由人督促。仅供掌握，不算异常。"),
            _lazy("期限均已提醒到最后一级"),
            fault=False,
        ),
    )
}
LATE = (
    _lazy("1 分钟内"),
    _lazy("10 分钟内"),
    _lazy("1 小时内"),
    _lazy("1 天内"),
    _lazy("超过 1 天"),
)


def audit(*, at: dt.datetime, courts: Collection[int] | None = None, limit: int | None = None) -> Audit:
    """Everything late or orphaned at an instant; courts: only theirs; limit: no more findings of a kind than this.

    A statement per kind, one for the lateness of the last firings, two for the packs (and one more for each pack
    that this process has not read yet).
    """
    asked = about(at=at, courts=courts, limit=limit)
    matters = matters_in_use()
    found = [
        _finding(KINDS[kind], row, matters)
        for kind, statement in CHECKS.items()
        for row in _rows(statement, asked)
    ]
    return Audit(at, tuple(found), lateness_of(lateness(asked).values()))


def about(
    *, at: dt.datetime, courts: Collection[int] | None = None, limit: int | None = None
) -> dict[str, Any]:
    """What the statements of CHECKS and LATENESS are given."""
    return {"at": at, "courts": None if courts is None else list(courts), "limit": limit, **_rules()}


def _rules() -> dict[str, list[Any]]:
    """Every rule of every released pack, side by side as the statements take them."""
    releases = PackRelease.objects.values_list("code", "version", "digest")
    rows = [row for release in releases for row in _rows_of(*release)]
    return {name: [row[place] for row in rows] for place, name in enumerate(("rules", "last", "outlives"))}


@functools.lru_cache(maxsize=128)
def _rows_of(code: str, version: int, _digest: str) -> tuple[tuple[str, int | None, bool], ...]:
    rules = released_pack(code, version).deadlines
    return tuple((f"{code}/{version}/{rule.id}", _last_rung(rule), _outlives(rule)) for rule in rules)


def _last_rung(rule: DeadlineRule) -> int | None:
    """The number of the rung with which the warnings of a rule end; None when none stands behind its end."""
    rungs = rule.ladder.rungs
    return len(rule.warn_at) + len(rungs) - 1 if rungs and rungs[-1].side == "after" else None


def _outlives(rule: DeadlineRule) -> bool:
    """Whether a clock goes on after its case is closed: one that closing starts, or that follows money and papers."""
    follows = rule.per in ("receipt", "petition", "message")
    return follows or rule.start in ("case_closed", "case_closed_termination")


def _finding(kind: Kind, row: tuple[Any, ...], matters: Matters) -> Finding:
    court_id, case_id, number, sealed, owner_id, place, since, detail = row
    return Finding(
        kind,
        court_id,
        case_id,
        number or "",
        bool(sealed),
        owner_id,
        place,
        since,
        named(json.loads(detail), matters),
    )


def named(detail: Mapping[str, Any], matters: Matters) -> dict[str, Any]:
    """Codes by their Chinese names."""
    said = dict(detail)
    if "topic" in said:
        said["topic"], said["state"] = label(said["topic"]), State(said["state"]).label
    if "rule" in said:
        said["rule"] = matters.cited(said["rule"])
    if said.get("paper") in kinds():
        said["paper"] = kinds()[said["paper"]].zh
    return said


def lateness(asked: Mapping[str, Any]) -> dict[int, list[int]]:
    """The last firings by court, each from punctual to late as LATE."""
    rows = _rows(LATENESS, {**asked, "last": TOGETHER})
    return {court_id: counts for court_id, *counts in rows}


def lateness_of(courts: Iterable[Sequence[int]]) -> tuple[tuple[str, int], ...]:
    """The firings of several courts together, with the words of LATE."""
    columns = zip(*courts, strict=True)
    counts = [sum(column) for column in columns] or [0] * len(LATE)
    return tuple((str(words), count) for words, count in zip(LATE, counts, strict=True))


def _rows(statement: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
