"""Absences are of anybody of the firm, not of specialists alone; a manager's may name a deputy."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The checks of the moved keys are done at once: PostgreSQL alters no table that has some pending.
MOVE = """
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE roles_absence SET user_id = (SELECT user_id FROM roles_specialist WHERE id = specialist_id);
SET CONSTRAINTS ALL DEFERRED;
"""
BACK = """
SET CONSTRAINTS ALL IMMEDIATE;
DELETE FROM roles_absence WHERE user_id NOT IN (SELECT user_id FROM roles_specialist);
UPDATE roles_absence SET specialist_id = (SELECT id FROM roles_specialist WHERE user_id = roles_absence.user_id);
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("roles", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(name="absence", options={"ordering": ["starts_on", "id"]}),
        migrations.AddField(
            model_name="absence",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absences",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="absence",
            name="specialist",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="absences",
                to="roles.specialist",
            ),
        ),
        migrations.RunSQL(MOVE, BACK),
        migrations.AlterField(
            model_name="absence",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="absences",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveField(model_name="absence", name="specialist"),
        migrations.AddField(
            model_name="absence",
            name="deputy",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="deputises",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("deputy__isnull", True),
                    models.Q(("deputy", models.F("user")), _negated=True),
                    _connector="OR",
                ),
                name="absence_deputy_is_somebody_else",
                violation_error_message="Nobody stands in for themselves. Choose somebody else.",
            ),
        ),
    ]
