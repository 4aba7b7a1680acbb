"""An account is found by its last digits; those that stand are indexed while their guard is down."""

from django.db import migrations

import kernel.fields
from kernel.fields import blind_tail

TOGETHER = 1000


def index(apps, schema_editor):
    rows = apps.get_model("funds", "PayeeAccount").objects.all()
    last = 0
    while batch := list(rows.filter(pk__gt=last).only("pk", "account").order_by("pk")[:TOGETHER]):
        for row in batch:
            row.account_tail = blind_tail(row.account, 4, purpose="account")
        rows.bulk_update(batch, ["account_tail"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("funds", "0002_ledger")]

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
