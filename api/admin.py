"""Tokens in the system administrator's pages: looked at, and revoked through the verb."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from api.actions.tokens import revoke_token
from api.models import SystemToken
from kernel import time


@admin.register(SystemToken)
class SystemTokenAdmin(admin.ModelAdmin):
    list_display = ("user", "hint", "scopes", "since", "until", "used_on", "revoked_at")
    list_select_related = ("user",)
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=_("停用所选的令牌"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[SystemToken]) -> None:
        for row in chosen:
            revoke_token(token_id=row.pk, actor=request.user.actor, at=time.now())
        messages.success(request, _("已停用。"))
