"""What a person writes to settle a short message or a number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ResendForm(forms.Form):
    """Send the text once more. number: a corrected one; required where the old one was at fault."""

    number = forms.CharField(
        label=_("手机号码"),
        required=False,
        max_length=20,
        help_text=_("留空则按原号码重发；原号码有误的必须填写核对后的号码。"),
    )
    reason = forms.CharField(
        label=_("重发原因"), max_length=200, error_messages={"required": _("请写明为什么重发。")}
    )


class DecideForm(forms.Form):
    """What a person found out about a message of unknown outcome."""

    OUTCOMES = (
        ("sent", _("对方已收到，不再发送")),
        ("send_again", _("对方没有收到，重新发送")),
        ("give_up", _("不再发送，改用其他方式告知")),
    )
    outcome = forms.ChoiceField(
        label=_("处理结果"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("请选择处理结果。")},
    )
    reason = forms.CharField(
        label=_("怎样查明的"), max_length=200, help_text=_("例如：电话联系本人，确认已收到。")
    )


class LiftForm(forms.Form):
    """Why a number may have messages again."""

    reason = forms.CharField(
        label=_("解除原因"),
        max_length=200,
        help_text=_("例如：本人确认号码仍在使用。"),
        error_messages={"required": _("请写明解除的原因。")},
    )


def refuse(form: forms.Form, error: Any) -> None:
    """Put a refusal of a verb at its field, or above the form."""
    text = error.in_full
    form.add_error(error.field if error.field in form.fields else None, text)
