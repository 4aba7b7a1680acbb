"""What a paper says and what a file holds never changes, and neither is deleted: triggers, whatever the code does."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION documents_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'papers are voided and files are kept: no % on %', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE FUNCTION documents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what % says is frozen', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER paper_no_delete BEFORE DELETE ON documents_paper
    FOR EACH ROW EXECUTE FUNCTION documents_refuse_delete();
CREATE TRIGGER file_no_delete BEFORE DELETE ON documents_file
    FOR EACH ROW EXECUTE FUNCTION documents_refuse_delete();
CREATE TRIGGER paper_frozen BEFORE UPDATE ON documents_paper FOR EACH ROW
    WHEN ((OLD.court_id, OLD.kind, OLD.case_number, OLD.number, OLD.ordinal, OLD.facts, OLD.key, OLD.about,
           OLD.created_at, OLD.created_by)
          IS DISTINCT FROM
          (NEW.court_id, NEW.kind, NEW.case_number, NEW.number, NEW.ordinal, NEW.facts, NEW.key, NEW.about,
           NEW.created_at, NEW.created_by)
          OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id)
          OR (OLD.state = 'rendered' AND NEW.state = 'draft')
          OR (OLD.state = 'voided' AND NEW.state <> 'voided'))
    EXECUTE FUNCTION documents_refuse_change();
CREATE TRIGGER file_frozen BEFORE UPDATE ON documents_file FOR EACH ROW
    WHEN ((OLD.court_id, OLD.path, OLD.sha256, OLD.size, OLD.media_type, OLD.kind, OLD.uploaded_by, OLD.created_at,
           OLD.captured_at)
          IS DISTINCT FROM
          (NEW.court_id, NEW.path, NEW.sha256, NEW.size, NEW.media_type, NEW.kind, NEW.uploaded_by, NEW.created_at,
           NEW.captured_at))
    EXECUTE FUNCTION documents_refuse_change();
"""
BACKWARD = """
DROP TRIGGER file_frozen ON documents_file;
DROP TRIGGER paper_frozen ON documents_paper;
DROP TRIGGER file_no_delete ON documents_file;
DROP TRIGGER paper_no_delete ON documents_paper;
DROP FUNCTION documents_refuse_change();
DROP FUNCTION documents_refuse_delete();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
