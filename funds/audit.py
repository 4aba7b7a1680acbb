"""Do the books tell the truth? Every check from the rows alone, so that it shares nothing with the code
that wrote them.

A check is one statement that gives a row (where, expected fen, found fen) for each difference; amounts may
be null.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from events.audit import flaws
from kernel.money import format_yuan, from_fen

STREAMS = ("book:", "receipt:", "payout:", "statement:", "transfer:", "fund:", "paymentbatch:", "allocation:")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree. check: id of the check; place: "journal:5"; text: what, for a person."""

    check: str
    place: str
    text: str


CHECKS: dict[str, tuple[str, str]] = {
    "journal_sum": (
        "分录借贷不平",
        """
        SELECT 'journal:' || journal.id || ' ' || side.name, journal.amount, coalesce(sum(line.amount), 0)
          FROM funds_journal journal
         CROSS JOIN (VALUES ('D', '借方'), ('C', '贷方')) side (code, name)
          LEFT JOIN funds_line line ON line.journal_id = journal.id AND line.side = side.code
         GROUP BY journal.id, side.name
        HAVING coalesce(sum(line.amount), 0) <> journal.amount
        """,
    ),
    "line_place": (
        "分录行与分录、账户不属于同一法院",
        """
        SELECT 'line:' || line.id, NULL::bigint, NULL::bigint
          FROM funds_line line
          JOIN funds_journal journal ON journal.id = line.journal_id
          LEFT JOIN funds_book book ON book.id = line.book_id
         WHERE line.court_id <> journal.court_id OR book.court_id <> journal.court_id
        """,
    ),
    "balance_sum": (
        "账户余额与分录之和不符",
        """
        SELECT 'book:' || coalesce(summed.book_id, balance.book_id) || ' '
               || coalesce(summed.account, balance.account), coalesce(summed.amount, 0), balance.amount
          FROM (SELECT moved.book_id, moved.account, sum(moved.signed) AS amount
                  FROM funds_movement moved WHERE moved.book_id IS NOT NULL
                 GROUP BY moved.book_id, moved.account) summed
          FULL JOIN funds_balance balance
            ON balance.book_id = summed.book_id AND balance.account = summed.account
         WHERE coalesce(summed.amount, 0) IS DISTINCT FROM balance.amount
        """,
    ),
    "case_negative": (
        "案款账户余额为负",
        """
        SELECT 'book:' || book_id || ' ' || account, 0, amount FROM funds_balance WHERE amount < 0
        """,
    ),
    "court_negative": (
        "法院科目余额为负",
        """
        SELECT 'court:' || moved.court_id || ' ' || moved.account, 0,
               sum(moved.signed) * CASE WHEN moved.account IN ('unidentified', 'suspense', 'court_escrow', 'revolving', 'clearing') THEN 1 ELSE -1 END
          FROM funds_movement moved WHERE moved.book_id IS NULL
         GROUP BY moved.court_id, moved.account
        HAVING sum(moved.signed) * CASE WHEN moved.account IN ('unidentified', 'suspense', 'court_escrow', 'revolving', 'clearing') THEN 1 ELSE -1 END < 0
        """,
    ),
    "receipt_unidentified": (
        "待认领款与到账状态不符",
        """
        SELECT 'receipt:' || receipt.id, expected.amount, coalesce(sum(moved.signed), 0)
          FROM funds_receipt receipt
         CROSS JOIN LATERAL (
               SELECT receipt.amount * (receipt.state = 'unidentified')::int AS amount) expected
          LEFT JOIN funds_movement moved
            ON moved.receipt_id = receipt.id AND moved.account IN ('unidentified', 'court_escrow')
         GROUP BY receipt.id, expected.amount
        HAVING coalesce(sum(moved.signed), 0) <> expected.amount
        """,
    ),
    "receipt_identified": (
        "案件账户与到账金额不符",
        """
        SELECT 'receipt:' || receipt.id, expected.amount, coalesce(sum(moved.signed), 0)
          FROM funds_receipt receipt
         CROSS JOIN LATERAL (
               SELECT receipt.amount * (receipt.state = 'identified')::int AS amount) expected
          LEFT JOIN funds_movement moved ON moved.receipt_id = receipt.id
               AND (moved.book_id IS NOT NULL AND moved.account <> 'claimed'
                    OR moved.account IN ('revolving', 'clearing') AND moved.signed > 0)
         GROUP BY receipt.id, expected.amount
        HAVING coalesce(sum(moved.signed), 0) <> expected.amount
        """,
    ),
    "receipt_book": (
        "款项记在另一案件的账户上",
        """
        SELECT 'receipt:' || receipt.id || ' book:' || moved.book_id, 0, sum(moved.signed)
          FROM funds_receipt receipt
          JOIN funds_movement moved ON moved.receipt_id = receipt.id AND moved.book_id IS NOT NULL
         WHERE moved.book_id IS DISTINCT FROM receipt.book_id
         GROUP BY receipt.id, moved.book_id
        HAVING sum(moved.signed) <> 0
        """,
    ),
    "receipt_custody": (
        "付出超过到账",
        """
        SELECT 'receipt:' || moved.receipt_id, 0, sum(moved.signed)
          FROM funds_movement moved
         WHERE moved.account = 'custody' AND moved.receipt_id IS NOT NULL
         GROUP BY moved.receipt_id
        HAVING sum(moved.signed) < 0
        """,
    ),
    "receipts_total": (
        "到账总额不等于已认领与待认领之和",
        """
        SELECT 'court:' || court.id, coalesce(arrived.amount, 0), coalesce(booked.amount, 0)
          FROM courts_court court
          LEFT JOIN (SELECT court_id, sum(amount) AS amount FROM funds_receipt
                      WHERE state <> 'voided' GROUP BY court_id) arrived ON arrived.court_id = court.id
          LEFT JOIN (SELECT moved.court_id, sum(moved.signed) AS amount FROM funds_movement moved
                      WHERE moved.book_id IS NOT NULL AND moved.account <> 'claimed'
                         OR moved.account IN ('unidentified', 'court_escrow')
                         OR moved.receipt_id IS NOT NULL AND moved.account IN ('revolving', 'clearing')
                        AND moved.signed > 0
                      GROUP BY moved.court_id) booked ON booked.court_id = court.id
         WHERE coalesce(arrived.amount, 0) <> coalesce(booked.amount, 0)
        """,
    ),
    "bank": (
        "专户存款不等于待认领与各案在账款项之和",
        """
        SELECT 'court:' || moved.court_id,
               coalesce(sum(moved.signed) FILTER (WHERE moved.account <> 'bank'), 0),
               coalesce(-sum(moved.signed) FILTER (WHERE moved.account = 'bank'), 0)
          FROM funds_movement moved WHERE moved.account NOT IN ('disbursed', 'paid', 'allotted', 'claimed')
         GROUP BY moved.court_id
        HAVING sum(moved.signed) <> 0
        """,
    ),
    "disbursed": (
        "累计付出不等于各案已发放之和",
        """
        SELECT 'court:' || moved.court_id,
               coalesce(sum(moved.signed) FILTER (WHERE moved.account = 'paid'), 0),
               coalesce(-sum(moved.signed) FILTER (WHERE moved.account = 'disbursed'), 0)
          FROM funds_movement moved WHERE moved.account IN ('disbursed', 'paid')
         GROUP BY moved.court_id
        HAVING sum(moved.signed) <> 0
        """,
    ),
    "allotted": (
        "累计分配不等于各案已分配之和",
        """
        SELECT 'court:' || moved.court_id,
               coalesce(sum(moved.signed) FILTER (WHERE moved.account = 'claimed'), 0),
               coalesce(-sum(moved.signed) FILTER (WHERE moved.account = 'allotted'), 0)
          FROM funds_movement moved WHERE moved.account IN ('claimed', 'allotted')
         GROUP BY moved.court_id
        HAVING sum(moved.signed) <> 0
        """,
    ),
    "claimed": (
        "已分配科目与有效的分配项不符",
        """
        SELECT 'receipt:' || receipt.id, coalesce(given.amount, 0), coalesce(booked.amount, 0)
          FROM funds_receipt receipt
          LEFT JOIN (SELECT receipt_id, sum(amount) AS amount FROM funds_standing_allotment
                      GROUP BY receipt_id) given ON given.receipt_id = receipt.id
          LEFT JOIN (SELECT receipt_id, sum(signed) AS amount FROM funds_movement WHERE account = 'claimed'
                      GROUP BY receipt_id) booked ON booked.receipt_id = receipt.id
         WHERE coalesce(given.amount, 0) <> coalesce(booked.amount, 0)
        """,
    ),
    "allocation_rest": (
        "到账金额不等于分配项与余款之和",
        """
        SELECT 'allocation:' || allocation.id, receipt.amount,
               coalesce(given.amount, 0) + allocation.surplus
          FROM funds_allocation allocation
          JOIN funds_receipt receipt ON receipt.id = allocation.receipt_id
          JOIN (SELECT allocation_id, count(DISTINCT receipt_id) AS receipts, sum(amount) AS amount
                  FROM funds_allotment GROUP BY allocation_id) given ON given.allocation_id = allocation.id
         WHERE given.amount + allocation.surplus <> receipt.amount OR given.receipts <> 1
        """,
    ),
    "allotment_spent": (
        "发放超过分配",
        """
        SELECT 'book:' || creditor.book_id || ' ' || creditor.creditor, creditor.allotted + fact.over, creditor.spent
          FROM funds_creditor creditor
         CROSS JOIN LATERAL (
               SELECT coalesce((SELECT round((allocation.overpaid ->> creditor.creditor)::numeric * 100)::bigint
                                  FROM funds_allocation allocation WHERE allocation.book_id = creditor.book_id
                                 ORDER BY allocation.version DESC LIMIT 1), 0) AS over) fact
         WHERE creditor.spent > creditor.allotted + fact.over
        """,
    ),
    "payout_state": (
        "发放状态与账目不符",
        """
        SELECT 'payout:' || payout.id || ' ' || place.account, expected.amount, coalesce(sum(moved.signed), 0)
          FROM funds_payout payout
         CROSS JOIN (VALUES ('in_transit', 'sent'), ('paid', 'paid')) place (account, state)
         CROSS JOIN LATERAL (SELECT payout.amount * (payout.state = place.state)::int AS amount) expected
          LEFT JOIN funds_movement moved ON moved.payout_id = payout.id AND moved.account = place.account
               AND moved.book_id = payout.book_id
         GROUP BY payout.id, place.account, expected.amount
        HAVING coalesce(sum(moved.signed), 0) <> expected.amount
        """,
    ),
    "transfer_state": (
        "专项款项状态与账目不符",
        """
        SELECT 'transfer:' || transfer.id || ' ' || place.account, expected.amount, coalesce(sum(moved.signed), 0)
          FROM funds_transfer transfer
          JOIN (VALUES ('escrow', 'escrow'), ('refund', 'refund'), ('deposit', 'deposit'), ('fee', 'fee'),
                       ('court_escrow', 'court_escrow')) place (kind, account) ON place.kind = transfer.kind
         CROSS JOIN LATERAL (SELECT transfer.amount * (transfer.state = 'held')::int AS amount) expected
          LEFT JOIN funds_journal journal ON split_part(journal.key, '/', 1) = 'transfer:' || transfer.id
          LEFT JOIN funds_movement moved ON moved.journal_id = journal.id AND moved.account = place.account
         GROUP BY transfer.id, place.account, expected.amount
        HAVING coalesce(sum(moved.signed), 0) <> expected.amount
        """,
    ),
    "set_aside": (
        "专门科目余额不等于在办专项款项之和",
        """
        SELECT 'court:' || court.id || ' ' || place.account, coalesce(owed.amount, 0), coalesce(booked.amount, 0)
          FROM courts_court court
         CROSS JOIN (VALUES ('escrow'), ('refund'), ('deposit'), ('fee'), ('court_escrow')) place (account)
          LEFT JOIN (SELECT court_id, kind, sum(amount) AS amount FROM funds_transfer
                      WHERE state = 'held' GROUP BY court_id, kind) owed
            ON owed.court_id = court.id AND owed.kind = place.account
          LEFT JOIN (SELECT court_id, account, sum(signed) AS amount FROM funds_movement
                      GROUP BY court_id, account) booked
            ON booked.court_id = court.id AND booked.account = place.account
         WHERE coalesce(owed.amount, 0) <> coalesce(booked.amount, 0)
        """,
    ),
    "revolving": (
        "周转基金余额不等于流水拨入（含期初）减垫付加收回",
        """
        SELECT 'court:' || court.id, expected.amount, coalesce(booked.amount, 0)
          FROM courts_court court
          LEFT JOIN (SELECT topup.court_id, sum(topup.amount) AS amount
                       FROM funds_topup topup
                      WHERE NOT EXISTS (SELECT FROM funds_journal back WHERE back.reverses_id = topup.journal_id)
                      GROUP BY topup.court_id) given ON given.court_id = court.id
          LEFT JOIN (SELECT transfer.court_id, sum(recovery.amount) AS amount
                       FROM funds_recovery recovery JOIN funds_transfer transfer ON transfer.id = recovery.transfer_id
                      GROUP BY transfer.court_id) recovered ON recovered.court_id = court.id
          LEFT JOIN (SELECT court_id, sum(amount) AS amount FROM funds_transfer
                      WHERE kind = 'advance' AND state = 'paid' GROUP BY court_id) advanced
            ON advanced.court_id = court.id
          LEFT JOIN (SELECT court_id, sum(signed) AS amount FROM funds_movement
                      WHERE account = 'revolving' GROUP BY court_id) booked ON booked.court_id = court.id
         CROSS JOIN LATERAL (SELECT coalesce(given.amount, 0) + coalesce(recovered.amount, 0)
                                    - coalesce(advanced.amount, 0) AS amount) expected
         WHERE expected.amount <> coalesce(booked.amount, 0)
        """,
    ),
    "top_up": (
        "周转基金拨入没有对应的银行流水",
        """
        SELECT 'topup:' || topup.id, topup.amount, coalesce(sum(moved.signed) FILTER (WHERE moved.account = 'revolving'), 0)
          FROM funds_topup topup
          LEFT JOIN funds_statementline line ON line.id = topup.line_id
          LEFT JOIN funds_movement moved ON moved.journal_id = topup.journal_id
         GROUP BY topup.id, line.id
        HAVING coalesce(sum(moved.signed) FILTER (WHERE moved.account = 'revolving'), 0) <> topup.amount
            OR coalesce(-sum(moved.signed) FILTER (
                   WHERE moved.account = CASE WHEN topup.line_id IS NULL THEN 'bank' ELSE 'suspense' END), 0) <> topup.amount
            OR topup.line_id IS NOT NULL AND (line.id IS NULL OR line.direction <> 'C' OR line.court_id <> topup.court_id)
        """,
    ),
    "recovered": (
        "垫付已收回金额与收回记录不符",
        """
        SELECT 'transfer:' || transfer.id, coalesce(sum(recovery.amount), 0), transfer.recovered
          FROM funds_transfer transfer LEFT JOIN funds_recovery recovery ON recovery.transfer_id = transfer.id
         GROUP BY transfer.id HAVING coalesce(sum(recovery.amount), 0) <> transfer.recovered
        """,
    ),
    "clearing": (
        "案件间划转没有轧平",
        """
        SELECT 'court:' || court_id, 0, sum(signed) FROM funds_movement WHERE account = 'clearing'
         GROUP BY court_id HAVING sum(signed) <> 0
        """,
    ),
    "batch_total": (
        "付款批次的笔数、合计与其中的发放不符",
        """
        SELECT 'paymentbatch:' || batch.id, batch.total, coalesce(sum(payout.amount), 0)
          FROM funds_paymentbatch batch
          LEFT JOIN funds_instruction instruction ON instruction.batch_id = batch.id
          LEFT JOIN funds_payout payout ON payout.id = instruction.payout_id
         GROUP BY batch.id
        HAVING coalesce(sum(payout.amount), 0) <> batch.total OR count(payout.id) <> batch.count
        """,
    ),
    "instruction_payout": (
        "付款指令所对应的发放没有发出",
        """
        SELECT 'payout:' || payout.id || ' ' || payout.state, payout.amount, NULL::bigint
          FROM funds_instruction instruction JOIN funds_payout payout ON payout.id = instruction.payout_id
         WHERE payout.state NOT IN ('sent', 'paid', 'returned') OR payout.court_id <> instruction.court_id
        """,
    ),
    "reversal": (
        "冲销与原分录不成镜像",
        """
        SELECT 'journal:' || pair.id, 0, sum(moved.signed)
          FROM (SELECT id, id AS part FROM funds_journal WHERE reverses_id IS NOT NULL
                UNION ALL SELECT id, reverses_id FROM funds_journal WHERE reverses_id IS NOT NULL) pair
          JOIN funds_movement moved ON moved.journal_id = pair.part
         GROUP BY pair.id, moved.book_id, moved.account
        HAVING sum(moved.signed) <> 0
        """,
    ),
    "journal_event": (
        "分录与所依据的事件不符",
        """
        SELECT 'journal:' || journal.id || ' event:' || journal.event_id, NULL::bigint, journal.amount
          FROM funds_journal journal
          LEFT JOIN events_event event ON event.id = journal.event_id
         WHERE event.id IS NULL
            OR event.data ->> 'amount' IS DISTINCT FROM
               to_char(journal.amount / 100.0, 'FM99999999999999999990.00')
            OR event.stream NOT IN ('receipt:' || coalesce(journal.receipt_id, 0),
                                    'payout:' || coalesce(journal.payout_id, 0))
               AND NOT EXISTS (SELECT FROM funds_line line WHERE line.journal_id = journal.id
                                  AND event.stream = 'book:' || line.book_id)
               AND NOT EXISTS (SELECT FROM funds_statement statement WHERE statement.journal_id = journal.id
                                  AND event.stream = 'statement:' || statement.id)
               AND (event.stream <> split_part(journal.key, '/', 1)
                    OR journal.kind NOT IN ('transfer', 'allocation', 'reversal'))
        """,
    ),
    "event_journal": (
        "事件没有记账",
        """
        SELECT event.stream || ' ' || event.kind || ' event:' || event.id, NULL::bigint, NULL::bigint
          FROM events_event event
         WHERE ((event.stream LIKE 'receipt:%' OR event.stream LIKE 'payout:%')
           AND event.kind IN ('receipt.arrived', 'receipt.identified', 'receipt.released', 'receipt.voided',
                              'payout.sent', 'payout.paid', 'payout.returned')
            OR event.stream LIKE 'transfer:%' AND event.data ->> 'kind' NOT IN ('relief', 'insurance')
           AND event.kind IN ('transfer.held', 'transfer.released', 'transfer.paid', 'transfer.recovered')
            OR event.stream LIKE 'fund:%'
            OR event.kind = 'allocation.reversed'
            OR event.kind = 'allocation.decided' AND event.data ? 'received' AND event.data ->> 'amount' <> '0.00'
            OR event.stream LIKE 'statement:%' AND event.kind = 'statement.confirmed'
               AND event.data ->> 'amount' <> '0.00')
           AND NOT EXISTS (SELECT FROM funds_journal journal WHERE journal.event_id = event.id)
        """,
    ),
    "statement_journal": (
        "银行流水与入账分录不符",
        """
        SELECT 'statement:' || statement.id, coalesce(came.amount, 0), coalesce(journal.amount, 0)
          FROM funds_statement statement
          LEFT JOIN funds_journal journal ON journal.id = statement.journal_id
          LEFT JOIN LATERAL (
               SELECT sum(line.amount) FILTER (
                          WHERE NOT EXISTS (SELECT FROM funds_claim claim
                                             WHERE claim.line_id = line.id AND NOT claim.from_statement)) AS amount
                 FROM funds_statementline line
                WHERE line.statement_id = statement.id AND line.direction = 'C') came ON true
         WHERE statement.state = 'confirmed' AND coalesce(came.amount, 0) <> coalesce(journal.amount, 0)
        """,
    ),
    "line_claimed": (
        "流水已认领金额与到账登记不符",
        """
        SELECT 'statementline:' || line.id, coalesce(sum(part.amount), 0), line.claimed
          FROM funds_statementline line
          LEFT JOIN (SELECT claim.line_id, receipt.amount
                       FROM funds_claim claim JOIN funds_receipt receipt ON receipt.id = claim.receipt_id
                      WHERE receipt.state <> 'voided'
                      UNION ALL
                     SELECT topup.line_id, topup.amount FROM funds_topup topup
                      WHERE NOT EXISTS (SELECT FROM funds_journal back WHERE back.reverses_id = topup.journal_id)
                    ) part ON part.line_id = line.id
         GROUP BY line.id
        HAVING coalesce(sum(part.amount), 0) <> line.claimed
        """,
    ),
    "suspense": (
        "银行流水待核款不等于未认领流水之和",
        """
        SELECT 'court:' || court.id, coalesce(unclaimed.amount, 0), coalesce(booked.amount, 0)
          FROM courts_court court
          LEFT JOIN (SELECT court_id, sum(amount - claimed) AS amount FROM funds_statementline
                      WHERE direction = 'C' GROUP BY court_id) unclaimed ON unclaimed.court_id = court.id
          LEFT JOIN (SELECT moved.court_id, sum(moved.signed) AS amount FROM funds_movement moved
                      WHERE moved.account = 'suspense' GROUP BY moved.court_id) booked ON booked.court_id = court.id
         WHERE coalesce(unclaimed.amount, 0) <> coalesce(booked.amount, 0)
        """,
    ),
    "statement_chain": (
        "银行流水期末余额与各笔之和不符，或者缺了一份流水",
        """
        SELECT 'bankaccount:' || account.id, first.openings[1] + coalesce(moved.amount, 0) + coalesce(aside.amount, 0),
               last.closings[1]
          FROM funds_bankaccount account
         -- Several files of one day, or of the day and of the week that it ends: any of them may be the first, or the last.
          JOIN LATERAL (SELECT array_agg(opening ORDER BY until_on, id) AS openings FROM funds_statement statement
                         WHERE account_id = account.id AND state = 'confirmed'
                           AND from_on = (SELECT min(from_on) FROM funds_statement
                                           WHERE account_id = account.id AND state = 'confirmed')) first ON true
          JOIN LATERAL (SELECT array_agg(closing ORDER BY id DESC) AS closings FROM funds_statement statement
                         WHERE account_id = account.id AND state = 'confirmed'
                           AND until_on = (SELECT max(until_on) FROM funds_statement
                                            WHERE account_id = account.id AND state = 'confirmed')) last ON true
          LEFT JOIN LATERAL (SELECT sum(CASE direction WHEN 'C' THEN amount ELSE -amount END) AS amount
                               FROM funds_statementline WHERE account_id = account.id) moved ON true
          LEFT JOIN LATERAL (
               SELECT sum(CASE direction WHEN 'C' THEN amount ELSE -amount END) AS amount
                 FROM (SELECT DISTINCT ON (staged.serial) staged.direction, staged.amount
                         FROM funds_stagedline staged JOIN funds_statement statement ON statement.id = staged.statement_id
                        WHERE statement.account_id = account.id AND statement.state = 'confirmed'
                          AND staged.verdict = 'aside' AND staged.amount IS NOT NULL) once) aside ON true
         WHERE first.openings IS NOT NULL AND last.closings IS NOT NULL
           AND NOT EXISTS (SELECT FROM unnest(first.openings) opening, unnest(last.closings) closing
                            WHERE opening + coalesce(moved.amount, 0) + coalesce(aside.amount, 0) = closing)
        """,
    ),
    "case_state": (
        "案件没有记下这笔到账，或者记的金额不同",
        """
        SELECT receipt.about || ' receipt:' || receipt.id, receipt.amount,
               round((noted.amount)::numeric * 100)::bigint
          FROM funds_receipt receipt
          JOIN events_event filed ON filed.stream = receipt.about AND filed.seq = 1 AND filed.kind LIKE 'case.%'
          LEFT JOIN LATERAL (SELECT event.data ->> 'amount' AS amount FROM events_event event
                              WHERE event.stream = receipt.about AND event.kind = 'receipt.noted'
                                AND (event.data ->> 'receipt')::bigint = receipt.id
                              ORDER BY event.seq DESC LIMIT 1) noted ON true
         WHERE receipt.state = 'identified'
           AND round((noted.amount)::numeric * 100)::bigint IS DISTINCT FROM receipt.amount
           AND NOT EXISTS (SELECT FROM events_event event JOIN events_pending pending ON pending.event_id = event.id
                            WHERE event.stream = 'receipt:' || receipt.id)
        """,
    ),
    "state_event": (
        "状态与最后一次事件不符",
        """
        SELECT thing.stream || ' ' || thing.state, NULL::bigint, NULL::bigint
          FROM (SELECT 'receipt:' || id AS stream, state FROM funds_receipt
                UNION ALL SELECT 'payout:' || id, state FROM funds_payout
                UNION ALL SELECT 'transfer:' || id, state FROM funds_transfer) thing
          LEFT JOIN LATERAL (SELECT data ->> 'state' AS state FROM events_event event
                              WHERE event.stream = thing.stream ORDER BY seq DESC LIMIT 1) last ON true
         WHERE last.state IS DISTINCT FROM thing.state
        """,
    ),
}


def differences(*, chains: bool = True) -> Iterator[Difference]:
    """Everything in the books that does not agree, check by check. chains: also walk the events' digests."""
    for check, (title, statement) in CHECKS.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for place, expected, found in cursor.fetchall():
                yield Difference(check, place, f"{title}：{place}{_amounts(expected, found)}")
    if chains:
        for flaw in flaws():
            if flaw.stream.startswith(STREAMS):
                place = f"{flaw.stream} event:{flaw.event_id}"
                yield Difference("event_chain", place, f"事件链断裂：{place}，{flaw.problem}")


def _amounts(expected: int | None, found: int | None) -> str:
    parts = [
        f"，{word} {format_yuan(from_fen(int(fen)))}"
        for word, fen in (("应为", expected), ("实为", found))
        if fen is not None
    ]
    return "".join(parts)
