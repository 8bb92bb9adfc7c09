"""Reading a whole pack."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from accounts.clock import now
from accounts.models import with_people
from engagements.models import Agreement, Contact, Engagement
from engagements.states import EngagementState
from milestones.models import Plan
from milestones.states import Health
from reports import history, ledger
from reports.pack import content, missing
from reports.pack.parts import Item, Outcome, Pack


def read(engagement: Engagement) -> Pack:
    """Return what the pack of this engagement prints, in a number of queries that does not grow with its rows.

    Dates are the client's.
    """
    with timezone.override(engagement.client.time_zone):
        return _read(engagement)


def _read(engagement: Engagement) -> Pack:
    register = content.items(engagement)
    milestones = list(engagement.milestones.all())
    outcomes = content.outcomes(engagement)
    agreement = Agreement.objects.filter(engagement=engagement).first()
    plan = Plan.objects.filter(engagement=engagement).first()
    health = plan.health if plan and engagement.state == EngagementState.ACTIVE else ""
    contacts = Contact.objects.filter(client_id=engagement.client_id, is_signer=True, left_at__isnull=True)
    return Pack(
        engagement=engagement,
        made_at=now(),
        today=engagement.today(),
        verdict=verdict(register, outcomes),
        health=health,
        health_word=str(Health(health).label) if health else engagement.get_state_display(),
        agreement=agreement,
        stages=content.stages(milestones, register),
        items=register,
        outcomes=outcomes,
        people=content.people(engagement, register),
        signers=tuple(contact.user.name for contact in with_people(contacts, "user")),
        signatures=content.signatures(engagement, agreement),
        changes=content.changes(engagement),
        waits=content.open_waits(engagement),
        risks=content.risks(engagement),
        ledger=ledger.read(engagement, shared=True),
        ledger_free=ledger.forecast_without(engagement),
        forecasts=history.told(engagement, milestones),
    )


def at_target(outcomes: Sequence[Outcome]) -> int:
    """Return how many metrics have reached their target."""
    return sum(1 for outcome in outcomes if outcome.way is not None and outcome.way >= 1)


def verdict(register: Sequence[Item], outcomes: Sequence[Outcome]) -> str:
    """Return two plain sentences: what was delivered, and what it moved."""
    accepted = sum(item.is_accepted for item in register)
    first = _("%(accepted)d of %(total)d deliverables are accepted.") % {"accepted": accepted, "total": len(register)}
    if not outcomes:
        return first
    reached = at_target(outcomes)
    second = ngettext(
        "%(reached)d of %(total)d business metric has reached its target.",
        "%(reached)d of %(total)d business metrics have reached their target.",
        len(outcomes),
    ) % {"reached": reached, "total": len(outcomes)}
    return f"{first} {second}"


def gaps(pack: Pack) -> dict[str, list[str]]:
    """Return what is missing by the section that it belongs to; `cover` lists all of it."""
    sections = {
        "outcomes": list(missing.of_outcomes(pack.outcomes)),
        "stages": list(missing.of_stages(pack.stages)),
        "items": list(missing.of_items(pack.items)),
        "systems": list(missing.of_systems(pack.engagement)),
        "people": [*missing.of_people(pack.people), *missing.of_signers(pack.signers)],
    }
    kinds = missing.of_evidence(pack.items)
    everything = [gap for found in sections.values() for gap in found] + list(kinds.values())
    return {**sections, **{kind: [sentence] for kind, sentence in kinds.items()}, "cover": everything}
