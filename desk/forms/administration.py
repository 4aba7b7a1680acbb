"""Forms of the pages 系统设置."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from courts.models import Unit, User
from courts.organisations import templates
from courts.scope import roles
from desk.forms.act_form import KeyedForm
from desk.forms.fields import DayField, long_text, with_blank
from desk.forms.importing import CourtSheetForm


class StaffSheetForm(CourtSheetForm):
    """上传人员名单."""

    file = forms.FileField(
        label=_("人员名单"),
        help_text=_(".xlsx，按模板填写"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": _("请选择人员名单。"), "empty": _("文件是空的，请重新选择。")},
    )


class NameForm(KeyedForm):
    """姓名和职务."""

    full_name = forms.CharField(label=_("姓名"), max_length=40)
    post = forms.ChoiceField(label=_("职务"), choices=User.Post.choices)


class PersonForm(NameForm):
    """新增人员."""

    court = forms.TypedChoiceField(label=_("法院"), coerce=int)
    username = forms.RegexField(
        r"^[a-z][a-z0-9._-]{1,39}$",
        label=_("用户名"),
        help_text=_("小写拼音字母开头，可加数字"),
        error_messages={"invalid": _("用小写拼音字母开头，可加数字，例如 zhangsan2。")},
    )
    field_order: ClassVar = ["act_key", "court", "username", "full_name", "post"]

    def __init__(self, *args: Any, courts: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["court"].choices = courts


class RoleForm(KeyedForm):
    """任职."""

    role = forms.ChoiceField(label=_("角色"))
    unit = forms.TypedChoiceField(
        label=_("所在机构"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("团队长、助理等按团队任职的要选"),
    )
    since = DayField(label=_("任职日期"))
    until = DayField(label=_("卸任日期"), required=False)

    def __init__(self, *args: Any, units: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["role"].choices = with_blank([(role, entry["zh"]) for role, entry in roles().items()])
        self.fields["unit"].choices = with_blank(units)


class PlaceForm(KeyedForm):
    """加入机构."""

    unit = forms.TypedChoiceField(label=_("机构"), coerce=int)
    since = DayField(label=_("加入日期"))

    def __init__(self, *args: Any, units: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["unit"].choices = with_blank(units)


class EndForm(KeyedForm):
    """The last day of a role, a membership, a unit."""

    until = DayField(label=_("最后一天"))


class StartForm(KeyedForm):
    """启用机构."""

    since = DayField(label=_("启用日期"))


class ReasonForm(KeyedForm):
    """An act that needs only its reason."""

    reason = long_text(
        label=_("原因"), max_length=200, help_text=_("写明怎样核实了本人，例如 手机遗失，当面核实工作证")
    )


class SureForm(KeyedForm):
    """An act that needs only the click."""


class CourtForm(KeyedForm):
    """本院设置."""

    short_name = forms.CharField(label=_("简称"), max_length=20)
    phone = forms.CharField(
        label=_("对外电话"), max_length=20, required=False, help_text=_("印在短信和文书上")
    )
    address = forms.CharField(label=_("地址"), max_length=120, required=False)
    quiet_from = forms.TimeField(
        label=_("静默开始"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=_("静默结束"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    sms_daily_cap = forms.IntegerField(label=_("每号每日上限（条）"), min_value=1, max_value=100)
    e_service_integrated_on = DayField(label=_("送达平台集成日期"), required=False)
    sms_on = forms.BooleanField(label=_("短信推送开启"), required=False)
    spans: ClassVar = {"address": "two"}


class UnitForm(KeyedForm):
    """设立机构."""

    court = forms.TypedChoiceField(label=_("法院"), coerce=int)
    name = forms.CharField(label=_("名称"), max_length=40)
    kind = forms.ChoiceField(label=_("类别"), choices=Unit.Kind.choices)
    function = forms.ChoiceField(
        label=_("职能"), required=False, help_text=_("集约组、窗口选一个角色，其事项进入该组的待办")
    )

    def __init__(self, *args: Any, courts: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["court"].choices = courts
        queues = [(role, entry["zh"]) for role, entry in roles().items() if entry.get("queue")]
        teams = [("fast", _("速执")), ("ordinary", _("普执"))]
        self.fields["function"].choices = [("", _("没有")), *teams, *queues]


class TemplateForm(KeyedForm):
    """按模板设立."""

    court = forms.TypedChoiceField(label=_("法院"), coerce=int)
    template = forms.ChoiceField(label=_("机构模板"))

    def __init__(self, *args: Any, courts: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["court"].choices = courts
        self.fields["template"].choices = list(templates().items())


class TextForm(KeyedForm):
    """短信文本."""

    text = long_text(label=_("文本"), max_length=500, rows=4)
    approved_by = forms.CharField(label=_("核定人"), max_length=60)
    approved_on = DayField(label=_("核定日期"))
