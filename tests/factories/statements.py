"""Bank statements as banks give them, and the steps that bring one into the books."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from courts.models import Court, User
from funds.actions.revolving import claim_for_fund
from funds.actions.statements import (
    confirm_statement,
    preview_statement,
    register_bank_account,
    take_statement,
)
from funds.models import BankAccount, Statement, StatementLine, TopUp
from kernel import time

_numbers = itertools.count(1)
HEAD = (
    "交易日期", "交易流水号", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "对方开户行", "摘要", "附言", "收款虚拟账号",
)  # fmt: skip


def bank_account(court: Court, actor: User, **fields: Any) -> BankAccount:
    """An account of the court with a range of numbers."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "bank": "云州银行营业部",
        "name": f"{court.name}案款专户",
        "number": f"8010{number:012d}",
        "range_prefix": f"88{number:04d}",
        "range_width": 7,
        "key": f"account-{number}",
    }
    return register_bank_account(court=court, actor=actor, at=time.now(), **{**given, **fields})


def row(
    day: str = "2023-05-09",
    serial: str = "",
    income: str = "",
    outgo: str = "",
    *,
    payer: str = "云州市被执行人公司",
    account: str = "6222021001110001234",
    remark: str = "",
    sub: str = "",
) -> list[str]:
    """A line, without its balance."""
    return [
        day, serial or f"L{next(_numbers):08d}", outgo, income, "", payer, account, "云州银行城西支行", "转账", remark, sub,
    ]  # fmt: skip


def written(
    rows: Sequence[Sequence[str]],
    *,
    opening: str = "0.00",
    encoding: str = "gb18030",
    head: Sequence[str] = HEAD,
    above: Sequence[Sequence[str]] = (),
) -> bytes:
    """A statement as bytes, with running balances where the amounts can be read."""
    out = io.StringIO()
    sheet = csv.writer(out)
    stands = Decimal(opening)
    for line in (*above, head):
        sheet.writerow(line)
    for line in rows:
        cells = list(line)
        if len(cells) == len(HEAD) and not cells[4]:
            stands += Decimal(cells[3].replace(",", "") or 0) - Decimal(cells[2].replace(",", "") or 0)
            cells[4] = f"{stands:,.2f}"
        sheet.writerow(cells)
    return out.getvalue().encode(encoding)


def taken(
    account: BankAccount, content: bytes, actor: User, *, name: str = "流水.csv", **more: Any
) -> Statement:
    """The first step."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        given = {"key": f"take-{next(_numbers)}", **more}
        return take_statement(
            account_id=account.pk, path=path, name=name, actor=actor, at=time.now(), **given
        )


def previewed(account: BankAccount, content: bytes, actor: User, **more: Any) -> Statement:
    """The first two steps."""
    statement = taken(account, content, actor, **more)
    return preview_statement(
        statement_id=statement.pk,
        columns={int(place): what for place, what in statement.columns.items()},
        opening=None,
        closing=None,
        actor=actor,
        at=time.now(),
        key=f"preview-{next(_numbers)}",
    )


def confirmed(account: BankAccount, content: bytes, actor: User, **more: Any) -> Statement:
    """All three steps."""
    statement = previewed(account, content, actor, **more)
    return confirm_statement(
        statement_id=statement.pk, actor=actor, at=time.now(), key=f"confirm-{next(_numbers)}"
    )


def arrived(account: BankAccount, actor: User, income: str = "50000.00", **fields: Any) -> StatementLine:
    """A line in the books that nobody has claimed."""
    line = row(income=income, **{"day": time.today().isoformat(), **fields})
    statement = confirmed(account, written([line]), actor)
    return statement.lines.get()


def topped_up(court: Court, finance: User, amount: str = "10000.00") -> TopUp:
    """What the treasury paid for the revolving fund, on an account of its own: a line of the bank claimed for the fund."""
    account = bank_account(court, finance)
    line = arrived(account, finance, amount, payer="云州市财政局", remark="拨付执行周转基金")
    return claim_for_fund(line_id=line.pk, actor=finance, at=time.now(), key=f"fund-{next(_numbers)}")


def on(text: str) -> dt.date:
    """A day."""
    return dt.date.fromisoformat(text)
