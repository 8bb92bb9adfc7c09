"""Each engagement keeps the spans of its ended holds beside itself; those there are already are filled in."""

import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
from django.db import migrations
from django.db.migrations.operations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("engagements", "0002_same_client")]

    operations = [
        migrations.AddField(
            model_name="engagement",
            name="held",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                blank=True,
                db_default=[],
                default=list,
                editable=False,
                size=None,
            ),
        ),
        RunSQL(
            sql='UPDATE "engagements_engagement" AS e SET held = h.spans FROM ('
            'SELECT engagement_id, array_agg(daterange(from_on, until_on) ORDER BY from_on) AS spans FROM "engagements_hold" '
            "WHERE until_on > from_on GROUP BY engagement_id) AS h WHERE h.engagement_id = e.id",
            reverse_sql=RunSQL.noop,
        ),
    ]
