"""The one form for every node whose catalogue entry declares its fields (regimes/packs/nodes.yaml)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from desk.forms.act_form import ActForm
from desk.forms.fields import DayField, FilesField, MoneyField, long_text, with_blank
from regimes.nodes import FieldDef


class DeclaredForm(ActForm):
    """Fields made from the node's definition; `values` is what the verb takes."""

    def prepare(self) -> None:
        """One field per declared field, with what the case already knows as first value."""
        definition = self.about.file.definition(self.node)
        for declared in definition.fields:
            self.fields[declared.key] = field_of(declared)
            first = self._first(declared)
            if first not in (None, ""):
                self.initial.setdefault(declared.key, first)

    @property
    def node(self) -> Any:
        """The node to complete."""
        return self.about.node

    def clean(self) -> dict[str, Any]:
        """Fields that another one's value makes necessary."""
        cleaned = super().clean() or self.cleaned_data
        for declared in self.about.file.definition(self.node).fields:
            if not declared.required and declared.wanted(cleaned) and not cleaned.get(declared.key):
                self.add_error(declared.key, _("请填写“%(field)s”。") % {"field": declared.zh})
        return cleaned

    def values(self, files: dict[str, list[int]]) -> dict[str, Any]:
        """What the verb takes. files: field -> ids of the files that were kept."""
        declared = self.about.file.definition(self.node).fields
        return {
            field.key: files.get(field.key, []) if field.type == "file" else self.cleaned_data.get(field.key)
            for field in declared
        }

    def _first(self, declared: FieldDef) -> Any:
        before = self.node.values.get(declared.key)
        if before is not None:
            return before
        if declared.fact and declared.type == "choice":
            return self.about.file.view.facts(self.node.subject_id).get(declared.fact)
        if declared.effective:
            return self.about.file.today
        return declared.default


def field_of(declared: FieldDef) -> forms.Field:
    """The form field of a declared one."""
    common: dict[str, Any] = {"label": declared.zh, "required": declared.required, "help_text": declared.help}
    must = {"required": _("请填写“%(field)s”。") % {"field": declared.zh}}
    match declared.type:
        case "date":
            return DayField(error_messages=must, **common)
        case "amount":
            return MoneyField(error_messages=must, **common)
        case "number":
            return forms.IntegerField(min_value=0, error_messages=must, **common)
        case "boolean":
            return forms.BooleanField(label=declared.zh, required=False, help_text=declared.help)
        case "choice":
            choices = with_blank((choice.value, choice.zh) for choice in declared.choices)
            chosen = {"required": _("请选择“%(field)s”。") % {"field": declared.zh}}
            return forms.ChoiceField(choices=choices, error_messages=chosen, **common)
        case "long":
            return long_text(error_messages=must, **common)
        case "file":
            return FilesField(error_messages=must, **common)
    return forms.CharField(max_length=200, error_messages=must, **common)
