"""A bank file on the way into the books: the connection dies anywhere, the file is damaged; nothing half, nothing twice."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from funds.actions.claiming import Part, claim_lines, undo_claim
from funds.actions.statements import confirm_statement, preview_statement, take_statement
from funds.audit import differences
from funds.models import BankAccount, Claim, Journal, Line, Proposal, StagedLine, Statement, StatementLine
from kernel import time
from kernel.errors import BadInput, WrongState
from tests.factories.funds import Desk, desk
from tests.factories.statements import HEAD, bank_account, confirmed, previewed, row, taken, written
from tests.faults.test_funds import kill_everywhere


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    made = desk()
    assert made.officer.scope
    return made


@pytest.fixture
def account(at_desk: Desk) -> BankAccount:
    return bank_account(at_desk.court, at_desk.officer)


def rows() -> tuple[Any, ...]:
    counts = (model.objects.count() for model in (Journal, Line, StatementLine, StagedLine, Claim, Proposal))
    return (*counts, sorted(Statement.objects.values_list("pk", "state", "content")))


def day() -> str:
    return time.today().isoformat()


def test_the_database_stops_anywhere_between_file_and_books(
    at_desk: Desk, account: BankAccount, tmp_path: Path
) -> None:
    path = tmp_path / "流水.csv"
    path.write_bytes(
        written([row(day(), income="100.00"), row(day(), income="20.00"), row(day(), outgo="5.00")])
    )
    given = {"actor": at_desk.officer, "at": time.now()}
    take = {"account_id": account.pk, "path": path, "name": path.name, "key": "take"}
    assert kill_everywhere(lambda: take_statement(**take, **given), rows) >= 4
    statement = Statement.objects.get()
    columns = {int(place): what for place, what in statement.columns.items()}
    preview = {"statement_id": statement.pk, "columns": columns, "opening": None, "closing": None, "key": "p"}
    assert kill_everywhere(lambda: preview_statement(**preview, **given), rows) >= 6
    assert StagedLine.objects.count() == 3
    confirm = {"statement_id": statement.pk, "key": "c"}
    assert kill_everywhere(lambda: confirm_statement(**confirm, **given), rows) >= 12
    assert (StatementLine.objects.count(), Journal.objects.count()) == (3, 1)
    claim = {"parts": [Part(StatementLine.objects.earliest("pk").pk)], "about": at_desk.about, "key": "k"}
    assert kill_everywhere(lambda: claim_lines(**claim, **given), rows) >= 10
    receipt = Claim.objects.get().receipt
    undo = {"receipt_id": receipt.pk, "reason": "认错", "key": "u"}
    assert kill_everywhere(lambda: undo_claim(**undo, **given), rows) >= 10
    assert StatementLine.objects.earliest("pk").claimed == 0
    assert list(differences()) == []


def test_a_worker_killed_between_preview_and_confirmation_leaves_nothing_in_the_books(
    at_desk: Desk, account: BankAccount
) -> None:
    left = previewed(account, written([row(day(), serial="A1", income="100.00")]), at_desk.officer)
    assert (StatementLine.objects.count(), Journal.objects.count()) == (0, 0)
    assert list(differences()) == []
    confirmed(account, written([row(day(), serial="A1", income="100.00")]), at_desk.officer, name="再传.csv")
    with pytest.raises(Exception, match="已于"):
        confirm_statement(statement_id=left.pk, actor=at_desk.officer, at=time.now(), key="late")
    assert StatementLine.objects.count() == 1
    assert list(differences()) == []


def shifted() -> bytes:
    """The second line has lost its serial, so that all that follows stands a column to the left."""
    good, bad = row(income="100.00"), row(income="7.00")
    return written([good, [*bad[:1], *bad[2:]]])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("日期,流水号,收入\n2023-05-09,A1,1.00\n".encode("utf-16"), "UTF-16"),
        (written([row(income="1.00")])[:-3] + b"\xff\xff\x81", "第 2 行的文字编码损坏"),
        (b"", "文件是空的"),
        ('日期,流水号,收入\n2023-05-09,"A1,1.00\n'.encode(), "没有闭合的引号"),
        ("户主,说明\n甲,乙\n".encode(), "没有找到流水的表头"),
        (written([row(income="1.00")], above=[["账号：6222000011112222", ""]]), "另一个账户"),
        (b"PK\x03\x04broken", "表格已经损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "旧式 .xls 表格，或者设有打开密码"),
    ],
    ids=["utf16", "broken", "empty", "quote", "no-headings", "other-account", "zip", "old-excel"],
)
def test_a_damaged_file_is_refused_in_words_and_leaves_nothing(
    at_desk: Desk, account: BankAccount, content: bytes, words: str
) -> None:
    before = rows()
    with pytest.raises(BadInput) as refused:
        previewed(account, content, at_desk.officer)
    assert words in str(refused.value)
    assert refused.value.fix
    assert rows()[:6] == before[:6]
    assert list(differences()) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (shifted(), "错位"),
        (written([["2023-05-09", "A1", "", "0.001", "0.00", *row()[5:]]]), "金额小于一分"),
        (written([["2023-05-09", "A1", "", "12,34.00", "0.00", *row()[5:]]]), "金额看不懂"),
    ],
    ids=["shifted", "a-tenth-of-a-fen", "commas"],
)
def test_a_file_with_bad_lines_is_shown_and_cannot_be_confirmed(
    at_desk: Desk, account: BankAccount, content: bytes, words: str
) -> None:
    found = previewed(account, content, at_desk.officer)
    notes = " ".join(StagedLine.objects.values_list("note", flat=True))
    assert words in notes + found.flaw
    with pytest.raises(WrongState):
        confirm_statement(statement_id=found.pk, actor=at_desk.officer, at=time.now(), key="c")
    assert (StatementLine.objects.count(), Journal.objects.count()) == (0, 0)
    assert list(differences()) == []


def test_a_workbook_of_the_bank_comes_in_like_its_csv(at_desk: Desk, account: BankAccount) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([f"账号：{account.number}"])
    sheet.append(HEAD)
    today = time.today()
    sheet.append(
        [today, "X1", None, 1234.56, 1234.56, "云州甲公司", "6222021001110001234", "云州银行", "转账", "", ""]
    )
    sheet.append([str(today), 20230001, 0.1, None, "1,234.46", "张三", "", "", "发放", "", ""])
    stored = io.BytesIO()
    book.save(stored)
    assert taken(account, stored.getvalue(), at_desk.officer, name="流水.xlsx").form == "xlsx"
    done = confirmed(account, stored.getvalue(), at_desk.officer, name="流水.xlsx")
    found = StatementLine.objects.order_by("row").values_list("serial", "direction", "amount", "payer_tail")
    assert [(serial, way, str(amount), tail) for serial, way, amount, tail in found] == [
        ("X1", "C", "1234.56", "1234"),
        ("20230001", "D", "0.10", ""),
    ]
    assert (str(done.opening), str(done.closing)) == ("0.00", "1234.46")
    assert list(differences()) == []
