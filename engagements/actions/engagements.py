"""Engagements as a contract: logged, changed, removed while they are drafts."""

from datetime import date
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, StaleEdit
from accounts.models import User
from engagements.codes import next_code
from engagements.guards import require_draft, require_manager, require_open
from engagements.models import Client, Engagement
from engagements.states import EngagementState
from roles.models import ServiceLine

LINKS = ("backlog_url", "release_url", "done_url")
CHANGEABLE = frozenset(
    {"name", "goal", "service_line", "manager", "definition_of_done", "start_on", *LINKS},
)


@transaction.atomic
def create_engagement(
    *,
    by: User,
    client: Client,
    name: str,
    goal: str,
    service_line: ServiceLine,
    manager: User,
    start_on: date,
    backlog_url: str = "",
    release_url: str = "",
    done_url: str = "",
    definition_of_done: str = "",
) -> Engagement:
    """Log an engagement as a draft, which the client does not see."""
    require_manager(by)
    engagement = Engagement(
        code=next_code(client),
        client=client,
        name=name.strip(),
        goal=goal.strip(),
        service_line=service_line,
        manager=manager,
        start_on=start_on,
        backlog_url=backlog_url.strip(),
        release_url=release_url.strip(),
        done_url=done_url.strip(),
        definition_of_done=definition_of_done.strip(),
    )
    _check(engagement).save(force_insert=True)
    events.record(
        by=by,
        verb="engagement_created",
        message=gettext_noop("%(actor)s logged %(engagement)s for %(client)s"),
        params={"actor": by.name, "engagement": engagement.name, "client": client.name},
        client_id=client.pk,
        engagement_id=engagement.pk,
    )
    return engagement


def _check(engagement: Engagement) -> Engagement:
    if not engagement.manager.manages:
        raise DomainError(
            _("%(name)s is no account manager. Choose somebody who is.") % {"name": engagement.manager.name},
            field="manager",
        )
    for name in LINKS:
        _check_link(name, getattr(engagement, name))
    return checked(engagement)


def _check_link(field: str, url: str) -> None:
    if url and urlsplit(url).scheme not in {"http", "https"}:
        raise DomainError(_("A link begins with https:// or http://."), field=field)


@transaction.atomic
def change_engagement(*, by: User, engagement: Engagement, version: int, **fields: object) -> Engagement:
    """Change the contract's words and links; the start date only while it is a draft.

    Raises StaleEdit with the values now stored where somebody else saved since `version`.
    """
    require_manager(by)
    if unknown := fields.keys() - CHANGEABLE:
        raise TypeError(f"{', '.join(sorted(unknown))} cannot be changed on an engagement")
    require_open(engagement)
    if "start_on" in fields and fields["start_on"] != engagement.start_on:
        require_draft(engagement)
    for name, value in fields.items():
        setattr(engagement, name, value.strip() if isinstance(value, str) else value)
    _check(engagement)
    values = {name: getattr(engagement, name) for name in fields}
    kept = Engagement.objects.filter(pk=engagement.pk, version=version)
    if kept.update(version=F("version") + 1, **values) != 1:
        raise _stale(engagement, fields)
    engagement.version = version + 1
    events.record(
        by=by,
        verb="engagement_changed",
        message=gettext_noop("%(actor)s changed the details of %(engagement)s"),
        params={"actor": by.name, "engagement": engagement.name},
        client_id=engagement.client_id,
        engagement_id=engagement.pk,
    )
    return engagement


def _stale(engagement: Engagement, fields: dict[str, object]) -> StaleEdit:
    stored = Engagement.objects.get(pk=engagement.pk)
    return StaleEdit(
        _("Somebody else changed %(name)s while you were writing. Choose line by line.") % {"name": stored.name},
        theirs={name: getattr(stored, name) for name in fields} | {"version": stored.version},
    )


@transaction.atomic
def remove_draft(*, by: User, engagement: Engagement) -> Engagement:
    """Take a draft away; it can be brought back for 30 days."""
    require_manager(by)
    drafts = Engagement.objects.filter(pk=engagement.pk, state=EngagementState.DRAFT, removed_at=None)
    if drafts.update(removed_at=now(), offered_at=None, version=F("version") + 1) != 1:
        raise IllegalMove(_("Only a draft can be removed; a running engagement is ended."))
    engagement.refresh_from_db()
    events.record(
        by=by,
        verb="engagement_removed",
        message=gettext_noop("%(actor)s removed the draft %(engagement)s"),
        params={"actor": by.name, "engagement": engagement.name},
        client_id=engagement.client_id,
        engagement_id=engagement.pk,
    )
    return engagement
