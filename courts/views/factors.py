"""A person's own second factor: enrol a phone, show a code, new recovery codes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from courts import factors, secondfactor
from courts.access import staff
from courts.actions.factors import begin_factor, confirm_factor, pass_factor, renew_recovery_codes
from courts.forms import CodeForm, EnrolForm
from courts.models import Authenticator, RecoveryCode
from kernel import time
from kernel.errors import BadInput


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def second_factor(request: HttpRequest) -> HttpResponse:
    """动态口令: what stands, or the picture to scan and the first code."""
    if secondfactor.has(request.user):
        return _standing(request, EnrolForm())
    form = EnrolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = confirm_factor(
                user=request.user,
                code=form.cleaned_data["code"],
                at=time.now(),
                key=f"factor:{form.cleaned_data['act_key']}",
            )
        except BadInput as refused:
            form.refuse(refused)
        else:
            secondfactor.keep_shown(request, request.user)
            return _codes(request, codes)
    secret = begin_factor(user=request.user, at=time.now()).secret
    address = factors.address(secret, name=request.user.username, issuer=settings.PRODUCT_NAME)
    context = {
        "form": form,
        # segno draws it from our own text: nothing in it was typed by anybody.
        "picture": mark_safe(factors.picture(address)),  # noqa: S308
        "secret": factors.in_groups(secret),
        "next": _next(request),
    }
    return render(
        request, "registration/second_factor_enrol.html", context, status=422 if form.errors else 200
    )


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def show(request: HttpRequest) -> HttpResponse:
    """验证: a session that began before the phone was enrolled shows a code."""
    if not secondfactor.has(request.user):
        return redirect("second_factor")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            pass_factor(user=request.user, code=form.cleaned_data["code"], at=time.now())
        except BadInput as refused:
            form.refuse(refused)
        else:
            secondfactor.keep_shown(request, request.user)
            return redirect(_next(request) or "/")
    context = {"form": form, "next": _next(request)}
    return render(
        request, "registration/second_factor_code.html", context, status=422 if form.errors else 200
    )


@never_cache
@sensitive_post_parameters("code")
@require_POST
@staff()
def renew_codes(request: HttpRequest) -> HttpResponse:
    """重新生成恢复码."""
    form = EnrolForm(request.POST)
    if form.is_valid():
        try:
            codes = renew_recovery_codes(
                user=request.user,
                code=form.cleaned_data["code"],
                at=time.now(),
                key=f"factor:{form.cleaned_data['act_key']}",
            )
        except BadInput as refused:
            form.refuse(refused)
        else:
            secondfactor.keep_shown(request, request.user)
            return _codes(request, codes)
    return _standing(request, form)


def _standing(request: HttpRequest, form: EnrolForm) -> HttpResponse:
    context = {
        "form": form,
        "since": time.local(Authenticator.objects.get(user=request.user).confirmed_at),
        "left": RecoveryCode.objects.filter(user=request.user, used_at=None).count(),
        "next": _next(request),
    }
    return render(request, "registration/second_factor.html", context, status=422 if form.errors else 200)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The recovery codes, this once."""
    context = {"codes": codes, "next": _next(request)}
    return render(request, "registration/recovery_codes.html", context)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else ""
