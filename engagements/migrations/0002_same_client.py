"""A child's client is its engagement's, a signer is of the same client, and a contact's user has that client."""

from django.db import migrations
from django.db.migrations.operations import RunSQL

from accounts.keys import same

ENGAGEMENT = ("engagements_engagement", ("id", "client_id"))
CONTACT = ("engagements_contact", ("id", "client_id"))


class Migration(migrations.Migration):
    dependencies = [("engagements", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        RunSQL(
            sql='ALTER TABLE "accounts_user" ADD CONSTRAINT "user_client_exists" FOREIGN KEY (client_id) '
            'REFERENCES "engagements_client" (id) DEFERRABLE INITIALLY DEFERRED',
            reverse_sql='ALTER TABLE "accounts_user" DROP CONSTRAINT "user_client_exists"',
        ),
        *(
            same(f"engagements_{name}", ("engagement_id", "client_id"), *ENGAGEMENT)
            for name in ("agreement", "placement", "risk", "businessmetric", "metricreading", "hold")
        ),
        same("engagements_agreement", ("signer_id", "client_id"), *CONTACT),
        same("engagements_metricreading", ("confirmed_by_id", "client_id"), *CONTACT),
    ]
