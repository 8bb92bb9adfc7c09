"""Who may be here, and loaders of this floor.

What a person may not even know of is 404; what they see but may not do is 403. Only the access modules call
`get_object_or_404` (ruff holds that), so that no view loads anything past its permission.
"""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from accounts.models import Job, TrailEntry, User
from accounts.states import FIRM_KINDS, Kind


def require_user(request: HttpRequest) -> User:
    """Return who is signed in. The sign-in middleware has refused everybody else before."""
    if not isinstance(request.user, User) and not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def require_firm(request: HttpRequest) -> User:
    """Return somebody of the firm; the firm's pages do not exist for contacts."""
    user = require_user(request)
    if not user.is_firm:
        raise Http404
    return user


def require_manager(request: HttpRequest) -> User:
    """Return a manager or administrator; specialists are refused."""
    user = require_firm(request)
    if not user.manages:
        raise PermissionDenied
    return user


def require_administrator(request: HttpRequest) -> User:
    """Return an administrator; others of the firm are refused."""
    user = require_firm(request)
    if user.kind != Kind.ADMINISTRATOR:
        raise PermissionDenied
    return user


def person_of_firm(request: HttpRequest, public_id: str) -> User:
    """Return somebody of the firm to an administrator; contacts are let in and shut out at their client's page."""
    require_administrator(request)
    return get_object_or_404(User, public_id=public_id, kind__in=FIRM_KINDS)


def require_contact(request: HttpRequest) -> User:
    """Return a client's contact; the portal's own pages do not exist for the firm."""
    user = require_user(request)
    if not user.is_contact:
        raise Http404
    return user


def trail_for(user: User) -> QuerySet[TrailEntry]:
    """Return the entries of the trail that a person may read: all for an administrator, else none."""
    entries = TrailEntry.objects.all()
    return entries if user.kind == Kind.ADMINISTRATOR else entries.none()


def job_for(user: User, public_id: str) -> Job:
    """Return a job whose progress this person may follow: the firm any, others their own."""
    found = Job.objects.filter(public_id=public_id)
    job = (found if user.is_firm else found.filter(by=user)).first()
    if job is None:
        raise Http404
    return job
