"""Forms of a transfer to another court: its offer on the case page, and the answer of the court it is offered to."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Transfer
from courts.models import Court, Unit, User
from desk.forms.act_form import ActForm, KeyedForm
from desk.forms.fields import long_text, with_blank
from desk.selectors.choices import handlers_of


class OfferForm(ActForm):
    """移送其他法院."""

    to_court = forms.ModelChoiceField(Court.objects.none(), label=_("受移送法院"), empty_label=_("请选择…"))
    ground = forms.ChoiceField(label=_("移送情形"), choices=with_blank(Transfer.Ground.choices))
    paper = forms.CharField(label=_("裁定、决定文号"), max_length=60, help_text=_("例如（2026）鄂99执他3号"))
    reason = long_text(label=_("移送理由"), help_text=_("对方法院能看到"), rows=3)

    def prepare(self) -> None:
        """Every court but the one that has the case."""
        court_id = self.about.file.case.court_id
        self.fields["to_court"].queryset = Court.objects.exclude(pk=court_id).order_by("code")


class AcceptForm(KeyedForm):
    """接收."""

    owner = forms.ModelChoiceField(User.objects.none(), label=_("承办人"), empty_label=_("请选择…"))
    team = forms.ModelChoiceField(
        Unit.objects.none(), label=_("团队"), empty_label=_("不指定"), required=False
    )
    words = long_text(
        label=_("接收说明"), required=False, rows=2, help_text=_("例如 正卷一册、查控反馈、送达回证")
    )
    spans: ClassVar = {"words": "wide"}

    def __init__(self, *args: Any, court_id: int, **kwargs: Any) -> None:
        self.court_id = court_id
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """The handlers and teams of the court that takes the case."""
        loads = handlers_of(self.court_id, self.today)
        owner: Any = self.fields["owner"]
        owner.queryset = User.objects.filter(pk__in=[user.pk for user, _count in loads])
        owner.choices = [("", "请选择…")] + [
            (user.pk, f"{user.full_name}（在办 {count} 件）") for user, count in loads
        ]
        team: Any = self.fields["team"]
        team.queryset = Unit.objects.filter(court_id=self.court_id, kind=Unit.Kind.TEAM).order_by("name")


class ReturnForm(KeyedForm):
    """退回, or 撤回."""

    words = long_text(label=_("理由"), rows=2, help_text=_("对方法院能看到"))
    spans: ClassVar = {"words": "wide"}
