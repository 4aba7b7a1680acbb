"""From when on an account is paid to; those that stand were in force when they were registered."""

from django.db import migrations, models

OFF = "ALTER TABLE funds_payeeaccount DISABLE TRIGGER payee_account_append_only"
ON = "ALTER TABLE funds_payeeaccount ENABLE TRIGGER payee_account_append_only"


class Migration(migrations.Migration):
    dependencies = [("funds", "0084_payout_papers_kept")]

    operations = [
        migrations.AddField("payeeaccount", "in_force_at", models.DateTimeField("生效时间", null=True)),
        migrations.RunSQL(
            f"{OFF}; UPDATE funds_payeeaccount SET in_force_at = registered_at; {ON}", migrations.RunSQL.noop
        ),
        migrations.AlterField("payeeaccount", "in_force_at", models.DateTimeField("生效时间")),
        migrations.AddConstraint(
            "payeeaccount",
            models.CheckConstraint(
                condition=models.Q(in_force_at__gte=models.F("registered_at")), name="payee_account_not_before"
            ),
        ),
    ]
