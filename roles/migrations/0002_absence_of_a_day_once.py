"""Each day of a person's absence is noted once."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import migrations, models
from django.db.migrations.operations import RunSQL

# What was noted twice stays once: an absence inside of earlier ones goes, one that reaches beyond them begins after.
PART = """
CREATE TEMPORARY TABLE absence_reached ON COMMIT DROP AS
SELECT id, max(ends_on) OVER (
    PARTITION BY user_id ORDER BY starts_on, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
) AS before
FROM roles_absence;
DELETE FROM roles_absence a USING absence_reached r WHERE a.id = r.id AND a.ends_on <= r.before;
UPDATE roles_absence a SET starts_on = r.before + 1 FROM absence_reached r WHERE a.id = r.id AND a.starts_on <= r.before;
"""


class Migration(migrations.Migration):
    dependencies = [
        ('roles', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        RunSQL(PART, reverse_sql=RunSQL.noop),
        migrations.AddConstraint(
            model_name='absence',
            constraint=ExclusionConstraint(
                expressions=[
                    (models.Func('user', 'user', models.Value('[]'), function='int8range'), '&&'),
                    (models.Func('starts_on', 'ends_on', models.Value('[]'), function='daterange'), '&&'),
                ],
                name='absence_of_a_day_once',
                violation_error_message='Some of these days are noted already.',
            ),
        ),
    ]
