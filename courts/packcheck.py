"""Whether an uploaded text is a pack that may be released: every fault with line and cure, before anything is kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from courts.models import CourtPack, PackRelease, User
from courts.selectors import pack_of
from kernel.errors import NotAllowed
from regimes import packfile
from regimes.errors import PackError, PackErrors
from regimes.packs import Library, Pack, load_library, parse_pack

LARGEST = 512 * 1024
"""Bytes. The longest pack of the tree has a tenth of it."""
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,11}(-[0-9]{4})?$")


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack that passed, with its text as it will be kept."""

    pack: Pack
    text: str


def read_text(data: bytes, name: str) -> str:
    """The text of an uploaded file. Raises PackErrors when it is too large, not UTF-8, empty or cut off."""
    if len(data) > LARGEST:
        fix = _("一个规则包不会这么大，核对是不是选错了文件")
        raise PackErrors([PackError(name, 1, _("（全文）"), _("文件超过 %d KB") % (LARGEST // 1024), fix)])
    return packfile.read(data, name)


def check_text(text: str, name: str) -> Checked:
    """The pack, checked by itself, against the released packs and against the order of versions. Raises PackErrors."""
    pack = parse_pack(text, name)
    errors = list(_misnumbered(pack, name))
    if not errors:
        others = [pack_of(release) for release in PackRelease.objects.defer("text")]
        known = others or list(load_library().packs)
        try:
            Library([*(each for each in known if each.name != pack.name), pack])
        except PackErrors as found:
            errors = [error for error in found.errors if error.file == name] or list(found.errors)
    if errors:
        raise PackErrors(errors)
    return Checked(pack, text)


def may_release(pack: Pack, actor: User) -> None:
    """A person deals with the packs of their own court and of the courts below it. Raises NotAllowed.

    BASE is followed by all: only who administers the whole system.
    """
    if actor.is_superuser:
        return
    if pack.code == "BASE":
        raise NotAllowed(
            _("基准规则包适用于全部法院，只有系统总管理员可以发布。"), fix=_("请联系系统总管理员。")
        )
    own = actor.court_id
    others = CourtPack.objects.filter(code=pack.code).exclude(court_id=own).exclude(court__parent_id=own)
    if others.exists():
        raise NotAllowed(
            _("规则包“%s”还有本院和下级法院以外的法院适用。") % pack.code, fix=_("请上级法院的管理员发布。")
        )


def _misnumbered(pack: Pack, name: str) -> list[PackError]:
    if not _CODE.fullmatch(pack.code):
        message = _("规则包代码“%s”不合要求") % pack.code
        return [PackError(name, _line(pack, "pack:"), "pack", message, _("用大写字母加年份，例如 QS-2025"))]
    newest = (
        PackRelease.objects.filter(code=pack.code)
        .order_by("-version")
        .values_list("version", "digest")
        .first()
    )
    last, digest = newest or (0, "")
    if pack.version == last + 1:
        return []
    if pack.digest == digest:
        message, fix = (
            _("第 %d 版已经发布，正文相同") % last,
            _("不用再发布；有修改的，写 version: %d") % (last + 1),
        )
    else:
        message = _("版本号应当是 %(next)d，现在写的是 %(now)d") % {"next": last + 1, "now": pack.version}
        fix = _("写 version: %d") % (last + 1)
    return [PackError(name, _line(pack, "version:"), "version", message, fix)]


def _line(pack: Pack, key: str) -> int:
    lines = pack.text.splitlines()
    return next((n for n, line in enumerate(lines, start=1) if line.startswith(key)), 1)
