"""Picking a deadline rule by its id or by words: the list offered, and the rule that a text means."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from deadlines.asking import deadline_of
from kernel.errors import BadInput
from kernel.text import normalise_width
from regimes.amounts import period_chinese
from regimes.packs import Library, Pack
from regimes.rules import DeadlineRule

_ID = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)+")
# How many of several matches are named.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A rule of the list. text: what the field then holds, id first; detail: whose rule, what it says."""

    id: str
    text: str
    detail: str


def choices_of(library: Library) -> list[Choice]:
    """Every deadline rule of the newest version of each pack, in the order of packs and rules."""
    return [
        Choice(rule.id, label_of(pack, rule), f"{pack.court}：{rule.statement}")
        for pack, rule in _rules(library)
    ]


def label_of(pack: Pack, rule: DeadlineRule) -> str:
    """JZ-D-01 发出执行通知 5个工作日"""
    every = rule.repeat.every if rule.repeat else rule.period
    length = period_chinese(every) if every else pack.vocabulary.kinds.get(rule.kind, "")
    return f"{rule.id} {pack.vocabulary.duties.get(rule.duty, '')} {length}".strip()


def rule_meant(library: Library, text: str, on: dt.date | None) -> tuple[Pack, DeadlineRule]:
    """The rule of a text: its id stands first, or the words fit one rule only. on: the day of the start.

    Raises BadInput (field rule) naming the closest id, or the rules among which to choose.
    """
    text = normalise_width(text).strip()
    named = _ID.match(text)
    if named:
        return deadline_of(library, named[0], on)
    words = text.split()
    found = [
        (pack, rule)
        for pack, rule in _rules(library)
        if all(word in f"{label_of(pack, rule)} {pack.court} {rule.statement}" for word in words)
    ]
    if len(found) == 1:
        return deadline_of(library, found[0][1].id, on)
    if not found:
        message = _("没有含“%(text)s”的期限规则") % {"text": text[:30]}
        raise BadInput(message, field="rule", fix=_("换一个字词，或者从列表中选一条"))
    message = _("含“%(text)s”的规则有 %(n)d 条") % {"text": text[:30], "n": len(found)}
    some = "、".join(label_of(pack, rule) for pack, rule in found[:NAMED])
    more = _("%(some)s 等") % {"some": some} if len(found) > NAMED else some
    raise BadInput(message, field="rule", fix=_("请写明是哪一条：%(some)s") % {"some": more})


def _rules(library: Library) -> Iterator[tuple[Pack, DeadlineRule]]:
    for code in dict.fromkeys(pack.code for pack in library.packs):
        pack = library.pack(code)
        for rule in pack.deadlines:
            yield pack, rule
