"""Any statement a bank may write is read back as it was meant: columns, encodings, order, CAMT; any wrong digit is noticed."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funds.numbers import is_whole, sub_account
from funds.statements.amounts import fen_of
from funds.statements.camt import read_camt
from funds.statements.headings import outline
from funds.statements.movements import GOOD, Reading
from funds.statements.reading import Reader, check_sum, number_in
from funds.statements.tables import read_rows
from kernel.casenumbers import loose_key

NAMES = st.text("云州市张三李四有限公司（）·a1 ,\"'", min_size=1, max_size=20).map(str.strip).filter(bool)
ENTRY = st.tuples(
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from("CD"),
    st.integers(1, 10**13),
    NAMES,
    st.text("0123456789", min_size=4, max_size=19),
    NAMES,
)
ENTRIES = st.lists(ENTRY, min_size=1, max_size=12)
OPENING = st.integers(0, 10**13)
DAYS = st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S", "%Y.%m.%d"])
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])


def yuan(fen: int, *, commas: bool) -> str:
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}" if commas else f"{sign}{fen // 100}.{fen % 100:02d}"


def meant(entries: list[Any]) -> list[tuple[Any, ...]]:
    return [(day, side, fen, name, account[-4:], remark) for day, side, fen, name, account, remark in entries]


def said(reading: Reading) -> list[tuple[Any, ...]]:
    assert {line.verdict for line in reading.lines} == {GOOD}
    return [
        (line.booked_on, line.direction, line.fen, line.payer_name, line.payer_tail, line.remark)
        for line in reading.lines
    ]


@given(
    ENTRIES,
    OPENING,
    st.sampled_from(["two", "signed", "side"]),
    DAYS,
    ENCODINGS,
    st.booleans(),
    st.booleans(),
)
def test_any_table_is_read_as_it_was_written(
    entries: list[Any], opening: int, layout: str, days: str, encoding: str, commas: bool, upside_down: bool
) -> None:
    amounts = {"two": ["支出", "收入"], "signed": ["金额"], "side": ["金额", "借贷标志"]}[layout]
    head = ["交易日期", "流水号", *amounts, "余额", "对方户名", "对方账号", "附言"]
    rows, stands = [], opening
    for number, (day, side, fen, name, account, remark) in enumerate(entries):
        stands += fen if side == "C" else -fen
        text = yuan(fen, commas=commas)
        cells = {
            "two": [text if side == "D" else "", text if side == "C" else ""],
            "signed": [text if side == "C" else f"-{text}"],
            "side": [text, "贷" if side == "C" else "借"],
        }[layout]
        rows.append(
            [
                day.strftime(days),
                f"N{number}",
                *cells,
                yuan(stands, commas=commas),
                name,
                f'="{account}"',
                remark,
            ]
        )
    out = io.StringIO()
    csv.writer(out).writerows([["账户明细查询"], [], head, *(rows[::-1] if upside_down else rows)])
    table = read_rows(out.getvalue().encode(encoding))
    seen = outline(table, {})
    reading = Reader(seen.fields, max(seen.titles) + 1).read(table, seen.row + 1)
    assert said(reading) == (meant(entries)[::-1] if upside_down else meant(entries))
    assert reading.flaw == ""
    assert check_sum(reading) == ""
    if len(entries) > 1 and len({(e[1], e[2]) for e in entries}) == len(entries):
        assert (reading.opening, reading.closing) == (opening, stands)


@given(ENTRIES, OPENING)
def test_any_camt_is_read_as_it_was_written(entries: list[Any], opening: int) -> None:
    stands = opening + sum(fen if side == "C" else -fen for _d, side, fen, *_rest in entries)
    reading = read_camt(camt(entries, opening, stands))
    assert said(reading) == meant(entries)
    assert (reading.opening, reading.closing, reading.own) == (opening, stands, "8010000000000001")
    assert check_sum(reading) == ""


def camt(entries: list[Any], opening: int, closing: int) -> bytes:
    parts = []
    for number, (day, side, fen, name, account, remark) in enumerate(entries):
        other, word = ("Dbtr", "CRDT") if side == "C" else ("Cdtr", "DBIT")
        parts.append(
            f"<Ntry><Amt Ccy='CNY'>{yuan(fen, commas=False)}</Amt><CdtDbtInd>{word}</CdtDbtInd>"
            f"<BookgDt><Dt>{day.isoformat()}</Dt></BookgDt><AcctSvcrRef>N{number}</AcctSvcrRef><NtryDtls><TxDtls>"
            f"<RltdPties><{other}><Nm>{escape(name)}</Nm></{other}><{other}Acct><Id><Othr><Id>{account}</Id></Othr></Id>"
            f"</{other}Acct></RltdPties><RmtInf><Ustrd>{escape(remark)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )

    def balance(code: str, fen: int) -> str:
        word = "DBIT" if fen < 0 else "CRDT"
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f"<Amt Ccy='CNY'>{yuan(abs(fen), commas=False)}</Amt><CdtDbtInd>{word}</CdtDbtInd></Bal>"
        )

    body = "".join([balance("OPBD", opening), balance("CLBD", closing), *parts])
    return (
        "<Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt><Stmt>"
        f"<Acct><Id><Othr><Id>8010000000000001</Id></Othr></Id></Acct>{body}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


@given(st.integers(-(10**15), 10**15), st.booleans())
def test_amounts_come_back(fen: int, commas: bool) -> None:
    assert fen_of(yuan(fen, commas=commas)) == fen


@given(st.text("0123456789.,-+ ¥", max_size=12))
def test_no_amount_is_guessed(text: str) -> None:
    found = fen_of(text)
    assert found is None or found in ("text", "fine") or isinstance(found, int)


@given(st.integers(1, 9_999_999), st.data())
def test_any_wrong_digit_of_a_number_is_noticed(ordinal: int, data: st.DataObject) -> None:
    number = sub_account("880012", ordinal, 7)
    assert is_whole(number)
    place = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[place]]))
    assert not is_whole(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(
    "remark",
    [
        "（2023）鄂1003执123号",
        "(2023)鄂1003执123号案款",
        "付[2023]鄂1003执123",
        "执行款 2023鄂1003执00123号 张三",
        "〔２０２３〕鄂1003执123号执行费",
        "2023 鄂1003 执 123 号",
    ],
)
def test_a_case_number_is_found_in_any_style(remark: str) -> None:
    assert number_in(remark) == loose_key("（2023）鄂1003执123号")


def test_no_number_is_made_up() -> None:
    assert number_in("执行款") == ""
    assert number_in("货款2023年5月") == ""
