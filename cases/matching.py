"""Which case money may be for: by its number, by the case number in the remark, by payer and amount. Set-based."""

from __future__ import annotations

from django.db import connection

from cases.states import OPEN_STATES
from funds.matching import AMOUNT, MOST, NUMBER, PAYER, SCORES, SUB_ACCOUNT

_PROPOSE = """
WITH waiting AS MATERIALIZED (
    SELECT id, court_id, amount, payer_name, sub_account, number_key
      FROM funds_statementline
     WHERE statement_id = %(statement)s AND direction = 'C' AND claimed < amount
), found AS (
    SELECT waiting.id AS line_id, number.book_id, %(sub_account)s AS reason
      FROM waiting JOIN funds_subaccount number ON number.number = waiting.sub_account
      JOIN funds_book book ON book.id = number.book_id AND book.court_id = waiting.court_id
     WHERE waiting.sub_account <> ''
    UNION ALL
    SELECT waiting.id, book.id, %(number)s
      FROM waiting
      JOIN cases_case of ON of.court_id = waiting.court_id AND of.number_key = waiting.number_key
           AND of.state <> 'cancelled'
      JOIN funds_book book ON book.case_id = of.id
     WHERE waiting.number_key <> ''
    UNION ALL
    SELECT named.line_id, book.id, reason.name
      FROM (SELECT waiting.id AS line_id, of.id AS case_id, bool_or(of.claim_amount * 100 = waiting.amount) AS whole
              FROM waiting
              JOIN cases_party party ON party.name = waiting.payer_name AND party.role = 'respondent'
              JOIN cases_case of ON of.id = party.case_id AND of.court_id = waiting.court_id
                   AND of.state = ANY(%(open)s)
             WHERE waiting.payer_name <> '' GROUP BY waiting.id, of.id) named
      JOIN funds_book book ON book.case_id = named.case_id
      JOIN LATERAL (VALUES (%(payer)s), (CASE WHEN named.whole THEN %(amount)s END)) reason (name)
           ON reason.name IS NOT NULL
), scored AS (
    SELECT line_id, book_id, array_agg(DISTINCT reason ORDER BY reason) AS reasons, sum(score.points) AS points
      FROM (SELECT DISTINCT line_id, book_id, reason FROM found) each
      JOIN unnest(%(reasons)s::text[], %(points)s::int[]) score (name, points) ON score.name = each.reason
     GROUP BY line_id, book_id
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY line_id ORDER BY points DESC, book_id DESC) AS rank FROM scored
)
INSERT INTO funds_proposal (line_id, book_id, rank, score, reasons)
SELECT line_id, book_id, rank, points, reasons FROM ranked WHERE rank <= %(most)s
    ON CONFLICT (line_id, book_id) DO NOTHING
"""


def propose(statement_id: int) -> int:
    """Write what the unclaimed lines of a statement may be, in one statement; returns how many proposals are new.

    A case number in the remark is taken in any style; a payer must bear the very name of a respondent of an open case.
    Joins the caller's transaction.
    """
    given = {
        "statement": statement_id,
        "sub_account": SUB_ACCOUNT,
        "number": NUMBER,
        "payer": PAYER,
        "amount": AMOUNT,
        "open": [str(state) for state in OPEN_STATES],
        "reasons": list(SCORES),
        "points": list(SCORES.values()),
        "most": MOST,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PROPOSE, given)
        return cursor.rowcount
