"""Loaders of what the client sees: invisible is 404, visible but not allowed is 403.

The database role hides other clients' rows by itself; `visible_to` and `shared` say it once more in words, so that
neither wall stands alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import CharField, OuterRef, QuerySet
from django.db.models.expressions import Combinable
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.http import AuthedHttpRequest
from accounts.models import User, with_people
from accounts.prepared import Prepared, given
from accounts.states import Kind
from engagements.models import Client, Contact, Engagement
from milestones.models import Comment, Deliverable, Evidence, Milestone, PlanChange, Wait
from milestones.states import WaitOn
from reports.models import HandoffPack


@dataclass(frozen=True)
class Reader:
    """Who reads the portal: a contact, or a manager who looks at it as that contact (`looked_on`)."""

    contact: Contact
    user: User
    client: Client
    looked_on: bool = False

    @property
    def is_signer(self) -> bool:
        """Whether this contact may sign for the client."""
        return self.contact.is_signer

    @property
    def signers(self) -> tuple[str, ...]:
        """The names of those who may sign for the client, as `contacts` found them."""
        return tuple(self.contact.signer_names)  # type: ignore[attr-defined]

    @property
    def audience(self) -> str:
        """Whom a cached page serves: what differs between contacts of one client is what they may sign."""
        seen_as = f"-as-{self.user.public_id}" if self.looked_on else ""
        return ("signer" if self.is_signer else "viewer") + seen_as


def contacts() -> "QuerySet[Contact]":
    """Return contacts with their client, and with the names of those who may sign for it now (`signer_names`)."""
    same = Contact.objects.filter(client=OuterRef("client"), is_signer=True, left_at=None, user__is_active=True)
    names = same.order_by("user__name", "pk").values("user__name")
    return Contact.objects.select_related("client").annotate(signer_names=ArraySubquery(names))


CONTACT = Prepared(lambda: contacts().filter(user=given("user")))


def reader(request: AuthedHttpRequest) -> Reader:
    """Return the contact who asks; 404 for the firm's people, 403 for a contact who has left."""
    if not request.user.is_contact:
        raise Http404
    contact = CONTACT.one(user=request.user.pk)
    if contact is None or contact.left_at is not None:
        raise PermissionDenied(_("You are no contact of this client any more. Ask a colleague there."))
    return Reader(contact, request.user, contact.client)


def reader_as(request: AuthedHttpRequest, public_id: str) -> Reader:
    """Return the contact whom a manager looks on; runs under the firm's role. 404 for everybody else."""
    if not request.user.manages:
        raise Http404
    people = contacts().select_related("client", "user").filter(left_at=None)
    contact = get_object_or_404(people, user__public_id=public_id)
    return Reader(contact, contact.user, contact.client, looked_on=True)


def any_contact() -> User:
    """Return a contact of the client that a prepared query has the place `client` for, to ask `visible_to` of."""
    return User(kind=Kind.CONTACT, client_ref=given("client"))


def engagements(more: Callable[[], Mapping[str, Combinable]] = dict) -> Prepared[Engagement]:
    """Prepare the loading of an engagement with plan and manager, annotated with `more`; `engagement` asks it."""

    def build() -> "QuerySet[Engagement]":
        rows = Engagement.objects.visible_to(any_contact()).filter(removed_at=None).select_related("plan")
        return with_people(rows, "manager").annotate(**more()).filter(code=given("code", CharField()))

    return Prepared(build)


PLAIN = engagements()


def engagement(reader: Reader, code: str, rows: Prepared[Engagement] = PLAIN) -> Engagement:
    """Return an engagement of the reader's own company, with client, plan, manager and what `rows` annotates."""
    found = rows.one(client=reader.user.client_ref, code=code)
    if found is None:
        raise Http404
    found.client = reader.client
    return found


def deliverable(reader: Reader, engagement: Engagement, public_id: str) -> Deliverable:
    """Return a shared deliverable with all that its page names."""
    rows = Deliverable.objects.visible_to(reader.user).filter(engagement=engagement)
    rows = rows.select_related("milestone", "metric", "role", "owner", "failure_mode")
    return get_object_or_404(with_people(rows, "owner__user", "accepted_by"), public_id=public_id)


def evidence(reader: Reader, engagement: Engagement, public_id: str) -> Evidence:
    """Return a piece of evidence of a shared deliverable, unless it was removed."""
    shared = Deliverable.objects.visible_to(reader.user).filter(engagement=engagement)
    return get_object_or_404(Evidence, deliverable__in=shared, public_id=public_id, removed_at=None)


def wait(reader: Reader, engagement: Engagement, public_id: str) -> Wait:
    """Return a wait on the client, open or closed, that is not for a sign-off."""
    shared = Deliverable.objects.visible_to(reader.user).filter(engagement=engagement)
    rows = with_people(Wait.objects.select_related("deliverable__milestone"), "opened_by", "answered_by")
    return get_object_or_404(rows, deliverable__in=shared, on=WaitOn.CLIENT, for_sign_off=False, public_id=public_id)


def change(reader: Reader, engagement: Engagement, public_id: str) -> PlanChange:
    """Return a plan change of the engagement."""
    rows = with_people(PlanChange.objects.filter(client=reader.client), "asked_by", "decided_by_user")
    return get_object_or_404(rows, engagement=engagement, public_id=public_id)


def pack(reader: Reader, engagement: Engagement, public_id: str) -> HandoffPack:
    """Return an issued handoff pack."""
    rows = HandoffPack.objects.filter(client=reader.client, issued_at__isnull=False)
    return get_object_or_404(rows, engagement=engagement, public_id=public_id)


def milestone(reader: Reader, engagement: Engagement, day: int) -> Milestone:
    """Return a milestone of the engagement by its day."""
    return get_object_or_404(Milestone, client=reader.client, engagement=engagement, day=day)


def comment(reader: Reader, engagement: Engagement, public_id: str) -> Comment:
    """Return a shared line of the engagement's threads."""
    rows = Comment.objects.filter(client=reader.client, shared=True)
    return get_object_or_404(rows, engagement=engagement, public_id=public_id)


def require_signer(reader: Reader) -> None:
    """Refuse a viewer with a sentence that names the way out."""
    if not reader.is_signer:
        raise NotAllowed(
            _("You can read this, but only a signer of %(client)s can decide it. Ask one of your signers.")
            % {"client": reader.client.name}
        )
