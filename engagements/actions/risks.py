"""Risks that both sides know of."""

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove
from accounts.models import User
from engagements.guards import require_open, require_team
from engagements.models import Engagement, Risk
from roles.models import FailureMode

CHANGING = ("text", "failure_mode", "likelihood", "impact", "owner", "answer", "shared")


@transaction.atomic
def add_risk(
    *,
    by: User,
    engagement: Engagement,
    text: str,
    failure_mode: FailureMode,
    likelihood: str,
    impact: str,
    owner: User | None = None,
    answer: str = "",
    shared: bool = True,
) -> Risk:
    """Note a risk, how likely and how bad it is, who looks after it and what the answer is."""
    require_team(by, engagement)
    require_open(engagement)
    risk = Risk(
        engagement=engagement,
        client_id=engagement.client_id,
        text=text.strip(),
        failure_mode=failure_mode,
        likelihood=likelihood,
        impact=impact,
        owner=owner,
        answer=answer.strip(),
        shared=shared,
    )
    _check_owner(risk)
    checked(risk, exclude=["owner", "closed_at"]).save(force_insert=True)
    _record(by, risk, "risk_added", gettext_noop("%(actor)s noted the risk “%(risk)s”"))
    return risk


def _check_owner(risk: Risk) -> None:
    owner = risk.owner
    if owner is not None and owner.is_contact and owner.client_ref != risk.client_id:
        raise DomainError(_("Somebody of another client cannot look after this risk."), field="owner")


@transaction.atomic
def change_risk(
    *,
    by: User,
    risk: Risk,
    text: str,
    failure_mode: FailureMode,
    likelihood: str,
    impact: str,
    owner: User | None = None,
    answer: str = "",
    shared: bool = True,
) -> Risk:
    """Change what is said of an open risk; one that the client has seen stays shared."""
    require_team(by, risk.engagement)
    require_open(risk.engagement)
    if risk.shared and not shared:
        raise DomainError(_("The client has seen this risk already. It stays shared."), field="shared")
    risk.text, risk.failure_mode, risk.owner = text.strip(), failure_mode, owner
    risk.likelihood, risk.impact, risk.answer, risk.shared = likelihood, impact, answer.strip(), shared
    _check_owner(risk)
    checked(risk, exclude=["owner", "closed_at"])
    facts = {name: getattr(risk, name) for name in CHANGING}
    if Risk.objects.filter(pk=risk.pk, closed_at=None).update(**facts) != 1:
        raise IllegalMove(_("This risk is closed already."))
    _record(by, risk, "risk_changed", gettext_noop("%(actor)s changed the risk “%(risk)s”"))
    return risk


@transaction.atomic
def close_risk(*, by: User, risk: Risk, answer: str = "") -> Risk:
    """Close a risk that is over, or answered."""
    require_team(by, risk.engagement)
    require_open(risk.engagement)
    words = answer.strip() or risk.answer
    if Risk.objects.filter(pk=risk.pk, closed_at=None).update(closed_at=now(), answer=words) != 1:
        raise IllegalMove(_("This risk is closed already."))
    risk.refresh_from_db()
    _record(by, risk, "risk_closed", gettext_noop("%(actor)s closed the risk “%(risk)s”"))
    return risk


def _record(by: User, risk: Risk, verb: str, message: str) -> None:
    events.record(
        by=by,
        verb=verb,
        message=message,
        params={"actor": by.name, "risk": risk.text},
        client_id=risk.client_id,
        engagement_id=risk.engagement_id,
        shared=risk.shared,
    )
