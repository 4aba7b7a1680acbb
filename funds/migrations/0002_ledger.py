"""What the database itself holds of the books, whatever the code does.

A journal's lines sum to zero and to its amount when the transaction ends; journals, lines and payees'
accounts are append-only; balances are written by the lines alone; receipts and payouts keep what they said
and move only along their states.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION funds_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'money is never rewritten: no % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON funds_journal
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON funds_journal
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER line_append_only BEFORE UPDATE OR DELETE ON funds_line
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER line_no_truncate BEFORE TRUNCATE ON funds_line
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER payee_account_append_only BEFORE UPDATE OR DELETE ON funds_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER payee_account_no_truncate BEFORE TRUNCATE ON funds_payeeaccount
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
"""
NOT_APPEND_ONLY = """
DROP TRIGGER payee_account_no_truncate ON funds_payeeaccount;
DROP TRIGGER payee_account_append_only ON funds_payeeaccount;
DROP TRIGGER line_no_truncate ON funds_line;
DROP TRIGGER line_append_only ON funds_line;
DROP TRIGGER journal_no_truncate ON funds_journal;
DROP TRIGGER journal_append_only ON funds_journal;
DROP FUNCTION funds_refuse_change();
"""

# The journal's own amount is compared too: balanced lines added later to an old journal make it differ.
SUM_ZERO = """
CREATE FUNCTION funds_journal_is_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
    whole boolean;
BEGIN
    IF TG_TABLE_NAME = 'funds_journal' THEN
        number := NEW.id;
    ELSE
        number := NEW.journal_id;
    END IF;
    SELECT coalesce(sum(line.amount) FILTER (WHERE line.side = 'D'), 0) = journal.amount
       AND coalesce(sum(line.amount) FILTER (WHERE line.side = 'C'), 0) = journal.amount
       AND coalesce(bool_and(line.court_id = journal.court_id
                             AND (book.id IS NULL OR book.court_id = journal.court_id)), false)
      INTO whole
      FROM funds_journal journal
      LEFT JOIN funds_line line ON line.journal_id = journal.id
      LEFT JOIN funds_book book ON book.id = line.book_id
     WHERE journal.id = number
     GROUP BY journal.id;
    IF whole IS NOT TRUE THEN
        RAISE EXCEPTION 'journal % does not balance', number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON funds_journal DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION funds_journal_is_whole();
CREATE CONSTRAINT TRIGGER line_balances AFTER INSERT ON funds_line DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION funds_journal_is_whole();
"""
NOT_SUM_ZERO = """
DROP TRIGGER line_balances ON funds_line;
DROP TRIGGER journal_balances ON funds_journal;
DROP FUNCTION funds_journal_is_whole();
"""

# The owner's rights (SECURITY DEFINER): the web's role itself cannot write a balance.
BALANCES = """
CREATE FUNCTION funds_open_balances() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO funds_balance (book_id, account, amount)
    SELECT NEW.id, account, 0 FROM unnest(ARRAY['custody', 'in_transit', 'paid', 'escrow', 'fee']) AS account;
    RETURN NULL;
END $$;
CREATE TRIGGER book_opens_balances AFTER INSERT ON funds_book
    FOR EACH ROW EXECUTE FUNCTION funds_open_balances();

CREATE FUNCTION funds_keep_balances() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE funds_balance balance SET amount = balance.amount + moved.amount
      FROM (SELECT book_id, account, sum(CASE side WHEN 'C' THEN amount ELSE -amount END) AS amount
              FROM fresh WHERE book_id IS NOT NULL GROUP BY book_id, account) moved
     WHERE balance.book_id = moved.book_id AND balance.account = moved.account;
    RETURN NULL;
END $$;
CREATE TRIGGER line_keeps_balances AFTER INSERT ON funds_line REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION funds_keep_balances();

CREATE FUNCTION funds_balances_only_from_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'balances follow from lines' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balance_only_from_lines BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON funds_balance
    FOR EACH STATEMENT EXECUTE FUNCTION funds_balances_only_from_lines();
"""
NOT_BALANCES = """
DROP TRIGGER balance_only_from_lines ON funds_balance;
DROP FUNCTION funds_balances_only_from_lines();
DROP TRIGGER line_keeps_balances ON funds_line;
DROP FUNCTION funds_keep_balances();
DROP TRIGGER book_opens_balances ON funds_book;
DROP FUNCTION funds_open_balances();
"""

FROZEN = """
CREATE TRIGGER book_no_delete BEFORE DELETE ON funds_book
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER book_frozen BEFORE UPDATE ON funds_book FOR EACH ROW
    WHEN ((OLD.court_id, OLD.about, OLD.case_id) IS DISTINCT FROM (NEW.court_id, NEW.about, NEW.case_id))
    EXECUTE FUNCTION funds_refuse_change();

CREATE TRIGGER receipt_no_delete BEFORE DELETE ON funds_receipt
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER receipt_frozen BEFORE UPDATE ON funds_receipt FOR EACH ROW
    WHEN ((OLD.court_id, OLD.amount, OLD.arrived_on, OLD.bank_serial, OLD.key)
          IS DISTINCT FROM (NEW.court_id, NEW.amount, NEW.arrived_on, NEW.bank_serial, NEW.key)
          OR OLD.state = 'voided' AND NEW.state <> 'voided'
          OR OLD.state = 'identified' AND NEW.state = 'voided'
          OR OLD.state = 'identified' AND NEW.state = 'identified' AND NEW.book_id <> OLD.book_id)
    EXECUTE FUNCTION funds_refuse_change();

CREATE TRIGGER payout_no_delete BEFORE DELETE ON funds_payout
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER payout_frozen BEFORE UPDATE ON funds_payout FOR EACH ROW
    WHEN ((OLD.court_id, OLD.book_id, OLD.receipt_id, OLD.payee_id, OLD.amount, OLD.route, OLD.run, OLD.key,
           OLD.requester_id, OLD.maker_id)
          IS DISTINCT FROM
          (NEW.court_id, NEW.book_id, NEW.receipt_id, NEW.payee_id, NEW.amount, NEW.route, NEW.run, NEW.key,
           NEW.requester_id, NEW.maker_id)
          OR (OLD.state <> 'drafted'
              AND (OLD.account_id, OLD.submitter_id) IS DISTINCT FROM (NEW.account_id, NEW.submitter_id))
          OR (OLD.checker_id IS NOT NULL AND OLD.checker_id IS DISTINCT FROM NEW.checker_id)
          OR (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN (
              'drafted>submitted', 'submitted>to_finance', 'submitted>approved', 'to_finance>approved',
              'approved>sent', 'sent>paid', 'sent>returned', 'paid>returned',
              'drafted>cancelled', 'submitted>cancelled', 'to_finance>cancelled', 'approved>cancelled')))
    EXECUTE FUNCTION funds_refuse_change();
"""
NOT_FROZEN = """
DROP TRIGGER payout_frozen ON funds_payout;
DROP TRIGGER payout_no_delete ON funds_payout;
DROP TRIGGER receipt_frozen ON funds_receipt;
DROP TRIGGER receipt_no_delete ON funds_receipt;
DROP TRIGGER book_frozen ON funds_book;
DROP TRIGGER book_no_delete ON funds_book;
"""

# Lines with a sign, credits above zero: what the checks of verify_books add up.
MOVEMENT = """
CREATE VIEW funds_movement AS
SELECT line.id, line.journal_id, journal.receipt_id, journal.payout_id, line.court_id, line.book_id, line.account,
       CASE line.side WHEN 'C' THEN line.amount ELSE -line.amount END AS signed
  FROM funds_line line JOIN funds_journal journal ON journal.id = line.journal_id;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0001_initial")]
    operations = [
        migrations.RunSQL(APPEND_ONLY, NOT_APPEND_ONLY),
        migrations.RunSQL(SUM_ZERO, NOT_SUM_ZERO),
        migrations.RunSQL(BALANCES, NOT_BALANCES),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        migrations.RunSQL(MOVEMENT, "DROP VIEW funds_movement;"),
    ]
