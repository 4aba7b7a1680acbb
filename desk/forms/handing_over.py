"""Who gets the cases of a hand-over, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.selectors.assigning import Officer


class HandoverForm(forms.Form):
    """The receiver and the reason. The ticked cases are checked beside them."""

    owner = forms.TypedChoiceField(
        label=_lazy("接收人"), coerce=int, error_messages={"required": _lazy("请选择接收人。")}
    )
    reason = forms.CharField(
        label=_lazy("移交理由"),
        max_length=200,
        help_text=_lazy("例如：岗位调整。理由写入案件的办理记录。"),
        error_messages={"required": _lazy("请写明移交理由，例如 岗位调整。")},
    )
    use_required_attribute = False

    def __init__(self, *args: Any, receivers: Sequence[Officer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        options = [(officer.user_id, officer.words) for officer in receivers]
        self.fields["owner"].choices = [("", _("选择接收人")), *options]
