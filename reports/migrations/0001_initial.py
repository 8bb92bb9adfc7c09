"""What is issued: status notes, digests, handoff packs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.clock
import accounts.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('engagements', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='StatusNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('at', models.DateTimeField(default=accounts.clock.now)),
                ('text', models.TextField(max_length=4000, verbose_name='status note')),
                ('version', models.PositiveIntegerField(default=1)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_notes', to='engagements.engagement')),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('week', models.CharField(max_length=8)),
                ('state', models.CharField(choices=[('due', 'Due'), ('sent', 'Sent'), ('held', 'Held back'), ('failed', 'Not sent')], default='due', max_length=6)),
                ('due_at', models.DateTimeField()),
                ('claimed_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('held_why', models.CharField(blank=True, max_length=300)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('message_id', models.CharField(max_length=120, unique=True)),
                ('subject', models.CharField(blank=True, max_length=300)),
                ('html', models.TextField(blank=True)),
                ('text', models.TextField(blank=True)),
                ('picture', models.BinaryField(null=True)),
                ('made_at', models.DateTimeField(default=accounts.clock.now)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='digests', to='engagements.engagement')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='digests', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-due_at', 'id'],
                'indexes': [
                    models.Index(models.F('due_at'), condition=models.Q(('state', 'due')), name='digest_due'),
                ],
                'constraints': [
                    models.UniqueConstraint(fields=('recipient', 'engagement', 'week'), name='digest_once_a_week', nulls_distinct=False),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='digest_sent_has_moment'),
                ],
            },
        ),
        migrations.CreateModel(
            name='DigestSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.PositiveSmallIntegerField(help_text='0 is Monday.', verbose_name='weekday')),
                ('hour', models.PositiveSmallIntegerField(verbose_name='hour')),
                ('scope', models.CharField(choices=[('each', 'One for each engagement'), ('all', 'One for all')], default='each', max_length=4)),
                ('subscribed', models.BooleanField(default=True)),
                ('unsubscribed_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='digest_setting', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('weekday__lte', 6)), name='digest_weekday_0_to_6'),
                    models.CheckConstraint(condition=models.Q(('hour__lte', 23)), name='digest_hour_0_to_23'),
                ],
            },
        ),
        migrations.CreateModel(
            name='HandoffPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('number', models.PositiveIntegerField(null=True)),
                ('asked_at', models.DateTimeField(default=accounts.clock.now)),
                ('issued_at', models.DateTimeField(null=True)),
                ('file', models.FileField(blank=True, max_length=300, upload_to='')),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('pages', models.PositiveSmallIntegerField(default=0)),
                ('sha256', models.CharField(blank=True, db_index=True, max_length=64)),
                ('missing', models.JSONField(default=list)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='engagements.client')),
                ('engagement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='engagements.engagement')),
                ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='pack', to='accounts.job')),
            ],
            options={
                'ordering': ['-asked_at'],
                'constraints': [
                    models.UniqueConstraint(fields=('engagement', 'number'), name='pack_number_once'),
                    models.CheckConstraint(condition=models.Q(models.Q(('issued_at__isnull', True), ('number__isnull', True), ('sha256', '')), models.Q(('issued_at__isnull', False), ('number__isnull', False), models.Q(('sha256', ''), _negated=True), models.Q(('file', ''), _negated=True)), _connector='OR'), name='pack_issued_is_whole'),
                ],
            },
        ),
    ]
