"""The form of 外出代理."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.forms.act_form import KeyedForm
from desk.forms.fields import DayField


class DelegationForm(KeyedForm):
    """Who is away, who stands in, from when to when, why."""

    absent = forms.TypedChoiceField(label=_lazy("外出人员"), coerce=int)
    to = forms.TypedChoiceField(label=_lazy("代理人"), coerce=int)
    first = DayField(label=_lazy("首日"))
    last = DayField(label=_lazy("末日"), help_text=_lazy("过了末日自动结束"))
    reason = forms.CharField(label=_lazy("事由"), max_length=120, help_text=_lazy("例如：出差、培训、休假"))

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[int, str]],
        colleagues: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["absent"].choices = people if len(people) == 1 else [("", _("选择外出人员")), *people]
        self.fields["to"].choices = [("", _("选择代理人")), *colleagues]
