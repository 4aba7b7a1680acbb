"""The answer to a party's letter."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from desk.forms.act_form import KeyedForm


class AnswerForm(KeyedForm):
    """What the party will read."""

    reply = forms.CharField(
        label=_lazy("回复"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_lazy("当事人会看到全文；不要写对方的财产、账号和住址。提交后不能修改。"),
    )
