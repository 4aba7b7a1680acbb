"""Verbs of the rule packs: release the checked text of a pack, which then never changes."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import PackRelease
from events import log
from kernel.errors import Conflict
from regimes.packs import Pack


def release_pack(*, pack: Pack, text: str, at: dt.datetime, actor: str) -> PackRelease:
    """Release a pack. The same version with the same text is the release that stands; other text is a Conflict.

    The version before, where its text names no end, ends on the day before this one begins.
    """
    with transaction.atomic(durable=True):
        return keep_release(pack=pack, text=text, at=at, actor=actor)


def keep_release(*, pack: Pack, text: str, at: dt.datetime, actor: str) -> PackRelease:
    """As `release_pack`, joining the caller's transaction."""
    known = PackRelease.objects.select_for_update().filter(code=pack.code, version=pack.version).first()
    if known is not None:
        if known.digest != pack.digest:
            raise Conflict(
                _("规则包 %(code)s 第 %(version)s 版已发布，正文不能再改。")
                % {"code": pack.code, "version": pack.version},
                code="PACK-RELEASED",
                fix=_("把修改写成新的版本号（version 加一）再发布。"),
            )
        return known
    release = PackRelease.objects.create(
        code=pack.code,
        version=pack.version,
        digest=pack.digest,
        text=text,
        document=pack.document,
        title=pack.title,
        effective_from=pack.effective_from,
        effective_to=pack.effective_to,
        released_at=at,
        released_by=actor,
    )
    ended = _end_older(release)
    log.append(
        stream=f"pack:{pack.code}",
        kind="pack.released",
        actor=actor,
        at=at,
        key=f"release:{pack.version}",
        data={"version": pack.version, "digest": pack.digest, **({"ended": ended} if ended else {})},
    )
    return release


def _end_older(release: PackRelease) -> dict[str, dt.date]:
    """Versions without an end of their own end on the day before; version -> that day."""
    last = release.effective_from - dt.timedelta(days=1)
    older = PackRelease.objects.filter(
        code=release.code, version__lt=release.version, effective_to__isnull=True
    )
    ended = {str(version): last for version in older.values_list("version", flat=True)}
    older.update(effective_to=last)
    return ended
