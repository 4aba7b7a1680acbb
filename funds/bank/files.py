"""批量文件: orders as a file that the bank takes, and its answers as rows. Layouts are data/payment_files.yaml. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree  # noqa: S405  written here, never read

import yaml
from django.utils.translation import gettext as _

from funds.bank.contract import Order, Result
from funds.statements.tables import Rows
from kernel.errors import BadInput, DomainError
from kernel.money import parse_amount
from kernel.workbooks import refused

SOURCE = Path(__file__).resolve().parents[1] / "data/payment_files.yaml"
FIELDS = {
    "number", "reference", "amount", "payer_account", "payee_account", "payee_name", "payee_bank", "purpose",
}  # fmt: skip
NEEDED = {"reference", "amount", "payee_account", "payee_name"}
PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_DAY = re.compile(r"(\d{4})[-/年.]?(\d{1,2})[-/月.]?(\d{1,2})日?")
_FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Layout:
    """One bank's way of writing a file. columns: (heading, field); none for XML."""

    id: str
    title: str
    kind: str
    encoding: str
    columns: tuple[tuple[str, str], ...]

    @property
    def ending(self) -> str:
        """Of the file's name."""
        return "csv" if self.kind == "csv" else "xml"


@dataclass(frozen=True, slots=True)
class ReturnLine:
    """A line of a return file. row: as a person counts; result: paid, returned, unknown."""

    row: int
    reference: uuid.UUID
    amount: Decimal
    result: Result
    bank_ref: str = ""
    on: dt.date | None = None
    reason: str = ""


@cache
def layouts() -> dict[str, Layout]:
    """The layouts by id. Raises ValueError that names what is wrong with the data."""
    return {layout.id: layout for layout in map(_layout, _data()["layouts"])}


def layout_of(layout_id: str) -> Layout:
    """A layout. Raises BadInput."""
    try:
        return layouts()[layout_id]
    except KeyError:
        raise BadInput(_("没有这种文件格式。"), field="layout", fix=_("从列出的格式中选择。")) from None


def written(layout: Layout, orders: Sequence[Order], *, name: str, at: dt.datetime) -> bytes:
    """The file: the same bytes for the same orders. Raises BadInput for a name that the bank's encoding lacks."""
    if layout.kind != "csv":
        return _pain(orders, name, at)
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow([heading for heading, _field in layout.columns])
    for number, order in enumerate(orders, start=1):
        sheet.writerow([_cell(_value(order, field, number)) for _heading, field in layout.columns])
    try:
        return out.getvalue().encode(layout.encoding)
    except UnicodeEncodeError as error:
        raise BadInput(
            _("“%s”不能用这家银行的文字编码表示。") % error.object[error.start : error.end],
            field="layout",
            fix=_("换一种文件格式，或者从批次中去掉这一笔单独付款。"),
        ) from error


def read_returns(rows: Rows) -> list[ReturnLine]:
    """The lines of a return file. Raises BadInput (field file) that names the row and the column."""
    heads = _data()["returns"]["headings"]
    for place, row in enumerate(rows[:20]):
        columns = {field: row.index(name) for field, names in heads.items() for name in names if name in row}
        if {"reference", "result", "amount"} <= columns.keys():
            return [
                _line(number, row, columns)
                for number, row in enumerate(rows[place + 1 :], place + 2)
                if any(row)
            ]
    raise refused(
        _("回盘文件里没有找到“指令号”“金额”“结果”三列。"), _("核对是不是本批次的回盘文件，列名不要改动。")
    )


def _line(number: int, row: list[str], columns: dict[str, int]) -> ReturnLine:
    cells = {field: row[place] if place < len(row) else "" for field, place in columns.items()}
    try:
        reference = uuid.UUID(cells["reference"])
        amount = parse_amount(cells["amount"])
        on = _day(cells.get("on", ""))
    except (ValueError, DomainError) as error:
        raise refused(
            _("回盘文件第 %d 行的指令号、金额或日期读不出来。") % number,
            _("从网银重新下载回盘文件，不要改动其中的内容。"),
        ) from error
    result = next(
        (r for r in (Result.PAID, Result.RETURNED) if cells["result"] in _data()["returns"][r]),
        Result.UNKNOWN,
    )
    if result is Result.PAID and (not cells.get("bank_ref") or on is None):
        raise refused(
            _("回盘文件第 %d 行写明成功，但没有银行回单号或者日期。") % number,
            _("请银行补全后重新导入。"),
        )
    return ReturnLine(
        number, reference, amount, result, cells.get("bank_ref", "")[:60], on, cells.get("reason", "")[:200]
    )


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    found = _DAY.match(text)
    if found is None:
        raise ValueError(text)
    return dt.date(*map(int, found.groups()))


def _value(order: Order, field: str, number: int) -> str:
    if field == "number":
        return str(number)
    value = getattr(order, field)
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _cell(text: str) -> str:
    """A text that a spreadsheet would compute is written so that it does not."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _pain(orders: Sequence[Order], name: str, at: dt.datetime) -> bytes:
    root = ElementTree.Element("Document", xmlns=PAIN)
    initiation = ElementTree.SubElement(root, "CstmrCdtTrfInitn")
    total = f"{sum((order.amount for order in orders), Decimal(0)):.2f}"
    head = ElementTree.SubElement(initiation, "GrpHdr")
    texts = (
        ("MsgId", name),
        ("CreDtTm", f"{at:%Y-%m-%dT%H:%M:%SZ}"),
        ("NbOfTxs", str(len(orders))),
        ("CtrlSum", total),
    )
    for tag, text in texts:
        ElementTree.SubElement(head, tag).text = text
    payment = ElementTree.SubElement(initiation, "PmtInf")
    for tag, text in (
        ("PmtInfId", name),
        ("PmtMtd", "TRF"),
        ("NbOfTxs", str(len(orders))),
        ("CtrlSum", total),
    ):
        ElementTree.SubElement(payment, tag).text = text
    _put(payment, "DbtrAcct/Id/Othr/Id", orders[0].payer_account if orders else "")
    for order in orders:
        transfer = ElementTree.SubElement(payment, "CdtTrfTxInf")
        _put(transfer, "PmtId/EndToEndId", str(order.reference))
        amount = _put(transfer, "Amt/InstdAmt", f"{order.amount:.2f}")
        amount.set("Ccy", "CNY")
        _put(transfer, "CdtrAgt/FinInstnId/Nm", order.payee_bank)
        _put(transfer, "Cdtr/Nm", order.payee_name)
        _put(transfer, "CdtrAcct/Id/Othr/Id", order.payee_account)
        _put(transfer, "RmtInf/Ustrd", order.purpose)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _put(parent: Any, path: str, text: str) -> Any:
    for tag in path.split("/"):
        parent = ElementTree.SubElement(parent, tag)
    parent.text = text
    return parent


@cache
def _data() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return content


def _layout(given: dict[str, Any]) -> Layout:
    columns = tuple((str(heading), str(field)) for heading, field in given.get("columns", ()))
    fields = {field for _heading, field in columns}
    if given.get("kind") not in ("csv", "pain.001"):
        raise ValueError(f"{SOURCE.name}: {given.get('id')}: kind is csv or pain.001")
    if given["kind"] == "csv" and (fields - FIELDS or NEEDED - fields):
        raise ValueError(
            f"{SOURCE.name}: {given['id']}: unknown {fields - FIELDS}, missing {NEEDED - fields}"
        )
    return Layout(given["id"], given["title"], given["kind"], given.get("encoding", "utf-8"), columns)
