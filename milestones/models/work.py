"""The plan: milestones, deliverables, what they wait for and when they count as done."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.clock import now
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import OF_DELIVERABLE, OF_ENGAGEMENT, Wall, client_table
from engagements.models import BusinessMetric, Client, Engagement, Placement
from milestones.models.playbooks import PlaybookVersion
from milestones.states import AT_WORK, COUNTED, STARTED, UNFINISHED, DeliverableState, Health
from roles.models import FailureMode, Role


class Plan(models.Model):
    """What belongs to an engagement's plan as a whole: its origin, its version and its present health.

    `version` grows with every change of the plan: the update takes the row, so changes of one plan queue behind each
    other; caches go by it. `health` is what the firm sees at once, `client_health` what the client's dashboard shows.
    A worsening waits for the next digest or one working day: since `worse_at`, and the client sees no forecast from
    `worse_on` (the client's date) on until then. Where `client_health` is empty the client has agreed to the plan, or
    to a change of it, since the last forecast: the next one is no news and is shown at once. `shown_at` is when a
    digest last showed the plan.
    """

    # Computed columns stay out of the trail, as forecasts do.
    wall = Wall(
        portal=OF_ENGAGEMENT,
        trail_without=(
            "version", "changed_at", "health", "health_at", "client_health", "client_health_at",
            "worse_at", "worse_on", "shown_at",
        ),
        client_column="client_id",
    )  # fmt: skip

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, related_name="plan")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    playbook_version = models.ForeignKey(PlaybookVersion, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=now)
    health = models.CharField(max_length=12, choices=Health, blank=True)
    health_at = models.DateTimeField(null=True)
    client_health = models.CharField(max_length=12, choices=Health, blank=True)
    client_health_at = models.DateTimeField(null=True)
    worse_at = models.DateTimeField(null=True)
    worse_on = models.DateField(null=True)
    shown_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(worse_at__isnull=True, worse_on__isnull=True)
                | Q(worse_at__isnull=False, worse_on__isnull=False),
                name="plan_worse_when_and_day",
            )
        ]

    def __str__(self) -> str:
        return f"plan of {self.engagement_id}, version {self.version}"


class Milestone(models.Model):
    """Day 30, 60 or 90 (longer engagements have more): a date by which its deliverables are due."""

    wall = client_table()

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="milestones")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    day = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=120)
    due_on = models.DateField()
    agreed_on = models.DateField(null=True, editable=False)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "day"], name="milestone_day_once"),
            models.UniqueConstraint(fields=["id", "engagement"], name="milestone_with_engagement"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class DeliverableQuerySet(models.QuerySet["Deliverable"]):
    """Deliverables, as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Return what this person may see; contacts see what is shared alone."""
        rows = self.filter(engagement__in=Engagement.objects.visible_to(user))
        return rows.filter(shared=True) if user.is_contact else rows

    def counted(self) -> Self:
        """Leave out what was dropped."""
        return self.filter(state__in=COUNTED)

    def unfinished(self) -> Self:
        """Return what is neither accepted nor dropped."""
        return self.filter(state__in=UNFINISHED)


class Deliverable(models.Model):
    """One result due for a milestone, owned by a placement, with a definition of done.

    Dates: `agreed_on` is what both sides signed and never moves; `due_on` is in force and moves by plan change;
    every earlier due date is kept in DueMove. `version` is for stale edits of this row.
    """

    wall = client_table(portal=f"{OF_ENGAGEMENT} AND shared")

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="deliverables")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    milestone = models.ForeignKey(Milestone, on_delete=models.PROTECT, related_name="deliverables")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=160)
    summary = models.TextField(_("summary"), max_length=4000, blank=True)
    role = models.ForeignKey(Role, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="deliverables")
    metric = models.ForeignKey(
        BusinessMetric, null=True, blank=True, on_delete=models.SET_NULL, related_name="deliverables"
    )
    failure_mode = models.ForeignKey(FailureMode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    playbook_code = models.CharField(max_length=16, blank=True)
    evidence_kinds = models.JSONField(default=list, blank=True)
    shared = models.BooleanField(_("shared with the client"), default=True)
    needs_sign_off = models.BooleanField(_("needs sign-off"), default=False)
    start_on = models.DateField(_("start"))
    due_on = models.DateField(_("due"))
    agreed_on = models.DateField(null=True, editable=False)
    effort_days = models.PositiveSmallIntegerField(_("effort in working days"), default=3)
    state = models.CharField(max_length=12, choices=DeliverableState, default=DeliverableState.PLANNED)
    started_on = models.DateField(null=True, blank=True)
    submitted_on = models.DateField(null=True, blank=True)
    accepted_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sign_off = models.ForeignKey(
        "milestones.SignOff", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    before_emplace = models.BooleanField(default=False)
    before_emplace_by = models.CharField(max_length=120, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    sent_back_count = models.PositiveSmallIntegerField(default=0)
    moved_at = models.DateTimeField(default=now)
    version = models.PositiveIntegerField(default=1)

    objects = DeliverableQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="deliverable_number_once"),
            models.UniqueConstraint(fields=["id", "engagement"], name="deliverable_with_engagement"),
            models.CheckConstraint(condition=Q(state__in=DeliverableState.values), name="deliverable_state_known"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("start_on")),
                name="deliverable_due_after_start",
                violation_error_message=_("The due date is before the start."),
            ),
            models.CheckConstraint(
                condition=Q(start_on__gte=date(2000, 1, 1), due_on__lt=date(2200, 1, 1)),
                name="deliverable_in_our_time",
                violation_error_message=_("Choose dates between 2000 and 2199."),
            ),
            models.CheckConstraint(
                condition=Q(effort_days__gte=1, effort_days__lte=400),
                name="deliverable_effort_1_to_400",
                violation_error_message=_("Effort is from 1 to 400 working days."),
            ),
            models.CheckConstraint(
                condition=Q(shared=True) | Q(needs_sign_off=False),
                name="deliverable_signed_is_shared",
                violation_error_message=_("What the client signs off must be shared with the client."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(STARTED)) | Q(started_on__isnull=False),
                name="deliverable_work_has_start",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliverableState.IN_REVIEW) | Q(submitted_on__isnull=False),
                name="deliverable_review_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliverableState.ACCEPTED, accepted_on__isnull=False)
                | (~Q(state=DeliverableState.ACCEPTED) & Q(accepted_on__isnull=True)),
                name="deliverable_accepted_has_day",
            ),
            # The firm can never accept what the client has to sign.
            models.CheckConstraint(
                condition=~Q(state=DeliverableState.ACCEPTED)
                | Q(needs_sign_off=False)
                | Q(sign_off__isnull=False)
                | Q(before_emplace=True),
                name="deliverable_signed_by_signer",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliverableState.DROPPED, dropped_on__isnull=False)
                | (~Q(state=DeliverableState.DROPPED) & Q(dropped_on__isnull=True)),
                name="deliverable_dropped_has_day",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index("engagement", "due_on", name="deliverable_by_due"),
            models.Index("due_on", condition=Q(state__in=sorted(UNFINISHED)), name="deliverable_open_by_due"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_unfinished(self) -> bool:
        """Whether it is neither accepted nor dropped."""
        return self.state in UNFINISHED

    @property
    def is_at_work(self) -> bool:
        """Whether it is the specialist's turn."""
        return self.state in AT_WORK


class Dependency(models.Model):
    """The successor starts when the predecessor has finished."""

    wall = client_table(
        portal=f"{OF_ENGAGEMENT} AND predecessor_id IN (SELECT id FROM milestones_deliverable) "
        "AND successor_id IN (SELECT id FROM milestones_deliverable)"
    )

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="dependencies")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    predecessor = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="as_predecessor")
    successor = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="as_successor")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="dependency_once"),
            models.CheckConstraint(
                condition=~Q(predecessor=F("successor")),
                name="dependency_not_on_itself",
                violation_error_message=_("A deliverable cannot wait for itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_id} before {self.successor_id}"


class DoneLine(models.Model):
    """One line of a definition of done, ticked by whoever saw it true."""

    wall = client_table(portal=OF_DELIVERABLE)

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    deliverable = models.ForeignKey(Deliverable, on_delete=models.CASCADE, related_name="done_lines")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    position = models.PositiveSmallIntegerField(default=0)
    ticked_at = models.DateTimeField(null=True, blank=True)
    ticked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ticked_at__isnull=True, ticked_by__isnull=True)
                | Q(ticked_at__isnull=False, ticked_by__isnull=False),
                name="done_line_who_and_when",
            )
        ]

    def __str__(self) -> str:
        return self.text
