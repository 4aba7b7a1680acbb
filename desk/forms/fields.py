"""Fields that take what people write: a day in any form, an amount, several files. Errors say what to do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from kernel.dates import parse_date
from kernel.errors import BadInput
from kernel.money import parse_amount

PICK = _("请选择…")


class DayField(forms.Field):
    """A court-local day. `today` is set by the form: it is read once a request."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    today: dt.date = dt.date.max

    def to_python(self, value: Any) -> dt.date | None:
        """The day that was written; None for an empty field."""
        if value in self.empty_values:
            return None
        try:
            return parse_date(value, today=self.today)
        except BadInput as error:
            raise forms.ValidationError(sentence(error)) from error


class MoneyField(forms.Field):
    """Yuan with two places, as people write it; shown in capitals below while it is typed."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:
        """The amount that was written; None for an empty field."""
        if value in self.empty_values:
            return None
        try:
            return parse_amount(value)
        except BadInput as error:
            raise forms.ValidationError(sentence(error)) from error


class FilesInput(forms.FileInput):
    """Takes several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; what they are is checked when they are kept."""

    widget = FilesInput(attrs={"multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files that were chosen, none when the field is empty and not required."""
        chosen = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not chosen:
            super().clean(None, initial)
            return []
        return [super(FilesField, self).clean(each, initial) for each in chosen]


def sentence(error: BadInput) -> str:
    """What is wrong and what to do, as one text."""
    parts = [str(part).rstrip("。") for part in (error, error.fix) if str(part)]
    return "。".join(dict.fromkeys(parts)) + "。"


def long_text(**more: Any) -> forms.CharField:
    """A field for several lines."""
    return forms.CharField(widget=forms.Textarea(attrs={"rows": more.pop("rows", 2)}), **more)


def with_blank(choices: Any) -> list[tuple[Any, Any]]:
    """Choices of a select box that starts with nothing chosen."""
    return [("", PICK), *choices]
