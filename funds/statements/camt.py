"""CAMT.053 (ISO 20022, bank-to-customer statement): account, balances and entries. Pure; entities are refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from funds.statements.amounts import day_of, fen_of
from funds.statements.movements import ASIDE, BAD, GOOD, IN, OUT, REPEAT, Movement, Reading
from funds.statements.reading import number_in
from kernel.workbooks import refused

_OPENING = ("OPBD", "PRCD")


def read_camt(content: bytes) -> Reading:
    """The one statement of the file. Raises BadInput (field file) for anything else, in clear words."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise refused(
            _("这个 XML 文件读不通，或者含有不安全的内容。"), _("从银行重新下载 CAMT.053 文件。")
        ) from error
    statements = [each for each in root.iter() if _name(each) == "Stmt"]
    if len(statements) != 1:
        raise refused(
            _("这不是只含一个账户的 CAMT.053 对账单。"), _("按账户分别下载；含有多份对账单的先拆开。")
        )
    return _read(statements[0])


def _read(statement: Element) -> Reading:
    reading = Reading(own=_text(statement, "Acct/Id/Othr/Id") or _text(statement, "Acct/Id/IBAN"))
    for balance in _all(statement, "Bal"):
        code, fen = _text(balance, "Tp/CdOrPrtry/Cd"), fen_of(_text(balance, "Amt"))
        if isinstance(fen, int):
            signed = -fen if _text(balance, "CdtDbtInd") == "DBIT" else fen
            if code in _OPENING:
                reading.opening = signed
            elif code == "CLBD":
                reading.closing = signed
    seen: dict[str, tuple[object, ...]] = {}
    for row, entry in enumerate(_all(statement, "Ntry"), 1):
        line = _entry(entry, row, seen)
        reading.lines.append(line)
        if line.fen is not None and line.verdict != REPEAT:
            if line.direction == IN:
                reading.incoming += line.fen
            else:
                reading.outgoing += line.fen
    return reading


def _entry(entry: Element, row: int, seen: dict[str, tuple[object, ...]]) -> Movement:
    amount = _first(entry, "Amt")
    fen = fen_of(amount.text or "" if amount is not None else "")
    direction = OUT if _text(entry, "CdtDbtInd") == "DBIT" else IN
    booked = _text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm") or _text(entry, "ValDt/Dt")
    day = day_of(booked.removesuffix("Z"), {}) if booked else None
    details = _first(entry, "NtryDtls/TxDtls")
    other = "Dbtr" if direction == IN else "Cdtr"
    name = account = bank = remark = ""
    if details is not None:
        name = _text(details, f"RltdPties/{other}/Nm") or _text(details, f"RltdPties/{other}/Pty/Nm")
        account = _text(details, f"RltdPties/{other}Acct/Id/Othr/Id")
        bank = _text(details, f"RltdAgts/{other}Agt/FinInstnId/Nm")
        remark = " ".join(each.text or "" for each in _all(details, "RmtInf/Ustrd")).strip()
    remark = (remark or _text(entry, "AddtlNtryInf"))[:200]
    sub = _text(details, "RltdPties/CdtrAcct/Id/Othr/Id") if details is not None and direction == IN else ""
    serial = (_text(entry, "AcctSvcrRef") or _text(entry, "NtryRef"))[:60]
    verdict, note = _verdict(fen, day, serial, amount)
    if amount is not None and amount.get("Ccy", "CNY") != "CNY":
        fen = None
    if verdict == GOOD:
        said = (day, direction, fen)
        stands = seen.setdefault(serial, said)
        if stands is not said:
            verdict, note = (
                (REPEAT, _("文件内重复"))
                if stands == said
                else (BAD, _("流水号与文件内另一行相同，但金额或日期不同"))
            )
    return Movement(
        row, serial, day, direction, fen if isinstance(fen, int) else None, name[:120],
        account[-4:] if account[-4:].isdigit() else "", bank[:120], remark, sub[:36], number_in(remark), verdict, note,
    )  # fmt: skip


def _verdict(
    fen: int | str | None, day: dt.date | None, serial: str, amount: Element | None
) -> tuple[str, str]:
    if isinstance(fen, str):
        return BAD, _("金额小于一分") if fen == "fine" else _("金额看不懂")
    if day is None:
        return BAD, _("没有日期")
    if not serial:
        return BAD, _("没有流水号")
    if amount is not None and amount.get("Ccy", "CNY") != "CNY":
        return ASIDE, _("外币")
    if not fen:
        return ASIDE, _("金额为零") if fen == 0 else _("没有金额")
    return (GOOD, "") if fen > 0 else (ASIDE, _("金额为负（银行冲正）"))


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _all(element: Element, path: str) -> Iterator[Element]:
    head, _sep, rest = path.partition("/")
    for child in element:
        if _name(child) == head:
            if rest:
                yield from _all(child, rest)
            else:
                yield child


def _first(element: Element, path: str) -> Element | None:
    return next(_all(element, path), None)


def _text(element: Element, path: str) -> str:
    found = _first(element, path)
    return (found.text or "").strip() if found is not None else ""
