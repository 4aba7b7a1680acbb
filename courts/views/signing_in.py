"""Sign-in of staff: the password, and for whoever has a second factor its code before the session begins."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from courts import secondfactor
from courts.access import staff
from courts.actions.factors import pass_factor
from courts.forms import CodeForm
from courts.models import User
from kernel import time
from kernel.errors import BadInput

PENDING = "second_factor_pending"
"""In the session: whose password was right, and until when the code may follow."""
PATIENCE = dt.timedelta(minutes=5)


class SignIn(LoginView):
    """Name and password. The session of a person with a second factor does not begin here."""

    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        if not secondfactor.has(user):
            return super().form_valid(form)
        self.request.session.cycle_key()
        self.request.session[PENDING] = {
            "user": user.pk,
            "backend": user.backend,
            "until": (time.now() + PATIENCE).isoformat(),
            "next": self.get_redirect_url(),
        }
        return redirect("login_code")


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """第二步: the code. Without a right password before it there is no such page."""
    pending = request.session.get(PENDING)
    at = time.now()
    if not pending or at > dt.datetime.fromisoformat(pending["until"]):
        request.session.pop(PENDING, None)
        return redirect("login")
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None:
        return redirect("login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recovery = pass_factor(user=user, code=form.cleaned_data["code"], at=at)
        except BadInput as refused:
            form.refuse(refused)
        else:
            del request.session[PENDING]
            secondfactor.sign_in(request, user, pending["backend"], shown=True)
            return (
                redirect("second_factor")
                if recovery
                else HttpResponseRedirect(_next(request, pending["next"]))
            )
    return render(
        request, "registration/second_factor_code.html", {"form": form}, status=422 if form.errors else 200
    )


@never_cache
@require_GET
@staff()
def still_here(request: HttpRequest) -> HttpResponse:
    """继续工作: the session goes on for another idle time."""
    return HttpResponse(status=204)


def _next(request: HttpRequest, wanted: str) -> str:
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and safe else resolve_url(settings.LOGIN_REDIRECT_URL)
