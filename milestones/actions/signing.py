"""Sign-offs: a signer of the client accepts or sends back the exact state that was read."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _, gettext_noop

from accounts.checked import checked
from accounts.errors import DomainError, IllegalMove, StaleEdit
from accounts.models import User
from engagements.models import Contact
from milestones import slips
from milestones.actions.base import move, require_state, signer_of, take, tell
from milestones.actions.ends import end_slips, end_waits
from milestones.content import hash_of, state_of
from milestones.models import Deliverable, SignOff
from milestones.states import Decision, DeliverableState

IN_REVIEW = frozenset({DeliverableState.IN_REVIEW})


@transaction.atomic
def accept(*, by: User, deliverable: Deliverable, content_hash: str, words: str = "") -> SignOff:
    """Accept as a signer what has this content hash.

    Raises NotAllowed for everybody who is no signer of the client, StaleEdit where the content is another by now,
    IllegalMove where it is not (or no longer) in review.
    """
    signer = _take_for(by, deliverable)
    sign_off = _sign(signer, deliverable, content_hash, Decision.ACCEPTED, words)
    on = deliverable.engagement.today()
    accepted = {"state": DeliverableState.ACCEPTED, "accepted_on": on, "accepted_by": by, "sign_off": sign_off}
    move(deliverable, since=IN_REVIEW, **accepted)
    end_waits(by, deliverable, on)
    end_slips(deliverable, on)
    message = gettext_noop("%(actor)s accepted %(title)s")
    tell(by, deliverable.engagement, "accepted", message, deliverable=deliverable, shared=True)
    slips.ask_recompute(deliverable.engagement)
    return sign_off


@transaction.atomic
def send_back(*, by: User, deliverable: Deliverable, content_hash: str, reason: str) -> SignOff:
    """Send back as a signer what has this content hash, saying what is missing."""
    signer = _take_for(by, deliverable)
    if not reason.strip():
        raise DomainError(_("Say what is missing, so that it can be put right."), field="reason")
    sign_off = _sign(signer, deliverable, content_hash, Decision.SENT_BACK, reason)
    state = DeliverableState.SENT_BACK
    move(deliverable, since=IN_REVIEW, state=state, sent_back_count=F("sent_back_count") + 1)
    end_waits(by, deliverable, deliverable.engagement.today(), for_sign_off=True)
    message = gettext_noop("%(actor)s sent %(title)s back: %(reason)s")
    reason = sign_off.words
    tell(by, deliverable.engagement, "sent_back", message, deliverable=deliverable, shared=True, reason=reason)
    slips.ask_recompute(deliverable.engagement)
    return sign_off


@transaction.atomic
def accept_many(*, by: User, hashes: Mapping[Deliverable, str]) -> list[SignOff]:
    """Accept several at once, each by its own content hash; all of them or, where one has changed, none."""
    if not hashes:
        raise DomainError(_("Tick at least one deliverable to accept."))
    in_order = sorted(hashes.items(), key=lambda pair: (pair[0].engagement_id, pair[0].pk))
    return [accept(by=by, deliverable=one, content_hash=content_hash) for one, content_hash in in_order]


def _take_for(by: User, deliverable: Deliverable) -> Contact:
    signer = signer_of(by, deliverable.client_id)
    take(deliverable)
    if not deliverable.needs_sign_off:
        raise IllegalMove(_("“%(title)s” needs no sign-off.") % {"title": deliverable.title})
    _require_undecided(deliverable)
    return signer


def _require_undecided(deliverable: Deliverable) -> None:
    """Refuse what somebody else has decided meanwhile, naming who."""
    if deliverable.state in IN_REVIEW:
        return
    last = deliverable.sign_offs.select_related("signer_user").order_by("-at", "-id").first()
    said = {Decision.ACCEPTED: DeliverableState.ACCEPTED, Decision.SENT_BACK: DeliverableState.SENT_BACK}
    if last is None or said[Decision(last.decision)] != deliverable.state:
        require_state(deliverable, IN_REVIEW)
        return
    sentence = {
        Decision.ACCEPTED: _("%(name)s has already accepted “%(title)s”. There is nothing left to sign."),
        Decision.SENT_BACK: _("%(name)s has already sent “%(title)s” back. It comes again when it is done."),
    }[Decision(last.decision)]
    raise IllegalMove(sentence % {"name": last.signer_user.name, "title": deliverable.title})


def _sign(signer: Contact, deliverable: Deliverable, seen: str, decision: Decision, words: str) -> SignOff:
    content = state_of(deliverable)
    if hash_of(content) != seen:
        sentence = _(
            "“%(title)s” has changed since you opened this page. Nothing was signed; read it again, then decide."
        )
        raise StaleEdit(sentence % {"title": deliverable.title}, theirs={"content": content})
    sign_off = SignOff(
        deliverable=deliverable,
        engagement_id=deliverable.engagement_id,
        client_id=deliverable.client_id,
        signer=signer,
        signer_user=signer.user,
        decision=decision,
        words=words.strip(),
        content=content,
        content_hash=seen,
    )
    checked(sign_off, exclude={"deliverable", "engagement", "client", "signer", "signer_user"})
    sign_off.save(force_insert=True)
    return sign_off
