"""The rows of a statement become lines with a verdict each; the balances are held against the sum. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache

from django.utils.translation import gettext as _

from funds.statements.amounts import day_of, fen_of
from funds.statements.movements import ASIDE, BAD, GOOD, IN, OUT, REPEAT, Movement, Reading
from funds.statements.tables import Rows
from kernel.casenumbers import court_codes
from kernel.money import format_yuan, from_fen

_HOME = frozenset(("", "CNY", "RMB", "人民币", "人民币元", "156", "01", "001"))
_CREDIT = frozenset(("贷", "贷方", "收", "收入", "C", "CR", "CRDT", "转入", "来账", "+"))
_DEBIT = frozenset(("借", "借方", "支", "支出", "付", "D", "DR", "DBIT", "转出", "往账", "-"))
_FOOT = re.compile(
    r"(合计|总计|小计|本页|期末|期初|承前|制表|打印|备注[：:]|说明[：:]|共\s*[0-9]+\s*笔|---|===)"
)
_CASE = re.compile(
    r"(20[0-9]{2})\s*[)）\]〕】>〉》]?\s*([\u4e00-\u9fff])\s*([0-9]{0,4})\s*执([\u4e00-\u9fff]?)\s*(?:字第?)?\s*([0-9]{1,8})"
)
_NAME, _REMARK = 120, 200


@lru_cache(maxsize=8192)
def number_in(remark: str) -> str:
    """The loose key of the first case number in a remark, in any style; "" where there is none."""
    if "执" not in remark:
        return ""
    found = _CASE.search(remark.translate(_WIDTH) if _WIDE.search(remark) else remark)
    if found is None:
        return ""
    year, court, code, kind, number = found.groups()
    if code and court not in court_codes():
        code = code.lstrip("0") or "0"
    return f"{year}{court}{code}执{'' if kind in '字第' else kind}{number.lstrip('0') or '0'}"


_WIDE = re.compile("[０-９]")
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}


class Reader:
    """Reads the rows below the headings. fields: place -> field."""

    def __init__(self, fields: Mapping[int, str], width: int) -> None:
        places = {what: place for place, what in fields.items() if what}
        self.width = width
        get = places.get
        self.day, self.serial, self.side = get("booked_on"), get("serial"), get("side")
        self.income, self.outgo, self.amount = get("income"), get("outgo"), get("amount")
        self.balance, self.currency = get("balance"), get("currency")
        self.name, self.account, self.bank = get("payer_name"), get("payer_account"), get("payer_bank")
        self.remark, self.summary, self.sub = get("remark"), get("summary"), get("sub_account")
        self.own = get("own_account")
        self.days: dict[str, dt.date | None] = {}
        self.seen: dict[str, tuple[dt.date | None, str, int | None]] = {}
        self.twins: dict[str, int] = {}
        self.reading = Reading()
        self.balances: list[tuple[int, int, int]] = []

    def read(self, rows: Rows, first: int) -> Reading:
        """Every row from `first` on (an index); row numbers are as a spreadsheet program shows them."""
        lines, counted = self.reading.lines, [0, 0]
        for place in range(first, len(rows)):
            row = rows[place]
            if not any(row):
                continue
            if len(row) < self.width:
                row = row + [""] * (self.width - len(row))
            line = self._line(row, place + 1)
            if line is None:
                continue
            lines.append(line)
            if line.verdict != REPEAT and line.fen is not None:
                counted[line.direction == OUT] += line.fen
        self.reading.incoming, self.reading.outgoing = counted
        self._from_balances()
        return self.reading

    def _line(self, row: list[str], number: int) -> Movement | None:
        written = row[self.day] if self.day is not None else ""
        day = day_of(written, self.days) if written else None
        if day is None and _FOOT.match("".join(row[:6])):
            return None
        fen, direction, verdict, note = self._amount(row)
        if day is None and verdict != BAD:
            verdict, note = BAD, self._no_day(row, written)
        if self.currency is not None and row[self.currency].upper() not in _HOME:
            fen, verdict, note = None, (verdict if verdict == BAD else ASIDE), _("外币")
        if self.own is not None and row[self.own]:
            self.reading.own = self.reading.own or row[self.own]
            if row[self.own] != self.reading.own:
                verdict, note = BAD, _("这一行是另一个账户的")
        remark = self._remark(row)
        name = row[self.name][:_NAME] if self.name is not None else ""
        tail = row[self.account].replace(" ", "")[-4:] if self.account is not None else ""
        tail = tail if tail.isascii() and tail.isdigit() else ""
        serial = row[self.serial][:60] if self.serial is not None else ""
        if not serial:
            serial = self._made_up(f"{day}|{direction}|{fen}|{name}|{tail}|{remark}")
        if verdict == GOOD:
            verdict, note = self._once(serial, day, direction, fen)
        if verdict in (GOOD, ASIDE) and fen is not None and self.balance is not None:
            moved = fen if direction == IN else -fen
            verdict, note = self._stands(row[self.balance], number, moved, (verdict, note))
        return Movement(
            number, serial, day, direction, fen, name, tail,
            row[self.bank][:_NAME] if self.bank is not None else "",
            remark,
            row[self.sub].replace(" ", "")[:36] if self.sub is not None else "",
            number_in(remark),
            verdict, note,
        )  # fmt: skip

    def _stands(self, written: str, number: int, moved: int, judged: tuple[str, str]) -> tuple[str, str]:
        """Keep the running balance of a line that moved money, one put aside too; a word where the balance should stand
        is a shifted row.
        """
        stands = fen_of(written)
        if isinstance(stands, str):
            return BAD, _("余额“%s”看不懂，这一行的列可能错位了") % written[:20]
        if stands is not None:
            self.balances.append((number, stands, moved))
        return judged

    def _amount(self, row: list[str]) -> tuple[int | None, str, str, str]:
        """Fen, direction, verdict and note. A negative of two columns is a correction by the bank: put aside."""
        if self.amount is not None:
            return self._signed(row)
        income = fen_of(row[self.income]) if self.income is not None else None
        outgo = fen_of(row[self.outgo]) if self.outgo is not None else None
        for found in (income, outgo):
            if isinstance(found, str):
                return None, IN, BAD, _wrong(found)
        if income and outgo:
            return None, IN, BAD, _("收入和支出两列都有金额")
        fen, direction = (outgo, OUT) if outgo else (income, IN)
        return _judged(fen, direction)

    def _signed(self, row: list[str]) -> tuple[int | None, str, str, str]:
        fen = fen_of(row[self.amount])
        if isinstance(fen, str):
            return None, IN, BAD, _wrong(fen)
        if self.side is None:
            direction = OUT if fen is not None and fen < 0 else IN
            return _judged(abs(fen) if fen is not None else None, direction)
        side = row[self.side].upper()
        if side in _DEBIT:
            return _judged(fen, OUT)
        if side in _CREDIT:
            return _judged(fen, IN)
        return None, IN, BAD, _("收支标志“%s”看不懂") % row[self.side][:10]

    def _no_day(self, row: list[str], written: str) -> str:
        if any(cell and "-" in cell and day_of(cell, {}) for cell in row):
            return _("这一行的列错位了：日期在别的列")
        return _("日期“%s”看不懂") % written[:20] if written else _("没有日期")

    def _remark(self, row: list[str]) -> str:
        remark = row[self.remark] if self.remark is not None else ""
        if self.summary is not None and row[self.summary] and row[self.summary] != remark:
            remark = f"{row[self.summary]} {remark}".strip()
        return remark[:_REMARK]

    def _made_up(self, text: str) -> str:
        """A serial for a bank that gives none: what the line says, and which of several equal ones of the file it is."""
        nth = self.twins[text] = self.twins.get(text, 0) + 1
        return "~" + hashlib.sha256(f"{text}|{nth}".encode()).hexdigest()[:24]

    def _once(self, serial: str, day: dt.date | None, direction: str, fen: int | None) -> tuple[str, str]:
        said = (day, direction, fen)
        stands = self.seen.setdefault(serial, said)
        if stands is said:
            return GOOD, ""
        if stands == said:
            return REPEAT, _("文件内重复")
        return BAD, _("流水号与文件内另一行相同，但金额或日期不同")

    def _from_balances(self) -> None:
        """Opening and closing from the running balances, which must follow each other in one order or the other."""
        lines = self.balances
        if not lines:
            return
        down = _breaks(lines)
        up = _breaks(lines[::-1]) if down else None
        if down and up:
            self.reading.flaw = _("余额与金额接不上（第 %d 行起），可能有列错位或者漏行。") % down
            return
        ordered = lines if not down else lines[::-1]
        self.reading.opening = ordered[0][1] - ordered[0][2]
        self.reading.closing = ordered[-1][1]


def _breaks(lines: list[tuple[int, int, int]]) -> int:
    """The first row whose balance does not follow from the one before; 0 when all do."""
    before = lines[0][1]
    for number, stands, moved in lines[1:]:
        if before + moved != stands:
            return number
        before = stands
    return 0


def _judged(fen: int | None, direction: str) -> tuple[int | None, str, str, str]:
    if fen is None:
        return None, direction, ASIDE, _("没有金额")
    if fen == 0:
        return 0, direction, ASIDE, _("金额为零")
    if fen < 0:
        return fen, direction, ASIDE, _("金额为负（银行冲正）")
    return fen, direction, GOOD, ""


def _wrong(kind: str) -> str:
    return _("金额小于一分") if kind == "fine" else _("金额看不懂")


def check_sum(reading: Reading) -> str:
    """Why opening + movements is not closing, in words; "" when it is."""
    if reading.opening is None or reading.closing is None:
        return _("文件没有写明期初、期末余额，也没有余额列：请填写。")
    expected = reading.opening + reading.incoming - reading.outgoing
    if expected == reading.closing:
        return ""
    return _(
        "期初 %(opening)s 加收入 %(incoming)s 减支出 %(outgoing)s 应为 %(expected)s，期末却是 %(closing)s。"
    ) % {
        "opening": format_yuan(from_fen(reading.opening)),
        "incoming": format_yuan(from_fen(reading.incoming)),
        "outgoing": format_yuan(from_fen(reading.outgoing)),
        "expected": format_yuan(from_fen(expected)),
        "closing": format_yuan(from_fen(reading.closing)),
    }
