"""A bank file of 100,000 lines into the books, matched, beside an ORM loop; a posting beside django-hordak's transfer_to.

Goals: the file at 15,000 lines a second by the clock, which a busy machine does not reach, so that the rate by processor
time (this process and its backend together) is printed beside it; 50 times the loop, under 500 MB, and the same file again adds nothing; a posting with its
key and balance check at three times hordak. Both sides of a posting do the same in one transaction: a key that may be
used once, two legs, and a balance that is not below zero behind it; hordak keeps no key, so it is given a table of keys
with a primary key, and sums its balance. hordak is installed for the run only (pip, into a folder of the run); without it
the posting is not measured, and said so.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time as stopwatch
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from bench.ground.database import own_database, settle
from bench.ground.figures import Figure, compared
from cases import matching
from courts.models import Appointment, Court, User
from events import log
from funds.accounts import Account, JournalKind
from funds.actions.statements import (
    confirm_statement,
    preview_statement,
    register_bank_account,
    take_statement,
)
from funds.books import issue_number, open_book
from funds.ledger import credit, debit, post
from funds.models import BankAccount, Book, Proposal, StatementLine, SubAccount
from kernel import time
from kernel.errors import Conflict

RATE, LOOP, MEMORY_MB, HORDAK = 15_000, 50, 500, 3
HEAD = ("交易日期", "交易流水号", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号", "对方开户行", "摘要", "附言", "收款虚拟账号")  # fmt: skip
HORDAK_PINS = ("django-hordak==2.0.0", "django>=5.2,<5.3")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much of it, how often."""
    parser.add_argument("--lines", type=int, default=100_000, help="lines of the file (default: 100000)")
    parser.add_argument("--loop", type=int, default=500, help="lines of the ORM loop (default: 500)")
    parser.add_argument("--books", type=int, default=5_000, help="case books (default: 5000)")
    parser.add_argument("--postings", type=int, default=400, help="postings a round (default: 400)")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds after one warm-up (default: 3)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Stage a court, then files and postings in turn with their peers."""
    with own_database() as staging:
        court, officer = _people()
        numbers = _books(court, options.books)
        rounds, spent = [], []
        for turn in range(options.rounds + 1):
            rate, by_processor = file_rate(staging, court, officer, numbers, options.lines, turn)
            spent.append((by_processor, RATE))
            rounds.append((rate, loop_rate(court, options.loop, turn)))
        figures = _of_files(rounds[1:], spent[1:], options.lines)
        return figures + _of_postings(court, options)


def _of_files(
    rounds: list[tuple[float, float]], spent: list[tuple[float, float]], lines: int
) -> list[Figure]:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        compared(
            "bank file beside an ORM loop",
            rounds,
            unit="lines/s",
            rows=lines,
            goal=f"ratio >= {LOOP}",
            reached=lambda _, ratio: ratio >= LOOP,
        ),
        compared(
            "bank file by the clock",
            [(rate, RATE) for rate, _loop in rounds],
            unit="lines/s",
            rows=lines,
            goal=f">= {RATE} lines/s",
            reached=lambda ours, _: ours >= RATE,
        ),
        compared(
            "bank file by processor time, which says what a machine of its own would reach",
            spent,
            unit="lines/s",
            rows=lines,
            goal="none: told beside the clock",
            reached=lambda _ours, _: True,
        ),
        compared(
            "memory of the import",
            [(memory, MEMORY_MB)],
            unit="MB",
            rows=lines,
            goal=f"below {MEMORY_MB} MB",
            reached=lambda ours, _: ours < MEMORY_MB,
        ),
    ]


def _of_postings(court: Court, options: argparse.Namespace) -> list[Figure]:
    """Beside hordak's; none where it could not be installed."""
    books = list(Book.objects.order_by("pk")[: options.postings])
    with tempfile.TemporaryDirectory() as folder:
        hordak = _hordak(Path(folder), options.postings)
        if hordak is None:
            sys.stderr.write("django-hordak could not be installed: postings are not compared\n")
            return []
        turns = [
            (posting_rate(court, books, turn), _peer(hordak, folder, options.postings))
            for turn in range(options.rounds + 1)
        ][1:]
    return [
        compared(
            "posting beside hordak's transfer_to",
            turns,
            unit="postings/s",
            rows=options.postings,
            goal=f"ratio >= {HORDAK}",
            reached=lambda _, ratio: ratio >= HORDAK,
        )
    ]


def file_rate(
    staging: psycopg.Connection, court: Court, officer: User, numbers: list[str], lines: int, turn: int
) -> tuple[float, float]:
    """Lines a second from the file on disk to lines with proposals, by the clock and by the processor; then the same
    file adds nothing.
    """
    account = register_bank_account(
        court=court, bank="B", name="B", number=f"80100000{turn:04d}", range_prefix="", range_width=7,
        actor=officer, at=time.now(), key=f"account{turn}",
    )  # fmt: skip
    settle(staging, "funds_statementline", "funds_stagedline", "funds_proposal")
    with tempfile.NamedTemporaryFile(suffix=".csv") as stored:
        stored.write(written(numbers, lines, turn))
        stored.flush()
        path = Path(stored.name)
        given = {"actor": officer, "at": time.now()}
        began, spent = stopwatch.perf_counter(), _processor()
        taken = take_statement(account_id=account.pk, path=path, name="b.csv", key=f"t{turn}", **given)
        columns = {int(place): what for place, what in taken.columns.items()}
        seen = preview_statement(
            statement_id=taken.pk, columns=columns, opening=None, closing=None, key=f"p{turn}", **given
        )
        confirm_statement(statement_id=seen.pk, key=f"c{turn}", **given)
        with transaction.atomic():
            proposed = matching.propose(seen.pk)
        took, spent = stopwatch.perf_counter() - began, _processor() - spent
        if seen.flaw or StatementLine.objects.filter(statement=seen).count() != lines:
            raise RuntimeError(f"not every line was booked: {seen.flaw}")
        if proposed < lines * 0.85:
            raise RuntimeError(f"{proposed} proposals for {lines} lines")
        try:
            take_statement(account_id=account.pk, path=path, name="b.csv", key=f"again{turn}", **given)
        except Conflict:
            return lines / took, lines / spent
    raise RuntimeError("the same file was taken twice")


def _processor() -> float:
    """Seconds of processor that this process has used, and its backend when it runs on this machine."""
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    ticks = stat.read_text().rpartition(")")[2].split()[11:13] if stat.exists() else ()
    return stopwatch.process_time() + sum(int(each) for each in ticks) / os.sysconf("SC_CLK_TCK")


def loop_rate(court: Court, lines: int, turn: int) -> float:
    """Lines a second of a loop that looks each line up, makes it, and looks for its case: one at a time."""
    account = BankAccount.objects.filter(court=court).latest("pk")
    statement = account.statements.latest("pk")
    began = stopwatch.perf_counter()
    for number in range(lines):
        line, _made = StatementLine.objects.get_or_create(
            account=account,
            serial=f"loop{turn}-{number}",
            defaults={
                "court": court, "statement": statement, "row": number, "booked_on": dt.date(2023, 5, 9),
                "direction": "C", "amount": Decimal(1), "sub_account": "0",
            },
        )  # fmt: skip
        found = SubAccount.objects.filter(number=line.sub_account).first() or SubAccount.objects.first()
        if found is not None:
            Proposal.objects.get_or_create(
                line=line,
                book_id=found.book_id,
                defaults={"rank": 1, "score": 100, "reasons": ["sub_account"]},
            )
    return lines / (stopwatch.perf_counter() - began)


def posting_rate(court: Court, books: list[Book], turn: int) -> float:
    """Postings a second: journal with its key and two lines, the balance kept and checked, one transaction each. The
    events that cause them stand before, as hordak has none.
    """
    at = time.now()
    events = {}
    with transaction.atomic():
        for book in books:
            events[book.pk] = log.append(
                stream=book.stream, kind="bench.posted", actor="bench", at=at, key=f"bench{turn}",
                data={"amount": "1.00"}, court_id=court.pk,
            )  # fmt: skip
    began = stopwatch.perf_counter()
    for book in books:
        with transaction.atomic(durable=True):
            key = f"bench{turn}:{book.pk}"
            event = events[book.pk]
            legs = [debit(Account.BANK, Decimal("1.00")), credit(Account.CUSTODY, Decimal("1.00"), book)]
            post(
                event=event,
                court_id=court.pk,
                kind=JournalKind.ARRIVAL,
                key=key,
                on=time.today(at),
                legs=legs,
            )
    return len(books) / (stopwatch.perf_counter() - began)


def written(numbers: list[str], lines: int, turn: int) -> bytes:
    """A statement in GB18030 of which nine lines in ten name the number of a case."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(HEAD)
    stands = 0
    for number in range(lines):
        fen = 100 + number % 900_000
        stands += fen
        sub = numbers[number % len(numbers)] if number % 10 else ""
        sheet.writerow(
            (
                "2023-05-09", f"T{turn}-{number:08d}", "", f"{fen // 100:,}.{fen % 100:02d}",
                f"{stands // 100:,}.{stands % 100:02d}", f"云州付款人{number % 7000}", f"62220210011{number:08d}",
                "云州银行城西支行", "转账", f"（2023）云0103执{number % 9000}号案款", sub,
            )
        )  # fmt: skip
    return out.getvalue().encode("gb18030")


def _people() -> tuple[Court, User]:
    call_command("release_packs", stdout=io.StringIO())
    above = Court.objects.create(code="B0", name="B0", short_name="B0", level="intermediate")
    court = Court.objects.create(code="B1", name="B1", short_name="B1", level="basic", parent=above)
    officer = User.objects.create(username="bench", court=court, kind=User.Kind.STAFF, full_name="B")
    Appointment.objects.create(user=officer, court=court, role="finance")
    return court, officer


def _books(court: Court, books: int) -> list[str]:
    """Case books with their numbers."""
    at = time.now()
    given = {"bank": "R", "name": "R", "number": "80109999", "range_prefix": "8899", "range_width": 7}
    officer = User.objects.get(username="bench")
    register_bank_account(court=court, actor=officer, at=at, key="range", **given)
    with transaction.atomic():
        for number in range(1, books + 1):
            issue_number(open_book(court_id=court.pk, about=f"bench:{number}", at=at), at=at)
    return list(SubAccount.objects.values_list("number", flat=True))


_PEER = """
import json, sys, time
import django
from django.conf import settings
database = json.loads(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"], USE_TZ=True,
    DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", SECRET_KEY="bench",
    DEFAULT_CURRENCY="CNY", CURRENCIES=["CNY"], HORDAK_CURRENCIES=["CNY"],
)
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from hordak.models import Account, AccountType
from hordak.models import Account as A
from django.db import connection, transaction
from moneyed import Money
with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE IF NOT EXISTS bench_key (key text PRIMARY KEY)")
count = int(sys.argv[2])
bank, _ = A.objects.get_or_create(name="bank", code="1", defaults={"type": AccountType.asset, "currencies": ["CNY"]})
cases = []
for number in range(count):
    case, _ = A.objects.get_or_create(
        name=f"case{number}", code=str(number + 2), defaults={"type": AccountType.liability, "currencies": ["CNY"]}
    )
    cases.append(case)
began = time.perf_counter()
for number, case in enumerate(cases):
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_key (key) VALUES (%s)", [f"{began}:{number}"])
        case.transfer_to(bank, Money(1, "CNY"))
        if case.get_balance() < Money(0, "CNY") and bank.get_balance() < Money(0, "CNY"):
            raise SystemExit("below zero")
print(count / (time.perf_counter() - began))
"""


def _hordak(folder: Path, _postings: int) -> Path | None:
    """hordak in a folder of its own, beside this environment's Django; None where it cannot be had."""
    target = folder / "peer"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(target), *HORDAK_PINS]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    return target if done.returncode == 0 else None


def _peer(hordak: Path, folder: str, postings: int) -> float:
    """Postings a second of transfer_to with a key that may be used once and the balance it does not check itself; a
    process of its own.
    """
    script = Path(folder) / "peer.py"
    script.write_text(_PEER, encoding="utf-8")
    database = dict(settings.DATABASES["default"])
    owner = psycopg.conninfo.conninfo_to_dict(settings.DATABASE_OWNER_URL)
    plain: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql", "NAME": database["NAME"], "USER": owner.get("user", ""),
        "PASSWORD": owner.get("password", ""), "HOST": owner.get("host", ""), "PORT": owner.get("port", ""),
    }  # fmt: skip
    with psycopg.connect(settings.DATABASE_OWNER_URL, dbname=database["NAME"], autocommit=True) as link:
        link.execute("CREATE SCHEMA IF NOT EXISTS hordak")
    plain["OPTIONS"] = {"options": "-c search_path=hordak"}
    done = subprocess.run(  # noqa: S603
        [sys.executable, str(script), json.dumps(plain), str(postings)],
        check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(hordak)},
    )  # fmt: skip
    return float(done.stdout.strip().splitlines()[-1])
