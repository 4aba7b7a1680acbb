"""Verbs of tokens: connect a system, revoke its token, note that it was used."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from api.models import Scope, SystemToken
from courts.actions.systems import connect_service
from courts.models import Court
from events import log
from kernel.errors import BadInput, NotFound
from kernel.time import today

PREFIX = "zh_"
LONGEST = dt.timedelta(days=2 * 366)


def digest_of(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def connect_system(
    *,
    username: str,
    full_name: str,
    court: Court,
    scopes: Sequence[str],
    until: dt.date,
    actor: str,
    at: dt.datetime,
) -> tuple[SystemToken, str]:
    """Give a system a token for one court; returns its row and the token itself, which is shown this once.

    scopes: values of api.models.Scope. until: the last day, at most two years ahead. A system may hold several tokens,
    so that a new one can take over before the old one ends. Raises BadInput.
    """
    since = today(at)
    wanted = _scopes(scopes)
    if not since <= until <= since + LONGEST:
        raise BadInput(
            _("令牌的截止日期须在今天之后、两年之内。"), field="until", fix=_("到期前换发新令牌即可。")
        )
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic(durable=True):
        user = connect_service(
            username=username, full_name=full_name, court=court, since=since, actor=actor, at=at
        )
        row = SystemToken.objects.create(
            user=user, digest=digest_of(token), hint=token[-4:], scopes=wanted, since=since, until=until
        )
        log.append(
            stream=f"user:{user.pk}",
            kind="token.issued",
            actor=actor,
            at=at,
            key=f"token:{row.pk}",
            data={"token": row.pk, "scopes": wanted, "since": since, "until": until},
            court_id=court.pk,
        )
    return row, token


def revoke_token(*, token_id: int, actor: str, at: dt.datetime) -> SystemToken:
    """停用: the token opens nothing from now on; once revoked it stays so. Raises NotFound."""
    with transaction.atomic(durable=True):
        row = SystemToken.objects.select_for_update(of=("self",)).select_related("user").filter(pk=token_id)
        token = row.first()
        if token is None:
            raise NotFound(_("没有这个令牌。"))
        if token.revoked_at is None:
            token.revoked_at = at
            token.save(update_fields=["revoked_at"])
            log.append(
                stream=f"user:{token.user_id}",
                kind="token.revoked",
                actor=actor,
                at=at,
                key=f"token:{token.pk}/revoked",
                data={"token": token.pk},
                court_id=token.user.court_id,
            )
    return token


def note_use(*, token_id: int, on: dt.date) -> None:
    """The day of the last use; written once a day, so that a call costs no write."""
    unused = Q(used_on__isnull=True) | Q(used_on__lt=on)
    SystemToken.objects.filter(unused, pk=token_id).update(used_on=on)


def _scopes(given: Sequence[str]) -> list[str]:
    wanted = [value for value in Scope.values if value in given]
    unknown = sorted(set(given) - set(Scope.values))
    if unknown or not wanted:
        raise BadInput(
            _("没有“%s”这个范围。") % unknown[0] if unknown else _("没有写明令牌的范围。"),
            field="scopes",
            fix=_("可用的范围：%s。") % "、".join(Scope.values),
        )
    return wanted
