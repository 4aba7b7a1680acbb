"""常用语: keep and delete one's own phrases."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from desk.models import Phrase
from kernel.errors import BadInput, NotFound

MOST = 30
LONGEST = 200
_LONG_NUMBER = re.compile(r"\d{11,}")


def add_phrase(*, words: str, actor: User, at: dt.datetime) -> Phrase:
    """Keep words; the same words again are the same phrase. Raises BadInput."""
    plain = words.strip()
    if not plain:
        raise BadInput(_("没有填写常用语。"), field="words", fix=_("例如 已电话告知被执行人到院谈话。"))
    if len(plain) > LONGEST:
        raise BadInput(_("常用语超过 %d 字。") % LONGEST, field="words", fix=_("分成几条保存。"))
    if _LONG_NUMBER.search(plain):
        raise BadInput(
            _("常用语里有手机号或证件号码，不能保存。"),
            field="words",
            fix=_("去掉号码，只留每次都一样的话。"),
        )
    with transaction.atomic(durable=True):
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        mine = Phrase.objects.filter(owner=actor)
        if (standing := mine.filter(words=plain).first()) is not None:
            return standing
        if mine.count() >= MOST:
            raise BadInput(_("最多保存 %d 条常用语。") % MOST, field="words", fix=_("先删除不用的。"))
        return Phrase.objects.create(owner=actor, words=plain, made_at=at)


def delete_phrase(*, phrase_id: int, actor: User) -> None:
    """删除 one's own phrase. Raises NotFound."""
    with transaction.atomic(durable=True):
        if not Phrase.objects.visible_to(actor).filter(pk=phrase_id).delete()[0]:
            raise NotFound(_("没有这条常用语。"), fix=_("刷新页面。"))
