"""Engagements and who is placed at them."""

from datetime import date
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.clock import now, today
from accounts.ids import public_id
from accounts.models import User
from accounts.walls import OWN, client_table
from engagements.models.clients import Client, Contact
from engagements.states import ENDED, LIVE, AgreedHow, EngagementState, Level
from roles.models import FailureMode, Role, ServiceLine, Specialist


class EngagementQuerySet(models.QuerySet["Engagement"]):
    """Engagements, as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Return what this person may see; the one tenancy rule, children use it as a subquery.

        Administrators and managers see all, specialists those where they are placed, contacts those of their own
        company once the plan was offered to it.
        """
        if user.manages:
            return self
        if user.is_contact:
            own = self.filter(client_id=user.client_ref)
            return own.filter(~Q(state=EngagementState.DRAFT) | Q(offered_at__isnull=False))
        placed = Placement.objects.filter(specialist__user=user).values("engagement_id")
        return self.filter(pk__in=placed)

    def live(self) -> Self:
        """Return those that run or are on hold."""
        return self.filter(state__in=LIVE, removed_at__isnull=True)

    def present(self) -> Self:
        """Return those that nobody has removed or archived."""
        return self.filter(removed_at__isnull=True, archived_at__isnull=True)


class Engagement(models.Model):
    """One programme of work for a client, with a start date and milestones."""

    wall = client_table(portal=f"{OWN} AND removed_at IS NULL AND (state <> 'draft' OR offered_at IS NOT NULL)")

    code = models.SlugField(max_length=16, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="engagements")
    name = models.CharField(_("name"), max_length=160)
    goal = models.TextField(_("goal"), max_length=4000, blank=True)
    service_line = models.ForeignKey(ServiceLine, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(User, on_delete=models.PROTECT, related_name="managed_engagements")
    start_on = models.DateField(_("start date"))
    state = models.CharField(max_length=12, choices=EngagementState, default=EngagementState.DRAFT)
    backlog_url = models.URLField(_("client's backlog"), max_length=500, blank=True)
    release_url = models.URLField(_("client's release control"), max_length=500, blank=True)
    done_url = models.URLField(_("definition of done, link"), max_length=500, blank=True)
    definition_of_done = models.TextField(_("definition of done"), max_length=4000, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True, editable=False)
    held_on = models.DateField(null=True, blank=True, editable=False)
    # The spans of the holds that have ended, beside them so that every page knows its days without asking.
    held = ArrayField(DateRangeField(), default=list, db_default=[], blank=True, editable=False)
    ended_on = models.DateField(null=True, blank=True, editable=False)
    state_why = models.TextField(max_length=2000, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        ordering = ["-start_on", "code"]
        constraints = [
            models.UniqueConstraint(fields=["id", "client"], name="engagement_with_client"),
            models.CheckConstraint(condition=Q(state__in=EngagementState.values), name="engagement_state_known"),
            models.CheckConstraint(
                condition=Q(state=EngagementState.DRAFT) | Q(activated_at__isnull=False),
                name="engagement_runs_after_activation",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(ENDED), ended_on__isnull=False)
                | (~Q(state__in=sorted(ENDED)) & Q(ended_on__isnull=True)),
                name="engagement_ended_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=EngagementState.ON_HOLD) | Q(held_on__isnull=False),
                name="engagement_hold_has_day",
            ),
            models.CheckConstraint(
                condition=Q(start_on__gte=date(2000, 1, 1), start_on__lt=date(2200, 1, 1)),
                name="engagement_start_in_our_time",
                violation_error_message=_("Choose a start date between 2000 and 2199."),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index("state", "start_on", name="engagement_by_state")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the firm's page of this engagement."""
        return reverse("engagement", args=[self.code])

    @property
    def is_draft(self) -> bool:
        """Whether the plan is still the firm's own."""
        return self.state == EngagementState.DRAFT

    @property
    def is_active(self) -> bool:
        """Whether the clock runs."""
        return self.state == EngagementState.ACTIVE

    @property
    def is_live(self) -> bool:
        """Whether it runs or is on hold."""
        return self.state in LIVE

    def today(self) -> date:
        """Return the date at the client's; needs `client` loaded."""
        return today(self.client.time_zone)

    def day(self, on: date | None = None) -> int:
        """Return the plan day (0 is the start): days on hold are no days of the plan, and after the end it stays."""
        last = min(on or self.today(), *(d for d in (self.held_on, self.ended_on) if d), date.max)
        stood: int = sum(max(0, (min(span.upper, last) - span.lower).days) for span in self.held)
        return (last - self.start_on).days - stood


class Agreement(models.Model):
    """What both sides agreed on at activation: the plan's exact state, and by what act."""

    wall = client_table()

    engagement = models.OneToOneField(Engagement, on_delete=models.PROTECT, related_name="agreement")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    how = models.CharField(max_length=12, choices=AgreedHow)
    signer = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    signer_name = models.CharField(max_length=120)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    statement = models.FileField(max_length=300, blank=True)
    statement_name = models.CharField(max_length=200, blank=True)
    statement_sha256 = models.CharField(max_length=64, blank=True)
    content = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how=AgreedHow.PORTAL, signer__isnull=False)
                | Q(how=AgreedHow.STATEMENT) & ~Q(statement_sha256=""),
                name="agreement_signed_or_attached",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer_name}, {self.at:%Y-%m-%d}"


class Placement(models.Model):
    """A specialist in a role at an engagement, with dates (both included) and an allocation in percent."""

    wall = client_table()

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="placements")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    specialist = models.ForeignKey(Specialist, on_delete=models.PROTECT, related_name="placements")
    # The specialist's user once more: the portal names people without reading the firm's own table of specialists.
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title here"), max_length=120, blank=True)
    percent = models.PositiveSmallIntegerField(_("allocation"))
    starts_on = models.DateField()
    ends_on = models.DateField()
    overload_reason = models.CharField(max_length=300, blank=True)
    # The client's purchase order that covers the placement: its number and last day, never its value.
    order_number = models.CharField(_("purchase order"), max_length=60, blank=True, default="", db_default="")
    order_ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "engagement"], name="placement_with_engagement"),
            models.CheckConstraint(
                condition=Q(order_ends_on__isnull=True) | ~Q(order_number=""),
                name="placement_order_end_has_number",
                violation_error_message=_("Give the number of the purchase order that ends then."),
            ),
            models.CheckConstraint(
                condition=Q(order_ends_on__isnull=True)
                | Q(order_ends_on__gte=date(2000, 1, 1), order_ends_on__lt=date(2200, 1, 1)),
                name="placement_order_in_our_time",
                violation_error_message=_("Choose a date between 2000 and 2199."),
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100),
                name="placement_percent_1_to_100",
                violation_error_message=_("Allocation is a share of a full week, from 1 to 100 percent."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="placement_ends_after_it_starts",
                violation_error_message=_("The placement ends before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"


class Risk(models.Model):
    """A risk that both sides know of, with who looks after it and what the answer is."""

    wall = client_table(portal=f"{OWN} AND shared AND engagement_id IN (SELECT id FROM engagements_engagement)")

    public_id = models.CharField(max_length=16, unique=True, default=public_id, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="risks")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=500)
    failure_mode = models.ForeignKey(FailureMode, on_delete=models.PROTECT, related_name="+")
    likelihood = models.CharField(max_length=6, choices=Level)
    impact = models.CharField(max_length=6, choices=Level)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=1000, blank=True)
    shared = models.BooleanField(default=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.text
