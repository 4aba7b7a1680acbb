"""A property item is found by its account, plate or certificate, whole or by its end; those that stand are indexed."""

from django.db import migrations

import kernel.fields
from kernel.fields import decrypt
from measures.references import found_by

TOGETHER = 1000


def index(apps, schema_editor):
    model, last = apps.get_model("measures", "Property"), 0
    sealed = "SELECT id, reference FROM measures_property WHERE reference IS NOT NULL AND id > %s ORDER BY id LIMIT %s"
    while found := _read(schema_editor, sealed, last):
        rows = [model(pk=pk, **found_by(_opened(stored))) for pk, stored in found]
        model.objects.bulk_update(rows, ["reference_index", "reference_tail"])
        last = found[-1][0]


def _read(schema_editor, query, last):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(query, [last, TOGETHER])
        return cursor.fetchall()


def _opened(stored):
    """The clear text; None for what no key of this installation opens: it stays, and is not found by its end."""
    try:
        return decrypt(bytes(stored), context="measures.Property.reference")
    except ValueError:
        return None


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
