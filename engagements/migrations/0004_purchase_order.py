"""The client's purchase order of a placement: its number and its last day."""

import datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('engagements', '0003_life'),
        ('roles', '0002_absences_of_everybody'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='placement',
            name='order_ends_on',
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='placement',
            name='order_number',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='purchase order'),
        ),
        migrations.AddConstraint(
            model_name='placement',
            constraint=models.CheckConstraint(condition=models.Q(('order_ends_on__isnull', True), models.Q(('order_number', ''), _negated=True), _connector='OR'), name='placement_order_end_has_number', violation_error_message='Give the number of the purchase order that ends then.'),
        ),
        migrations.AddConstraint(
            model_name='placement',
            constraint=models.CheckConstraint(condition=models.Q(('order_ends_on__isnull', True), models.Q(('order_ends_on__gte', datetime.date(2000, 1, 1)), ('order_ends_on__lt', datetime.date(2200, 1, 1))), _connector='OR'), name='placement_order_in_our_time', violation_error_message='Choose a date between 2000 and 2199.'),
        ),
    ]
