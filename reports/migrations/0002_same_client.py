"""What is issued for an engagement carries the engagement's client."""

from django.db import migrations

from accounts.keys import same

ENGAGEMENT = ("engagements_engagement", ("id", "client_id"))


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial"), ("engagements", "0002_same_client")]

    operations = [
        same(f"reports_{name}", ("engagement_id", "client_id"), *ENGAGEMENT)
        for name in ("statusnote", "digest", "handoffpack")
    ]
