"""Repeated rows that are added without scripts: a submit button asks for one more, nothing typed is lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

MOST = 40
ADD = "add_row"
DROP = "drop_row"


class Rows(BaseFormSet):
    """Rows of one kind; a row left empty is no row, wherever it stands."""

    def initial_form_count(self) -> int:
        """Rows that came back are all alike: none of them is stored anywhere yet."""
        return 0 if self.is_bound else super().initial_form_count()

    def filled(self) -> list[dict[str, Any]]:
        """The cleaned values of the rows that were filled in."""
        return [form.cleaned_data for form in self.forms if form.has_changed() and form.is_valid()]

    def has_errors(self) -> bool:
        """Whether one of the rows is wrong."""
        return not self.is_valid()


def rows_of(form: type[forms.Form], *, extra: int = 1) -> type[Rows]:
    """A formset class over a row form."""
    return formset_factory(form, formset=Rows, extra=extra, max_num=MOST, absolute_max=MOST)


def asked(data: QueryDict, prefix: str) -> bool:
    """Whether the person asked for one row more or less instead of sending the form."""
    return data.get(ADD) == prefix or data.get(DROP, "").startswith(f"{prefix}-")


def next_rows(rows: type[Rows], data: QueryDict, prefix: str) -> list[dict[str, Any]]:
    """What was typed in the rows, unchecked, with one row more or less as asked for."""
    typed = _typed_rows(rows, data, prefix)
    if data.get(ADD) == prefix:
        return [*typed, {}]
    dropped = data.get(DROP, "")
    return [row for index, row in enumerate(typed) if f"{prefix}-{index}" != dropped] or [{}]


def typed(form: type[forms.Form], data: QueryDict) -> dict[str, Any]:
    """What was typed in a form's own fields, unchecked, as first values of a fresh one.

    A form names in `made` how the fields begin that it makes of its case.
    """
    values: dict[str, Any] = {}
    for name, field in form.base_fields.items():
        is_many = isinstance(field, forms.MultipleChoiceField)
        values[name] = data.getlist(name) if is_many else data.get(name, "")
    made = tuple(getattr(form, "made", ()))
    return values | {name: data[name] for name in data if name.startswith(made)}


def _typed_rows(rows: type[Rows], data: QueryDict, prefix: str) -> list[dict[str, Any]]:
    count = data.get(f"{prefix}-TOTAL_FORMS", "0")
    total = min(int(count), MOST) if count.isdigit() else 0
    names = rows.form.base_fields
    return [{name: data.get(f"{prefix}-{index}-{name}", "") for name in names} for index in range(total)]
