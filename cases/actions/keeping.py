"""归卷: files come into a case, checked before anything is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from cases.perform import Act, known, perform
from cases.policy import in_reach
from cases.snapshot import lock_case
from courts.models import User
from documents.models import File
from documents.uploads import store_upload
from kernel.time import today


def keep_files(
    *, case_id: int, uploads: Sequence[UploadedFile], actor: User, at: dt.datetime, key: str
) -> list[File]:
    """Keep uploads in a case, all or none. Raises BadInput for a wrong type, size or picture; then nothing is written."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.files_kept")) is not None:
            return list(File.objects.filter(pk__in=event.data["files"]).order_by("id"))
        in_reach(locked, actor)
        case = locked.case
        files = [
            store_upload(
                upload=upload,
                kind="upload",
                about=case.about,
                case_id=case.pk,
                court_id=case.court_id,
                team_id=case.team_id,
                owner_id=case.owner_id,
                actor=actor.actor,
                at=at,
            )
            for upload in uploads
        ]
        perform(
            locked,
            Act(kind="case.files_kept", key=key, on=today(at), data={"files": [f.pk for f in files]}),
            actor=actor,
            at=at,
        )
    return files
