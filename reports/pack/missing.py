"""What a handoff pack should hold and does not: printed in red where it belongs, and listed on the cover."""

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _, ngettext

from engagements.models import Engagement
from milestones.states import EvidenceKind
from reports.pack.parts import Item, Outcome, Person, Stage


def of_outcomes(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Say which metrics have no reading, and which readings nobody at the client confirmed."""
    outcomes = list(outcomes)
    if not outcomes:
        yield _("No business metric was agreed, so nothing shows what the work changed.")
    for outcome in outcomes:
        if outcome.now is None:
            yield _("%(metric)s was never read.") % {"metric": outcome.name}
        elif not outcome.confirmed_by:
            yield _("Nobody at the client has confirmed a reading of %(metric)s.") % {"metric": outcome.name}


def of_items(items: Iterable[Item]) -> Iterator[str]:
    """Say how many deliverables are not accepted, and which accepted ones have no evidence."""
    items = list(items)
    unfinished = [item for item in items if not item.is_accepted]
    if unfinished:
        yield ngettext(
            "%(count)d deliverable is not accepted yet.",
            "%(count)d deliverables are not accepted yet.",
            len(unfinished),
        ) % {"count": len(unfinished)}
    bare = [item for item in items if item.is_accepted and not item.evidence]
    if bare:
        yield ngettext(
            "%(count)d accepted deliverable has no evidence attached.",
            "%(count)d accepted deliverables have no evidence attached.",
            len(bare),
        ) % {"count": len(bare)}


def of_evidence(items: Iterable[Item]) -> dict[str, str]:
    """Return a sentence for each kind of evidence that a handoff cannot do without and that is not there."""
    kinds = {proof.kind for item in items for proof in item.evidence}
    wanted = {
        EvidenceKind.MODEL_CARD: _("No model card is attached: limits and versions of the models are not on record."),
        EvidenceKind.RUNBOOK: _("No runbook is attached: nobody can run the service from this pack."),
        EvidenceKind.WALKTHROUGH: _("No walkthrough is attached: knowledge transfer is not on record."),
        EvidenceKind.DASHBOARD: _("No dashboard is attached: monitoring is not on record."),
    }
    return {str(kind): sentence for kind, sentence in wanted.items() if kind not in kinds}


def of_signers(signers: Iterable[str]) -> Iterator[str]:
    """Say that nobody at the client may sign."""
    if not list(signers):
        yield _("No signer is named at the client, so nobody could accept anything.")


def of_people(people: Iterable[Person]) -> Iterator[str]:
    """Say that nobody is placed."""
    if not list(people):
        yield _("No specialist is placed at this engagement.")


def of_systems(engagement: Engagement) -> Iterator[str]:
    """Say that nobody wrote down where the work lives."""
    if not (engagement.backlog_url or engagement.release_url):
        yield _("No link to the client's backlog or release control is on record.")


def of_stages(stages: Iterable[Stage]) -> Iterator[str]:
    """Say which milestones were not agreed."""
    for stage in stages:
        if stage.agreed_on is None:
            yield _("Day %(day)d has no agreed date: the plan was never activated.") % {"day": stage.day}
