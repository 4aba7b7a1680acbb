"""A case that goes to another court leaves its book behind: an empty one may give up its case, once and for good."""

from django.db import migrations

RETIRE = """
DROP TRIGGER book_frozen ON funds_book;
CREATE FUNCTION funds_book_retires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.court_id = OLD.court_id AND NEW.case_id IS NULL AND NEW.about = OLD.about || '#' || OLD.id
       AND position('#' IN OLD.about) = 0
       AND NOT EXISTS (SELECT FROM funds_balance WHERE book_id = OLD.id AND amount <> 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'money is never rewritten: no % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER book_frozen BEFORE UPDATE ON funds_book FOR EACH ROW
    WHEN ((OLD.court_id, OLD.about, OLD.case_id) IS DISTINCT FROM (NEW.court_id, NEW.about, NEW.case_id))
    EXECUTE FUNCTION funds_book_retires();
"""
FROZEN = """
DROP TRIGGER book_frozen ON funds_book;
DROP FUNCTION funds_book_retires();
CREATE TRIGGER book_frozen BEFORE UPDATE ON funds_book FOR EACH ROW
    WHEN ((OLD.court_id, OLD.about, OLD.case_id) IS DISTINCT FROM (NEW.court_id, NEW.about, NEW.case_id))
    EXECUTE FUNCTION funds_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0021_transfers_kept")]
    operations = [migrations.RunSQL(RETIRE, FROZEN)]
