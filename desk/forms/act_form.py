"""The form of an act: a one-time key made with it, and the version of what the person saw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _

from cases.models import Node
from desk.forms.fields import DayField, FilesField, MoneyField, sentence
from desk.selectors.case_file import CaseFile
from documents.models import File
from kernel.capitals import in_capitals
from kernel.errors import BadInput, DomainError
from measures.models import Property


@dataclass(frozen=True, slots=True)
class About:
    """What a form is about: the case as read, and the node or property item it concerns."""

    file: CaseFile
    node: Node | None = None
    item: Property | None = None

    @property
    def version(self) -> int:
        """The version that the person sees: of the node, else of the case."""
        return self.node.version if self.node is not None else self.file.case.version


class KeyedForm(forms.Form):
    """A form with a one-time key, so that two clicks are one act, laid out in a grid of three columns.

    spans: field -> two or wide. verb_fields: a verb's name for a field -> ours, where they differ; "" = above the form.
    """

    act_key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    spans: ClassVar[Mapping[str, str]] = {}
    verb_fields: ClassVar[Mapping[str, str]] = {}
    use_required_attribute = False

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.kept: dict[str, list[File]] = {}
        self.initial = {"act_key": uuid4().hex, **self.initial}
        self.prepare()
        dress(self, today)

    def prepare(self) -> None:
        """Fill in choices and first values."""

    def refuse(self, error: DomainError) -> None:
        """Put a verb's refusal at its field, or above the form when it names none of ours; several guards, one each."""
        if reasons := error.detail.get("reasons"):
            for words in reasons:
                self.add_error(None, words)
            return
        name = self.verb_fields.get(error.field, error.field)
        message = sentence(error) if isinstance(error, BadInput) else error.in_full
        self.add_error(name if name in self.fields else None, message)

    @property
    def key(self) -> str:
        """The one-time key of the act."""
        return f"desk:{self.cleaned_data['act_key']}"

    @property
    def takes_words(self) -> bool:
        """Whether something is told at length here, so that 常用语 are of use."""
        return any(isinstance(field.widget, forms.Textarea) for field in self.fields.values())

    def lines(self) -> list[dict[str, Any]]:
        """The visible fields in order, each with its width and what stands below it, for _fields.html."""
        return [line_of(field, self.spans, self.kept) for field in self.visible_fields()]


class ActForm(KeyedForm):
    """A form about a case that becomes one call of a verb.

    kept: field -> files that were taken already when the rest was refused.
    """

    seen_version = forms.IntegerField(widget=forms.HiddenInput)
    seen_seq = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, about: About, **kwargs: Any) -> None:
        self.about = about
        seen = {"seen_version": about.version, "seen_seq": about.file.state.seq}
        kwargs["initial"] = {**seen, **(kwargs.get("initial") or {})}
        super().__init__(*args, today=about.file.today, **kwargs)


def dress(form: forms.Form, today: dt.date) -> None:
    """Tell day fields what day it is, money fields where their amount stands in capitals, and name what is missing."""
    for name, field in form.fields.items():
        _say_what_is_missing(field)
        if isinstance(field, DayField):
            field.today = today
        if isinstance(field, MoneyField):
            field.widget.attrs["data-capitals"] = f"{form[name].auto_id}_capitals"


def _say_what_is_missing(field: forms.Field) -> None:
    """请填写“案由”。 in place of a sentence that fits every field; words of a form's own stay."""
    if field.error_messages.get("required") != forms.Field.default_error_messages["required"]:
        return
    pattern = _("请选择“%(field)s”。") if isinstance(field, forms.ChoiceField) else _("请填写“%(field)s”。")
    field.error_messages["required"] = pattern % {"field": field.label}


def line_of(
    field: forms.BoundField,
    spans: Mapping[str, str] | None = None,
    kept: Mapping[str, list[File]] | None = None,
) -> dict[str, Any]:
    """One field as _fields.html draws it: its width, what stands below it, files that were kept of it."""
    line: dict[str, Any] = {
        "field": field,
        "span": _span(field, spans or {}),
        "kept": (kept or {}).get(field.name, []),
    }
    if isinstance(field.field, MoneyField):
        line |= {"after": f"{field.auto_id}_capitals", "after_text": _capitals(field)}
    return line


def _span(field: forms.BoundField, spans: Mapping[str, str]) -> str:
    if field.name in spans:
        return spans[field.name]
    is_long = isinstance(field.field.widget, forms.Textarea) or isinstance(field.field, FilesField)
    return "wide" if is_long else ""


def _capitals(field: forms.BoundField) -> str:
    try:
        amount = field.field.to_python(field.value())
    except forms.ValidationError:
        return ""
    return in_capitals(amount) if amount else ""
