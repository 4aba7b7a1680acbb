"""What every form says of a box that cannot be read: what is wrong and what to do; the box's name stands beside it.

Django's own sentences ("确保该值不超过…", "这个字段是必填项。") say neither. A form's own words go before these.
"""

from __future__ import annotations

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _

WORDS: dict[type[forms.Field], dict[str, object]] = {
    forms.Field: {"required": _("没有填写。请填写以后再提交。")},
    forms.DateField: {"invalid": _("不是日期。请写作 2026-11-24 这样的日期。")},
    forms.IntegerField: {"invalid": _("不是整数。请只写数字，例如 12。")},
    forms.DecimalField: {"invalid": _("不是数字。请只写数字，例如 12.50。")},
    forms.ChoiceField: {"invalid_choice": _("没有“%(value)s”这个选项。请从列表中选择。")},
    forms.MultipleChoiceField: {"invalid_choice": _("没有“%(value)s”这个选项。请从列表中选择。")},
    forms.FileField: {
        "required": _("没有选择文件。请选择以后再提交。"),
        "empty": _("文件是空的。请选择有内容的文件。"),
        "max_length": _("文件名最多 %(max)d 个字，现在有 %(length)d 个字。请改短文件名。"),
    },
}
LIMITS = {
    validators.MaxLengthValidator: _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个字。请缩短。"),
    validators.MinLengthValidator: _("至少 %(limit_value)d 个字，现在有 %(show_value)d 个字。请补充。"),
    validators.MinValueValidator: _("不能小于 %(limit_value)s。请核对后改正。"),
    validators.MaxValueValidator: _("不能大于 %(limit_value)s。请核对后改正。"),
}


_own_attrs = forms.CharField.widget_attrs


def _attrs(field: forms.CharField, widget: forms.Widget) -> dict[str, object]:
    """A box for many words is not cut by the browser: what is pasted in full is refused in words, not sent in half."""
    attrs: dict[str, object] = _own_attrs(field, widget)
    if isinstance(widget, forms.Textarea):
        attrs.pop("maxlength", None)
    return attrs


def speak() -> None:
    """Let every form speak so."""
    forms.CharField.widget_attrs = _attrs
    for field, words in WORDS.items():
        field.default_error_messages = {**field.default_error_messages, **words}
    for limit, sentence in LIMITS.items():
        limit.message = sentence
