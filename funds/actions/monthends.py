"""月末清零: how much stood unclaimed when a month ended, counted once for each court and kept."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from courts.models import Court
from funds.models import BankAccount, MonthEnd
from kernel import time

# As it stood at an instant, whenever it is asked: what was claimed or taken back later does not count.
_COUNT = """
WITH standing AS (
    SELECT receipt.id, receipt.amount, last.kind
      FROM funds_receipt receipt
     CROSS JOIN LATERAL (SELECT event.kind FROM events_event event
                          WHERE event.stream = 'receipt:' || receipt.id AND event.at < %(end)s
                          ORDER BY event.seq DESC LIMIT 1) last
     WHERE receipt.court_id = %(court)s AND receipt.recorded_at < %(end)s AND last.kind <> 'receipt.voided'
), open AS (
    SELECT line.amount - coalesce(sum(standing.amount), 0) - coalesce(fund.amount, 0) AS amount
      FROM funds_statementline line
      JOIN funds_statement statement ON statement.id = line.statement_id AND statement.confirmed_at < %(end)s
      LEFT JOIN funds_claim claim ON claim.line_id = line.id
      LEFT JOIN standing ON standing.id = claim.receipt_id
      LEFT JOIN LATERAL (
           SELECT sum(topup.amount) AS amount
             FROM funds_topup topup
             JOIN funds_journal journal ON journal.id = topup.journal_id
             JOIN events_event event ON event.id = journal.event_id AND event.at < %(end)s
            WHERE topup.line_id = line.id
              AND NOT EXISTS (SELECT FROM funds_journal back JOIN events_event undone ON undone.id = back.event_id
                               WHERE back.reverses_id = journal.id AND undone.at < %(end)s)) fund ON true
     WHERE line.court_id = %(court)s AND line.direction = 'C' AND line.booked_on < %(next)s
     GROUP BY line.id, fund.amount
    HAVING line.amount > coalesce(sum(standing.amount), 0) + coalesce(fund.amount, 0)
), by_hand AS (
    SELECT amount FROM standing WHERE kind IN ('receipt.arrived', 'receipt.released')
)
INSERT INTO funds_monthend (court_id, month, lines, amount, by_hand, by_hand_amount, until, counted_at)
SELECT %(court)s, %(month)s, (SELECT count(*) FROM open), (SELECT coalesce(sum(amount), 0) FROM open),
       (SELECT count(*) FROM by_hand), (SELECT coalesce(sum(amount), 0) FROM by_hand),
       (SELECT CASE WHEN bool_and(covered.until IS NOT NULL) THEN min(covered.until) END
          FROM (SELECT max(statement.until_on) AS until
                  FROM funds_bankaccount account
                  LEFT JOIN funds_statement statement ON statement.account_id = account.id
                       AND statement.confirmed_at < %(end)s
                 WHERE account.court_id = %(court)s AND account.opened_at < %(end)s
                 GROUP BY account.id) covered),
       %(at)s
    ON CONFLICT (court_id, month) DO NOTHING
"""


def count_month_ends(*, at: dt.datetime) -> int:
    """Count every ended month that is not counted, since the court's first account was opened; returns how many."""
    this_month = time.today(at).replace(day=1)
    done = 0
    for court in Court.objects.filter(pk__in=BankAccount.objects.values("court")).order_by("pk"):
        counted = set(MonthEnd.objects.filter(court=court).values_list("month", flat=True))
        opened = (
            BankAccount.objects.filter(court=court).order_by("opened_at").values_list("opened_at", flat=True)
        )
        month = time.today(opened[0]).replace(day=1)
        while month < this_month:
            following = (month + dt.timedelta(days=31)).replace(day=1)
            if month not in counted:
                done += _count(court.pk, month, following, at)
            month = following
    return done


def _count(court_id: int, month: dt.date, following: dt.date, at: dt.datetime) -> int:
    given = {
        "court": court_id,
        "month": month,
        "next": following,
        "end": time.at_local(following, 0),
        "at": at,
    }
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_COUNT, given)
        return int(cursor.rowcount)
