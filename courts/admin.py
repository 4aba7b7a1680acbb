"""The system administrator's pages: the stock Django admin, where every save is a verb and nothing is deleted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from courts.actions.calendar import set_day
from courts.actions.founding import end_appointment, follow_pack, found_court, found_unit
from courts.actions.organising import leave_unit, open_unit
from courts.actions.users import appoint, create_staff, join_unit, set_active
from courts.models import Appointment, CalendarDay, Court, CourtPack, Membership, PackRelease, Unit, User
from courts.organisations import needs
from courts.scope import roles
from kernel import time
from kernel.errors import BadInput, DomainError


class VerbAdmin(admin.ModelAdmin):
    """An admin page that saves through a verb; refusals come back as messages in plain words."""

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        """Without the stock transaction around it: the verb has its own."""
        return self._changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        try:
            self.save_by_verb(request, obj, form, change)
        except DomainError as refused:
            messages.error(request, f"{refused} {refused.fix}")
            request.refused = True

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        raise PermissionError

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        """After a refusal back to the form, without a word of success."""
        if getattr(request, "refused", False):
            return HttpResponseRedirect(request.get_full_path())
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """As response_add."""
        if getattr(request, "refused", False):
            return HttpResponseRedirect(request.get_full_path())
        return super().response_change(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The event log keeps it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """The event log keeps it."""


@admin.register(Court)
class CourtAdmin(VerbAdmin):
    list_display = ("name", "code", "level", "parent", "sms_on")
    list_filter = ("level",)

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        found_court(court=obj, actor=request.user.actor, at=time.now())


@admin.register(Unit)
class UnitAdmin(VerbAdmin):
    list_display = ("name", "court", "kind", "function", "since", "until")
    list_filter = ("court", "kind")

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """A unit is founded first, staffed, and opened by giving it its first day."""
        actor, at = request.user.actor, time.now()
        if obj.since and "since" in form.changed_data:
            if not change and any(need.hard for need in needs(obj.kind)):
                raise BadInput(
                    _("新建的机构还没有人员，不能同时启用。"),
                    field="since",
                    fix=_("设立日期先留空，加入人员后再填写。"),
                )
            if change:
                for warning in open_unit(unit=obj, since=obj.since, actor=actor, at=at):
                    messages.warning(request, warning)
        found_unit(unit=obj, actor=actor, at=at)


class MembershipForm(forms.ModelForm):
    """Who belongs to which unit, from a day to a day."""

    class Meta:
        model = Membership
        fields = ("user", "unit", "since", "until")


@admin.register(Membership)
class MembershipAdmin(VerbAdmin):
    list_display = ("user", "unit", "since", "until")
    list_filter = ("unit__court",)
    autocomplete_fields = ("user",)
    form = MembershipForm

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user", "unit", "since") if obj else ("until",)

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        actor, at = request.user.actor, time.now()
        if change:
            leave_unit(membership=obj, until=obj.until or time.today(at), actor=actor, at=at)
            return
        obj.pk = join_unit(user=obj.user, unit=obj.unit, since=obj.since, actor=actor, at=at).pk


class PersonForm(forms.ModelForm):
    """A new person with a first password, which must be changed at the first sign-in."""

    password = forms.CharField(
        label=_("初始密码"), required=False, help_text=_("至少 10 位；本人首次登录须修改")
    )

    class Meta:
        model = User
        fields = ("username", "full_name", "court", "post", "is_active")


@admin.register(User)
class UserAdmin(VerbAdmin):
    list_display = ("username", "full_name", "court", "post", "is_active")
    list_filter = ("court", "post", "is_active")
    search_fields = ("username", "full_name", "initials")
    form = PersonForm

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(kind=User.Kind.STAFF)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("username", "full_name", "court", "post") if obj else ()

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        at = time.now()
        if change:
            set_active(user=obj, active=form.cleaned_data["is_active"], actor=request.user.actor, at=at)
            return
        made = create_staff(
            username=obj.username,
            full_name=obj.full_name,
            court=obj.court,
            post=obj.post,
            password=form.cleaned_data["password"],
            actor=request.user.actor,
            at=at,
        )
        obj.pk = made.pk


class RoleForm(forms.ModelForm):
    """A role from the list."""

    role = forms.ChoiceField(
        label=_("角色"), choices=lambda: [(key, entry["zh"]) for key, entry in roles().items()]
    )

    class Meta:
        model = Appointment
        fields = ("user", "role", "court", "unit", "since", "until")


@admin.register(Appointment)
class AppointmentAdmin(VerbAdmin):
    list_display = ("user", "role", "court", "unit", "since", "until")
    list_filter = ("court", "role")
    autocomplete_fields = ("user",)
    form = RoleForm

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("user", "court", "unit", "since") if obj else ()

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        at = time.now()
        if change:
            end_appointment(
                appointment=obj, until=obj.until or time.today(at), actor=request.user.actor, at=at
            )
            return
        made = appoint(
            user=obj.user,
            role=obj.role,
            court=obj.court,
            unit=obj.unit,
            since=obj.since,
            until=obj.until,
            actor=request.user.actor,
            at=at,
        )
        obj.pk = made.pk


@admin.register(CourtPack)
class CourtPackAdmin(VerbAdmin):
    list_display = ("court", "code", "position", "features")
    list_filter = ("court",)

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        made = follow_pack(
            court=obj.court,
            code=obj.code,
            position=obj.position,
            features=obj.features,
            actor=request.user.actor,
            at=time.now(),
        )
        obj.pk = made.pk


@admin.register(CalendarDay)
class CalendarDayAdmin(VerbAdmin):
    list_display = ("on", "court", "is_workday", "name", "provisional")
    list_filter = ("court", "is_workday", "provisional")
    date_hierarchy = "on"
    fields = ("court", "on", "is_workday", "name", "source", "provisional")

    def save_by_verb(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        at = time.now()
        made = set_day(
            on=obj.on,
            is_workday=obj.is_workday,
            name=obj.name,
            source=obj.source,
            court=obj.court,
            provisional=obj.provisional,
            actor=request.user,
            at=at,
            key=f"admin:{at.isoformat()}",
        )
        obj.pk = made.pk


@admin.register(PackRelease)
class PackReleaseAdmin(VerbAdmin):
    """Read only: a release never changes."""

    list_display = ("code", "version", "title", "effective_from", "released_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
