"""Clients, their contacts, and the contract with them. Keys that hold two tables to one client follow in 0002."""

import datetime

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

import accounts.clock
import accounts.ids
import accounts.models.users


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ('roles', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('mark', models.CharField(help_text='Two or three letters that stand for the client.', max_length=3, verbose_name='mark')),
                ('industry', models.CharField(blank=True, max_length=120, verbose_name='industry')),
                ('country', models.CharField(help_text='Its public holidays are not counted as work.', max_length=2, verbose_name='country')),
                ('subdivision', models.CharField(blank=True, max_length=6, verbose_name='region')),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.users.validate_time_zone], verbose_name='time zone')),
                ('digest_weekday', models.PositiveSmallIntegerField(default=4, help_text='0 is Monday.')),
                ('digest_hour', models.PositiveSmallIntegerField(default=9)),
                ('created_at', models.DateTimeField(default=accounts.clock.now, editable=False)),
            ],
            options={
                'ordering': ['name', 'id'],
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='client_name_once', violation_error_message='There is a client of this name already. Choose it, or use another name.'),
                    models.CheckConstraint(condition=models.Q(('digest_weekday__lte', 6)), name='client_digest_weekday'),
                    models.CheckConstraint(condition=models.Q(('digest_hour__lte', 23)), name='client_digest_hour'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_signer', models.BooleanField(default=False, verbose_name='signer')),
                ('left_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(default=accounts.clock.now, editable=False)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='engagements.client')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='contact', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-is_signer', 'user__name', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('id', 'client'), name='contact_with_client'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Engagement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('goal', models.TextField(blank=True, max_length=4000, verbose_name='goal')),
                ('start_on', models.DateField(verbose_name='start date')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('on_hold', 'On hold'), ('completed', 'Completed'), ('ended_early', 'Ended early')], default='draft', max_length=12)),
                ('backlog_url', models.URLField(blank=True, max_length=500, verbose_name="client's backlog")),
                ('release_url', models.URLField(blank=True, max_length=500, verbose_name="client's release control")),
                ('done_url', models.URLField(blank=True, max_length=500, verbose_name='definition of done, link')),
                ('definition_of_done', models.TextField(blank=True, max_length=4000, verbose_name='definition of done')),
                ('offered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('activated_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('held_on', models.DateField(blank=True, editable=False, null=True)),
                ('ended_on', models.DateField(blank=True, editable=False, null=True)),
                ('state_why', models.TextField(blank=True, max_length=2000)),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField(default=accounts.clock.now, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='engagements', to='engagements.client')),
                ('manager', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='managed_engagements', to=settings.AUTH_USER_MODEL)),
                ('service_line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roles.serviceline')),
            ],
            options={
                'ordering': ['-start_on', 'code'],
                'indexes': [
                    models.Index(models.F('state'), models.F('start_on'), name='engagement_by_state'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('id', 'client'), name='engagement_with_client'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'active', 'on_hold', 'completed', 'ended_early'])), name='engagement_state_known'),
                    models.CheckConstraint(condition=models.Q(('state', 'draft'), ('activated_at__isnull', False), _connector='OR'), name='engagement_runs_after_activation'),
                    models.CheckConstraint(condition=models.Q(models.Q(('ended_on__isnull', False), ('state__in', ['completed', 'ended_early'])), models.Q(models.Q(('state__in', ['completed', 'ended_early']), _negated=True), ('ended_on__isnull', True)), _connector='OR'), name='engagement_ended_has_day'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'on_hold'), _negated=True), ('held_on__isnull', False), _connector='OR'), name='engagement_hold_has_day'),
                    models.CheckConstraint(condition=models.Q(('start_on__gte', datetime.date(2000, 1, 1)), ('start_on__lt', datetime.date(2200, 1, 1))), name='engagement_start_in_our_time', violation_error_message='Choose a start date between 2000 and 2199.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='BusinessMetric',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('unit', models.CharField(blank=True, max_length=40, verbose_name='unit')),
                ('direction', models.CharField(choices=[('up', 'Higher is better'), ('down', 'Lower is better')], max_length=4)),
                ('start', models.DecimalField(decimal_places=4, max_digits=16, verbose_name='start value')),
                ('target', models.DecimalField(decimal_places=4, max_digits=16, verbose_name='target')),
                ('agreed_target', models.DecimalField(decimal_places=4, editable=False, max_digits=16, null=True)),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='metrics', to='engagements.engagement')),
            ],
            options={
                'ordering': ['position', 'id'],
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('name'), models.F('engagement'), name='metric_name_once', violation_error_message='This engagement has a metric of this name already.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('direction', 'up'), ('target__gt', models.F('start'))), models.Q(('direction', 'down'), ('target__lt', models.F('start'))), _connector='OR'), name='metric_target_better_than_start', violation_error_message='The target is not better than the start value.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('portal', 'Plan accepted in the portal'), ('statement', 'Signed statement of work attached')], max_length=12)),
                ('signer_name', models.CharField(max_length=120)),
                ('at', models.DateTimeField(default=accounts.clock.now)),
                ('statement', models.FileField(blank=True, max_length=300, upload_to='')),
                ('statement_name', models.CharField(blank=True, max_length=200)),
                ('statement_sha256', models.CharField(blank=True, max_length=64)),
                ('content', models.JSONField(default=dict)),
                ('content_hash', models.CharField(max_length=64)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('signer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.contact')),
                ('engagement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreement', to='engagements.engagement')),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(models.Q(('how', 'portal'), ('signer__isnull', False)), models.Q(('how', 'statement'), models.Q(('statement_sha256', ''), _negated=True)), _connector='OR'), name='agreement_signed_or_attached'),
                ],
            },
        ),
        migrations.CreateModel(
            name='MetricReading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('on', models.DateField()),
                ('value', models.DecimalField(decimal_places=4, max_digits=16)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(default=accounts.clock.now)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.contact')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='engagements.engagement')),
                ('metric', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readings', to='engagements.businessmetric')),
            ],
            options={
                'ordering': ['on', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('metric', 'on'), name='reading_once_a_day', violation_error_message='This metric has a reading of that day already. Change that one.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='title here')),
                ('percent', models.PositiveSmallIntegerField(verbose_name='allocation')),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('overload_reason', models.CharField(blank=True, max_length=300)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='engagements.engagement')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roles.role')),
                ('specialist', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='roles.specialist')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order_ends_on', models.DateField(blank=True, null=True)),
                ('order_number', models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='purchase order')),
            ],
            options={
                'ordering': ['starts_on', 'id'],
                'constraints': [
                    models.UniqueConstraint(fields=('id', 'engagement'), name='placement_with_engagement'),
                    models.CheckConstraint(condition=models.Q(('percent__gte', 1), ('percent__lte', 100)), name='placement_percent_1_to_100', violation_error_message='Allocation is a share of a full week, from 1 to 100 percent.'),
                    models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='placement_ends_after_it_starts', violation_error_message='The placement ends before it starts.'),
                    models.CheckConstraint(condition=models.Q(('order_ends_on__isnull', True), models.Q(('order_number', ''), _negated=True), _connector='OR'), name='placement_order_end_has_number', violation_error_message='Give the number of the purchase order that ends then.'),
                    models.CheckConstraint(condition=models.Q(('order_ends_on__isnull', True), models.Q(('order_ends_on__gte', datetime.date(2000, 1, 1)), ('order_ends_on__lt', datetime.date(2200, 1, 1))), _connector='OR'), name='placement_order_in_our_time', violation_error_message='Choose a date between 2000 and 2199.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Risk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('text', models.CharField(max_length=500)),
                ('likelihood', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High')], max_length=6)),
                ('impact', models.CharField(choices=[('low', 'Low'), ('medium', 'Medium'), ('high', 'High')], max_length=6)),
                ('answer', models.CharField(blank=True, max_length=1000)),
                ('shared', models.BooleanField(default=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='risks', to='engagements.engagement')),
                ('failure_mode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roles.failuremode')),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField()),
                ('until_on', models.DateField(null=True)),
                ('why', models.TextField(blank=True, max_length=2000)),
                ('ended_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holds', to='engagements.engagement')),
            ],
            options={
                'ordering': ['from_on', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('until_on__isnull', True), ('until_on__gte', models.F('from_on')), _connector='OR'), name='hold_ends_after_it_began'),
                    models.UniqueConstraint(condition=models.Q(('until_on__isnull', True)), fields=('engagement',), name='hold_open_once_an_engagement'),
                ],
            },
        ),
    ]
