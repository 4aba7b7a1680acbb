"""What a person writes down of a petition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _lazy

from desk.forms.act_form import KeyedForm
from desk.forms.fields import PICK, DayField
from petitions.actions.petitions import Registration
from petitions.models import Petition


def _text(label: Any, *, rows: int = 3, required: bool = True, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, widget=widget, max_length=4000, required=required, **more)


class RegisterForm(KeyedForm):
    """信访登记."""

    spans = {"name": "", "demand": "wide", "oral": "wide"}
    verb_fields = {"party_id": "party"}
    channel = forms.ChoiceField(label=_lazy("渠道"), choices=[("", PICK), *Petition.Channel.choices])
    level = forms.ChoiceField(label=_lazy("到达层级"), choices=Petition.Level.choices, initial="basic")
    kind = forms.ChoiceField(label=_lazy("性质"), choices=Petition.Kind.choices, initial="litigation")
    received_on = DayField(label=_lazy("收到日期"))
    party = forms.TypedChoiceField(label=_lazy("是否当事人"), coerce=int, required=False, empty_value=None)
    name = forms.CharField(label=_lazy("信访人"), max_length=60)
    phone = forms.CharField(
        label=_lazy("联系电话"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    assigned_by = forms.CharField(
        label=_lazy("交办单位"), max_length=80, required=False, help_text=_lazy("上级交办的填写。")
    )
    has_major_effect = forms.BooleanField(label=_lazy("造成重大负面影响"), required=False)
    demand = _text(_lazy("信访诉求"))
    oral = _text(_lazy("当场答复"), required=False, help_text=_lazy("能当场答复的部分，写明怎样答复的。"))
    is_on_spot = forms.BooleanField(
        label=_lazy("已当场全部答复"),
        required=False,
        help_text=_lazy("勾选后不再计算书面答复的期限；只答复了一部分的不勾选。"),
    )

    def __init__(self, *args: Any, parties: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = [("", _lazy("不是本案当事人")), *parties]
        self.initial.setdefault("received_on", self.today)

    def registration(self) -> Registration:
        """What the verb takes."""
        given = {k: v for k, v in self.cleaned_data.items() if k not in ("act_key", "party")}
        return Registration(**given, party_id=self.cleaned_data["party"])


class WordsForm(KeyedForm):
    """An answer, oral or written; on the page of the petition."""

    words = _text(_lazy("答复内容"), rows=6)


class PanelForm(KeyedForm):
    """合议."""

    on = DayField(label=_lazy("合议日期"))
    members = forms.CharField(
        label=_lazy("合议庭成员"), max_length=120, help_text=_lazy("不少于三人，用顿号分开。")
    )
    opinion = _text(_lazy("合议意见"), rows=4)


class MoveForm(KeyedForm):
    """转交."""

    to = forms.TypedChoiceField(label=_lazy("转交给"), coerce=int)
    reason = forms.CharField(label=_lazy("转交理由"), max_length=200)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", PICK), *people]


class CloseForm(KeyedForm):
    """办结."""

    is_resolved = forms.TypedChoiceField(
        label=_lazy("是否实质性化解"),
        coerce=lambda value: value == "yes",
        choices=[("", PICK), ("yes", _lazy("已实质性化解")), ("no", _lazy("没有化解，已答复"))],
    )
    words = _text(_lazy("办结意见"))


class PlainForm(KeyedForm):
    """Nothing to fill in."""
