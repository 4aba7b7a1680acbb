"""The forms of 工作日历."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import Court
from desk.forms.act_form import KeyedForm
from desk.forms.fields import DayField

NATIONAL = "national"


class DayForm(KeyedForm):
    """One day: what it is, for whom, on what ground. courts: those that the person may say it for."""

    on = DayField(label=_lazy("日期"))
    is_workday = forms.ChoiceField(
        label=_lazy("定为"), choices=[("no", _lazy("休息日")), ("yes", _lazy("工作日"))]
    )
    where = forms.ChoiceField(label=_lazy("适用于"))
    name = forms.CharField(label=_lazy("名称"), max_length=30, help_text=_lazy("例如 防汛停班、调休上班"))
    source = forms.CharField(
        label=_lazy("依据"), max_length=120, help_text=_lazy("通知的名称和文号，期限重算时向承办人说明")
    )

    spans: ClassVar = {"source": "two"}

    def __init__(self, *args: Any, courts: Any, national: bool, **kwargs: Any) -> None:
        self.courts = {str(court.pk): court for court in courts}
        self.national = national
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """The person's courts; the whole country only for who keeps the national table."""
        choices = [(pk, _("仅%s") % court.short_name) for pk, court in self.courts.items()]
        if self.national:
            choices.append((NATIONAL, _("全国（各院都按此计算）")))
        self.fields["where"].choices = choices

    @property
    def court(self) -> Court | None:
        """For which court; None: everywhere."""
        return self.courts.get(self.cleaned_data["where"])


class RemovalForm(KeyedForm):
    """A court's own day that is taken back, and why."""

    on = forms.DateField(widget=forms.HiddenInput)
    court = forms.IntegerField(widget=forms.HiddenInput)
    source = forms.CharField(label=_lazy("取消的理由"), max_length=120)
