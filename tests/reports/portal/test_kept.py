"""The dashboard's markup is kept while nothing on it has changed: every kind of change shows with the next request."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.actions import metrics, placements
from engagements.models import Engagement
from milestones import slips
from milestones.actions import activation, changes, corrections, life, signing, waits, work
from milestones.models import PlanChange
from reports.actions import notes
from reports.models import StatusNote
from reports.portal import snapshot
from tests import factories
from tests.factories import TODAY
from tests.reports.portal.conftest import World, signed_in


def send_back(world: World) -> None:
    hash_seen = factories.seen(world.a)
    signing.send_back(
        by=world.people.signer, deliverable=world.a, content_hash=hash_seen, reason="Two sites are missing."
    )


def accept(world: World) -> None:
    signing.accept(by=world.people.signer, deliverable=world.a, content_hash=factories.seen(world.a))


def change_the_reading(world: World) -> None:
    reading = world.engagement.metrics.get().readings.get()
    metrics.change_reading(by=world.people.manager, reading=reading, value=Decimal(30), why="Two days were missing.")


def take_the_reading_back(world: World) -> None:
    reading = world.engagement.metrics.get().readings.get()
    metrics.take_back_reading(by=world.people.manager, reading=reading, why="It was another metric's.")


def read_the_metric(world: World) -> None:
    metric = world.engagement.metrics.get()
    metrics.record_reading(by=world.people.manager, metric=metric, on=TODAY, value=metric.target)


def change_the_placement(world: World) -> None:
    one = world.engagement.placements.get()
    placements.change_placement(
        by=world.people.manager, placement=one, percent=20, starts_on=one.starts_on, ends_on=one.ends_on
    )


def open_a_wait(world: World) -> None:
    waits.open_wait(by=world.people.manager, deliverable=world.b, on="client", what="A list of sites")


def ask_for_a_change(world: World) -> None:
    changes.ask(by=world.people.manager, engagement=world.engagement, what="One more site", why="It was bought.")


def decide_the_change(world: World) -> None:
    changes.decide(by=world.people.signer, change=PlanChange.objects.get(), approve=True)


def write_a_note(world: World) -> None:
    notes.write_note(by=world.people.manager, engagement=world.engagement, text="The pipeline runs.")


def change_the_note(world: World) -> None:
    note = StatusNote.objects.get()
    notes.change_note(by=world.people.manager, note=note, version=note.version, text="The pipeline stands.")


Change = Callable[[World], object]
# What is done first, what then changes, and what the page says only after it (or, with a "-", only before it).
CHANGES: dict[str, tuple[Change | None, Change, str]] = {
    "work submitted": (
        None,
        lambda w: work.submit(by=w.people.specialist, deliverable=w.b),
        "Sign off 3 deliverables of day 60",
    ),
    "work accepted": (None, accept, "One of 3 deliverables is accepted"),
    "work sent back": (None, send_back, "Sent back, being changed"),
    "a date put right": (
        None,
        lambda w: corrections.correct_due(
            by=w.people.manager, thing=w.b, to_on=date(2027, 1, 14), reason="The contract says so."
        ),
        "14 Jan 2027",
    ),
    "a wait opened": (None, open_a_wait, "A list of sites"),
    "a wait answered": (
        None,
        lambda w: waits.answer(by=w.people.viewer, wait=w.wait, text="Sent"),
        "-Asked 13 Nov, holds up “Deliverable B”",
    ),
    "a wait closed": (
        None,
        lambda w: waits.close_wait(by=w.people.manager, wait=w.wait),
        "-Asked 13 Nov, holds up “Deliverable B”",
    ),
    "a change asked": (None, ask_for_a_change, "Decide plan change 1"),
    "a change decided": (ask_for_a_change, decide_the_change, "-Decide plan change 1"),
    "work put on hold": (
        None,
        lambda w: life.hold(by=w.people.manager, engagement=w.engagement, why="Budget."),
        "The work is on hold",
    ),
    "a metric added": (
        None,
        lambda w: factories.metric(w.people.manager, w.engagement, "Minutes to an answer"),
        "Minutes to an answer",
    ),
    "a metric read": (None, read_the_metric, "At target"),
    "a reading put right": (None, change_the_reading, "50% of the way"),
    "a reading taken back": (None, take_the_reading_back, "Not read yet; this is the start value"),
    "somebody placed": (
        None,
        lambda w: factories.placement(w.people.manager, w.engagement, w.people.unplaced),
        "Una Unplaced",
    ),
    "a placement changed": (None, change_the_placement, "1 day a week"),
    "a note written": (None, write_a_note, "The pipeline runs."),
    "a note put right": (write_a_note, change_the_note, "The pipeline stands."),
    "a forecast made": (None, lambda w: slips.recompute(w.engagement), "-Starting</span>"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_kept_page_shows_a_change_at_once(world: World, signer: Browser, kind: str) -> None:
    first, change, words = CHANGES[kind]
    with as_firm():
        if first:
            first(world)
    before = signer.get(world.url()).text
    assert signer.get(world.url()).status_code == 200
    with as_firm():
        change(world)
    after = signer.get(world.url()).text
    if words.startswith("-"):
        before, after, words = after, before, words[1:]
    assert words in after
    assert words not in before


def offered(world: World) -> Engagement:
    """A draft that the client has to look at, with a second metric and a second person."""
    people = world.people
    draft = factories.draft(people, name="Second programme")
    factories.metric(people.manager, draft, "Minutes to an answer")
    factories.placement(people.manager, draft, people.unplaced)
    return activation.offer_plan(by=people.manager, engagement=draft)


def test_what_is_taken_out_of_an_offered_draft_is_gone_at_once(world: World) -> None:
    with as_firm():
        world.engagement.placements.update(percent=10)
        draft = offered(world)
    browser, url = signed_in(world.people.signer), f"/portal/{draft.code}/"
    text = browser.get(url).text
    named = text.count("Minutes to an answer")
    assert "Una Unplaced" in text
    with as_firm():
        metrics.remove_metric(by=world.people.manager, metric=draft.metrics.get(name="Minutes to an answer"))
    # What happened still names it: that it was added.
    assert browser.get(url).text.count("Minutes to an answer") < named
    with as_firm():
        placements.remove_placement(by=world.people.manager, placement=draft.placements.get(user=world.people.unplaced))
    assert "Una Unplaced" not in browser.get(url).text


def test_nothing_is_drawn_twice_while_nothing_changes(
    world: World, signer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    keep = snapshot.kept

    def watched(name: str, draw: Callable[[], str]) -> str:
        def counting() -> str:
            drawn.append(name)
            return draw()

        return keep(name, counting)

    monkeypatch.setattr(snapshot, "kept", watched)
    for _ in range(3):
        signer.get(world.url())
    assert len(drawn) == 1
