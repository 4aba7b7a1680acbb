"""Who hears of an act: the pushes of the case's rules become messages in the outbox. Joins the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from cases.models import ContactPoint, Party
from cases.snapshot import Locked, read_people
from documents.models import Paper
from events.models import Event
from kernel.dates import long_date
from notices import outbox
from notices.models import Message
from notices.outbox import Draft
from regimes.pushes import Telling, tellings

UNTIL_CONTROLLED = "control"


def tell(locked: Locked, act: Any, event: Event, *, drafted: Sequence[Paper], at: dt.datetime) -> None:
    """Enqueue what the rules want told of this act; release what was withheld once its condition holds."""
    told = tellings_of(locked, act, event)
    if told:
        outbox.enqueue(drafts_of(locked, act, event, told, at), at=at)
    let_go(locked, act, at)


def tell_each(told_of: Sequence[tuple[Locked, Any, Event]], *, at: dt.datetime) -> None:
    """The same for acts on several cases, none of which made papers, with as many statements as one takes."""
    told = [(locked, act, event, tellings_of(locked, act, event)) for locked, act, event in told_of]
    speaking = [each for each in told if each[3]]
    read_people([locked for locked, _act, _event, _told in speaking])
    drafts = [draft for each in speaking for draft in drafts_of(*each, at)]
    if drafts:
        outbox.enqueue(drafts, at=at)
    for locked, act, _event, _told in told:
        let_go(locked, act, at)


def tellings_of(locked: Locked, act: Any, event: Event) -> list[Telling]:
    """The pushes that an act calls for."""
    happened = frozenset(name for rows in locked.moments.values() for name in rows)
    events = [name for name, _subject in act.happened]
    return list(tellings(locked.book, [*events, *_implied(locked, events, event.seq)], happened))


def drafts_of(
    locked: Locked, act: Any, event: Event, told: Sequence[Telling], at: dt.datetime
) -> list[Draft]:
    """These pushes as messages to the people of the case."""
    return list(_drafts(locked, act, event, told, _people(locked), at))


def let_go(locked: Locked, act: Any, at: dt.datetime) -> None:
    """Release what waited until all property is controlled, once the act decides that."""
    if _control_decided(locked, [name for name, _subject in act.happened]):
        outbox.release(about=locked.case.about, withheld_for=UNTIL_CONTROLLED, at=at)


def tell_again(locked: Locked, voided: Event, event: Event, *, at: dt.datetime) -> None:
    """Whoever was told of an act that is undone is told of that too; what has not gone out is called back."""
    case = locked.case
    messages = Message.objects.filter(about=case.about, key__startswith=f"{voided.pk}:")
    told = [m for m in messages if m.state not in ("waiting", "withheld", "not_sent", "cancelled")]
    if back := [m.key for m in messages if m.state in ("waiting", "withheld")]:
        outbox.cancel(keys=back, at=at)
    outbox.enqueue(
        [
            Draft(
                about=case.about,
                case_id=case.pk,
                court_id=case.court_id,
                team_id=case.team_id,
                owner_id=case.owner_id,
                topic="act_voided",
                rule_id=message.rule_id,
                audience=message.audience,
                party_ref=message.party_ref,
                number=message.number or "",
                facts={**facts_for(locked, event.effective_on), "act": _name_of(locked, voided)},
                key=f"{event.pk}:again:{message.pk}",
            )
            for message in told
        ],
        at=at,
    )


def _name_of(locked: Locked, event: Event) -> str:
    """What people call an act: the node it completed, or a plain word."""
    kind = event.data.get("kind")
    return locked.book.node(kind).zh if kind else _("更正日期")


def _implied(locked: Locked, direct: Sequence[str], seq: int) -> list[str]:
    """Events that this act made happen beside those it names."""
    return [
        name
        for rows in locked.moments.values()
        for name, moments in rows.items()
        if name not in direct and any(by == seq for _m, by in moments)
    ]


def _people(locked: Locked) -> dict[str, list[tuple[Party, ContactPoint | None]]]:
    """Parties by role with their own good mobile, and their agents' under the same role."""
    people: dict[str, list[tuple[Party, ContactPoint | None]]] = {}
    for party, contacts in locked.people():
        mobiles = [c for c in contacts if c.kind == "mobile" and not c.bad]
        own = next((c for c in mobiles if c.agent_id is None), None)
        agents = [c for c in mobiles if c.agent_id is not None]
        people.setdefault(party.role, []).append((party, own))
        people[party.role] += [(party, contact) for contact in agents]
    return people


def _drafts(
    locked: Locked,
    act: Any,
    event: Event,
    told: Sequence[Telling],
    people: dict[str, list[tuple[Party, ContactPoint | None]]],
    at: dt.datetime,
) -> Iterator[Draft]:
    case = locked.case
    for telling in told:
        withheld = telling.withheld and not _control_decided(locked, [telling.event])
        for party, contact in people.get(telling.audience, []):
            yield Draft(
                about=case.about,
                case_id=case.pk,
                court_id=case.court_id,
                team_id=case.team_id,
                owner_id=case.owner_id,
                topic=telling.rule.topic,
                rule_id=telling.rule.id,
                node=act.node.kind if act.node else "",
                audience="agent" if contact and contact.agent_id else telling.audience,
                party_ref=f"party:{party.pk}",
                number=contact.value if contact else "",
                facts={**facts_for(locked, act.on), **act.words},
                key=f"{event.pk}:{telling.audience}:{party.pk}:{contact.agent_id or 0 if contact else 0}",
                withheld_for=UNTIL_CONTROLLED if withheld else "",
                imported=act.quiet,
            )


def facts_for(locked: Locked, on: dt.date) -> dict[str, str]:
    """What the places of a text are filled with."""
    case = locked.case
    return {
        "court": case.court.name,
        "court_phone": case.court.phone,
        "number": case.number,
        "date": long_date(on),
        "handler": locked.handler,
        "closing": case.get_closing_type_display() if case.closing_type else "",
    }


def _control_decided(locked: Locked, events: Sequence[str]) -> bool:
    """Every property the network found is controlled or left with a reason, so the respondent may hear of the query."""
    if not {
        "network_feedback_received",
        "property_controlled",
        "property_frozen",
        "property_sealed",
        "property_seized",
        "not_controlled_reason_recorded",
    } & set(events):
        return False
    items = [s.id for s in locked.subjects.values() if s.kind == "property"]
    decided = {"property_controlled", "not_controlled_reason_recorded"}
    return all(decided & set(locked.moments.get(item, ())) for item in items)
