"""One row of a court's ledger, read to its end: the filing it describes, or everything that is wrong in it. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TypeVar

from django.utils.translation import gettext as _

from cases import ledger_cells as cells
from cases.filings import CASE_KINDS, ID_KINDS, AgentInput, FilingInput, PartyInput, check_filing
from cases.ledger_headings import TITLES, Column, Headings, field_of
from cases.ledger_past import PAST_NODES, Past, ordered
from kernel import casenumbers
from kernel.casenumbers import CaseNumber
from kernel.errors import BadInput
from kernel.identity import check_document, check_phone
from kernel.text import normalise_width
from kernel.time import today
from kernel.workbooks import Line, Value

LONGEST = {"cause": 60, "basis": 120, "name": 120, "agent": 60}
_FOOT = re.compile(
    r"(本页)?(合计|总计|小计|共计|累计)[:：]?.{0,12}|共\d+件.{0,12}|"
    r"(填表|制表|审核|复核|统计|打印)(人|单位|日期|时间)?[:：].*|(备注|说明|注)[:：].*"
)
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Place:
    """The court whose ledger it is: its code in case numbers, its district or county, its city."""

    court_code: str
    area: str = ""
    city: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row of the sheet, in which column, and what to do."""

    row: int
    column: str
    what: str
    fix: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be filed. digest: of all it says, so that the same row is known again.

    past: what was done in the case before. doubts: what a person should look at; the row can be filed all the same.
    """

    row: int
    number: CaseNumber
    filing: FilingInput
    digest: str
    past: Past = Past()
    doubts: tuple[Problem, ...] = ()


class Row:
    """One row being read. problems: what is wrong in it, collected while it is read."""

    def __init__(self, line: Line, headings: Headings, place: Place, at: dt.datetime) -> None:
        self.line, self.columns, self.place, self.at = line, headings.columns, place, at
        self.problems: list[Problem] = []
        self.doubts: list[Problem] = []

    def value(self, name: str) -> Value:
        """The cell of a field; None where the sheet has no such column."""
        column = self.columns.get(name)
        return self.line.values[column.place] if column and column.place < len(self.line.values) else None

    def is_blank(self) -> bool:
        """Nothing in any column that we read; a row that is only numbered is blank."""
        return all(self.value(name) is None for name in self.columns)

    def is_no_case(self) -> bool:
        """A total, a footer, or the heading printed again on the next page."""
        number = self.value("number")
        if isinstance(number, str) and field_of(number) == "number":
            return True
        if isinstance(number, str) and re.search(r"执|\d{4}", number):
            return False
        first = next((value for value in self.line.values if isinstance(value, str) and value.strip()), "")
        return bool(_FOOT.fullmatch(re.sub(r"\s", "", normalise_width(first))))

    def read(self) -> Entry | None:
        """The filing, or None when `problems` says why there is none."""
        number = self._number()
        applicants = self._parties("applicant")
        respondents = self._parties("respondent")
        filed_on = self._date("filed_on")
        amount = self._amount("claim_amount") or Decimal("0.00")
        fields = {
            "cause": self._short("cause", LONGEST["cause"]),
            "basis": self._short("basis", LONGEST["basis"]),
            "received_on": self._date("received_on"),
            "application_on": self._date("application_on"),
            "costs_amount": self._amount("costs_amount") or Decimal("0.00"),
            "channel": self._ask("channel", lambda v: cells.channel_of(cells.text_of(v)), "on_site"),
            "claim_kind": self._ask("claim_kind", lambda v: cells.claim_kind_of(cells.text_of(v)), "money"),
        }
        if filed_on is None and not self._has_problem("filed_on"):
            self._note("filed_on", _("没有填写"), _("填写立案日期，例如 2023年3月5日。"))
        if number is not None and filed_on is not None and not 0 <= filed_on.year - number.year <= 1:
            self._note("filed_on", _("与案号的年度 %d 不符") % number.year, _("核对立案日期和案号。"))
        past = self._past(filed_on)
        if self.problems or number is None or filed_on is None:
            return None
        filing = FilingInput(
            parties=[*applicants, *respondents],
            claim_amount=amount,
            filed_on=filed_on,
            number=str(number),
            kind=number.kind,
            imported=filed_on < today(self.at),
            **fields,
        )
        if not self._passes(filing):
            return None
        return Entry(self.line.number, number, filing, _digest(filing, past), past, tuple(self.doubts))

    def _past(self, filed_on: dt.date | None) -> Past:
        """What the dated columns say was done; a day before the filing is a problem, a closed case is no open one."""
        if self._date("closed_on") is not None:
            self._note("closed_on", _("这一件已经结案"), _("只录入在办案件；删去这一行，或清空结案日期。"))
        days: dict[str, dt.date] = {}
        for name in ("assigned_on", *(node.field for node in PAST_NODES)):
            day = self._date(name)
            if day is None:
                continue
            if filed_on is not None and day < filed_on:
                self._note(name, _("早于立案日期 %s") % filed_on.isoformat(), _("核对两个日期。"))
            if day > today(self.at):
                self._note(name, _("晚于今天"), _("填写实际办理的日期；还没有办理的留空。"))
            days[name] = day
        handler = " ".join(self._ask("handler", cells.text_of, "").split())
        assigned_on = days.pop("assigned_on", None)
        if handler and assigned_on is None:
            self._doubt(
                "handler",
                _("没有分案日期，录入后待分案"),
                _("补填分案日期，或者录入以后再分案。"),
                quiet=True,
            )
        if assigned_on is not None and not handler:
            self._doubt("assigned_on", _("没有承办人，录入后待分案"), _("补填承办人姓名。"))
        return Past(handler, assigned_on, ordered(days))

    def _number(self) -> CaseNumber | None:
        text = self._ask("number", cells.text_of, "")
        if not text:
            if not self._has_problem("number"):
                self._note(
                    "number",
                    _("没有填写"),
                    _("填写案号；同一案件有几名当事人的，写在同一行，用、隔开。"),
                )
            return None
        return self._ask(
            "number",
            lambda _v: casenumbers.parse(
                text,
                courts=[self.place.court_code],
                kinds=sorted(CASE_KINDS),
                today=today(self.at),
                field="number",
            ),
            None,
        )

    def _parties(self, role: str) -> list[PartyInput]:
        names = self._ask(role, cells.names_of, [])
        if not names:
            if not self._has_problem(role):
                self._note(role, _("没有填写"), _("至少填写一名。"))
            return []
        ids = self._spread(f"{role}_id", names)
        kinds = self._spread(f"{role}_kind", names, shared=True)
        phones = self._spread(f"{role}_phone", names)
        places = self._spread(f"{role}_location", names, shared=True)
        addresses = self._spread(f"{role}_address", names, shared=True)
        agents = [self._agents(role), *([()] * (len(names) - 1))]
        return [
            self._party(role, *given)
            for given in zip(names, ids, kinds, phones, places, addresses, agents, strict=True)
        ]

    def _party(
        self,
        role: str,
        name: str,
        id_number: str,
        stated: str,
        phones: str,
        location: str,
        address: str,
        agents: Sequence[AgentInput],
    ) -> PartyInput:
        if len(name) > LONGEST["name"]:
            self._note(role, _("“%s”太长") % name[:20], _("名称最多 %d 个字。") % LONGEST["name"])
        kind = self._ask(role, lambda _v: cells.kind_of(name, id_number, stated), "natural_person")
        return PartyInput(
            role=role,
            kind=kind,
            name=name,
            id_number=id_number.upper(),
            id_reason=self._id_reason(role, name, kind, id_number),
            phones=self._phones(f"{role}_phone", name, phones),
            address=address,
            location=self._ask(
                f"{role}_location",
                lambda _v: cells.location_of(location, area=self.place.area, city=self.place.city),
                "",
            ),
            agents=agents,
        )

    def _id_reason(self, role: str, name: str, kind: str, id_number: str) -> str:
        """Why a doubtful number is kept; "" for a good one. A doubtful one without a reason is a problem."""
        if not id_number:
            return ""
        found = check_document(id_number, kind=ID_KINDS.get(kind, "other"), today=today(self.at))
        if found.ok:
            return ""
        reason = self._ask("id_reason", cells.text_of, "")
        if not reason:
            fix = _("核对证件；确系如此的，加一列“证件存疑说明”写明理由。")
            self._note(f"{role}_id", f"{name}：{found.message}", fix)
        return reason[:120]

    def _phones(self, name: str, party: str, text: str) -> list[str]:
        numbers = []
        for phone in cells.phones_of(text):
            found = check_phone(phone)
            if not found.ok:
                self._note(name, f"{party}：{found.message}", _("核对电话号码；没有的写“无”。"))
            numbers.append(found.value)
        return list(dict.fromkeys(numbers))

    def _agents(self, role: str) -> list[AgentInput]:
        """The agents of the first party of a side; an agent's phone stands in a column of its own."""
        names = self._ask(f"{role}_agent", cells.names_of, [])
        phones = self._spread(f"{role}_agent_phone", names) if names else []
        agents = []
        for name, text in zip(names, phones, strict=True):
            numbers = self._phones(f"{role}_agent_phone", name, text)
            is_lawyer = "律师" in self.columns[f"{role}_agent"].title
            agents.append(AgentInput(name[: LONGEST["agent"]], numbers[0] if numbers else "", is_lawyer))
        return agents

    def _passes(self, filing: FilingInput) -> bool:
        """What the verb itself would refuse."""
        try:
            warnings = check_filing(filing, self.at)
        except BadInput as error:
            self._note(error.field, str(error), str(error.fix))
            return False
        for warning in warnings:
            self._doubt("id_reason", warning, _("核对证件；无误的可以录入。"))
        return True

    def _date(self, name: str) -> dt.date | None:
        return self._ask(name, lambda value: cells.date_of(value, today=today(self.at)), None)

    def _amount(self, name: str) -> Decimal | None:
        column = self.columns.get(name)
        return self._ask(name, lambda v: cells.amount_of(v, unit=column.unit if column else Decimal(1)), None)

    def _short(self, name: str, most: int) -> str:
        text = " ".join(self._ask(name, cells.text_of, "").split())
        if len(text) > most:
            self._note(name, _("有 %d 个字，太长") % len(text), _("最多 %d 个字，请写得短些。") % most)
        return text

    def _spread(self, name: str, names: Sequence[str], *, shared: bool = False) -> list[str]:
        return self._ask(name, lambda value: cells.spread(value, names, shared=shared), [""] * len(names))

    def _ask(self, name: str, read: Callable[[Value], _Read], otherwise: _Read) -> _Read:
        """What a cell says; when it cannot be read that is noted and `otherwise` stands in for it."""
        try:
            return read(self.value(name))
        except BadInput as error:
            self._note(name, str(error), str(error.fix))
            return otherwise

    def _note(self, name: str, what: str, fix: str) -> None:
        column: Column | None = self.columns.get(name)
        problem = Problem(self.line.number, column.title if column else TITLES.get(name, ""), what, fix)
        if problem not in self.problems:
            self.problems.append(problem)

    def _doubt(self, name: str, what: str, fix: str, *, quiet: bool = False) -> None:
        # Without a column of assignment days nobody expected the cases of this ledger to arrive assigned.
        if quiet and "assigned_on" not in self.columns:
            return
        column = self.columns.get(name)
        self.doubts.append(Problem(self.line.number, column.title if column else "", what, fix))

    def _has_problem(self, name: str) -> bool:
        column = self.columns.get(name)
        return column is not None and any(problem.column == column.title for problem in self.problems)


def _digest(filing: FilingInput, past: Past) -> str:
    # Whether a row lies in the past depends on the day it is read.
    content = {name: value for name, value in asdict(filing).items() if name != "imported"}
    if past.acts or past.assigned_on is not None:
        content["past"] = asdict(past)
    said = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
