"""Each message is written three times within seconds: vacuum it often, so that the index of due rows stays small."""

from django.db import migrations

FORWARD = """
ALTER TABLE notices_message SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
"""
BACKWARD = """
ALTER TABLE notices_message RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
