"""Forms of the release of a pack: the upload, the decision of the second person."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from courts.models import PackDraft
from desk.forms.fields import long_text
from desk.onetime import FIELD, new_key


class OnceForm(forms.Form):
    """A form with a one-time key, so that two clicks are one act."""

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields[FIELD].initial = new_key()


class UploadForm(OnceForm):
    """上传规则包."""

    file = forms.FileField(
        label=_("规则包文件"),
        help_text=_("YAML 文本，UTF-8 编码，不超过 512 KB，最后一行是三个英文句点"),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,text/yaml,text/plain"}),
        error_messages={"required": _("请选择规则包文件。"), "empty": _("文件是空的，请重新选择。")},
    )
    applies_to = forms.ChoiceField(
        label=_("适用于哪些案件"),
        choices=[("", _("按文件里写的（applies_to）")), *PackDraft.AppliesTo.choices],
        required=False,
        help_text=_("在办案件换用时，签发后成批重算期限，并通知日期变动的承办人"),
    )
    spans: ClassVar = {"file": "wide"}


class DecisionForm(OnceForm):
    """签发或不予发布."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    words = long_text(label=_("意见"), required=False, help_text=_("不予发布的必须写明理由"), rows=2)
