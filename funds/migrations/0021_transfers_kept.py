"""What the database itself holds of transfers: balances of the new accounts, what a transfer said never changes."""

from django.db import migrations

BALANCES = """
CREATE OR REPLACE FUNCTION funds_open_balances() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO funds_balance (book_id, account, amount)
    SELECT NEW.id, account, 0
      FROM unnest(ARRAY['custody', 'in_transit', 'paid', 'escrow', 'deposit', 'refund', 'fee']) AS account;
    RETURN NULL;
END $$;
ALTER TABLE funds_balance DISABLE TRIGGER balance_only_from_lines;
INSERT INTO funds_balance (book_id, account, amount)
SELECT book.id, account, 0 FROM funds_book book CROSS JOIN unnest(ARRAY['deposit', 'refund']) AS account;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE funds_balance ENABLE TRIGGER balance_only_from_lines;
SET CONSTRAINTS ALL DEFERRED;
"""
NOT_BALANCES = """
CREATE OR REPLACE FUNCTION funds_open_balances() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO funds_balance (book_id, account, amount)
    SELECT NEW.id, account, 0 FROM unnest(ARRAY['custody', 'in_transit', 'paid', 'escrow', 'fee']) AS account;
    RETURN NULL;
END $$;
"""
FROZEN = """
CREATE TRIGGER transfer_no_delete BEFORE DELETE ON funds_transfer
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER transfer_frozen BEFORE UPDATE ON funds_transfer FOR EACH ROW
    WHEN ((OLD.court_id, OLD.book_id, OLD.receipt_id, OLD.kind, OLD.amount, OLD.requester_id, OLD.key)
          IS DISTINCT FROM
          (NEW.court_id, NEW.book_id, NEW.receipt_id, NEW.kind, NEW.amount, NEW.requester_id, NEW.key)
          OR NEW.recovered < OLD.recovered
          OR (OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN (
              'requested>approved', 'requested>cancelled', 'approved>cancelled', 'approved>held', 'approved>paid',
              'held>released', 'held>paid')))
    EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER recovery_append_only BEFORE UPDATE OR DELETE ON funds_recovery
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER trace_append_only BEFORE UPDATE OR DELETE ON funds_trace
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
"""
NOT_FROZEN = """
DROP TRIGGER trace_append_only ON funds_trace;
DROP TRIGGER recovery_append_only ON funds_recovery;
DROP TRIGGER transfer_frozen ON funds_transfer;
DROP TRIGGER transfer_no_delete ON funds_transfer;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0020_transfers")]
    operations = [
        migrations.RunSQL(BALANCES, NOT_BALANCES),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
    ]
