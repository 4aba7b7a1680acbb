"""The questions of the calculator as a GET form: every answer has an address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deadlines.asking import error_words, read_extension, read_period, read_start, read_suspension
from deadlines.picking import label_of, rule_meant
from kernel.errors import BadInput
from regimes.amounts import Period, is_clock
from regimes.packs import Library
from regimes.periods import NOT_CLOCKS, local_date
from regimes.suspensions import Suspension

BY_RULE, BY_PERIOD = "rule", "period"
MOST_PAUSES = 12
# Which field of the form holds what the engine calls by another name.
FIELDS = {"start": "start", "period": "period", "extensions": "extend", "rule": "rule"}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})", re.ASCII)


class DayInput(forms.DateInput):
    """A day with the browser's own picker; what is no day stays readable as text, so that nothing is lost."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["type"] = day_type(str(value or ""))
        return context


@dataclass(slots=True)
class Pause:
    """One row of days that do not count, as written. value: what was understood; error: what is wrong."""

    number: int
    first: str = ""
    last: str = ""
    value: Suspension | None = None
    error: str = ""
    is_new: bool = False

    @property
    def first_type(self) -> str:
        """The kind of input that can show what is written."""
        return day_type(self.first)

    @property
    def last_type(self) -> str:
        """The kind of input that can show what is written."""
        return day_type(self.last)


class CalculatorForm(forms.Form):
    """A rule or a free period, from when, in which court, what was granted. No field is required by itself.

    data: a mutable copy, in which a rule found by its id or by words is then written out.
    library: rules that may be asked; courts: (code, name); today: court-local date. Cleaned, it also holds
    `moment` (the start), `amount` (the extension), and `chosen` (pack, rule) or `length` (a free period).
    """

    by = forms.ChoiceField(choices=[(BY_RULE, ""), (BY_PERIOD, "")], required=False)
    rule = forms.CharField(
        label=_lazy("期限规则"),
        required=False,
        help_text=_lazy("输入编号或字词，从列表中选"),
        widget=forms.TextInput(
            attrs={"list": "calc-rules", "autocomplete": "off", "placeholder": _lazy("例如：执行通知")}
        ),
    )
    period = forms.CharField(
        label=_lazy("期间"),
        required=False,
        help_text=_lazy("例如 5个工作日、3个月15日、48小时"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _lazy("5个工作日")}),
    )
    direction = forms.ChoiceField(
        label=_lazy("方向"),
        required=False,
        choices=[("forward", _lazy("向后算")), ("backward", _lazy("倒推：某日之前"))],
    )
    roll = forms.ChoiceField(
        label=_lazy("末日是休息日"),
        required=False,
        help_text=_lazy("倒推的，顺延即提前"),
        choices=[
            ("next_workday", _lazy("顺延")),
            ("none", _lazy("不移动")),
            ("previous_workday", _lazy("提前")),
        ],
    )
    start = forms.CharField(label=_lazy("起算日"), required=False, widget=DayInput)
    time = forms.CharField(
        label=_lazy("时刻"),
        required=False,
        help_text=_lazy("按小时算的才填"),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    court = forms.ChoiceField(label=_lazy("法院"), required=False, help_text=_lazy("用这个法院的日历和规则"))
    extend = forms.CharField(
        label=_lazy("批准延长"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": _lazy("例如 30日")}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        library: Library,
        courts: Sequence[tuple[str, str]],
        today: dt.date,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(_with_time(data), auto_id="calc-%s", initial=initial)
        self.library = library
        self.today = today
        court = self.fields["court"]
        if isinstance(court, forms.ChoiceField):
            court.choices = [("", _("全国日历")), *courts]

    @property
    def by_period(self) -> bool:
        """Whether a free period is asked, and not a rule."""
        return bool(self["by"].value() == BY_PERIOD)

    def clean(self) -> dict[str, Any]:
        """Every text as the engine's value, each fault beside its field."""
        found: dict[str, Any] = super().clean() or {}
        text = f"{found.get('start', '')} {found.get('time', '')}".strip() if found.get("start") else ""
        found["moment"] = self._read("start", text, lambda text: read_start(text, today=self.today))
        found["amount"] = self._read("extend", found.get("extend", ""), read_extension)
        if found.get("by") == BY_PERIOD:
            found["length"] = self._read("period", found.get("period", ""), read_period)
            self._need("period", _("请写期间，例如 5个工作日。"))
            self._need("start", _("请填起算日。"))
            self._check_time(found["length"] or ())
        else:
            day = local_date(found["moment"]) if found["moment"] else None
            found["chosen"] = self._read(
                "rule", found.get("rule", ""), lambda text: rule_meant(self.library, text, day)
            )
            self._need("rule", _("请选一条规则，或者改为自定期间。"))
            self._check_rule(found)
        return found

    def add_refusal(self, error: BadInput) -> None:
        """What the engine refused, beside the field it speaks of."""
        self.add_error(FIELDS.get(error.field), error_words(error))

    def _read(self, field: str, text: str, read: Callable[[str], Any]) -> Any:
        try:
            return read(text) if text else None
        except BadInput as error:
            self.add_error(field, error_words(error))
            return None

    def _need(self, field: str, words: str) -> None:
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, words)

    def _check_rule(self, found: dict[str, Any]) -> None:
        if found["chosen"] is None:
            return
        pack, rule = found["chosen"]
        self.data["rule"] = label_of(pack, rule)
        if rule.kind == "absolute" or rule.kind in NOT_CLOCKS:
            return
        self._need("start", _("请填起算日，即“%(event)s”发生的日期。") % {"event": start_name(pack, rule)})
        self._check_time(rule.period)

    def _check_time(self, period: Period) -> None:
        """Hours are counted from an instant."""
        if is_clock(period) and "start" not in self.errors and "time" not in self.errors:
            if not isinstance(self.cleaned_data["moment"], dt.datetime):
                self.add_error("time", _("这条期限按小时计算，请填时刻，例如 18:30。"))


def start_name(pack: Any, rule: Any) -> str:
    """The event a rule counts from, in Chinese."""
    event = pack.vocabulary.events.get(rule.start)
    return event.zh if event else _("起算")


def pauses_of(data: QueryDict, today: dt.date) -> list[Pause]:
    """The rows of days that do not count, as written, and one empty row at least; `more` asks for another."""
    written = zip_longest(data.getlist("pause_from"), data.getlist("pause_to"), fillvalue="")
    rows = [(first.strip(), last.strip()) for first, last in written][:MOST_PAUSES]
    pauses = [_pause(number, *row, today) for number, row in enumerate(filter(any, rows), start=1)]
    if not pauses or ("more" in data and len(pauses) < MOST_PAUSES):
        pauses.append(Pause(len(pauses) + 1, is_new="more" in data))
    return pauses


def day_type(text: str) -> str:
    """The type of an input that can show the text: the picker only shows days that exist."""
    try:
        return "date" if not text or (_DAY.fullmatch(text) and dt.date.fromisoformat(text)) else "text"
    except ValueError:
        return "text"


def _pause(number: int, first: str, last: str, today: dt.date) -> Pause:
    pause = Pause(number, first, last)
    try:
        if not first:
            raise BadInput(_("没有填开始的日期"), fix=_("请填第一个不计入的日子"))
        pause.value = read_suspension(first, last or None, today=today)
    except BadInput as error:
        pause.error = error_words(error)
    return pause


def _with_time(data: QueryDict | None) -> QueryDict | None:
    """start=2025-03-07T18:30 of an address as the two fields of the form."""
    whole = _INSTANT.fullmatch(data.get("start", "").strip()) if data else None
    if data is None or whole is None or data.get("time"):
        return data
    data = data.copy()
    data["start"], data["time"] = whole.groups()
    return data
