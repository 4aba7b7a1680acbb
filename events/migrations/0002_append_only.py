"""Append-only by trigger: even the owner must switch the trigger off, and then the digest chain names the row."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION events_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append-only (% on %)', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON events_event
    FOR EACH ROW EXECUTE FUNCTION events_refuse_change();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON events_event
    FOR EACH STATEMENT EXECUTE FUNCTION events_refuse_change();
"""
BACKWARD = """
DROP TRIGGER event_no_truncate ON events_event;
DROP TRIGGER event_append_only ON events_event;
DROP FUNCTION events_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
