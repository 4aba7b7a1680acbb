"""Bulk work: what holds for all rows, and the fields of a single row where it differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.forms.act_form import KeyedForm
from desk.forms.central import ColleagueForm
from desk.forms.declared import field_of
from desk.selectors.assigning import Officer
from regimes.nodes import NodeDef


class BulkForm(KeyedForm):
    """The declared fields of a kind of node without its files, which belong to one case alone."""

    def __init__(self, *args: Any, definition: NodeDef, **kwargs: Any) -> None:
        self.definition = definition
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """One field per declared field; the day of the act is today until told otherwise."""
        for declared in self.definition.fields:
            if declared.type == "file":
                continue
            self.fields[declared.key] = field_of(declared)
            first = self.today if declared.effective else declared.default
            if first not in (None, ""):
                self.initial.setdefault(declared.key, first)

    def clean(self) -> dict[str, Any]:
        """Fields that another one's value makes necessary."""
        cleaned = super().clean() or self.cleaned_data
        for declared in self.definition.fields:
            wanted = declared.type != "file" and not declared.required and declared.wanted(cleaned)
            if wanted and not cleaned.get(declared.key):
                self.add_error(declared.key, _("请填写“%(field)s”。") % {"field": declared.zh})
        return cleaned

    @property
    def values(self) -> dict[str, Any]:
        """What the verb takes."""
        return {
            field.key: self.cleaned_data.get(field.key)
            for field in self.definition.fields
            if field.type != "file"
        }


class RowForm(BulkForm):
    """The same fields for one row; its key is that of the page."""

    def prepare(self) -> None:
        """Without a key of its own; every field named for who hears the page read."""
        super().prepare()
        del self.fields["act_key"]

    def name_for(self, number: str) -> None:
        """Say at each field which row it belongs to."""
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label} {number}"


class OwnerRowForm(forms.Form):
    """批量分案: who gets the case of one row."""

    owner = forms.TypedChoiceField(
        label=_lazy("承办人"), coerce=int, error_messages={"required": _lazy("请选择承办人。")}
    )
    use_required_attribute = False

    def __init__(self, *args: Any, officers: Sequence[Officer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officers = {officer.user_id: officer for officer in officers}
        self.fields["owner"].choices = [("", "—"), *((o.user_id, o.words) for o in officers)]

    def name_for(self, number: str) -> None:
        """Say at the field which row it belongs to."""
        self.fields["owner"].widget.attrs["aria-label"] = _("%(number)s 的承办人") % {"number": number}

    @property
    def values(self) -> dict[str, int | None]:
        """What the row keeps: the handler and the team."""
        team = self.officers[self.cleaned_data["owner"]].team
        return {"owner": self.cleaned_data["owner"], "team": team and team.pk}


def initial_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Kept values as a form begins with them."""
    return {name: value for name, value in values.items() if value not in (None, "")}


class PassOnForm(ColleagueForm):
    """批量转办: to whom, and in which words; each row is told them."""

    words = forms.CharField(
        label=_lazy("转办要求"),
        max_length=200,
        help_text=_lazy("例如：外出培训一周，请代为办理。在您手上的须对方接收，其余以任务单分派。"),
        error_messages={"required": _lazy("请写明转办要求，例如 外出培训一周，请代为办理。")},
    )
