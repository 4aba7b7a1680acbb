"""Who calls: a token in `Authorization: Bearer zh_…`. No session, no cookie, so no forged form can call."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from api.actions.tokens import digest_of, note_use
from api.models import SystemToken
from courts.models import User
from kernel import time


class BearerToken(BaseAuthentication):
    """Finds the system by the digest of its token. A token unknown, over, revoked or of a closed system: one answer."""

    def authenticate(self, request: Request) -> tuple[User, SystemToken] | None:
        scheme, _space, token = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        row = None
        if scheme.lower() == b"bearer" and token:
            found = SystemToken.objects.select_related("user__court").filter(
                digest=digest_of(token.decode("latin-1"))
            )
            row = found.first()
        today = time.today(request._request.at)
        if row is None or row.revoked_at or not row.since <= today <= row.until or not row.user.is_active:
            raise AuthenticationFailed(_("令牌无效、已到期或者已停用。"))
        if row.used_on != today:
            note_use(token_id=row.pk, on=today)
        return row.user, row

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="zhiheng"'


class BearerScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = "api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class InScope(BasePermission):
    """The token opens what the view names in `scope`, or in `scopes` by method."""

    message = _("这个令牌没有此项操作的范围，请系统管理员换发令牌。")

    def has_permission(self, request: Request, view: Any) -> bool:
        token = request.auth
        return isinstance(token, SystemToken) and view.scope in token.scopes


class PerSystem(SimpleRateThrottle):
    """So many calls a minute of one token."""

    scope = "system"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return self.cache_format % {"scope": self.scope, "ident": request.auth.pk}


class Refusals(SimpleRateThrottle):
    """Refused tokens of one address a minute. A right token passes all the same: others may share the address, and
    32 random bytes are not guessed; who tries is told to stop, and the log shows it.
    """

    scope = "refused"

    def get_cache_key(self, request: Request, view: Any = None) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}

    def one_more(self, request: Request) -> bool:
        """Note a refusal; whether it was one too many."""
        return not self.allow_request(request, None)
