"""A workbook written as a stream: row by row into its archive, the same bytes for the same content. Pure.

Text is inline and stays text, whatever it begins with: nothing in it is a formula.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

_NARROW, _WIDE = 8, 60
_LONGEST = 32_000
"""A cell of a workbook holds no more characters."""
_LONGEST_TITLE = 31
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_IN_TITLE = re.compile(r"[\[\]:*?/\\]")
_DAY_ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet knows no zone
_PLAIN, _BOLD, _WRAPPED, _DAY, _MINUTE = range(5)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_STYLES = (
    f'{_HEAD}<styleSheet {_MAIN}><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
    '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="5"><xf/><xf fontId="1" applyFont="1"/>'
    '<xf applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="164" applyNumberFormat="1"/><xf numFmtId="165" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its heading and its rows; widths in characters, by column."""

    title: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = field(default_factory=tuple)


def write_workbook(tables: Iterable[Table], stored: IO[bytes]) -> None:
    """Write these sheets. Rows are drawn one by one and never held together."""
    titles: list[str] = []
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, table in enumerate(tables, start=1):
            titles.append(_IN_TITLE.sub(" ", table.title)[:_LONGEST_TITLE])
            with archive.open(_part(f"xl/worksheets/sheet{place}.xml"), "w") as sheet:
                _write_sheet(table, sheet)
        for name, content in _around(titles):
            archive.writestr(_part(name), content)


def _part(name: str) -> zipfile.ZipInfo:
    """A part without the minute of its making, so that the same content is the same file."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _write_sheet(table: Table, sheet: IO[bytes]) -> None:
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{_width(table, place - 1)}" customWidth="1"/>'
        for place in range(1, len(table.heading) + 1)
    )
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    head = (
        f'{_HEAD}<worksheet {_MAIN}><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f"{f'<cols>{columns}</cols>' if columns else ''}<sheetData>"
    )
    sheet.write(head.encode())
    sheet.write(_row(1, [_text(title, _BOLD) for title in table.heading]))
    for number, row in enumerate(table.rows, start=2):
        sheet.write(_row(number, map(_cell, row)))
    sheet.write(b"</sheetData></worksheet>")


def _width(table: Table, place: int) -> int:
    stated = table.widths[place] if place < len(table.widths) else 2 * len(table.heading[place]) + 4
    return max(_NARROW, min(stated, _WIDE))


def _row(number: int, cells: Iterable[str]) -> bytes:
    return f'<row r="{number}">{"".join(cells)}</row>'.encode()


def _cell(value: Any) -> str:
    match value:
        case None:
            return "<c/>"
        case bool():
            return f'<c t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f"<c><v>{value}</v></c>"
        case Decimal():
            return f"<c><v>{value:f}</v></c>"
        case dt.datetime():
            return f'<c s="{_MINUTE}"><v>{_serial(value.replace(tzinfo=None))}</v></c>'
        case dt.date():
            return f'<c s="{_DAY}"><v>{_serial(dt.datetime.combine(value, dt.time()))}</v></c>'
        case _:
            text = str(value)
            return _text(text, _WRAPPED if "\n" in text else _PLAIN)


def _text(text: str, style: int) -> str:
    plain = escape(_ILLEGAL.sub("", text)[:_LONGEST])
    return f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{plain}</t></is></c>'


def _serial(moment: dt.datetime) -> str:
    whole = moment - _DAY_ZERO
    return f"{whole.days + whole.seconds / 86_400:.15g}"


def _around(titles: Sequence[str]) -> list[tuple[str, str]]:
    """The parts that name the sheets and each other."""
    places = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{place}" r:id="r{place}"/>'
        for place, title in zip(places, titles, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{place}" Type="{_LINKS}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in places
    )
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{place}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for place in places
    )
    return [
        (
            "xl/workbook.xml",
            f'{_HEAD}<workbook {_MAIN} xmlns:r="{_LINKS}"><sheets>{sheets}</sheets></workbook>',
        ),
        ("xl/styles.xml", _STYLES),
        (
            "xl/_rels/workbook.xml.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
            f'<Relationship Id="styles" Type="{_LINKS}/styles" Target="styles.xml"/></Relationships>',
        ),
        (
            "_rels/.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="r1" Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        ),
        (
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{parts}</Types>',
        ),
    ]
