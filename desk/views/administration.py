"""系统设置 of a court's administrator: people, units, the court, roles. Nothing here shows a case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from courts.access import staff
from courts.actions import keeping
from courts.actions.factors import reset_factor
from courts.administering import administered
from courts.models import Court, User
from desk import listing
from desk.addresses import here, number_in
from desk.forms import administration as forms
from desk.forms.act_form import KeyedForm
from desk.selectors import administration as found_by
from desk.tables import administration as tables
from desk.views.staffing import passwords_page
from kernel import time
from kernel.errors import DomainError

LIST = "desk/administration/list.html"
NAMES = ("q", "court", "role", "state")


@require_GET
@staff("users", "W")
def people(request: HttpRequest) -> HttpResponse:
    """人员: those of the administered courts. Every state of the list is an address."""
    request.at = at = time.now()
    asked = found_by.AskedPeople(
        text=request.GET.get("q", "").strip()[:40],
        court=number_in(request, "court"),
        role=request.GET.get("role", ""),
        state=request.GET.get("state", ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    found = found_by.people(request.user, asked, time.today(at))

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    context = {
        "title": _("人员"),
        "actions": [
            {"label": _("导入名单"), "url": reverse("desk:staff_imports"), "icon": "file-import"},
            {"label": _("新增人员"), "url": reverse("desk:person_new"), "icon": "user-plus", "primary": True},
        ],
        "filters": tables.people_filters(found),
        "columns": tables.people_columns(),
        "groups": tables.people_groups(found),
        "empty": {"title": _("没有这样的人员"), "text": _("去掉几个筛选条件再看。"), "icon": "users"},
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }

    def turn(cursor: str) -> tuple[Sequence[dict[str, Any]], str]:
        part = found_by.people(request.user, replace(asked, after=cursor, before=""), time.today(at))
        return tables.people_groups(part), part.next

    return listing.show(request, LIST, context, what="people", title=_("人员"), names=NAMES, turn=turn)


@require_GET
@staff("users", "W")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: posts, units, second factor, and what may be done."""
    request.at = at = time.now()
    found = _person(request, pk)
    day = time.today(at)
    context = {
        "person": found,
        "pill": tables.active_pill(found),
        "factor": tables.factor_words(found),
        "role_columns": tables.held_columns(_("角色")),
        "role_rows": tables.role_rows(found, day),
        "unit_columns": tables.held_columns(_("机构")),
        "unit_rows": tables.unit_rows(found, day),
        "is_self": found.pk == request.user.pk,
        "crumbs": [{"label": _("人员"), "url": reverse("desk:people")}, {"label": found.full_name}],
    }
    return render(request, "desk/administration/person.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def person_new(request: HttpRequest) -> HttpResponse:
    """新增人员."""
    courts = found_by.court_choices(request.user)

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        cleaned = form.cleaned_data
        user, password = keeping.add_person(
            court_id=cleaned["court"],
            username=cleaned["username"],
            full_name=cleaned["full_name"],
            post=cleaned["post"],
            key=form.key,
            **by,
        )
        return _with_password(request, user, password)

    return _act(
        request,
        _("新增人员"),
        lambda *args, **more: forms.PersonForm(*args, courts=courts, **more),
        run,
        back=reverse("desk:people"),
    )


def _with_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    back = reverse("desk:person", args=[user.pk])
    if not password:
        return redirect(back)
    return passwords_page(request, [(user, password)], back, user.court.name if user.court else "")


def _correct(request: HttpRequest, user: User, form: KeyedForm, by: dict[str, Any]) -> None:
    cleaned = form.cleaned_data
    keeping.correct_person(user_id=user.pk, full_name=cleaned["full_name"], post=cleaned["post"], **by)


def _role(request: HttpRequest, user: User, form: KeyedForm, by: dict[str, Any]) -> None:
    cleaned = form.cleaned_data
    keeping.give_role(
        user_id=user.pk,
        role=cleaned["role"],
        unit_id=cleaned["unit"],
        since=cleaned["since"],
        until=cleaned["until"],
        **by,
    )


def _place(request: HttpRequest, user: User, form: KeyedForm, by: dict[str, Any]) -> None:
    cleaned = form.cleaned_data
    keeping.place_person(user_id=user.pk, unit_id=cleaned["unit"], since=cleaned["since"], **by)


def _password(request: HttpRequest, user: User, form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
    return _with_password(request, user, keeping.renew_password(user_id=user.pk, key=form.key, **by))


def _factor(request: HttpRequest, user: User, form: KeyedForm, by: dict[str, Any]) -> None:
    reset_factor(user_id=user.pk, reason=form.cleaned_data["reason"], key=form.key, **by)


def _active(request: HttpRequest, user: User, form: KeyedForm, by: dict[str, Any]) -> None:
    keeping.let_in(user_id=user.pk, active=not user.is_active, **by)


# name in the address -> title, form, whether it offers the court's units, what it does
PERSON_ACTS: dict[str, tuple[Any, type[KeyedForm], bool, Callable[..., HttpResponse | None]]] = {
    "correct": (_lazy("更正姓名、职务"), forms.NameForm, False, _correct),
    "role": (_lazy("任职"), forms.RoleForm, True, _role),
    "unit": (_lazy("加入机构"), forms.PlaceForm, True, _place),
    "password": (_lazy("重置密码"), forms.SureForm, False, _password),
    "factor": (_lazy("重置动态口令"), forms.ReasonForm, False, _factor),
    "active": (_lazy("启用或停用"), forms.SureForm, False, _active),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def person_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One act on a person."""
    user = _person(request, pk)
    if name not in PERSON_ACTS:
        raise Http404
    title, form_class, with_units, verb = PERSON_ACTS[name]
    more = {"units": found_by.units_of(user.court)} if with_units else {}
    back = reverse("desk:person", args=[pk])

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        return verb(request, user, form, by) or _done(request, _("已办理。"), back)

    if name == "active":
        title = _("停用") if user.is_active else _("启用")
    initial = {"full_name": user.full_name, "post": user.post}
    return _act(
        request,
        f"{title}：{user.full_name}",
        lambda *args, **given: form_class(*args, **{"initial": initial, **given}, **more),
        run,
        back=back,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def person_end_role(request: HttpRequest, pk: int, appointment_id: int) -> HttpResponse:
    """卸任."""
    user = _person(request, pk)
    row = get_object_or_404(user.appointments.all(), pk=appointment_id)
    back = reverse("desk:person", args=[pk])

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        keeping.end_role(user_id=pk, appointment_id=row.pk, until=form.cleaned_data["until"], **by)
        return _done(request, _("已办理卸任。"), back)

    title = _("卸任：%(name)s %(role)s") % {"name": user.full_name, "role": tables.role_names([row.role])}
    return _act(request, title, forms.EndForm, run, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def person_leave(request: HttpRequest, pk: int, membership_id: int) -> HttpResponse:
    """离开机构."""
    user = _person(request, pk)
    row = get_object_or_404(user.memberships.select_related("unit"), pk=membership_id)
    back = reverse("desk:person", args=[pk])

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        keeping.take_out_person(user_id=pk, membership_id=row.pk, until=form.cleaned_data["until"], **by)
        return _done(request, _("已办理离开。"), back)

    title = _("离开：%(name)s %(unit)s") % {"name": user.full_name, "unit": row.unit.name}
    return _act(request, title, forms.EndForm, run, back=back)


@require_GET
@staff("users", "W")
def units(request: HttpRequest) -> HttpResponse:
    """机构: teams, groups, windows of the administered courts."""
    request.at = at = time.now()
    context = {
        "title": _("机构"),
        "note": _("先设立，加入人员，再启用"),
        "actions": [
            {"label": _("按模板设立"), "url": reverse("desk:units_template"), "icon": "stack-2"},
            {"label": _("设立机构"), "url": reverse("desk:unit_new"), "icon": "plus", "primary": True},
        ],
        "columns": tables.unit_columns(),
        "groups": tables.unit_groups(found_by.unit_lines(request.user, time.today(at))),
        "empty": {"title": _("还没有机构"), "text": _("按模板设立，或逐个设立。"), "icon": "sitemap"},
    }
    return listing.show(request, LIST, context, what="units", title=_("机构"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def unit_new(request: HttpRequest) -> HttpResponse:
    """设立机构."""
    courts = found_by.court_choices(request.user)
    back = reverse("desk:units")

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        cleaned = form.cleaned_data
        keeping.add_unit(
            court_id=cleaned["court"],
            name=cleaned["name"],
            kind=cleaned["kind"],
            function=cleaned["function"],
            parent_id=None,
            **by,
        )
        return _done(request, _("已设立，加入人员后启用。"), back)

    return _act(
        request, _("设立机构"), lambda *a, **more: forms.UnitForm(*a, courts=courts, **more), run, back=back
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def units_template(request: HttpRequest) -> HttpResponse:
    """按模板设立."""
    courts = found_by.court_choices(request.user)
    back = reverse("desk:units")

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        cleaned = form.cleaned_data
        made = keeping.found_units(court_id=cleaned["court"], template=cleaned["template"], **by)
        return _done(request, _("已设立 %d 个机构，加入人员后逐个启用。") % len(made), back)

    return _act(
        request,
        _("按模板设立机构"),
        lambda *a, **m: forms.TemplateForm(*a, courts=courts, **m),
        run,
        back=back,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def unit_start(request: HttpRequest, pk: int) -> HttpResponse:
    """启用机构."""
    unit = get_object_or_404(found_by.visible_units(request.user), pk=pk)
    back = reverse("desk:units")

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        for warning in keeping.start_unit(unit_id=pk, since=form.cleaned_data["since"], **by):
            messages.warning(request, warning)
        return _done(request, _("已启用。"), back)

    return _act(request, _("启用：%s") % unit.name, forms.StartForm, run, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def unit_close(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销机构."""
    unit = get_object_or_404(found_by.visible_units(request.user), pk=pk)
    back = reverse("desk:units")

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        keeping.close_unit(unit_id=pk, until=form.cleaned_data["until"], **by)
        return _done(request, _("已撤销。"), back)

    return _act(request, _("撤销：%s") % unit.name, forms.EndForm, run, back=back)


@require_GET
@staff("users", "W")
def courts(request: HttpRequest) -> HttpResponse:
    """法院: the administered courts and their settings; one's only court opens at once."""
    found = list(administered(request.user).order_by("code"))
    if len(found) == 1:
        return redirect("desk:court", found[0].pk)
    context = {
        "title": _("法院"),
        "columns": [
            {"label": _("法院"), "kind": "main"},
            {"label": _("层级")},
            {"label": _("对外电话")},
            {"label": _("短信")},
        ],
        "groups": [
            {
                "rows": [
                    {
                        "cells": [
                            {
                                "kind": "main",
                                "text": court.name,
                                "url": reverse("desk:court", args=[court.pk]),
                                "sub": court.code,
                            },
                            {"label": _("层级"), "text": court.get_level_display()},
                            {"label": _("对外电话"), "text": court.phone or "—"},
                            {"label": _("短信"), "text": _("开启") if court.sms_on else _("停用")},
                        ]
                    }
                    for court in found
                ]
            }
        ],
    }
    return listing.show(request, LIST, context, what="courts", title=_("法院"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def court(request: HttpRequest, pk: int) -> HttpResponse:
    """法院设置."""
    found: Court = get_object_or_404(administered(request.user), pk=pk)
    initial = {name: getattr(found, name) for name in keeping.SETTINGS}

    def run(form: KeyedForm, by: dict[str, Any]) -> HttpResponse:
        values = {name: form.cleaned_data[name] for name in keeping.SETTINGS}
        keeping.set_up_court(court_id=pk, values=values, **by)
        return _done(request, _("已保存。"), reverse("desk:court", args=[pk]))

    return _act(
        request,
        found.name,
        lambda *args, **more: forms.CourtForm(*args, **{"initial": initial, **more}),
        run,
        back=reverse("desk:people"),
        lead=_("法院代字 %s；名称、层级和适用的规则包由系统管理员设定") % found.code,
        submit=_("保存"),
    )


@require_GET
@staff("users", "W")
def roles(request: HttpRequest) -> HttpResponse:
    """角色与权限: what each role may do, from the file of roles."""
    request.at = at = time.now()
    context = {
        "title": _("角色与权限"),
        "note": _("各角色的权限由规则文件规定，在人员页任职"),
        "columns": tables.role_columns(),
        "groups": tables.role_groups(found_by.holders_by_role(request.user, time.today(at))),
    }
    return listing.show(request, LIST, context, what="roles", title=_("角色与权限"))


def _person(request: HttpRequest, pk: int) -> User:
    return get_object_or_404(found_by.visible_people(request.user), pk=pk)


def _done(request: HttpRequest, words: str, to: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(to)


def _act(
    request: HttpRequest,
    title: str,
    form_class: Callable[..., KeyedForm],
    run: Callable[[KeyedForm, dict[str, Any]], HttpResponse],
    *,
    back: str,
    lead: str = "",
    submit: str = "",
) -> HttpResponse:
    """The page of one act: the form, the verb, its refusal at the field."""
    request.at = at = time.now()
    today = time.today(at)
    form = form_class(request.POST, today=today) if request.method == "POST" else form_class(today=today)
    if request.method == "POST" and form.is_valid():
        try:
            return run(form, {"actor": request.user, "at": at})
        except DomainError as refused:
            form.refuse(refused)
    context = {
        "title": title,
        "lead": lead,
        "form": form,
        "action": request.path,
        "back": back,
        "submit": submit or _("确认"),
        "crumbs": [{"label": _("返回"), "url": back}, {"label": title}],
    }
    return render(request, "desk/act.html", context, status=422 if form.errors else 200)
