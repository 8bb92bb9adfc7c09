"""The catalogue, the firm's specialists, and everybody's absences."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FailureMode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('seen', models.TextField(verbose_name='what is seen')),
            ],
            options={
                'ordering': ['position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Pillar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('summary', models.TextField()),
            ],
            options={
                'ordering': ['position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('focus', models.CharField(max_length=120)),
                ('summary', models.TextField()),
                ('responsibilities', models.JSONField(default=list, help_text='A list of sentences.')),
            ],
            options={
                'ordering': ['position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='ServiceLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('summary', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Specialist',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('capacity', models.PositiveSmallIntegerField(default=100)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('skills', models.JSONField(blank=True, default=list)),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='specialists', to='roles.role')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='specialist', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['user__name', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('capacity__gte', 1), ('capacity__lte', 100)), name='specialist_capacity_1_to_100', violation_error_message='Capacity is a share of a full week, from 1 to 100 percent.'),
                ],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=accounts.ids.public_id, editable=False, max_length=16, unique=True)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('why', models.CharField(blank=True, max_length=200)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputises', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['starts_on', 'id'],
                'constraints': [
                    models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='absence_ends_after_it_starts', violation_error_message='The absence ends before it starts.'),
                    models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('user')), _negated=True), _connector='OR'), name='absence_deputy_is_somebody_else', violation_error_message='Nobody stands in for themselves. Choose somebody else.'),
                ],
            },
        ),
    ]
