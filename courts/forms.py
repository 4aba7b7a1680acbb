"""Forms of this floor's pages: the code at sign-in, the code that enrols a phone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.errors import BadInput


class CodeForm(forms.Form):
    """Six digits from the phone, or a recovery code where one is taken."""

    code = forms.CharField(
        label=_("动态口令"),
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "autofocus": True,
                "class": "c-input c-code",
            }
        ),
        error_messages={"required": _("请输入手机上显示的 6 位动态口令。")},
    )

    use_required_attribute = False

    def refuse(self, error: BadInput) -> None:
        """Put a verb's refusal at the field."""
        self.add_error("code", error.in_full)


class EnrolForm(CodeForm):
    """The first code of a phone; the key makes two clicks one act."""

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["act_key"].initial = uuid4().hex
        self.fields["code"].widget.attrs["inputmode"] = "numeric"
