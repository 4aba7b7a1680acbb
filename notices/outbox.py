"""The way in: a verb of any floor writes here, in its own transaction, whom its act must tell.

Everything in this file joins the caller's transaction. Whatever was meant to be told gets a row, so that what
was not told, and why, can be asked of the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from events.kick import kick
from kernel.errors import BadInput
from kernel.fields import blind_index
from kernel.identity import check_phone, mask_phone
from notices.models import Message
from notices.rendering import render
from notices.states import IN_FLIGHT, OPEN, Audience, Channel, Level, Reason, State
from notices.topics import canonical

HOTLINE = "12368"
"""The courts' national number, for a court that has entered none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One message that an act wants told.

    about: "case:12". topic: a code of notices/topics.py, or its Chinese name in a rule pack. key: makes the
    message once, in the whole outbox. facts: what the text's places are filled with; the court's name and
    phone are added. secret: facts such as one-time codes, never stored readable. text: for in-app notices
    only, in place of a template. withheld_for: a mark that release() will name. urgent: asked for by the
    reader this minute (sign-in codes): not kept back at night, nor by an opt-out. expires_at: after this
    instant it is not worth sending. imported: tells of something before this system's time.
    """

    about: str
    court_id: int
    topic: str
    audience: str
    key: str
    case_id: int | None = None
    team_id: int | None = None
    owner_id: int | None = None
    rule_id: str = ""
    node: str = ""
    party_ref: str = ""
    number: str = field(default="", repr=False)
    to_user_id: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    text: str = ""
    link: str = ""
    channel: str = Channel.SMS
    level: str = Level.INFO
    withheld_for: str = ""
    imported: bool = False
    urgent: bool = False
    expires_at: dt.datetime | None = None


def enqueue(drafts: Sequence[Draft], *, at: dt.datetime) -> list[Message]:
    """Write a row for each draft, in the order given. Joins the caller's transaction.

    Two statements for any number of drafts, a third when a key was used before: then the row that stands is
    returned. Raises BadInput when an approved text has a place that the facts do not fill.
    """
    unique: dict[str, Draft] = {}
    for draft in drafts:
        unique.setdefault(draft.key, draft)
    if not unique:
        return []
    desks = _desks(unique.values())
    rows = {key: _row(draft, desks, at) for key, draft in unique.items()}
    ids = _insert(rows.values())
    for key, pk in ids.items():
        rows[key].pk = pk
        rows[key]._state.adding = False
    if known := rows.keys() - ids.keys():
        rows.update({row.key: row for row in Message.objects.filter(key__in=known)})
    if any(rows[key].due_at for key in ids):
        kick("notices.deliver")
    return [rows[draft.key] for draft in drafts]


def release(*, withheld_for: str, at: dt.datetime, about: str = "") -> int:
    """Let go what waited for this, all of it or only about one thing. Returns how many.

    Joins the caller's transaction.
    """
    withheld = Message.objects.filter(state=State.WITHHELD, withheld_for=withheld_for)
    if about:
        withheld = withheld.filter(about=about)
    is_sms = Q(channel=Channel.SMS)
    released = withheld.update(
        state=Case(When(is_sms, then=Value(State.WAITING)), default=Value(State.DELIVERED)),
        due_at=Case(When(is_sms, then=Value(at)), default=None),
        delivered_at=Case(When(is_sms, then=None), default=Value(at)),
        sent_at=Case(When(is_sms, then=None), default=Value(at)),
        reason="",
    )
    if released:
        kick("notices.deliver")
    return released


def cancel(
    *,
    at: dt.datetime,
    about: str = "",
    keys: Collection[str] = (),
    topic: str = "",
    party_ref: str = "",
    withheld_for: str = "",
) -> int:
    """Stop messages that are not out yet. Returns how many were stopped or will not be tried again.

    One that is with the provider right now may still arrive: it is only never tried again. Joins the caller's
    transaction. Raises ValueError when neither `about` nor `keys` says which.
    """
    if not about and not keys:
        raise ValueError("cancel() needs about or keys")
    wanted = {"about": about, "topic": topic, "party_ref": party_ref, "withheld_for": withheld_for}
    chosen = Message.objects.filter(state__in=OPEN, cancelled_at__isnull=True)
    chosen = chosen.filter(**{name: value for name, value in wanted.items() if value})
    if keys:
        chosen = chosen.filter(key__in=keys)
    still = Q(state__in=IN_FLIGHT)
    return chosen.update(
        state=Case(When(still, then=F("state")), default=Value(State.CANCELLED)),
        due_at=Case(When(still, then=F("due_at")), default=None),
        cancelled_at=at,
    )


def reassign(*, about: str, team_id: int | None, owner_id: int | None) -> int:
    """Hand the messages about one thing to another team and officer. Joins the hand-over's transaction."""
    return Message.objects.filter(about=about).update(team_id=team_id, owner_id=owner_id)


def address(row: Message, number: str) -> None:
    """Give an unsaved message its number: encrypted, and only if a short message can reach it."""
    check = check_phone(number) if number else None
    if check is not None and check.kind == "mobile":
        row.number = check.value
        row.number_index = blind_index(check.value, purpose="phone")
    row.number_masked = mask_phone(number)[:20] if number else ""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a court knows for all its texts, and its approved texts by (topic, audience)."""

    name: str
    phone: str
    texts: dict[tuple[str, str], tuple[int, str]]


# A court's own text goes before the one for all courts: it is read last and overwrites.
_DESKS = """
SELECT c.id, c.name, c.phone, t.id, t.topic, t.audience, t.text
FROM courts_court c
LEFT JOIN notices_template t ON t.active AND t.topic = ANY(%s) AND (t.court_id = c.id OR t.court_id IS NULL)
WHERE c.id = ANY(%s)
ORDER BY c.id, t.court_id NULLS FIRST
"""


def _desks(drafts: Iterable[Draft]) -> dict[int, _Desk]:
    topics = sorted({canonical(draft.topic) for draft in drafts})
    courts = sorted({draft.court_id for draft in drafts})
    desks: dict[int, _Desk] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DESKS, [topics, courts])
        for court, name, phone, template, topic, audience, text in cursor.fetchall():
            desk = desks.setdefault(court, _Desk(name, phone or HOTLINE, {}))
            if template is not None:
                desk.texts[topic, audience] = (template, text)
    return desks


def _row(draft: Draft, desks: Mapping[int, _Desk], at: dt.datetime) -> Message:
    """The row as it will stand. Raises BadInput for a draft that no court's text could be rendered for."""
    desk = desks.get(draft.court_id)
    if desk is None:
        raise BadInput(_("法院不存在。"), code="NOTICE-COURT", field="court_id")
    row = Message(
        court_id=draft.court_id,
        team_id=draft.team_id,
        owner_id=draft.owner_id,
        about=draft.about,
        case_id=draft.case_id,
        topic=canonical(draft.topic),
        rule_id=draft.rule_id,
        node=draft.node,
        audience=Audience(draft.audience),
        channel=Channel(draft.channel),
        level=Level(draft.level),
        party_ref=draft.party_ref,
        to_user_id=draft.to_user_id,
        link=draft.link,
        urgent=draft.urgent,
        expires_at=draft.expires_at,
        key=draft.key,
        withheld_for=draft.withheld_for,
        created_at=at,
    )
    address(row, draft.number)
    has_text = _compose(row, draft, desk)
    _place(row, draft, has_text=has_text, at=at)
    return row


def _compose(row: Message, draft: Draft, desk: _Desk) -> bool:
    """Put the text into the row; False when no court has approved one."""
    if draft.text and draft.channel == Channel.IN_APP:
        row.text = draft.text
        return True
    template, text = desk.texts.get((row.topic, row.audience), (None, ""))
    if template is None:
        return False
    row.template_id = template
    facts = {**draft.facts, "court": desk.name, "court_phone": desk.phone}
    row.text = render(text, {**facts, **dict.fromkeys(draft.secret, "******")})
    if draft.secret:
        row.secret_text = render(text, {**facts, **draft.secret})
    return True


def _place(row: Message, draft: Draft, *, has_text: bool, at: dt.datetime) -> None:
    """Where the row starts: refused for good with a reason, withheld, shown, or waiting for a dispatcher."""
    if refusal := _refusal(row, draft, has_text=has_text):
        row.state, row.reason = State.NOT_SENT, refusal
    elif draft.withheld_for:
        row.state, row.reason = State.WITHHELD, Reason.HOLD
    elif row.channel == Channel.IN_APP:
        row.state, row.sent_at, row.delivered_at = State.DELIVERED, at, at
    else:
        row.state, row.due_at = State.WAITING, at


def _refusal(row: Message, draft: Draft, *, has_text: bool) -> str:
    if draft.imported:
        return Reason.IMPORTED
    if row.channel == Channel.IN_APP and row.to_user_id is None:
        return Reason.NO_RECIPIENT
    if row.channel == Channel.SMS and row.number is None:
        return Reason.NO_NUMBER
    return "" if has_text else Reason.NO_TEMPLATE


def _insert(rows: Collection[Message]) -> dict[str, int]:
    """Insert what is new, in one statement; key -> id of the new rows."""
    fields = [column for column in Message._meta.concrete_fields if not column.primary_key]
    columns = ", ".join(connection.ops.quote_name(column.column) for column in fields)
    # No varchar(n)[]: a cast to it would cut a text that is too long instead of refusing it.
    arrays = ", ".join(f"%s::{column.db_type(connection).partition('(')[0]}[]" for column in fields)
    values = [
        [column.get_db_prep_save(getattr(row, column.attname), connection) for row in rows]
        for column in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO notices_message ({columns}) SELECT * FROM unnest({arrays})"  # noqa: S608
            " ON CONFLICT (key) DO NOTHING RETURNING key, id",
            values,
        )
        return dict(cursor.fetchall())
