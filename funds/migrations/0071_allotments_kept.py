"""What the database itself holds of allocations: decisions are never rewritten, nothing is paid beyond or twice.

The balance of `claimed` opens with each book. `funds_creditor` adds up, for each creditor of a book, what the decisions
that stand allot him and what was spent on him; payouts and the court's fee are refused where the second would pass the
first. What the bank has paid stays a fact: only drafting, submitting, approving and sending are asked.
"""

from django.db import migrations

BALANCES = """
CREATE OR REPLACE FUNCTION funds_open_balances() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO funds_balance (book_id, account, amount)
    SELECT NEW.id, account, 0
      FROM unnest(ARRAY['custody', 'in_transit', 'paid', 'escrow', 'deposit', 'refund', 'fee', 'claimed']) AS account;
    RETURN NULL;
END $$;
ALTER TABLE funds_balance DISABLE TRIGGER balance_only_from_lines;
INSERT INTO funds_balance (book_id, account, amount) SELECT book.id, 'claimed', 0 FROM funds_book book;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE funds_balance ENABLE TRIGGER balance_only_from_lines;
SET CONSTRAINTS ALL DEFERRED;
"""
NOT_BALANCES = """
CREATE OR REPLACE FUNCTION funds_open_balances() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO funds_balance (book_id, account, amount)
    SELECT NEW.id, account, 0
      FROM unnest(ARRAY['custody', 'in_transit', 'paid', 'escrow', 'deposit', 'refund', 'fee']) AS account;
    RETURN NULL;
END $$;
"""
KEPT = """
CREATE TRIGGER allocation_no_delete BEFORE DELETE ON funds_allocation
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER allocation_frozen BEFORE UPDATE ON funds_allocation FOR EACH ROW
    WHEN ((OLD.court_id, OLD.book_id, OLD.receipt_id, OLD.version, OLD.amount, OLD.valued_on, OLD.claims, OLD.law,
           OLD.shares, OLD.surplus, OLD.sheet, OLD.changes, OLD.reason, OLD.replaces_id, OLD.late_id, OLD.overpaid, OLD.key)
          IS DISTINCT FROM
          (NEW.court_id, NEW.book_id, NEW.receipt_id, NEW.version, NEW.amount, NEW.valued_on, NEW.claims, NEW.law,
           NEW.shares, NEW.surplus, NEW.sheet, NEW.changes, NEW.reason, NEW.replaces_id, NEW.late_id, NEW.overpaid, NEW.key))
    EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER allotment_append_only BEFORE UPDATE OR DELETE ON funds_allotment
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER payout_allotment_frozen BEFORE UPDATE ON funds_payout FOR EACH ROW
    WHEN (OLD.allotment_id IS DISTINCT FROM NEW.allotment_id)
    EXECUTE FUNCTION funds_refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER payout_allotment_frozen ON funds_payout;
DROP TRIGGER allotment_append_only ON funds_allotment;
DROP TRIGGER allocation_frozen ON funds_allocation;
DROP TRIGGER allocation_no_delete ON funds_allocation;
"""
CREDITOR = """
CREATE VIEW funds_standing_allotment AS
SELECT allotment.* FROM funds_allotment allotment
 WHERE NOT EXISTS (SELECT FROM funds_journal journal WHERE journal.reverses_id = allotment.journal_id);

CREATE VIEW funds_creditor AS
SELECT named.book_id, named.creditor, named.to_court, coalesce(given.amount, 0) AS allotted,
       coalesce(paid.amount, 0) + coalesce(aside.amount, 0) AS spent
  FROM (SELECT DISTINCT book_id, creditor, to_court FROM funds_allotment) named
  LEFT JOIN LATERAL (
       SELECT sum(standing.amount) AS amount FROM funds_standing_allotment standing
        WHERE standing.book_id = named.book_id AND standing.creditor = named.creditor
          AND standing.to_court = named.to_court) given ON true
  LEFT JOIN LATERAL (
       SELECT sum(payout.amount) AS amount
         FROM funds_payout payout
         JOIN funds_payee payee ON payee.id = payout.payee_id
         LEFT JOIN funds_allotment allotment ON allotment.id = payout.allotment_id
        WHERE payout.book_id = named.book_id AND payout.state NOT IN ('cancelled', 'returned')
          AND NOT named.to_court
          AND (allotment.creditor = named.creditor
               OR allotment.id IS NULL AND payee.name = named.creditor
                  AND EXISTS (SELECT FROM funds_standing_allotment standing
                               WHERE standing.receipt_id = payout.receipt_id))) paid ON true
  LEFT JOIN LATERAL (
       SELECT sum(transfer.amount) AS amount
         FROM funds_transfer transfer
         LEFT JOIN funds_payee payee ON payee.id = transfer.payee_id
        WHERE transfer.book_id = named.book_id
          AND (named.to_court AND transfer.kind = 'fee' AND transfer.state NOT IN ('cancelled', 'released')
               OR NOT named.to_court AND transfer.kind = 'escrow' AND payee.name = named.creditor
                  AND transfer.state IN ('requested', 'approved', 'held'))) aside ON true;
"""
WITHIN = """
CREATE FUNCTION funds_payout_within_allotment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part funds_allotment;
BEGIN
    IF NEW.allotment_id IS NULL THEN
        IF EXISTS (SELECT FROM funds_standing_allotment standing
                   WHERE standing.receipt_id = NEW.receipt_id) THEN
            RAISE EXCEPTION 'the receipt is allocated: a payout names its allotment'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_names_allotment';
        END IF;
        RETURN NULL;
    END IF;
    SELECT * INTO part FROM funds_allotment WHERE id = NEW.allotment_id;
    IF part.book_id <> NEW.book_id OR part.to_court THEN
        RAISE EXCEPTION 'the allotment is another book''s, or the court''s own'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_names_allotment';
    END IF;
    IF EXISTS (SELECT FROM funds_creditor WHERE book_id = NEW.book_id AND creditor = part.creditor
                  AND NOT to_court AND spent > allotted) THEN
        RAISE EXCEPTION 'more than is allotted'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_within_allotment';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER payout_drafted_within_allotment AFTER INSERT ON funds_payout
    FOR EACH ROW EXECUTE FUNCTION funds_payout_within_allotment();
CREATE TRIGGER payout_moved_within_allotment AFTER UPDATE OF state ON funds_payout
    FOR EACH ROW WHEN (NEW.state IN ('submitted', 'approved', 'sent') AND NEW.state <> OLD.state)
    EXECUTE FUNCTION funds_payout_within_allotment();

CREATE FUNCTION funds_fee_within_allotment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM funds_creditor WHERE book_id = NEW.book_id AND to_court)
       OR EXISTS (SELECT FROM funds_creditor WHERE book_id = NEW.book_id AND to_court AND spent > allotted) THEN
        RAISE EXCEPTION 'more than is allotted to the court'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fee_within_allotment';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER fee_within_allotment AFTER INSERT ON funds_transfer
    FOR EACH ROW WHEN (NEW.kind = 'fee') EXECUTE FUNCTION funds_fee_within_allotment();
"""
NOT_WITHIN = """
DROP TRIGGER fee_within_allotment ON funds_transfer;
DROP FUNCTION funds_fee_within_allotment();
DROP TRIGGER payout_moved_within_allotment ON funds_payout;
DROP TRIGGER payout_drafted_within_allotment ON funds_payout;
DROP FUNCTION funds_payout_within_allotment();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0070_allotments")]
    operations = [
        migrations.RunSQL(BALANCES, NOT_BALANCES),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(CREDITOR, "DROP VIEW funds_creditor; DROP VIEW funds_standing_allotment;"),
        migrations.RunSQL(WITHIN, NOT_WITHIN),
    ]
