"""How soon money is claimed comes from the packs, no longer from the account; reminders of unclaimed money and what stood
at the end of each month are written once and never again.
"""
import django.contrib.postgres.fields
import django.db.models.deletion
import funds.models.amounts
from django.db import migrations, models


ONCE = """
CREATE TRIGGER claim_reminder_append_only BEFORE UPDATE OR DELETE ON funds_claimreminder
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER claim_reminder_no_truncate BEFORE TRUNCATE ON funds_claimreminder
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER month_end_append_only BEFORE UPDATE OR DELETE ON funds_monthend
    FOR EACH ROW EXECUTE FUNCTION funds_refuse_change();
CREATE TRIGGER month_end_no_truncate BEFORE TRUNCATE ON funds_monthend
    FOR EACH STATEMENT EXECUTE FUNCTION funds_refuse_change();
"""
NOT_ONCE = """
DROP TRIGGER month_end_no_truncate ON funds_monthend;
DROP TRIGGER month_end_append_only ON funds_monthend;
DROP TRIGGER claim_reminder_no_truncate ON funds_claimreminder;
DROP TRIGGER claim_reminder_append_only ON funds_claimreminder;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('courts', '0011_staff_imports'),
        ('funds', '0006_lines_of_their_statement'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='bankaccount',
            name='claim_days',
        ),
        migrations.CreateModel(
            name='ClaimReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule_id', models.CharField(max_length=40, verbose_name='依据')),
                ('rung', models.PositiveSmallIntegerField()),
                ('due_on', models.DateField(verbose_name='建议日期')),
                ('told_at', models.DateTimeField(verbose_name='提醒时间')),
                ('readers', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None, verbose_name='提醒对象')),
                ('court', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courts.court')),
                ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='funds.statementline')),
                ('receipt', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='funds.receipt')),
            ],
            options={
                'verbose_name': '催领记录',
                'constraints': [models.UniqueConstraint(fields=('line', 'rung'), name='claimreminder_line_once'), models.UniqueConstraint(fields=('receipt', 'rung'), name='claimreminder_receipt_once'), models.CheckConstraint(condition=models.Q(models.Q(('line__isnull', False), ('receipt__isnull', True)), models.Q(('line__isnull', True), ('receipt__isnull', False)), _connector='OR'), name='claimreminder_of_one')],
            },
        ),
        migrations.CreateModel(
            name='MonthEnd',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(verbose_name='月份')),
                ('lines', models.PositiveIntegerField(verbose_name='流水笔数')),
                ('amount', funds.models.amounts.AmountField(verbose_name='流水金额')),
                ('by_hand', models.PositiveIntegerField(verbose_name='人工登记笔数')),
                ('by_hand_amount', funds.models.amounts.AmountField(verbose_name='人工登记金额')),
                ('until', models.DateField(null=True, verbose_name='流水导入到')),
                ('counted_at', models.DateTimeField(verbose_name='统计时间')),
                ('court', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courts.court', verbose_name='法院')),
            ],
            options={
                'verbose_name': '月末不明款',
                'constraints': [models.UniqueConstraint(fields=('court', 'month'), name='monthend_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='monthend_is_a_month')],
            },
        ),
        migrations.RunSQL(ONCE, NOT_ONCE),
    ]
