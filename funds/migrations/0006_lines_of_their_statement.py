"""The keys of bank statements stand in the database again. A line refers to its statement, account and court by one key
of three columns, so that it cannot name another account than its statement's. Staged lines and proposals are written a
hundred thousand at once: what they name is looked up once for the whole statement; it is never deleted (0002, 0004).
"""

import django.db.models.deletion
from django.db import migrations, models

LINE = """
ALTER TABLE funds_statementline ADD CONSTRAINT statementline_of_its_statement
    FOREIGN KEY (statement_id, account_id, court_id) REFERENCES funds_statement (id, account_id, court_id);
"""
NOT_LINE = "ALTER TABLE funds_statementline DROP CONSTRAINT statementline_of_its_statement;"

BULK = """
CREATE FUNCTION funds_staged_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT statement_id FROM fresh) named
                WHERE NOT EXISTS (SELECT FROM funds_statement statement WHERE statement.id = named.statement_id)) THEN
        RAISE EXCEPTION 'a staged line names a statement that does not stand'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'stagedline_statement_stands';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER staged_line_stands AFTER INSERT ON funds_stagedline REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION funds_staged_stands();
CREATE TRIGGER staged_line_stays BEFORE UPDATE ON funds_stagedline FOR EACH ROW
    WHEN (OLD.statement_id IS DISTINCT FROM NEW.statement_id) EXECUTE FUNCTION funds_refuse_change();

CREATE FUNCTION funds_proposal_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh
                WHERE NOT EXISTS (SELECT FROM funds_statementline line WHERE line.id = fresh.line_id)
                   OR NOT EXISTS (SELECT FROM funds_book book WHERE book.id = fresh.book_id)) THEN
        RAISE EXCEPTION 'a proposal names a line or a book that does not stand'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'proposal_stands';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER proposal_stands AFTER INSERT ON funds_proposal REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION funds_proposal_stands();
CREATE TRIGGER proposal_stays BEFORE UPDATE ON funds_proposal FOR EACH ROW
    WHEN ((OLD.line_id, OLD.book_id) IS DISTINCT FROM (NEW.line_id, NEW.book_id))
    EXECUTE FUNCTION funds_refuse_change();
"""
NOT_BULK = """
DROP TRIGGER proposal_stays ON funds_proposal;
DROP TRIGGER proposal_stands ON funds_proposal;
DROP FUNCTION funds_proposal_stands();
DROP TRIGGER staged_line_stays ON funds_stagedline;
DROP TRIGGER staged_line_stands ON funds_stagedline;
DROP FUNCTION funds_staged_stands();
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0005_accounts_found_by_tail")]

    operations = [
        migrations.AddConstraint(
            model_name="statement",
            constraint=models.UniqueConstraint(
                fields=("id", "account", "court"), name="statement_with_its_account"
            ),
        ),
        migrations.AlterField(
            model_name="statementline",
            name="statement",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="funds.statement",
            ),
        ),
        migrations.RunSQL(LINE, NOT_LINE),
        migrations.RunSQL(BULK, NOT_BULK),
    ]
