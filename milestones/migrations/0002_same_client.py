"""A child's client is its engagement's, its engagement its parents', and signers are of the same client."""

from django.db import migrations

from accounts.keys import same

ENGAGEMENT = ("engagements_engagement", ("id", "client_id"))
CONTACT = ("engagements_contact", ("id", "client_id"))
PLACEMENT = ("engagements_placement", ("id", "engagement_id"))
DELIVERABLE = ("milestones_deliverable", ("id", "engagement_id"))
MILESTONE = ("milestones_milestone", ("id", "engagement_id"))


class Migration(migrations.Migration):
    dependencies = [("milestones", "0001_initial"), ("engagements", "0002_same_client")]

    operations = [
        *(
            same(f"milestones_{name}", ("engagement_id", "client_id"), *ENGAGEMENT)
            for name in (
                "plan", "milestone", "deliverable", "dependency", "evidence", "signoff", "wait", "planchange",
                "planmove", "duemove", "comment", "checkin", "forecastrun", "forecastdetail", "slipflag",
                "slipsnapshot", "prediction", "waysout", "handover", "handoverline",
            )
        ),
        *(
            same(f"milestones_{name}", ("deliverable_id", "engagement_id"), *DELIVERABLE)
            for name in (
                "evidence", "signoff", "wait", "planmove", "duemove", "comment", "checkin", "slipflag", "slipsnapshot",
                "prediction", "handoverline",
            )
        ),
        same("milestones_dependency", ("predecessor_id", "engagement_id"), *DELIVERABLE),
        same("milestones_dependency", ("successor_id", "engagement_id"), *DELIVERABLE),
        *(
            same(f"milestones_{name}", ("milestone_id", "engagement_id"), *MILESTONE)
            for name in ("deliverable", "planmove", "duemove", "slipflag", "prediction")
        ),
        same("milestones_deliverable", ("owner_id", "engagement_id"), *PLACEMENT),
        same("milestones_handover", ("leaving_id", "engagement_id"), *PLACEMENT),
        same("milestones_handover", ("coming_id", "engagement_id"), *PLACEMENT),
        same("milestones_handoverline", ("handover_id", "engagement_id"), "milestones_handover", ("id", "engagement_id")),
        same("milestones_signoff", ("signer_id", "client_id"), *CONTACT),
        same("milestones_wait", ("contact_id", "client_id"), *CONTACT),
        same("milestones_planchange", ("decided_by_id", "client_id"), *CONTACT),
    ]
