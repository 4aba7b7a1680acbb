"""Lines of a statement into the tables, set-based: COPY to the staging table, then one statement each for what follows.

Everything here joins the caller's transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection

from funds.models import Statement
from funds.statements.movements import Movement

_COLUMNS = (
    "row, serial, booked_on, direction, amount, payer_name, payer_tail, payer_bank, remark, sub_account,"
    " number_key, verdict, note"
)

_REPEATED = """
UPDATE funds_stagedline staged
   SET verdict = CASE WHEN (line.booked_on, line.amount, line.direction)
                           = (staged.booked_on, staged.amount, staged.direction) THEN 'repeat' ELSE 'bad' END,
       note = CASE WHEN (line.booked_on, line.amount, line.direction)
                        = (staged.booked_on, staged.amount, staged.direction)
                   THEN %(same)s ELSE %(other)s END
  FROM funds_statementline line
 WHERE staged.statement_id = %(statement)s AND staged.verdict = 'good'
   AND line.account_id = %(account)s AND line.serial = staged.serial
"""
_RECORDED = """
UPDATE funds_stagedline staged
   SET verdict = 'bad', note = %(other)s
  FROM funds_receipt receipt
 WHERE staged.statement_id = %(statement)s AND staged.verdict = 'good' AND staged.direction = 'C'
   AND receipt.court_id = %(court)s AND receipt.bank_serial = staged.serial AND receipt.bank_serial <> ''
   AND receipt.state <> 'voided'
   AND (receipt.amount, receipt.arrived_on) IS DISTINCT FROM (staged.amount, staged.booked_on)
"""
_LINES = """
INSERT INTO funds_statementline (court_id, account_id, statement_id, claimed, row, serial, booked_on, direction,
                                 amount, payer_name, payer_tail, payer_bank, remark, sub_account, number_key)
SELECT %(court)s, %(account)s, %(statement)s, 0, row, serial, booked_on, direction,
       amount, payer_name, payer_tail, payer_bank, remark, sub_account, number_key
  FROM funds_stagedline
 WHERE statement_id = %(statement)s AND verdict = 'good'
 ORDER BY row
    ON CONFLICT (account_id, serial) DO NOTHING
"""
_ADOPT = """
WITH recorded AS (
    SELECT line.id AS line_id, receipt.id AS receipt_id, receipt.amount
      FROM funds_statementline line
      JOIN funds_receipt receipt ON receipt.court_id = line.court_id AND receipt.bank_serial = line.serial
           AND receipt.bank_serial <> '' AND receipt.state <> 'voided'
           AND (receipt.amount, receipt.arrived_on) = (line.amount, line.booked_on)
     WHERE line.statement_id = %(statement)s AND line.direction = 'C'
       AND NOT EXISTS (SELECT FROM funds_claim claim WHERE claim.receipt_id = receipt.id)
), noted AS (
    INSERT INTO funds_claim (line_id, receipt_id, from_statement)
    SELECT line_id, receipt_id, false FROM recorded
)
UPDATE funds_statementline line SET claimed = recorded.amount FROM recorded WHERE line.id = recorded.line_id
"""
_TOTALS = """
SELECT count(*), coalesce(sum(amount) FILTER (WHERE direction = 'C' AND claimed = 0), 0)
  FROM funds_statementline WHERE statement_id = %(statement)s
"""
_COUNTS = """
SELECT verdict, count(*) FROM funds_stagedline WHERE statement_id = %(statement)s GROUP BY verdict
"""

TOGETHER = 2000
_NOTHING = r"\N"
_MEANS = re.compile(r"[\\\t\n\r]")
_ESCAPED = {ord(mark): word for mark, word in (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))}


def stage(statement: Statement, lines: Iterable[Movement]) -> None:
    """Put the lines of a statement into the staging table, instead of those that stood there."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM funds_stagedline WHERE statement_id = %s", [statement.pk])
        with cursor.copy(f"COPY funds_stagedline (statement_id, {_COLUMNS}) FROM STDIN") as copy:
            for part in _in_parts(statement.pk, lines):
                copy.write(part)


def mark_standing(statement: Statement, *, same: str, other: str, recorded: str) -> dict[str, int]:
    """Lines that stand already are repeats; those whose serial stands with another amount or day are bad.

    Returns the number of lines of each verdict. same, other, recorded: the notes for a person.
    """
    given = _given(statement)
    with connection.cursor() as cursor:
        cursor.execute(_REPEATED, {**given, "same": same, "other": other})
        cursor.execute(_RECORDED, {**given, "other": recorded})
        cursor.execute(_COUNTS, given)
        return dict(cursor.fetchall())


def book_lines(statement: Statement) -> tuple[int, int]:
    """The good lines become lines of the account; what a person had recorded before is tied to its receipt.

    Returns (new lines, fen that came in with them and was not in the books).
    """
    given = _given(statement)
    with connection.cursor() as cursor:
        cursor.execute(_LINES, given)
        cursor.execute(_ADOPT, given)
        cursor.execute(_TOTALS, given)
        new, fen = cursor.fetchone()
        cursor.execute(
            "DELETE FROM funds_stagedline WHERE statement_id = %(statement)s AND verdict IN ('good', 'repeat')",
            given,
        )
    return new, int(fen)


def _in_parts(statement_id: int, lines: Iterable[Movement]) -> Iterator[str]:
    """What COPY reads, some thousand lines at a time."""
    left = iter(lines)
    while part := [f"{statement_id}\t{_written(line)}" for line in islice(left, TOGETHER)]:
        yield "".join(part)


def _written(line: Movement) -> str:
    """A row as COPY reads it: tabs between, \\N for nothing; a character that means something to COPY is escaped."""
    row, serial, booked_on, direction, fen, *words = line
    if _MEANS.search(serial + "".join(words)):
        serial, *words = (cell.translate(_ESCAPED) for cell in (serial, *words))
    fixed = f"{row}\t{serial}\t{booked_on or _NOTHING}\t{direction}\t{_NOTHING if fen is None else fen}\t"
    return fixed + "\t".join(words) + "\n"


def _given(statement: Statement) -> dict[str, int]:
    return {"statement": statement.pk, "account": statement.account_id, "court": statement.court_id}
