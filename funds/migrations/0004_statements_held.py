"""What the database itself holds of bank statements: a confirmed statement and its lines keep what the bank said; of a
line only what was claimed moves. A case's number, and which receipt was made of which line, are never rewritten.
"""

from django.db import migrations

HELD = """
CREATE TRIGGER sub_account_append_only BEFORE UPDATE OR DELETE ON funds_subaccount
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER sub_account_no_truncate BEFORE TRUNCATE ON funds_subaccount
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER claim_append_only BEFORE UPDATE OR DELETE ON funds_claim
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER claim_no_truncate BEFORE TRUNCATE ON funds_claim
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER statement_line_no_delete BEFORE DELETE ON funds_statementline
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER statement_line_no_truncate BEFORE TRUNCATE ON funds_statementline
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER statement_line_frozen BEFORE UPDATE ON funds_statementline FOR EACH ROW
    WHEN ((OLD.court_id, OLD.account_id, OLD.statement_id, OLD.serial, OLD.booked_on, OLD.direction, OLD.amount,
           OLD.payer_name, OLD.payer_tail, OLD.payer_bank, OLD.remark, OLD.sub_account, OLD.row)
          IS DISTINCT FROM
          (NEW.court_id, NEW.account_id, NEW.statement_id, NEW.serial, NEW.booked_on, NEW.direction, NEW.amount,
           NEW.payer_name, NEW.payer_tail, NEW.payer_bank, NEW.remark, NEW.sub_account, NEW.row))
    EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER statement_no_delete BEFORE DELETE ON funds_statement
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER statement_frozen BEFORE UPDATE ON funds_statement FOR EACH ROW
    WHEN (OLD.state IN ('confirmed', 'withdrawn'))
    EXECUTE FUNCTION funds_refuse_change();
"""
NOT_HELD = """
DROP TRIGGER statement_frozen ON funds_statement;
DROP TRIGGER statement_no_delete ON funds_statement;
DROP TRIGGER statement_line_frozen ON funds_statementline;
DROP TRIGGER statement_line_no_truncate ON funds_statementline;
DROP TRIGGER statement_line_no_delete ON funds_statementline;
DROP TRIGGER claim_no_truncate ON funds_claim;
DROP TRIGGER claim_append_only ON funds_claim;
DROP TRIGGER sub_account_no_truncate ON funds_subaccount;
DROP TRIGGER sub_account_append_only ON funds_subaccount;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0003_statements")]
    operations = [migrations.RunSQL(HELD, NOT_HELD)]
