"""The answer to a party's letter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from desk.forms.act_form import KeyedForm
from desk.forms.fields import PICK, FilesField


class AnswerForm(KeyedForm):
    """What the party will read."""

    reply = forms.CharField(
        label=_lazy("回复"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_lazy("当事人会看到全文；不要写对方的财产、账号和住址。提交后不能修改。"),
    )

    photos = FilesField(
        label=_lazy("照片"), required=False, help_text=_lazy("最多 6 张图片，当事人能看到；草稿不保存照片。")
    )


class MoveForm(KeyedForm):
    """转交给同事."""

    to = forms.TypedChoiceField(label=_lazy("转交给"), coerce=int)
    reason = forms.CharField(label=_lazy("转交理由"), max_length=200)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", PICK), *people]
