"""What the screen of the calculator shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from courts.models import Court, User
from deadlines.answers import Answer, Reckoning, answer_of
from deadlines.asking import Circumstances, calendar_in_use
from deadlines.clocks_beside import Clock, Followed, clocks_beside, followed_by, foreign_words
from deadlines.forms import CalculatorForm, Pause, pauses_of
from deadlines.library import library_in_use
from deadlines.months import Count
from deadlines.picking import choices_of
from kernel.errors import BadInput
from regimes.calendar import Calendar
from regimes.explain import explain
from regimes.packs import Library
from regimes.periods import Terms, compute

# An address that asks something has at least one of these.
ASKING = ("rule", "period", "start")


@dataclass(frozen=True, slots=True)
class CalculatorScreen:
    """The form with its rows of interruptions, then the answer with the clocks beside it, or how to begin.

    errors: {text, field_id} of the rows, which the form does not hold. foreign: the rule is not the court's.
    """

    form: CalculatorForm
    pauses: list[Pause]
    errors: list[dict[str, str]]
    answer: Answer | None = None
    clocks: list[Clock] = field(default_factory=list)
    foreign: str = ""
    examples: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_faulty(self) -> bool:
        """Whether something was asked that cannot be answered as it stands."""
        return bool(self.errors) or (self.form.is_bound and bool(self.form.errors))


@dataclass(frozen=True, slots=True)
class _Found:
    reckoning: Reckoning
    clocks: list[Clock] = field(default_factory=list)
    foreign: str = ""


def calculator(asked: QueryDict, *, user: User, today: dt.date) -> CalculatorScreen:
    """The screen for the query of an address; a court not named is the person's own. Five queries at most.

    A request for one more row (`more`) complains of nothing.
    """
    courts = list(Court.objects.order_by("code").only("pk", "code", "name", "parent_id"))
    library = library_in_use()
    own = next((court.code for court in courts if court.pk == user.court_id), "")
    asked = _with_court(asked, own)
    form = CalculatorForm(
        asked if any(asked.get(name) for name in ASKING) else None,
        library=library,
        courts=[(court.code, court.name) for court in courts],
        today=today,
        initial={"court": asked["court"], "start": today.isoformat(), "by": asked.get("by", "")},
    )
    pauses = pauses_of(asked, today)
    found = _answered(form, pauses, courts, asked)
    answer = answer_of(found.reckoning, today) if found else None
    if answer is None and "more" in asked:
        form = _quiet(form, asked)
        pauses = [Pause(row.number, row.first, row.last, is_new=row.is_new) for row in pauses]
    return CalculatorScreen(
        form=form,
        pauses=pauses,
        errors=list(_row_errors(pauses)),
        answer=answer,
        clocks=found.clocks if found else [],
        foreign=found.foreign if found else "",
        examples=[] if answer or form.is_bound else list(_examples(library, courts, asked, today)),
    )


def _answered(
    form: CalculatorForm, pauses: Sequence[Pause], courts: Sequence[Court], asked: QueryDict
) -> _Found | None:
    """The computed question with what stands beside it; a refusal of the engine becomes an error of the form."""
    if not form.is_bound or not form.is_valid() or any(row.error for row in pauses):
        return None
    court = next((court for court in courts if court.code == form.cleaned_data["court"]), None)
    amount = form.cleaned_data["amount"]
    if _terms(form.cleaned_data).direction == "backward" and _corrected(form, pauses):
        return None
    around = Circumstances(
        start=form.cleaned_data["moment"],
        suspensions=tuple(row.value for row in pauses if row.value is not None),
        extensions=(amount,) if amount else (),
    )
    try:
        reckoning = _reckoned(form, around, calendar_in_use(court.pk if court else None))
    except BadInput as error:
        form.add_refusal(error)
        return None
    if reckoning.rule is None:
        return _Found(reckoning)
    followed = followed_by(court.pk, court.parent_id) if court else Followed({}, {})
    clocks = clocks_beside(reckoning, around, library=form.library, followed=followed, link=_linker(asked))
    return _Found(reckoning, clocks, foreign_words(reckoning, court, followed))


def _reckoned(form: CalculatorForm, around: Circumstances, calendar: Calendar) -> Reckoning:
    """The computation itself. Raises BadInput."""
    terms = _terms(form.cleaned_data)
    if "chosen" not in form.cleaned_data:
        result = compute(
            terms, around.start, calendar, suspensions=around.suspensions, extensions=around.extensions
        )
        return Reckoning(Count(terms, result, calendar, around.suspensions))
    pack, rule = form.cleaned_data["chosen"]
    explanation = explain(
        rule,
        around.start,
        suspensions=around.suspensions,
        extensions=around.extensions,
        calendar=calendar,
        pack=pack,
    )
    return Reckoning(Count(terms, explanation.result, calendar, around.suspensions), explanation)


def _terms(cleaned: dict[str, Any]) -> Terms:
    """How the chosen rule or the free period counts.

    Counted back, a last day that rests moves further back: the distance must be kept.
    """
    if "chosen" in cleaned:
        _pack, rule = cleaned["chosen"]
        terms: Terms = rule.terms
        return terms
    direction = cleaned["direction"] or "forward"
    roll = cleaned["roll"] or "next_workday"
    if direction == "backward" and roll == "next_workday":
        roll = "previous_workday"
    return Terms("due", cleaned["length"], direction, roll=roll)


def _corrected(form: CalculatorForm, pauses: Sequence[Pause]) -> bool:
    """Whether a count backwards was interrupted or extended, which means nothing; each is then told in its place."""
    words = _("倒推的期限不停止计时，也不延长。请清空这一栏。")
    if form.cleaned_data["amount"] is not None:
        form.add_error("extend", words)
    rows = [row for row in pauses if row.value is not None]
    for row in rows:
        row.error = words
    return bool(rows) or bool(form.errors)


def _with_court(asked: QueryDict, own: str) -> QueryDict:
    asked = asked.copy()
    asked.setdefault("court", own)
    return asked


def _quiet(form: CalculatorForm, asked: QueryDict) -> CalculatorForm:
    """The same fields with what was written in them, and no complaints."""
    return CalculatorForm(
        None,
        library=form.library,
        courts=form.fields["court"].choices[1:],
        today=form.today,
        initial={name: asked.get(name, "") for name in form.fields},
    )


def _row_errors(pauses: Sequence[Pause]) -> Iterator[dict[str, str]]:
    for row in pauses:
        if row.error:
            text = _("第 %(n)d 段停止计时：%(error)s") % {"n": row.number, "error": row.error}
            yield {"text": text, "field_id": f"calc-pause-{row.number}"}


def _linker(asked: QueryDict) -> Callable[[str], str]:
    """The same question put to another rule, as an address."""

    def link(rule_id: str) -> str:
        other = asked.copy()
        other["rule"], other["by"] = rule_id, "rule"
        other.pop("more", None)
        return f"?{other.urlencode()}"

    return link


def _examples(
    library: Library, courts: Sequence[Court], asked: QueryDict, today: dt.date
) -> Iterator[dict[str, str]]:
    """Questions to begin with: a rule of the packs in use, and two free periods."""
    start = today.isoformat()
    for choice in choices_of(library)[:1]:
        yield {"label": choice.text, "url": _address(asked, by="rule", rule=choice.id, start=start)}
    for label, fields in (
        (_("今天起 5个工作日"), {"period": "5个工作日"}),
        (_("今天起 3个月15日"), {"period": "3个月15日"}),
    ):
        yield {"label": label, "url": _address(asked, by="period", start=start, **fields)}


def _address(asked: QueryDict, **fields: str) -> str:
    query = QueryDict(mutable=True)
    query.update({**fields, "court": asked["court"]})
    return f"?{query.urlencode()}"
