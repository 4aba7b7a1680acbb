"""A property item is found by its account, plate or certificate, whole or by its end; those that stand are indexed."""

from django.db import migrations

import kernel.fields
from measures.references import found_by

TOGETHER = 1000


def index(apps, schema_editor):
    rows = apps.get_model("measures", "Property").objects.filter(reference__isnull=False)
    last = 0
    while batch := list(rows.filter(pk__gt=last).only("pk", "reference").order_by("pk")[:TOGETHER]):
        for row in batch:
            for name, value in found_by(row.reference).items():
                setattr(row, name, value)
        rows.bulk_update(batch, ["reference_index", "reference_tail"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="property",
            name="reference_index",
            field=kernel.fields.BlindIndexField(db_index=True, null=True),
        ),
        migrations.AddField(
            model_name="property",
            name="reference_tail",
            field=kernel.fields.BlindIndexField(db_index=True, null=True),
        ),
        migrations.RunPython(index, migrations.RunPython.noop),
    ]
