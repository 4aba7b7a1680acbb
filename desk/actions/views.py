"""保存、改名、共享、固定、删除一个视图. What a person keeps is theirs: only they change it, their team may read it."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _

from courts.models import Unit, User
from desk.models import SavedView, teams_on
from kernel.errors import BadInput, NotFound

MOST = 20
MOST_PINNED = 5
_LONG_NUMBER = re.compile(r"\d{11,}")


def save_view(*, name: str, page: str, query: str, actor: User, at: dt.datetime) -> SavedView:
    """Keep a list under a name; the same name again replaces what it stands for. Raises BadInput."""
    name, query = _named(name), _checked(query)
    if page not in SavedView.Page.values:
        raise BadInput(_("这张清单不能保存为视图。"), field="page")
    with transaction.atomic(durable=True):
        mine = list(SavedView.objects.select_for_update().filter(owner=actor))
        known = next((view for view in mine if view.name == name), None)
        if known is None and len(mine) >= MOST:
            raise BadInput(_("最多保存 %d 个视图。") % MOST, field="name", fix=_("先删除不用的视图。"))
        view = known or SavedView(owner=actor, name=name)
        view.page, view.query, view.made_at = page, query, at
        view.pinned = view.pinned and _room(mine, view)
        view.save()
        return view


def change_view(
    *,
    view_id: int,
    actor: User,
    on: dt.date,
    name: str | None = None,
    pinned: bool | None = None,
    team: Unit | None = None,
    shared: bool | None = None,
) -> SavedView:
    """Rename, pin or share one's own view. team: one's own. Raises BadInput, NotFound."""
    with transaction.atomic(durable=True):
        mine = list(SavedView.objects.select_for_update().filter(owner=actor))
        view = _own(mine, view_id)
        if name is not None:
            view.name = _named(name)
            if any(other.name == view.name and other.pk != view.pk for other in mine):
                raise BadInput(_("已经有同名的视图。"), field="name", fix=_("换一个名称。"))
        if pinned is not None:
            if pinned and not _room(mine, view):
                raise BadInput(_("导航里最多固定 %d 个视图。") % MOST_PINNED, fix=_("先取消固定另一个。"))
            view.pinned = pinned
        if shared is not None:
            if shared and (team is None or not teams_on(actor, on).filter(unit_id=team.pk).exists()):
                raise BadInput(_("您不在任何团队，不能共享。"), field="team")
            view.team = team if shared else None
        view.save()
        return view


def delete_view(*, view_id: int, actor: User) -> None:
    """删除 one's own view; those it was shared with no longer see it."""
    with transaction.atomic(durable=True):
        mine = list(SavedView.objects.select_for_update().filter(owner=actor))
        _own(mine, view_id).delete()


def _own(mine: list[SavedView], view_id: int) -> SavedView:
    view = next((view for view in mine if view.pk == view_id), None)
    if view is None:
        raise NotFound(_("没有这个视图，或不是您保存的。"), fix=_("从“保存的视图”重新进入。"))
    return view


def _room(mine: list[SavedView], view: SavedView) -> bool:
    return sum(1 for other in mine if other.pinned and other.pk != view.pk) < MOST_PINNED


def _named(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > 20:
        raise BadInput(_("请填写视图名称，不超过 20 个字。"), field="name", fix=_("例如 房产处置中。"))
    return plain


def _checked(query: str) -> str:
    """The conditions of a list without the place of its page. Raises BadInput."""
    asked = QueryDict(query, mutable=True)
    for name in ("after", "before", "format"):
        asked.pop(name, None)
    plain = asked.urlencode()
    if len(plain) > 400:
        raise BadInput(_("条件太长，不能保存。"), fix=_("去掉一些条件再保存。"))
    if any(_LONG_NUMBER.search(value) for _name, values in asked.lists() for value in values):
        raise BadInput(_("条件里有手机号或证件号码，不能保存。"), fix=_("改用姓名或案号查找，再保存。"))
    return plain
