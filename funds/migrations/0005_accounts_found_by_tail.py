"""An account is found by its last digits; those that stand are indexed while their guard is down."""

from django.db import migrations

import kernel.fields
from kernel.fields import blind_tail, decrypt

TOGETHER = 1000


def index(apps, schema_editor):
    model, last = apps.get_model("funds", "PayeeAccount"), 0
    while found := _read(schema_editor, last):
        rows = [model(pk=pk, account_tail=_tail(stored)) for pk, stored in found]
        model.objects.bulk_update(rows, ["account_tail"])
        last = found[-1][0]


def _read(schema_editor, last):
    with schema_editor.connection.cursor() as cursor:
        query = "SELECT id, account FROM funds_payeeaccount WHERE id > %s ORDER BY id LIMIT %s"
        cursor.execute(query, [last, TOGETHER])
        return cursor.fetchall()


def _tail(stored):
    """The index; None for what no key of this installation opens: it stays, and is not found by its end."""
    try:
        account = decrypt(bytes(stored), context="funds.PayeeAccount.account")
    except ValueError:
        return None
    return blind_tail(account, 4, purpose="account")


class Migration(migrations.Migration):
    dependencies = [("funds", "0004_statements_held")]

    operations = [
        migrations.AddField(
            model_name="payeeaccount",
            name="account_tail",
            field=kernel.fields.BlindIndexField(db_index=True, null=True),
        ),
        migrations.RunSQL(
            "ALTER TABLE funds_payeeaccount DISABLE TRIGGER payee_account_append_only",
            "ALTER TABLE funds_payeeaccount ENABLE TRIGGER payee_account_append_only",
        ),
        migrations.RunPython(index, migrations.RunPython.noop),
        migrations.RunSQL(
            "ALTER TABLE funds_payeeaccount ENABLE TRIGGER payee_account_append_only",
            "ALTER TABLE funds_payeeaccount DISABLE TRIGGER payee_account_append_only",
        ),
    ]
