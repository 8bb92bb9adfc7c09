"""The slip risk: why a forecast says what it says, snapshots that are judged later, and what was learnt of them."""

import accounts.clock
import django.db.models.deletion
from django.db import migrations, models

from accounts.keys import same

# Why is for the firm alone, and moves to a table of its own: the next run writes it there.
WHY_LEAVES = """
UPDATE milestones_forecastrun SET
    works = (SELECT coalesce(jsonb_object_agg(key, value - 'drivers'), '{}'::jsonb) FROM jsonb_each(works)),
    milestones = (SELECT coalesce(jsonb_object_agg(key, value - 'drivers'), '{}'::jsonb) FROM jsonb_each(milestones))
"""

class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0004_purchase_order'),
        ('milestones', '0005_foresight'),
    ]

    operations = [
        migrations.CreateModel(
            name='ForecastDetail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('works', models.JSONField(default=dict)),
                ('milestones', models.JSONField(default=dict)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='engagements.engagement')),
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='detail', to='milestones.forecastrun')),
            ],
        ),
        migrations.CreateModel(
            name='SlipCalibration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(unique=True)),
                ('version', models.CharField(max_length=12)),
                ('made_at', models.DateTimeField(default=accounts.clock.now)),
                ('outcomes', models.PositiveIntegerField()),
                ('late', models.PositiveIntegerField()),
                ('from_on', models.DateField(null=True)),
                ('to_on', models.DateField(null=True)),
                ('numbers', models.JSONField()),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('late__lte', models.F('outcomes'))), name='calibration_late_of_outcomes')],
            },
        ),
        migrations.CreateModel(
            name='SlipSnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_on', models.DateField()),
                ('asked_on', models.DateField()),
                ('signs', models.JSONField()),
                ('late_share', models.FloatField()),
                ('late', models.BooleanField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('deliverable', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='snapshots', to='milestones.deliverable')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='engagements.engagement')),
            ],
            options={
                'ordering': ['due_on', 'id'],
                'indexes': [models.Index(models.F('due_on'), condition=models.Q(('late__isnull', True)), name='snapshot_unanswered'), models.Index(models.F('due_on'), condition=models.Q(('late__isnull', False)), name='snapshot_answered')],
                'constraints': [models.UniqueConstraint(fields=('deliverable', 'due_on'), name='snapshot_once_a_due_date'), models.CheckConstraint(condition=models.Q(('asked_on__lte', models.F('due_on'))), name='snapshot_asked_before_due')],
            },
        ),
        *(
            same(f"milestones_{name}", ("engagement_id", "client_id"), "engagements_engagement", ("id", "client_id"))
            for name in ("forecastdetail", "slipsnapshot")
        ),
        same(
            "milestones_slipsnapshot", ("deliverable_id", "engagement_id"), "milestones_deliverable", ("id", "engagement_id")
        ),
        migrations.RunSQL(WHY_LEAVES, migrations.RunSQL.noop),
    ]
