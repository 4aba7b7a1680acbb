"""Deadlines that wait for each other in a ring: each begins with what ends another, so that none can ever begin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from regimes.errors import PackError
from regimes.rules import DeadlineRule


class Link(NamedTuple):
    """A rule that begins with one event and ends only with another."""

    rule: DeadlineRule
    ends: str


def rings(rules: Sequence[DeadlineRule], file: str) -> Iterator[PackError]:
    """A fault for each ring, at the rule of it that stands last in the file.

    A link counts only where it is forced: a rule with a second start, with several ends of which any is enough, or
    that is repeated, can get out.
    """
    links: dict[str, list[Link]] = {}
    for rule in rules:
        for ends in _forced_ends(rule):
            links.setdefault(rule.start, []).append(Link(rule, ends))
    seen: set[frozenset[str]] = set()
    for start in links:
        for ring in _rings_from(start, links):
            members = frozenset(link.rule.id for link in ring)
            if members not in seen:
                seen.add(members)
                yield _fault(ring, file)


def _forced_ends(rule: DeadlineRule) -> tuple[str, ...]:
    if rule.met_by is None or not rule.start or rule.start_else or rule.repeat is not None:
        return ()
    events = rule.met_by.events
    return events if rule.met_by.mode == "all" or len(events) == 1 else ()


def _rings_from(start: str, links: Mapping[str, Sequence[Link]]) -> Iterator[tuple[Link, ...]]:
    """The shortest ring through an event, breadth first; every event is looked at once."""
    waiting: list[tuple[str, tuple[Link, ...]]] = [(start, ())]
    known = {start}
    while waiting:
        event, path = waiting.pop(0)
        for link in links.get(event, ()):
            if link.ends == start:
                yield (*path, link)
                return
            if link.ends not in known:
                known.add(link.ends)
                waiting.append((link.ends, (*path, link)))


def _fault(ring: Sequence[Link], file: str) -> PackError:
    last = max((link.rule for link in ring), key=lambda rule: rule.line)
    way = " → ".join([*(link.rule.id for link in ring), ring[0].rule.id])
    if len(ring) == 1:
        message = f"起算的事件又是完成的事件（{ring[0].ends}），期限刚开始就完成"
    else:
        message = f"期限互相等待成环：{way}，哪一条都不会开始"
    return PackError(
        file, last.line, f"deadlines[{last.id}].met_by", message, "核对 start 和 met_by，改正其中一条"
    )
