"""银行流水 of the demo's first court: an account with a range of numbers, what happened before it in one file, then a file
for each working day of a month. What was recorded by hand is in them; some lines nobody has claimed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile

from cases.actions.claiming import claim_for_case
from enforcement.demo.case import DemoCase
from enforcement.demo.people import Bench
from enforcement.demo.script import PREFIX, Script
from funds.actions.claiming import Part
from funds.actions.revolving import claim_for_fund
from funds.actions.statements import (
    confirm_statement,
    preview_statement,
    register_bank_account,
    take_statement,
)
from funds.models import BankAccount, Payout, Receipt, Statement, StatementLine
from funds.revolving import WORDS
from funds.states import PayoutState, ReceiptState
from kernel import time

DAYS = 24
"""Working days that have a file of their own."""
HEAD = (
    "交易日期", "交易流水号", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "对方开户行", "摘要", "附言",
)  # fmt: skip
BANK = "云州银行城西支行"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the bank: yuan in or out, the other side, what was written."""

    on: dt.date
    serial: str
    income: Decimal | None
    outgo: Decimal | None
    name: str
    remark: str


def bank_month(script: Script, bench: Bench, quiet: Sequence[DemoCase]) -> None:
    """Put the account, the files and the claims into the script. quiet: open cases whose story has ended."""
    finance = bench.who("finance")
    first = script.workdays_ago(DAYS + 1)

    def open_account(key: str) -> object:
        return register_bank_account(
            court=bench.court,
            bank=BANK,
            name=f"{bench.court.name}案款专户",
            number="801000123456780001",
            range_prefix="80100012",
            range_width=7,
            actor=finance,
            at=time.now(),
            key=key,
        )

    script.add(first, 0, f"{PREFIX}bank:0", open_account)
    for place in range(1, DAYS + 1):
        until, day = script.workdays_ago(DAYS + 2 - place), script.workdays_ago(DAYS + 1 - place)
        left = DAYS - place
        script.add(
            day,
            -100 - place,
            f"{PREFIX}bank:{place}",
            lambda key, until=until, left=left: _book(bench, until, left, quiet, key),
            tells=True,
        )
    script.add(script.workdays_ago(8), -300, f"{PREFIX}fund:1", lambda key: _into_fund(bench, key))
    if not quiet:
        return
    script.add(
        script.workdays_ago(2), -200, f"{PREFIX}bank:{DAYS + 1}", lambda key: _claim(bench, quiet, key)
    )


def _book(bench: Bench, until: dt.date, left: int, quiet: Sequence[DemoCase], key: str) -> object:
    """The file of what the bank booked since the last one, in its three steps."""
    account = BankAccount.objects.get(court=bench.court)
    last = account.statements.filter(state=Statement.State.CONFIRMED).order_by("-until_on").first()
    since = last.until_on if last and last.until_on else dt.date.min
    entries = sorted(
        [*_known(bench, since, until), *_strange(until, left, quiet)],
        key=lambda entry: (entry.on, entry.outgo or 0),
    )
    given = {"actor": bench.who("finance"), "at": time.now()}
    with NamedTemporaryFile(suffix=".csv") as stored:
        stored.write(_written(entries, last.closing if last and last.closing is not None else Decimal(0)))
        stored.flush()
        taken = take_statement(
            account_id=account.pk,
            path=Path(stored.name),
            name=f"{BANK}流水{until:%Y%m%d}.csv",
            key=f"take:{key}",
            **given,
        )
    preview_statement(
        statement_id=taken.pk,
        columns={int(place): what for place, what in taken.columns.items()},
        opening=None,
        closing=None,
        key=f"preview:{key}",
        **given,
    )
    return confirm_statement(statement_id=taken.pk, key=key, **given)


def _known(bench: Bench, since: dt.date, until: dt.date) -> Iterator[Entry]:
    """What the books know: receipts recorded by hand, payouts that the bank has confirmed."""
    receipts = Receipt.objects.filter(court=bench.court, arrived_on__gt=since, arrived_on__lte=until)
    for receipt in receipts.exclude(state=ReceiptState.VOIDED).filter(claim__isnull=True).order_by("pk"):
        yield Entry(
            receipt.arrived_on, receipt.bank_serial, receipt.amount, None, receipt.payer_name, receipt.remark
        )
    paid = Payout.objects.filter(
        court=bench.court, state=PayoutState.PAID, paid_on__gt=since, paid_on__lte=until
    )
    for payout in paid.select_related("payee").order_by("pk"):
        yield Entry(payout.paid_on, payout.bank_ref, None, payout.amount, payout.payee.name, "执行款发放")


def _strange(until: dt.date, left: int, quiet: Sequence[DemoCase]) -> Iterator[Entry]:
    """What the books do not know, by how many working days of files are still to come."""
    serial = f"YZ{until:%Y%m%d}"
    yield Entry(until, f"{serial}0", Decimal(0), None, "", "余额通知")
    if left in (1, 4) and quiet:
        case = quiet[left % len(quiet)]
        yield Entry(
            until, f"{serial}1", Decimal(3600) + left, None, case.respondents[0].name, f"{case.number}执行款"
        )
    if left in (1, 9):
        yield Entry(until, f"{serial}3", Decimal(200000), None, "云州市财政局", "拨付执行专项周转基金")
    if left in (2, 3, 7):
        yield Entry(
            until, f"{serial}2", Decimal("1250.50") * (left + 1), None, "云州市恒泰商贸有限公司", "货款"
        )


def _claim(bench: Bench, quiet: Sequence[DemoCase], key: str) -> object:
    """The oldest line whose remark names its case is claimed."""
    line = StatementLine.objects.unclaimed().filter(court=bench.court, number_key__gt="").earliest("pk")
    case = next(case for case in quiet if case.number in line.remark)
    return claim_for_case(
        case_id=case.case_id, parts=[Part(line.pk)], actor=bench.who("finance"), at=time.now(), key=key
    )


def _into_fund(bench: Bench, key: str) -> object:
    """What the treasury paid for the revolving fund is claimed for it; a later payment waits on the matching desk."""
    line = StatementLine.objects.unclaimed().filter(court=bench.court, remark__contains=WORDS).earliest("pk")
    return claim_for_fund(line_id=line.pk, actor=bench.who("finance"), at=time.now(), key=key)


def _written(entries: Sequence[Entry], opening: Decimal) -> bytes:
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow([f"期初余额：{opening:.2f}"])
    sheet.writerow(HEAD)
    stands = opening
    for entry in entries:
        stands += (entry.income or 0) - (entry.outgo or 0)
        sheet.writerow(
            [
                entry.on.isoformat(),
                entry.serial,
                "" if entry.outgo is None else f"{entry.outgo:,.2f}",
                "" if entry.income is None else f"{entry.income:,.2f}",
                f"{stands:,.2f}",
                entry.name,
                "",
                "",
                "转账",
                entry.remark,
            ]
        )
    sheet.writerow([f"期末余额：{stands:.2f}"])
    return out.getvalue().encode("gb18030")
