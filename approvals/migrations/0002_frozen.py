"""What was asked is frozen, answers are append-only, and nobody assents to a request of their own: whatever the code does."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION approvals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was asked and answered is frozen (% on %)', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER request_no_delete BEFORE DELETE ON approvals_request
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE TRIGGER request_frozen BEFORE UPDATE ON approvals_request FOR EACH ROW
    WHEN ((OLD.court_id, OLD.about, OLD.kind, OLD.asked_by_id, OLD.chain, OLD.facts, OLD.ground, OLD.key, OLD.asked_at)
          IS DISTINCT FROM
          (NEW.court_id, NEW.about, NEW.kind, NEW.asked_by_id, NEW.chain, NEW.facts, NEW.ground, NEW.key, NEW.asked_at)
          OR NEW.step < OLD.step
          OR (OLD.state <> 'waiting'
              AND (OLD.state, OLD.step, OLD.closed_at) IS DISTINCT FROM (NEW.state, NEW.step, NEW.closed_at)))
    EXECUTE FUNCTION approvals_refuse_change();
ALTER TABLE approvals_request ADD CONSTRAINT request_role_of_step
    CHECK (state <> 'waiting' OR role = chain ->> step::int);

CREATE TRIGGER assent_append_only BEFORE UPDATE OR DELETE ON approvals_assent
    FOR EACH ROW EXECUTE FUNCTION approvals_refuse_change();
CREATE TRIGGER assent_no_truncate BEFORE TRUNCATE ON approvals_assent
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_refuse_change();
CREATE FUNCTION approvals_not_the_asker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM approvals_request WHERE id = NEW.request_id AND asked_by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'request % was asked by the same person', NEW.request_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'assent_not_the_asker';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assent_not_the_asker BEFORE INSERT ON approvals_assent
    FOR EACH ROW EXECUTE FUNCTION approvals_not_the_asker();
"""
BACKWARD = """
DROP TRIGGER assent_not_the_asker ON approvals_assent;
DROP FUNCTION approvals_not_the_asker();
DROP TRIGGER assent_no_truncate ON approvals_assent;
DROP TRIGGER assent_append_only ON approvals_assent;
ALTER TABLE approvals_request DROP CONSTRAINT request_role_of_step;
DROP TRIGGER request_frozen ON approvals_request;
DROP TRIGGER request_no_delete ON approvals_request;
DROP FUNCTION approvals_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
