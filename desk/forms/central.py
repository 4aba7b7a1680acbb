"""What one fills in on a task sheet: to whom, why, with which instruction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import User


class ReasonForm(forms.Form):
    """退回, 拒绝接收: why."""

    reason = forms.CharField(
        label=_lazy("理由"), max_length=200, error_messages={"required": _lazy("请写明理由。")}
    )
    use_required_attribute = False


class SettleForm(ReasonForm):
    """协商结果 (SQ 第二十六条)."""

    reason = forms.CharField(
        label=_lazy("协商结果"),
        max_length=200,
        help_text=_lazy("要换人办理的，由负责人分派任务单。"),
        error_messages={"required": _lazy("请写明协商结果，例如 双方同意仍由本人办理。")},
    )


class ColleagueForm(forms.Form):
    """Something for a colleague: who, and in which words."""

    doer = forms.TypedChoiceField(
        label=_lazy("交给"), coerce=int, error_messages={"required": _lazy("请选择人员。")}
    )
    use_required_attribute = False

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [(user.pk, f"{user.full_name}（{user.get_post_display()}）") for user in people]
        self.fields["doer"].choices = [("", _("选择人员")), *options]


class OfferForm(ColleagueForm):
    """移交."""

    reason = forms.CharField(
        label=_lazy("移交理由"),
        max_length=200,
        help_text=_lazy("对方接收前仍由您办理，期限照常计算。"),
        error_messages={"required": _lazy("请写明移交理由。")},
    )


class SheetForm(ColleagueForm):
    """任务单."""

    words = forms.CharField(
        label=_lazy("要办什么"),
        max_length=200,
        help_text=_lazy("例如：今天内发出执行通知书。"),
        error_messages={"required": _lazy("请写明要办什么，例如 今天内发出执行通知书。")},
    )


class MoveForm(forms.Form):
    """改派 to another group, or back to the handler."""

    group = forms.ChoiceField(label=_lazy("改由"), required=False)
    reason = forms.CharField(
        label=_lazy("改派理由"), max_length=200, error_messages={"required": _lazy("请写明改派理由。")}
    )
    use_required_attribute = False

    def __init__(self, *args: Any, groups: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", _("承办人")), *groups]
