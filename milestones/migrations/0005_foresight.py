"""What would help slipping milestones, and what forecasts said at fixed days before a due date."""

import accounts.clock
import django.db.models.deletion
from django.db import migrations, models

from accounts.keys import same


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0004_purchase_order'),
        ('milestones', '0004_handover'),
    ]

    operations = [
        migrations.CreateModel(
            name='WaysOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('made_at', models.DateTimeField(default=accounts.clock.now)),
                ('plan_version', models.PositiveIntegerField()),
                ('milestones', models.JSONField(default=dict)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='ways_out', to='engagements.engagement')),
            ],
        ),
        migrations.CreateModel(
            name='Prediction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('horizon', models.PositiveSmallIntegerField()),
                ('said_on', models.DateField()),
                ('due_on', models.DateField()),
                ('likely', models.DateField()),
                ('eight_in_ten', models.DateField()),
                ('chance', models.FloatField()),
                ('finished_on', models.DateField(null=True)),
                ('void', models.BooleanField(default=False)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('deliverable', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='predictions', to='milestones.deliverable')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='predictions', to='engagements.engagement')),
                ('milestone', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='predictions', to='milestones.milestone')),
            ],
            options={
                'ordering': ['said_on', 'id'],
                'indexes': [models.Index(models.F('engagement'), condition=models.Q(('finished_on__isnull', True), ('void', False)), name='prediction_undecided')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('deliverable__isnull', True), ('milestone__isnull', False)), models.Q(('deliverable__isnull', False), ('milestone__isnull', True)), _connector='OR'), name='prediction_of_one_thing'), models.UniqueConstraint(fields=('deliverable', 'horizon'), name='prediction_of_deliverable_once'), models.UniqueConstraint(fields=('milestone', 'horizon'), name='prediction_of_milestone_once'), models.CheckConstraint(condition=models.Q(('horizon__in', (30, 14, 7))), name='prediction_horizon_known'), models.CheckConstraint(condition=models.Q(('chance__gte', 0), ('chance__lte', 1)), name='prediction_chance_0_to_1'), models.CheckConstraint(condition=models.Q(('said_on__lte', models.F('due_on'))), name='prediction_before_due')],
            },
        ),
        *(
            same(f"milestones_{name}", ("engagement_id", "client_id"), "engagements_engagement", ("id", "client_id"))
            for name in ("waysout", "prediction")
        ),
        *(
            same("milestones_prediction", (f"{name}_id", "engagement_id"), f"milestones_{name}", ("id", "engagement_id"))
            for name in ("deliverable", "milestone")
        ),
    ]
