"""What the database itself holds of the revolving fund: nothing is put into it without its row, whose line stays.

Amounts put in before rows were kept get theirs as declared balances: no line of the bank is known for them.
"""

from django.db import migrations

EARLIER = """
INSERT INTO funds_topup (court_id, line_id, amount, "on", evidence, file_id, journal_id, reason)
SELECT journal.court_id, NULL, journal.amount, journal."on", '系统升级前登记的拨入，分录 ' || journal.id || ' 号', NULL,
       journal.id, ''
  FROM funds_journal journal JOIN events_event event ON event.id = journal.event_id
 WHERE event.kind = 'fund.topped_up';
"""
KEPT = """
CREATE TRIGGER topup_no_delete BEFORE DELETE ON funds_topup
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER topup_frozen BEFORE UPDATE ON funds_topup FOR EACH ROW
    WHEN ((OLD.court_id, OLD.line_id, OLD.amount, OLD."on", OLD.evidence, OLD.file_id, OLD.journal_id)
          IS DISTINCT FROM
          (NEW.court_id, NEW.line_id, NEW.amount, NEW."on", NEW.evidence, NEW.file_id, NEW.journal_id))
    EXECUTE FUNCTION funds_refuse_change();

CREATE FUNCTION funds_fund_has_its_topup() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM funds_journal journal
                WHERE journal.id = NEW.journal_id AND journal.receipt_id IS NULL AND journal.reverses_id IS NULL
                  AND NOT EXISTS (SELECT FROM funds_topup topup WHERE topup.journal_id = journal.id)) THEN
        RAISE EXCEPTION 'money of the fund has neither a line of the bank nor a declared balance behind it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'fund_has_its_topup';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER fund_has_its_topup AFTER INSERT ON funds_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.account = 'revolving' AND NEW.side = 'C')
    EXECUTE FUNCTION funds_fund_has_its_topup();
"""
NOT_KEPT = """
DROP TRIGGER fund_has_its_topup ON funds_line;
DROP FUNCTION funds_fund_has_its_topup();
DROP TRIGGER topup_frozen ON funds_topup;
DROP TRIGGER topup_no_delete ON funds_topup;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0081_topups")]
    operations = [
        migrations.RunSQL(EARLIER, migrations.RunSQL.noop),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
