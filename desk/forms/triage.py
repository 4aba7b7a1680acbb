"""Forms of 繁简分流 and 繁简转换; what they ask comes from the case's rules."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from desk.forms.act_form import ActForm
from desk.forms.acts import DatedForm, HandOverForm
from desk.forms.fields import DayField, long_text, with_blank
from desk.selectors.triage import Triage, proposal_shown, triage_of
from regimes.vocabulary import load_vocabulary


class PrepareForm(ActForm):
    """登记分流情况: the facts that the rules want recorded by hand."""

    triage: Triage

    def prepare(self) -> None:
        """One field for each fact, with what is recorded; the last box of a row fills it, so that no other field joins."""
        self.triage = triage_of(self.about.file)
        recorded = self.about.file.state.facts.get(self.about.file.state.root, {})
        for name in self.triage.asks:
            self.fields[name] = _field(name)
            if recorded.get(name) is not None:
                self.initial.setdefault(name, recorded[name])
        boxes = [name for name in self.triage.asks if isinstance(self.fields[name], forms.BooleanField)]
        rest = {1: "wide", 2: "two"}.get(len(boxes) % 3)
        self.spans = {"case_kind": "wide", **({boxes[-1]: rest} if rest else {})}

    @property
    def facts(self) -> dict[str, Any]:
        """What was filled in, as the verb takes it."""
        return {name: self.cleaned_data[name] for name in self.triage.asks}

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The proposals for desk/_proposal.html."""
        return [proposal_shown(proposal) for proposal in self.triage.proposals]


class TriageForm(PrepareForm):
    """繁简分流: the facts, the class or classes, why."""

    on = DayField(label=_("分流日期"))
    reason = long_text(
        label=_("理由"),
        required=False,
        help_text=_("查控尚未完成就分流，或者不采用建议的，必须写明"),
    )

    def prepare(self) -> None:
        """The facts first, then the classes with what is proposed, then day and reason."""
        super().prepare()
        words = load_vocabulary().facts
        for proposal in self.triage.proposals:
            question, fact = proposal.question, words[proposal.question.sets]
            self.fields[question.sets] = forms.ChoiceField(
                label=question.title or fact.zh,
                choices=with_blank(fact.values.items()),
                help_text=_t("由规则建议，可以改") if proposal.value else "",
            )
            self.initial.setdefault(question.sets, proposal.value)
        self.initial.setdefault("on", self.about.file.today)
        classes = [question.sets for question in self.triage.questions]
        self.order_fields([*self.triage.asks, *classes, "on", "reason"])

    @property
    def classes(self) -> dict[str, str]:
        """The decided classes."""
        return {question.sets: self.cleaned_data[question.sets] for question in self.triage.questions}


class TriggerForm(DatedForm):
    """登记转换情形."""

    field_order = ("event", "on")
    event = forms.ChoiceField(label=_("转换情形"))
    on = DayField(label=_("出现日期"))
    words = long_text(label=_("情况"), help_text=_("事由、来文或者文书编号"))

    def prepare(self) -> None:
        """The events on which this case's rules convert."""
        super().prepare()
        events = load_vocabulary().events
        names = dict.fromkeys(name for rule in self.about.file.state.book.conversions for name in rule.on)
        self.fields["event"].choices = with_blank((name, events[name].zh) for name in names)


class ProposeForm(ActForm):
    """提出转换."""

    ground = long_text(label=_("报告理由"), rows=3, help_text=_("写明转换情形和依据"))


class ConvertedForm(HandOverForm):
    """转换后分派."""

    recusal = None
    reason = None
    files = long_text(label=_("移交清单"), help_text=_("例如 正卷一册、查控反馈、送达回证"))
    spans: ClassVar = {"files": "wide"}

    def prepare(self) -> None:
        """A team is needed: its kind must fit the class."""
        super().prepare()
        self.fields["team"].required = True
        self.fields["team"].empty_label = _t("请选择…")


def _field(name: str) -> forms.Field:
    fact = load_vocabulary().facts[name]
    if fact.type == "boolean":
        return forms.BooleanField(label=fact.zh, required=False)
    if fact.multiple:
        return forms.MultipleChoiceField(
            label=fact.zh,
            required=False,
            choices=list(fact.values.items()),
            widget=forms.CheckboxSelectMultiple(attrs={"class": "c-row"}),
        )
    return forms.ChoiceField(label=fact.zh, required=False, choices=with_blank(fact.values.items()))
