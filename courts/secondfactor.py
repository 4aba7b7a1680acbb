"""Who needs a second factor, where, and whether this session has shown one. Which roles and areas: roles.yaml."""

from __future__ import annotations

import functools
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from courts.models import Authenticator, User
from courts.scope import ROLES_FILE, roles

SHOWN = "second_factor"
"""In the session: the id of the authenticator that was shown."""


@functools.cache
def protected_areas() -> frozenset[str]:
    """The areas of rights whose pages open only with a second factor, for those who must have one."""
    loaded: dict[str, Any] = yaml.safe_load(ROLES_FILE.read_text(encoding="utf-8"))
    return frozenset(loaded["second_factor_areas"])


def must_have(user: User) -> bool:
    """Whether the person holds a role that asks for a second factor, or stands in for who does."""
    if not settings.MFA_REQUIRED:
        return False
    return user.is_superuser or any(roles().get(role, {}).get("second_factor") for role in user.scope.roles)


def has(user: User) -> bool:
    """Whether the person has one in use."""
    return Authenticator.objects.filter(user=user, confirmed_at__isnull=False).exists()


def is_shown(request: HttpRequest) -> bool:
    """Whether this session has shown the second factor that stands; one that was reset since does not count."""
    shown = request.session.get(SHOWN)
    if not shown:
        return False
    return Authenticator.objects.filter(pk=shown, user=request.user, confirmed_at__isnull=False).exists()


def is_held_back(request: HttpRequest) -> bool:
    """Whether a protected page stays shut for the person of this session."""
    return must_have(request.user) and not is_shown(request)


def keep_shown(request: HttpRequest, user: User) -> None:
    """Note in the session that the second factor was shown; the session gets another number."""
    request.session.cycle_key()
    request.session[SHOWN] = Authenticator.objects.only("pk").get(user=user).pk


def sign_in(request: HttpRequest, user: User, backend: str, *, shown: bool) -> None:
    """Begin the session, after the password and, where there is one, the second factor."""
    login(request, user, backend=backend)
    if shown:
        keep_shown(request, user)
