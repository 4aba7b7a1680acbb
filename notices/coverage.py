"""Who was told what, what was not told, and why: per case and node, and per court (JZ-09).

Every intended push is a row of the outbox, so coverage is a query. A node counts as covered when everybody it
is meant for was told and an approved text for it stands: a node whose text was deleted shows as uncovered
from that day on.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count, Q

from notices.models import Message, Template
from notices.querysets import MessageQuerySet
from notices.states import OPEN, TOLD, Channel, Reason, State
from notices.topics import canonical, label


@dataclass(frozen=True, slots=True)
class Push:
    """A push that the rules of a case ask for: whom an act of this topic must tell.

    on: the events it is made on, where known. Of several rules for one event only one message goes to each
    reader: a push is covered by the message of another push that shares an event with it.
    """

    rule_id: str
    topic: str
    audiences: tuple[str, ...]
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PartyRow:
    """One reader of a push.

    told_at is None until every message of the topic has reached them; why: reason code.
    """

    party_ref: str
    number_masked: str
    state: str
    told_at: dt.datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One push to one audience. told_at: when the last of its readers was told, None while one was not."""

    rule_id: str
    topic: str
    label: str
    audience: str
    happened: bool
    told_at: dt.datetime | None
    why: tuple[str, ...] = ()
    parties: tuple[PartyRow, ...] = ()

    @property
    def is_covered(self) -> bool:
        """Told, by a text that still stands."""
        return self.told_at is not None and not self.why

    @property
    def why_text(self) -> str:
        """The reasons in Chinese."""
        return "；".join(reason_text(code) for code in self.why)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The pushes of one case: a row for each rule, topic and audience."""

    rows: tuple[CoverageRow, ...]

    @property
    def happened(self) -> tuple[str, ...]:
        """Topics whose act has happened, in the order of the rules."""
        return tuple(dict.fromkeys(row.topic for row in self.rows if row.happened))

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Topics whose act has happened and of which somebody was not told, or whose text is gone."""
        return tuple(dict.fromkeys(row.topic for row in self.rows if row.happened and not row.is_covered))

    @property
    def score(self) -> tuple[int, int]:
        """(nodes covered, nodes that happened), e.g. (6, 6)."""
        return len(self.happened) - len(self.uncovered), len(self.happened)


@dataclass(frozen=True, slots=True)
class TopicSummary:
    """One topic to one audience in a court over a span. why: reason code -> messages not told for it."""

    topic: str
    label: str
    audience: str
    has_text: bool
    intended: int = 0
    told: int = 0
    pending: int = 0
    why: Mapping[str, int] = field(default_factory=dict)


def coverage(
    *,
    court_id: int,
    pushes: Iterable[Push],
    happened: Collection[str],
    about: str = "",
    case_id: int | None = None,
) -> Coverage:
    """The coverage of one case. happened: topics whose act has happened there. Two queries.

    Raises ValueError when neither `about` nor `case_id` says which case.
    """
    if not about and case_id is None:
        raise ValueError("coverage() needs about or case_id")
    where = Q(about=about) if about else Q(case_id=case_id)
    messages: dict[tuple[str, str], list[Message]] = defaultdict(list)
    for message in _counted(where).defer("number", "secret_text", "text").order_by("id"):
        messages[message.topic, message.audience].append(message)
    pushes = _named(pushes)
    known = _Known(messages, _texts_in_force(court_id), {canonical(topic) for topic in happened})
    return Coverage(
        tuple(_row(push, audience, pushes, known) for push in pushes for audience in push.audiences)
    )


def court_coverage(
    *, court_id: int, since: dt.datetime, until: dt.datetime, pushes: Iterable[Push] = ()
) -> list[TopicSummary]:
    """What a court told its parties of acts recorded from `since` up to before `until`. Two queries.

    pushes: what its rules ask for; those that nothing was written for are listed too, so that a gap shows.
    """
    counted = (
        _counted(Q(court_id=court_id, created_at__gte=since, created_at__lt=until))
        .values_list("topic", "audience", "state", "reason")
        .annotate(rows=Count("pk"))
    )
    figures: dict[tuple[str, str], Counter[tuple[str, str]]] = {
        (push.topic, audience): Counter() for push in _named(pushes) for audience in push.audiences
    }
    for topic, audience, state, reason, rows in counted.order_by():
        figures.setdefault((topic, audience), Counter())[state, reason] += rows
    texts = _texts_in_force(court_id)
    return [_summary(*place, figures[place], has_text=place in texts) for place in sorted(figures)]


def uncovered_pushes(*, court_id: int, pushes: Iterable[Push]) -> list[tuple[str, str, str]]:
    """(rule id, topic, audience) of pushes that no approved text of the court stands for. One query."""
    texts = _texts_in_force(court_id)
    return [
        (push.rule_id, push.topic, audience)
        for push in _named(pushes)
        for audience in push.audiences
        if (push.topic, audience) not in texts
    ]


def reason_text(code: str) -> str:
    """A reason or state code in Chinese."""
    if code in Reason.values:
        return str(Reason(code).label)
    return str(State(code).label) if code in State.values else code


def _counted(where: Q) -> MessageQuerySet:
    """Short messages that count: not those a later one replaced, nor the ones a reader asked for."""
    return Message.objects.filter(where, channel=Channel.SMS, urgent=False, replaced_by__isnull=True).exclude(
        state=State.CANCELLED
    )


def _texts_in_force(court_id: int) -> set[tuple[str, str]]:
    standing = Template.objects.filter(Q(court_id=court_id) | Q(court__isnull=True), active=True)
    return set(standing.values_list("topic", "audience"))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the tables say: messages and standing texts by (topic, audience), topics that happened."""

    messages: Mapping[tuple[str, str], list[Message]]
    texts: set[tuple[str, str]]
    happened: set[str]


def _named(pushes: Iterable[Push]) -> list[Push]:
    return [replace(push, topic=canonical(push.topic)) for push in pushes]


def _row(push: Push, audience: str, pushes: Sequence[Push], known: _Known) -> CoverageRow:
    ways = _ways(push, audience, pushes, known)
    by_party: dict[str, list[Message]] = defaultdict(list)
    for way in ways:
        for message in known.messages.get(way, ()):
            by_party[message.party_ref].append(message)
    parties = tuple(_party(ref, rows) for ref, rows in by_party.items())
    told = [party.told_at for party in parties]
    told_at = max((at for at in told if at), default=None) if all(told) else None
    why = dict.fromkeys(party.why for party in parties if party.why)
    if not known.texts.issuperset(ways):
        why[Reason.RETIRED if told_at else Reason.NO_TEMPLATE] = None
    elif push.topic in known.happened and not parties:
        why[Reason.MISSING] = None
    return CoverageRow(
        rule_id=push.rule_id,
        topic=push.topic,
        label=label(push.topic),
        audience=audience,
        happened=push.topic in known.happened,
        told_at=told_at,
        why=tuple(map(str, why)),
        parties=parties,
    )


def _ways(push: Push, audience: str, pushes: Sequence[Push], known: _Known) -> list[tuple[str, str]]:
    """The (topic, audience) pairs that tell of this push: its own, or those of rules for the same events."""
    own = (push.topic, audience)
    if own in known.messages:
        return [own]
    shared = {other.topic for other in pushes if set(push.on) & set(other.on)} - {push.topic}
    return [(topic, audience) for topic in sorted(shared) if (topic, audience) in known.messages] or [own]


def _party(ref: str, messages: Sequence[Message]) -> PartyRow:
    """A reader counts as told when every message of the topic arrived; the last that did not says why."""
    missed = [message for message in messages if message.state not in TOLD]
    shown = (missed or messages)[-1]
    return PartyRow(
        party_ref=ref,
        number_masked=shown.number_masked,
        state=shown.state,
        told_at=None if missed else max(message.told_at for message in messages if message.told_at),
        why=(shown.reason or shown.state) if missed else "",
    )


def _summary(topic: str, audience: str, figures: Counter[tuple[str, str]], *, has_text: bool) -> TopicSummary:
    told = sum(rows for (state, _), rows in figures.items() if state in TOLD)
    pending = sum(rows for (state, _), rows in figures.items() if state in OPEN)
    why: Counter[str] = Counter()
    for (state, reason), rows in figures.items():
        if state not in TOLD:
            why[reason or state] += rows
    return TopicSummary(
        topic=topic,
        label=label(topic),
        audience=audience,
        has_text=has_text,
        intended=figures.total(),
        told=told,
        pending=pending,
        why=dict(why),
    )
