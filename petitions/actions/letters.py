"""留言: a party writes, the handler answers within the hours that the court's rules set (HD-15, JZ-27)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.clues import check_number, keep_pictures
from cases.models import ContactPoint, Subject
from cases.perform import Act, known, perform
from cases.policy import in_reach, reads_for
from cases.snapshot import Locked, lock_case, lock_followed
from courts.models import User
from events import log
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from notices import outbox
from notices.outbox import Draft
from petitions import policy
from petitions.models import Letter
from regimes.state import Subject as FlowSubject

LONGEST = 2000


def write_letter(
    *,
    case_id: int,
    party_id: int,
    topic: str,
    words: str,
    actor: User,
    at: dt.datetime,
    key: str,
    photos: Sequence[UploadedFile] = (),
) -> Event:
    """A party, or its agent, writes to the handler. Starts the clock of the answer at this very instant.

    photos: pictures, checked and kept as those of a clue. Raises NotFound unless the person reads this case for this
    party, BadInput by field.
    """
    check_number(photos)
    words = _clean(words, "words", _("没有填写留言内容。"))
    if topic not in Letter.Topic.values:
        raise BadInput(_("没有这个事项。"), field="topic", fix=_("从列出的事项中选一项。"))
    with transaction.atomic(durable=True):
        locked = lock_followed(case_id=case_id, user=actor, on=time.today(at), key=key)
        if (event := known(locked, kind="letter.received", data={"party": party_id})) is not None:
            return event
        reads_for(locked, actor, party_id, time.today(at))
        files = keep_pictures(locked, photos, actor, at)
        letter, subject = _written(locked, party_id, topic, words, files, actor, at)
        act = Act(
            kind="letter.received",
            key=key,
            on=time.today(at),
            instant=at,
            happened=[("message_received", subject.pk)],
            rows=[subject, letter],
            data={"letter": letter.pk, "party": party_id, "files": files},
        )
        event = perform(locked, act, actor=actor, at=at)
        _tell_handler(locked, letter, at)
    return event


def answer_letter(
    *,
    letter_id: int,
    words: str,
    actor: User,
    at: dt.datetime,
    key: str,
    photos: Sequence[UploadedFile] = (),
) -> Event:
    """The handler, or a colleague in whose reach the case lies, answers once; the writer is told by SMS with the link.

    photos: pictures that go with the answer, checked as those of a clue.

    Raises NotFound, NotAllowed, BadInput, and WrongState when it has been answered.
    """
    words = _clean(words, "reply", _("没有填写回复内容。"))
    check_number(photos)
    with _held(letter_id, actor, key, "letter.answered") as (locked, letter, event):
        if event is not None:
            return event
        letter.reply, letter.replied_at, letter.replied_by, letter.draft = words, at, actor, ""
        letter.reply_files = keep_pictures(locked, photos, actor, at)
        letter.save(update_fields=["reply", "replied_at", "replied_by", "draft", "reply_files"])
        act = Act(
            kind="letter.answered",
            key=key,
            on=time.today(at),
            instant=at,
            happened=[("reply_sent", letter.subject_id)],
            rows=[letter],
            data={"letter": letter.pk, "files": letter.reply_files},
        )
        event = perform(locked, act, actor=actor, at=at)
        _tell_writer(locked, letter, at)
    return event


def read_letter(*, letter_id: int, actor: User, at: dt.datetime) -> Event | None:
    """已读: whoever is to answer has opened the letter; recorded once, and the writer sees it. None for other readers.

    Raises NotFound. No clock hears of it: only an answer meets the limit.
    """
    letter = Letter.objects.visible_to(actor).filter(pk=letter_id).select_related("case").first()
    if letter is None:
        raise NotFound(_("没有这条留言，或您无权办理。"), fix=_("从未回复留言的列表重新进入。"))
    if actor.pk != (letter.handler_id or letter.case.owner_id) or letter.replied_at is not None:
        return None
    key = f"letter-read:{letter_id}"
    if (event := log.find(letter.case.about, key)) is not None:
        return event
    with _held(letter_id, actor, key, "letter.read") as (locked, row, event):
        return event or _noted(locked, row, "letter.read", {}, actor, at, key)


def save_letter_draft(*, letter_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Event:
    """保存回复草稿: kept with the letter and in the case's history; no party sees it, and no clock hears of it.

    Raises NotFound, NotAllowed, BadInput, and WrongState when it has been answered.
    """
    words = _clean(words, "reply", _("没有填写回复内容。"))
    with _held(letter_id, actor, key, "letter.drafted") as (locked, letter, event):
        if event is not None:
            return event
        letter.draft, letter.drafted_by, letter.drafted_at = words, actor, at
        letter.save(update_fields=["draft", "drafted_by", "drafted_at"])
        return _noted(locked, letter, "letter.drafted", {}, actor, at, key)


def hand_over_letter(
    *, letter_id: int, to: User, reason: str, actor: User, at: dt.datetime, key: str
) -> Event:
    """转交留言 to a colleague who sees the case, with the reason; its clock runs on, and the colleague is told.

    Raises NotFound, NotAllowed, BadInput (to, reason), and WrongState when it has been answered.
    """
    reason = _clean(reason, "reason", _("没有写明转交理由。"))[:200]
    with _held(letter_id, actor, key, "letter.handed_over") as (locked, letter, event):
        if event is not None:
            return event
        before = letter.handler_id or locked.case.owner_id
        if to.pk == before:
            raise BadInput(_("这条留言已由此人办理。"), field="to", fix=_("选择另一名同事。"))
        if to.pk not in dict(policy.colleagues(locked.case, time.today(at))):
            raise BadInput(_("此人不能办理本案的留言。"), field="to", fix=_("从列出的同事中选择。"))
        letter.handler = to
        letter.save(update_fields=["handler"])
        moved = {"from": before, "to": to.pk, "reason": reason}
        event = _noted(locked, letter, "letter.handed_over", moved, actor, at, key)
        _tell_handler(locked, letter, at, key=f"letter:{letter.pk}:to:{to.pk}:{key}")
    return event


@contextmanager
def _held(letter_id: int, actor: User, key: str, kind: str) -> Iterator[tuple[Locked, Letter, Event | None]]:
    """An unanswered letter under the lock of its case; the event when this was done before."""
    case_id = Letter.objects.visible_to(actor).filter(pk=letter_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound(_("没有这条留言，或您无权办理。"), fix=_("从未回复留言的列表重新进入。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, user=actor, key=key)
        event = known(locked, kind=kind, data={"letter": letter_id})
        in_reach(locked, actor)
        letter = Letter.objects.select_related("party", "writer").get(pk=letter_id)
        if event is None and letter.replied_at is not None:
            raise WrongState(_("这条留言已经回复过。"), fix=_("刷新页面查看回复内容。"))
        yield locked, letter, event


def _noted(
    locked: Locked,
    letter: Letter,
    kind: str,
    data: dict[str, object],
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    act = Act(kind=kind, key=key, on=time.today(at), rows=[letter], data={"letter": letter.pk, **data})
    return perform(locked, act, actor=actor, at=at)


def _clean(words: str, field: str, missing: str) -> str:
    words = words.replace("\x00", "").strip()
    if not words:
        raise BadInput(missing, field=field, fix=_("写几句话说明即可。"))
    if len(words) > LONGEST:
        raise BadInput(_("内容太长。"), field=field, fix=_("不超过 2000 字，可以分几次写。"))
    return words


def _written(
    locked: Locked, party_id: int, topic: str, words: str, files: list[int], actor: User, at: dt.datetime
) -> tuple[Letter, Subject]:
    subject = Subject.objects.create(
        case=locked.case, kind="message", parent_id=locked.root, label=words[:60].replace("\n", " ")
    )
    locked.subjects[subject.pk] = FlowSubject(subject.pk, "message", locked.root)
    locked.labels[subject.pk] = subject.label
    letter = Letter.objects.create(
        case=locked.case,
        subject=subject,
        party_id=party_id,
        writer=actor,
        topic=topic,
        words=words,
        received_at=at,
        files=files,
    )
    return letter, subject


def _tell_handler(locked: Locked, letter: Letter, at: dt.datetime, key: str = "") -> None:
    case = locked.case
    to = letter.handler_id or case.owner_id
    if to is None:
        return
    text = _("%(number)s有新留言，请及时回复。") % {"number": case.number}
    draft = Draft(
        **_about(locked),
        topic="letter_received",
        audience="staff",
        key=key or f"letter:{letter.pk}:received",
        to_user_id=to,
        text=text,
        link=f"/letters/{letter.pk}/",
        channel="in_app",
    )
    outbox.enqueue([draft], at=at)


def _tell_writer(locked: Locked, letter: Letter, at: dt.datetime) -> None:
    """An SMS to the good mobiles of the party that wrote, and of its agents; it carries the link and no contents."""
    mobiles = ContactPoint.objects.filter(party_id=letter.party_id, kind="mobile", bad=False).order_by("id")
    role = letter.party.role if letter.party.role in ("applicant", "respondent") else "submitter"
    drafts = [
        Draft(
            **_about(locked),
            topic="letter_answered",
            audience="agent" if contact.agent_id else role,
            key=f"letter:{letter.pk}:answered:{contact.pk}",
            party_ref=f"party:{letter.party_id}",
            number=contact.value,
            facts={"number": locked.case.number, "link": settings.PORTAL_URL},
        )
        for contact in mobiles
    ]
    outbox.enqueue(drafts, at=at)


def _about(locked: Locked) -> dict[str, object]:
    case = locked.case
    return {
        "about": case.about,
        "case_id": case.pk,
        "court_id": case.court_id,
        "team_id": case.team_id,
        "owner_id": case.owner_id,
    }
