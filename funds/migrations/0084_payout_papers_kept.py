"""What stands behind a payout on paper stays as it was written down."""

from django.db import migrations

KEPT = """
CREATE TRIGGER payouttalk_no_delete BEFORE DELETE ON funds_payouttalk
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
-- The content is encrypted and written anew when the keys rotate.
CREATE TRIGGER payouttalk_frozen BEFORE UPDATE ON funds_payouttalk FOR EACH ROW
    WHEN ((OLD.payout_id, OLD.channel, OLD.at, OLD.who, OLD.by_id)
          IS DISTINCT FROM (NEW.payout_id, NEW.channel, NEW.at, NEW.who, NEW.by_id))
    EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER payouttalk_files_append_only BEFORE UPDATE OR DELETE ON funds_payouttalk_files
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER payoutslip_append_only BEFORE UPDATE OR DELETE ON funds_payoutslip
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
"""
NOT_KEPT = """
DROP TRIGGER payoutslip_append_only ON funds_payoutslip;
DROP TRIGGER payouttalk_files_append_only ON funds_payouttalk_files;
DROP TRIGGER payouttalk_frozen ON funds_payouttalk;
DROP TRIGGER payouttalk_no_delete ON funds_payouttalk;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0083_payout_papers")]
    operations = [migrations.RunSQL(KEPT, NOT_KEPT)]
