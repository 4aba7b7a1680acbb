"""Clocks side by side: what national law, the court above and the court itself say of one matter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import Court, CourtPack
from deadlines.answers import Reckoning, moment_words
from deadlines.asking import Circumstances
from deadlines.forms import start_name
from deadlines.siblings import family_of, have_one_start, siblings_of
from kernel.errors import BadInput
from regimes.amounts import period_chinese
from regimes.explain import explain
from regimes.packs import Library, Pack
from regimes.periods import Moment, local_date
from regimes.rules import DeadlineRule

NATIONAL = "BASE"
_MARKS = {"wait": _lazy("最晚，从严"), "end": _lazy("最早"), "length": _lazy("最早"), "mark": _lazy("最早")}


@dataclass(frozen=True, slots=True)
class Followed:
    """The packs that reach a court, with the switches that are on. above: the packs of the court above it."""

    own: dict[str, frozenset[str]]
    above: dict[str, frozenset[str]]

    @property
    def codes(self) -> list[str]:
        """National law first, then the court above, then the court."""
        return list(dict.fromkeys([NATIONAL, *self.above, *self.own]))

    def reaches(self, pack: Pack, rule: DeadlineRule) -> bool:
        """Whether the rule's switch, if it has one, is on."""
        switches = self.own.get(pack.code, frozenset()) | self.above.get(pack.code, frozenset())
        return not rule.feature or rule.feature in switches


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock of the row. day: in words, empty where this start does not serve it and `reason` says why.

    mark: 最早, or 最晚 where waiting times compete; empty on the others. is_asked: the rule of the question.
    is_target: something to strive for, not a limit.
    """

    tier: str
    rule_id: str
    source: str
    length: str
    condition: str
    day: str = ""
    reason: str = ""
    mark: str = ""
    is_target: bool = False
    provisional: bool = False
    unverified: bool = False
    is_asked: bool = False
    url: str = ""
    due: Moment | None = None


def followed_by(court_id: int | None, above_id: int | None) -> Followed:
    """The packs of a court and of the court above it. One query; none without a court."""
    rows = CourtPack.objects.filter(court_id__in=[each for each in (court_id, above_id) if each])
    own: dict[str, frozenset[str]] = {}
    above: dict[str, frozenset[str]] = {}
    for row in rows if court_id else ():
        (own if row.court_id == court_id else above)[row.code] = frozenset(row.features)
    return Followed(own, above)


def clocks_beside(
    reckoning: Reckoning,
    around: Circumstances,
    *,
    library: Library,
    followed: Followed,
    link: Callable[[str], str],
) -> list[Clock]:
    """The asked rule and its siblings; empty if it has none. link: rule id -> address of its own answer.

    What is interrupted is interrupted for all of them; an extension was granted under the asked rule alone.
    Beside a rule that does not reach the court stands national law only.
    """
    rule, pack = reckoning.rule, reckoning.pack
    if rule is None or pack is None or around.start is None:
        return []
    day = local_date(around.start)
    codes = followed.codes if pack.code in followed.codes else [NATIONAL]
    packs = [found for code in codes if (found := _version(library, code, day)) is not None]
    beside = [
        _clock(other, its, reckoning, around, followed)
        for its, other in siblings_of(rule, packs)
        if followed.reaches(its, other)
    ]
    if not beside:
        return []
    asked = replace(
        _plain(rule, pack, followed), is_asked=True, provisional=reckoning.count.result.provisional
    )
    asked = _dated(asked, reckoning.count.result.due)
    return [replace(clock, url=link(clock.rule_id)) for clock in _marked([asked, *beside], family_of(rule))]


def foreign_words(reckoning: Reckoning, court: Court | None, followed: Followed) -> str:
    """That the asked rule is not the chosen court's; empty if it is, or if no court was chosen."""
    pack = reckoning.pack
    if pack is None or court is None or pack.code in followed.codes:
        return ""
    words = _("这条规则出自%(owner)s的规则包，%(court)s没有采用，只作试算。")
    return words % {"owner": pack.court, "court": court.name}


def _version(library: Library, code: str, day: dt.date) -> Pack | None:
    """The version of that day, or the newest, whose rules then say that they came later."""
    found = library.in_force(code, day)
    if found is not None:
        return found
    return next((pack for pack in reversed(library.packs) if pack.code == code), None)


def _clock(
    rule: DeadlineRule, pack: Pack, reckoning: Reckoning, around: Circumstances, followed: Followed
) -> Clock:
    clock = _plain(rule, pack, followed)
    if reckoning.rule is not None and not have_one_start(reckoning.rule, rule):
        return replace(clock, reason=_("自“%(event)s”起算，另行计算") % {"event": start_name(pack, rule)})
    try:
        result = explain(
            rule,
            around.start,
            suspensions=around.suspensions,
            calendar=reckoning.count.calendar,
            pack=pack,
        ).result
    except BadInput as error:
        return replace(clock, reason=str(error))
    return _dated(replace(clock, provisional=result.provisional), result.due)


def _plain(rule: DeadlineRule, pack: Pack, followed: Followed) -> Clock:
    every = rule.repeat.every if rule.repeat else rule.period
    return Clock(
        tier=_tier(pack, followed),
        rule_id=rule.id,
        source=rule.source,
        length=period_chinese(every),
        condition="" if rule.when.is_always else rule.when.chinese(pack.vocabulary),
        is_target=rule.kind == "soft_target",
        unverified=not rule.verified,
    )


def _dated(clock: Clock, due: Moment | None) -> Clock:
    if due is None:
        return replace(clock, reason=_("期限停止计算"))
    return replace(clock, due=due, day=moment_words(due))


def _tier(pack: Pack, followed: Followed) -> str:
    if pack.code == NATIONAL:
        return _("全国规定")
    if pack.code in followed.own:
        return _("本院规定")
    if pack.code in followed.above:
        return _("上级法院规定")
    return pack.court


def _marked(clocks: Sequence[Clock], family: str) -> Iterator[Clock]:
    """The clock to keep is marked: the earliest end, and of several waiting times the one that ends last.

    A target binds nobody and is never marked.
    """
    days = [local_date(clock.due) for clock in clocks if clock.due is not None and not clock.is_target]
    if family not in _MARKS or sum(clock.due is not None for clock in clocks) < 2:
        days = []
    wanted = (max if family == "wait" else min)(days, default=None)
    for clock in clocks:
        is_wanted = clock.due is not None and not clock.is_target and local_date(clock.due) == wanted
        yield replace(clock, mark=str(_MARKS[family])) if is_wanted else clock
