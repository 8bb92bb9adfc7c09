"""Computed: what drives a slipping milestone and what would help it, for the plan as it stood."""

from django.db import models

from accounts.clock import now
from accounts.walls import client_table
from engagements.models import Client, Engagement


class WaysOut(models.Model):
    """What would help the slipping milestones of one engagement; worked out anew after each forecast.

    `milestones` maps a public id to {"chain": [{"work", "days"}], "options": [...]}; an option has "kind" (wait, owner,
    move, drop), "work", what the kind needs ("on" and "client"; "to", a placement; "stage" and "due", with
    "chance_was" and "chance_there" of that milestone where it has work already) and its effect: "days" and "eight_days"
    gained, "likely", "eight_in_ten" and "chance" after it. `on` and `plan_version` say for which plan.
    """

    # Load of people and what the firm weighs among itself: no business of the portal.
    wall = client_table(portal=None, trail=False)

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="ways_out")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    made_at = models.DateTimeField(default=now)
    plan_version = models.PositiveIntegerField()
    milestones = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"ways out of {self.engagement_id}, plan version {self.plan_version}"
