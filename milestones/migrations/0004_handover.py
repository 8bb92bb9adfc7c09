"""Handovers between two specialists; their client, engagement and placements are the engagement's own."""

import accounts.clock
import accounts.ids
import datetime
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from accounts.keys import same


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0004_purchase_order'),
        ('milestones', '0003_life'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('last_on', models.DateField()),
                ('at', models.DateTimeField(default=accounts.clock.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('coming', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='handed_from', to='engagements.placement')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handovers', to='engagements.engagement')),
                ('leaving', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='handed_to', to='engagements.placement')),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='HandoverLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('work', 'An open deliverable'), ('access', 'Access'), ('backlog', 'Backlog'), ('runbooks', 'Runbooks'), ('people', 'Introductions')], max_length=12)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('ticked_at', models.DateTimeField(blank=True, null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('deliverable', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='milestones.deliverable')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='engagements.engagement')),
                ('handover', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='milestones.handover')),
                ('ticked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('leaving', models.F('coming')), _negated=True), name='handover_to_somebody_else'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.CheckConstraint(condition=models.Q(('last_on__gte', datetime.date(2000, 1, 1)), ('last_on__lt', datetime.date(2200, 1, 1))), name='handover_in_our_time'),
        ),
        migrations.AddConstraint(
            model_name='handover',
            constraint=models.UniqueConstraint(fields=('id', 'engagement'), name='handover_with_engagement'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['work', 'access', 'backlog', 'runbooks', 'people'])), name='handover_line_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('deliverable__isnull', False), ('kind', 'work')), models.Q(models.Q(('kind', 'work'), _negated=True), ('deliverable__isnull', True)), _connector='OR'), name='handover_line_of_work_names_it'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ticked_at__isnull', True), ('ticked_by__isnull', True)), models.Q(('ticked_at__isnull', False), ('ticked_by__isnull', False)), _connector='OR'), name='handover_line_who_and_when'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'work'), _negated=True), fields=('handover', 'kind'), name='handover_standing_line_once'),
        ),
        migrations.AddConstraint(
            model_name='handoverline',
            constraint=models.UniqueConstraint(fields=('handover', 'deliverable'), name='handover_work_line_once'),
        ),
        *(
            same(f"milestones_{name}", ("engagement_id", "client_id"), "engagements_engagement", ("id", "client_id"))
            for name in ("handover", "handoverline")
        ),
        *(
            same("milestones_handover", (column, "engagement_id"), "engagements_placement", ("id", "engagement_id"))
            for column in ("leaving_id", "coming_id")
        ),
        same("milestones_handoverline", ("handover_id", "engagement_id"), "milestones_handover", ("id", "engagement_id")),
        same(
            "milestones_handoverline", ("deliverable_id", "engagement_id"), "milestones_deliverable", ("id", "engagement_id")
        ),
    ]
