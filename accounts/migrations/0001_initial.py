"""Users and the ground under everything: events, the trail, jobs, what was looked at."""

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
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='title')),
                ('kind', models.CharField(choices=[('administrator', 'Administrator'), ('manager', 'Account manager'), ('specialist', 'Specialist'), ('contact', 'Client contact')], max_length=16)),
                ('client_ref', models.BigIntegerField(blank=True, db_column='client_id', editable=False, null=True)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[accounts.models.users.validate_time_zone])),
                ('language', models.CharField(default='en', max_length=12)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(default=accounts.clock.now, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'ordering': ['name', 'id'],
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'indexes': [
                    models.Index(models.F('client_ref'), name='user_by_client'),
                ],
                'constraints': [
                    models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once', violation_error_message='Somebody already signs in with this e-mail address.'),
                    models.CheckConstraint(condition=models.Q(models.Q(('client_ref__isnull', False), ('kind', 'contact')), models.Q(models.Q(('kind', 'contact'), _negated=True), ('client_ref__isnull', True)), _connector='OR'), name='user_contact_has_client', violation_error_message='A contact belongs to a client, and nobody else does.'),
                    models.CheckConstraint(condition=models.Q(('kind__in', ['administrator', 'manager', 'specialist', 'contact'])), name='user_kind_known'),
                    models.CheckConstraint(condition=models.Q(('is_superuser', False), ('kind', 'administrator'), _connector='OR'), name='user_superuser_is_administrator'),
                ],
            },
        ),
        migrations.CreateModel(
            name='AccessEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=accounts.clock.now)),
                ('what', models.CharField(choices=[('sign_in', 'Sign In'), ('view', 'View'), ('download', 'Download')], max_length=16)),
                ('path', models.CharField(max_length=300)),
                ('client_id', models.BigIntegerField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=36)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [
                    models.Index(fields=['user', '-at'], name='access_by_user'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=accounts.clock.now)),
                ('verb', models.CharField(max_length=40)),
                ('message', models.CharField(max_length=300)),
                ('params', models.JSONField(default=dict)),
                ('shared', models.BooleanField(default=False)),
                ('client_id', models.BigIntegerField(null=True)),
                ('engagement_id', models.BigIntegerField(null=True)),
                ('deliverable_id', models.BigIntegerField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=36)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-id'],
                'indexes': [
                    models.Index(fields=['engagement_id', '-at'], name='event_by_engagement'),
                    models.Index(models.F('client_id'), name='event_by_client'),
                    models.Index(models.F('deliverable_id'), name='event_by_deliverable'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=120)),
                ('args', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('queued', 'Waits for its turn'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed')], default='queued', max_length=8)),
                ('client_id', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(default=accounts.clock.now)),
                ('due_at', models.DateTimeField(default=accounts.clock.now)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('beat_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('step', models.PositiveIntegerField(default=0)),
                ('steps', models.PositiveIntegerField(default=0)),
                ('says', models.CharField(blank=True, max_length=300)),
                ('result', models.JSONField(default=dict)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [
                    models.Index(models.F('due_at'), condition=models.Q(('state__in', ['queued', 'running'])), name='job_open_by_due'),
                    models.Index(models.F('client_id'), name='job_by_client'),
                ],
                'constraints': [
                    models.UniqueConstraint(condition=models.Q(('state__in', ['queued', 'running'])), fields=('kind', 'key'), name='job_open_once_per_key'),
                    models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'failed'])), name='job_state_known'),
                    models.CheckConstraint(condition=models.Q(models.Q(('state', 'running'), _negated=True), models.Q(('beat_at__isnull', False), ('claimed_at__isnull', False)), _connector='OR'), name='job_running_is_claimed'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('period', models.CharField(max_length=40)),
                ('at', models.DateTimeField(default=accounts.clock.now)),
            ],
            options={
                'constraints': [
                    models.UniqueConstraint(fields=('name', 'period'), name='period_once'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrailEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('table', models.CharField(db_column='table_name', max_length=63)),
                ('row', models.BigIntegerField(db_column='row_id')),
                ('op', models.CharField(max_length=6)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('actor_id', models.BigIntegerField(null=True)),
                ('request_id', models.CharField(blank=True, max_length=36)),
                ('db_role', models.CharField(max_length=63)),
                ('client_id', models.BigIntegerField(null=True)),
                ('salt', models.BinaryField(null=True)),
                ('digest', models.BinaryField()),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [
                    models.Index(models.F('table'), models.F('row'), name='trail_by_row'),
                    models.Index(models.F('client_id'), name='trail_by_client'),
                    models.Index(models.F('request_id'), name='trail_by_request'),
                ],
            },
        ),
        migrations.CreateModel(
            name='TrailLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('hash', models.BinaryField()),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='link', to='accounts.trailentry')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
    ]
