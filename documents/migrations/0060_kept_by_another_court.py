"""A case that goes to another court takes its papers and files along: which court keeps them is no part of what they say."""

from django.db import migrations

DROP = """
DROP TRIGGER paper_frozen ON documents_paper;
DROP TRIGGER file_frozen ON documents_file;
"""
FROZEN = """
CREATE TRIGGER paper_frozen BEFORE UPDATE ON documents_paper FOR EACH ROW
    WHEN (({old_court}OLD.kind, OLD.case_number, OLD.number, OLD.ordinal, OLD.facts, OLD.key, OLD.about,
           OLD.created_at, OLD.created_by)
          IS DISTINCT FROM
          ({new_court}NEW.kind, NEW.case_number, NEW.number, NEW.ordinal, NEW.facts, NEW.key, NEW.about,
           NEW.created_at, NEW.created_by)
          OR (OLD.file_id IS NOT NULL AND NEW.file_id IS DISTINCT FROM OLD.file_id)
          OR (OLD.state = 'rendered' AND NEW.state = 'draft')
          OR (OLD.state = 'voided' AND NEW.state <> 'voided'))
    EXECUTE FUNCTION documents_refuse_change();
CREATE TRIGGER file_frozen BEFORE UPDATE ON documents_file FOR EACH ROW
    WHEN (({old_court}OLD.path, OLD.sha256, OLD.size, OLD.media_type, OLD.kind, OLD.uploaded_by, OLD.created_at,
           OLD.captured_at)
          IS DISTINCT FROM
          ({new_court}NEW.path, NEW.sha256, NEW.size, NEW.media_type, NEW.kind, NEW.uploaded_by, NEW.created_at,
           NEW.captured_at))
    EXECUTE FUNCTION documents_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_frozen")]
    operations = [
        migrations.RunSQL(
            DROP + FROZEN.format(old_court="", new_court=""),
            DROP + FROZEN.format(old_court="OLD.court_id, ", new_court="NEW.court_id, "),
        )
    ]
