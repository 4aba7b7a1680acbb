"""The door of the stock Django admin: only the system's administrator, with the second factor shown."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from courts.access import to_second_factor
from courts.secondfactor import is_held_back


class SystemSite(AdminSite):
    """系统管理."""

    site_header = site_title = _("系统管理")
    site_url = "/administration/people/"

    def has_permission(self, request: HttpRequest) -> bool:
        """The system's administrator; a court's own works on the pages 系统设置."""
        user = request.user
        return bool(user.is_active and user.is_superuser) and not is_held_back(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one sign-in; whoever has passed it and is not let in is told why."""
        wanted = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(wanted, reverse("login"))
        if not request.user.is_superuser:
            raise PermissionDenied
        return to_second_factor(request, wanted)
