"""财产线索: a clue comes in, has its own clock (财产调查规定 第2条), and stands against 终本 until it is verified (JZ-50)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Subject
from cases.perform import Act, check_day, known, perform
from cases.policy import in_reach, reads_for
from cases.snapshot import Locked, lock_case, lock_followed
from courts.models import User
from documents.uploads import store_upload
from events.models import Event
from kernel import time
from kernel.errors import BadInput
from regimes.state import Subject as FlowSubject

LONGEST = 2000
MOST_PHOTOS = 6
PHOTO_TYPES = ("image/jpeg", "image/png", "image/heic")


def receive_clue(
    *,
    case_id: int,
    words: str,
    specific: bool,
    urgent: bool,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """收到财产线索. specific: it names property; only then the seven (urgent: three) days run."""
    _check_words(words)
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="clue.received")) is not None:
            return event
        in_reach(locked, actor)
        check_day(locked, on, at)
        return _note(
            locked, words=words, specific=specific, urgent=urgent, on=on, actor=actor, at=at, key=key
        )


def give_clue(
    *,
    case_id: int,
    party_id: int,
    words: str,
    specific: bool,
    urgent: bool,
    actor: User,
    at: dt.datetime,
    key: str,
    photos: Sequence[UploadedFile] = (),
) -> Event:
    """A party, or its agent, gives a clue (财产线索) in a case they follow. specific: see receive_clue.

    photos: at most MOST_PHOTOS pictures, kept with the case. Raises BadInput (words, photos), NotFound; keeps none then.
    """
    _check_words(words)
    check_number(photos)
    today = time.today(at)
    with transaction.atomic(durable=True):
        locked = lock_followed(case_id=case_id, key=key, user=actor, on=today)
        if (event := known(locked, kind="clue.received", data={"party": party_id})) is not None:
            return event
        reads_for(locked, actor, party_id, today)
        given = {"words": words, "specific": specific, "urgent": urgent}
        data = {"party": party_id, "files": keep_pictures(locked, photos, actor, at)}
        return _note(locked, **given, on=today, actor=actor, at=at, key=key, data=data)


def check_number(photos: Sequence[UploadedFile]) -> None:
    """Raises BadInput (photos) for more pictures than are taken at once."""
    if len(photos) > MOST_PHOTOS:
        raise BadInput(
            _("照片太多。"), field="photos", fix=_("一次最多 %d 张，其余的再提交一次。") % MOST_PHOTOS
        )


def keep_pictures(locked: Locked, photos: Sequence[UploadedFile], actor: User, at: dt.datetime) -> list[int]:
    """The pictures, among the files of the case. Raises BadInput (photos) for what is no picture, or too large."""
    case, files = locked.case, []
    for photo in photos:
        try:
            file = store_upload(
                upload=photo,
                kind="upload",
                about=case.about,
                case_id=case.pk,
                court_id=case.court_id,
                team_id=case.team_id,
                owner_id=case.owner_id,
                actor=actor.actor,
                at=at,
                only=PHOTO_TYPES,
            )
        except BadInput as error:
            raise BadInput(f"{photo.name}：{error}", field="photos", fix=error.fix) from error
        files.append(file.pk)
    return files


def _check_words(words: str) -> None:
    if not words.strip():
        raise BadInput(_("没有填写线索内容。"), field="words", fix=_("写明财产是什么、在哪里。"))
    if len(words) > LONGEST:
        raise BadInput(_("线索内容太长。"), field="words", fix=_("不超过 2000 字，分几次提交也可以。"))


def _note(
    locked: Locked,
    *,
    words: str,
    specific: bool,
    urgent: bool,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    data: dict[str, Any] | None = None,
) -> Event:
    subject = Subject.objects.create(
        case=locked.case, kind="clue", parent_id=locked.root, label=words.strip()[:60]
    )
    locked.subjects[subject.pk] = FlowSubject(subject.pk, "clue", locked.root)
    locked.labels[subject.pk] = subject.label
    act = Act(
        kind="clue.received",
        key=key,
        on=on,
        happened=[("clue_received", subject.pk)],
        facts=[(subject.pk, "clue_specific", specific), (subject.pk, "clue_urgent", urgent)],
        rows=[subject],
        data={"clue": subject.pk, "words": words.strip(), **(data or {})},
    )
    return perform(locked, act, actor=actor, at=at)
