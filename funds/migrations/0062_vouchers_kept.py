"""What the database itself holds of vouchers: what one says never changes, none is deleted, every print stays."""

from django.db import migrations

FROZEN = """
CREATE TRIGGER voucher_no_delete BEFORE DELETE ON funds_voucher
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER voucher_frozen BEFORE UPDATE ON funds_voucher FOR EACH ROW
    WHEN ((OLD.kind, OLD.year, OLD.ordinal, OLD.number, OLD.receipt_id, OLD.payout_id, OLD.transfer_id, OLD.run,
           OLD.facts, OLD.issued_on, OLD.issued_by_id, OLD.key)
          IS DISTINCT FROM
          (NEW.kind, NEW.year, NEW.ordinal, NEW.number, NEW.receipt_id, NEW.payout_id, NEW.transfer_id, NEW.run,
           NEW.facts, NEW.issued_on, NEW.issued_by_id, NEW.key))
    EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER voucherprint_append_only BEFORE UPDATE OR DELETE ON funds_voucherprint
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER voucherseries_only_grows BEFORE UPDATE ON funds_voucherseries FOR EACH ROW
    WHEN (NEW.used < OLD.used) EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER voucherseries_no_delete BEFORE DELETE ON funds_voucherseries
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
"""
NOT_FROZEN = """
DROP TRIGGER voucherseries_no_delete ON funds_voucherseries;
DROP TRIGGER voucherseries_only_grows ON funds_voucherseries;
DROP TRIGGER voucherprint_append_only ON funds_voucherprint;
DROP TRIGGER voucher_frozen ON funds_voucher;
DROP TRIGGER voucher_no_delete ON funds_voucher;
"""


class Migration(migrations.Migration):
    dependencies = [("funds", "0061_vouchers")]
    operations = [migrations.RunSQL(FROZEN, NOT_FROZEN)]
