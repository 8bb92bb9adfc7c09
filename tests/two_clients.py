"""Two clients side by side, each with something of every kind; all words of one begin with its own codeword."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.test import Client as Browser

from accounts.clock import now
from accounts.models import User
from engagements.actions.metrics import record_reading
from engagements.actions.risks import add_risk
from engagements.models import Client, Engagement
from milestones import slips
from milestones.actions import changes, evidence, signing, talk, waits, work
from milestones.models import Deliverable, DoneLine, Evidence, Wait
from milestones.states import Moves
from reports.models import HandoffPack, StatusNote
from roles.models import FailureMode
from tests import factories
from tests.conftest import CAST
from tests.ground import Part


@dataclass(frozen=True)
class Side:
    """One client's part; `word` is in everything that somebody wrote about it."""

    word: str
    client: Client
    signer: User
    engagement: Engagement

    def public_ids(self) -> list[str]:
        """An id of everything of this client that may stand in an address; of deliverables and evidence all."""
        found = [self.client.public_id, self.signer.public_id]
        for model in (Deliverable, Evidence):
            found += model.objects.filter(engagement=self.engagement).values_list("public_id", flat=True)
        found += DoneLine.objects.filter(deliverable__engagement=self.engagement).values_list("public_id", flat=True)[
            :1
        ]
        asked = Wait.objects.filter(engagement=self.engagement, for_sign_off=False)
        found += asked.values_list("public_id", flat=True)
        for children in ("plan_changes", "comments", "packs", "status_notes", "milestones", "metrics", "placements"):
            found += getattr(self.engagement, children).values_list("public_id", flat=True)[:1]
        return found


def signed_in(user: User) -> Browser:
    """A browser in which somebody is signed in; what goes wrong in a view becomes a 500, as for a real one."""
    browser = Browser(raise_request_exception=False)
    browser.force_login(user)
    return browser


def both(people: factories.Cast) -> tuple[Side, Side]:
    """Build Meridian's side and the other client's."""
    return (
        side(people, "Aardvark", people.client, people.signer),
        side(people, "Bumblebee", people.other_client, people.stranger),
    )


BOTH = Part(both, on=CAST)


def side(people: factories.Cast, word: str, client: Client, signer: User) -> Side:
    """Build one client's engagement at work."""
    lines = [factories.line(f"{word} {n}") for n in range(3)]
    engagement = factories.active(people, lines, client=client, name=f"{word} programme")
    first, second, third = (factories.deliverable(engagement, f"{word} {n}") for n in range(3))
    _prove(people, word, first, second, signer)
    waits.open_wait(by=people.manager, deliverable=third, on="client", what=f"{word} account")
    move = changes.Move(Moves.DUE, deliverable=third, to_on=third.due_on + timedelta(days=7))
    changes.ask(by=people.manager, engagement=engagement, what=f"{word} change", why=f"{word} reason", moves=[move])
    talk.say(by=signer, engagement=engagement, text=f"{word} question")
    metric = factories.metric(people.manager, engagement, f"{word} metric")
    record_reading(by=people.manager, metric=metric, on=date(2026, 11, 20), value=metric.start, source=f"{word} log")
    _issue(people, word, engagement)
    slips.recompute(engagement)
    return Side(word, client, signer, engagement)


def _prove(people: factories.Cast, word: str, first: Deliverable, second: Deliverable, signer: User) -> None:
    factories.ready(people.specialist, first)
    upload = factories.upload(f"%PDF-1.7 {word}".encode(), f"{word}.pdf")
    evidence.add_file(by=people.manager, deliverable=first, kind="document", title=f"{word} report", upload=upload)
    work.submit(by=people.specialist, deliverable=first)
    factories.in_review(people.specialist, second)
    seen = factories.seen(second)
    signing.send_back(by=signer, deliverable=second, content_hash=seen, reason=f"{word} is missing")


def _issue(people: factories.Cast, word: str, engagement: Engagement) -> None:
    shared = {"engagement": engagement, "client": engagement.client}
    StatusNote.objects.create(**shared, by=people.manager, text=f"{word} note")
    add_risk(
        by=people.manager, engagement=engagement, text=f"{word} risk", failure_mode=FailureMode.objects.get(key="path"),
        likelihood="low", impact="low",
    )  # fmt: skip
    digest = hashlib.sha256(word.encode()).hexdigest()
    pack = HandoffPack(**shared, asked_by=people.manager, number=1, issued_at=now(), sha256=digest)
    pack.file.save(f"packs/{word}.pdf", ContentFile(word.encode()))
