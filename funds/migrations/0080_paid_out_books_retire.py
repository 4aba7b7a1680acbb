"""A book that only remembers what was paid and allotted is empty, too: it may retire when its case goes to another court."""

from django.db import migrations

RETIRE = """
CREATE OR REPLACE FUNCTION funds_book_retires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.court_id = OLD.court_id AND NEW.case_id IS NULL AND NEW.about = OLD.about || '#' || OLD.id
       AND position('#' IN OLD.about) = 0
       AND NOT EXISTS (SELECT FROM funds_balance
                        WHERE book_id = OLD.id AND amount <> 0 AND account NOT IN ('paid', 'claimed')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'money is never rewritten: no % on %', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""
BEFORE = RETIRE.replace(" AND account NOT IN ('paid', 'claimed')", "")


class Migration(migrations.Migration):
    dependencies = [("funds", "0071_allotments_kept")]
    operations = [migrations.RunSQL(RETIRE, BEFORE)]
