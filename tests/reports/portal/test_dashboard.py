"""The client's dashboard: what it says, what it hides, and what it costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client as Browser, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.clock import now
from accounts.db import as_firm
from engagements.actions.clients import change_signer, invite_contact
from engagements.actions.metrics import record_reading
from engagements.models import BusinessMetric, Engagement, Placement
from milestones import slips
from milestones.actions import life, signing, waits, work
from milestones.models import ForecastRun, Plan
from reports.models import StatusNote
from tests import factories
from tests.factories import TODAY
from tests.reports.portal.conftest import World, signed_in

MOST_QUERIES = 12


def counted(browser: Browser, url: str, *, kept: bool = False) -> int:
    """How many statements a page takes; savepoints exist only because a test is one transaction."""
    browser.get(url)
    if not kept:
        cache.clear()
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in asked.captured_queries)


def test_what_waits_comes_with_why_and_one_button(world: World, signer: Browser) -> None:
    text = signer.get(world.url()).text
    assert "Sign off: Deliverable A" in text
    assert "Submitted 23 Nov by Sam Specialist" in text
    assert "Asked 13 Nov, holds up “Deliverable B”" in text
    assert text.count("btn-primary") == 1


def test_a_viewer_is_told_who_decides_and_offered_to_read_it(world: World, viewer: Browser) -> None:
    text = viewer.get(world.url()).text
    own, _, left = text.partition('id="left"')
    assert "Asked 13 Nov, holds up “Deliverable B”" in own
    assert "Sign off: Deliverable A" not in own
    assert left.partition("</h2>")[0].endswith("Waiting on Joan Abernethy or Priya Nair")
    assert "Sign off: Deliverable A" in left
    assert ">Review</a>" not in text
    assert "your sign-off" not in text
    assert "two wait for Joan Abernethy or Priya Nair to sign off" in text


def test_every_signer_who_is_there_is_named_and_nobody_else(world: World, viewer: Browser) -> None:
    client, by = world.people.client, world.people.manager
    with as_firm():
        invite_contact(by=by, client=client, name="Zoe New", email="zoe@me.example", is_signer=True)
    assert "Waiting on Joan Abernethy, Priya Nair or Zoe New<" in viewer.get(world.url()).text
    with as_firm():
        client.contacts.filter(user__name="Joan Abernethy").update(left_at=now())
        change_signer(by=by, contact=client.contacts.get(user__name="Zoe New"), is_signer=False)
    assert "Waiting on Priya Nair<" in viewer.get(world.url()).text
    with as_firm():
        for name in ("Ann", "Bo", "Cy"):
            invite_contact(by=by, client=client, name=name, email=f"{name}@me.example", is_signer=True)
    assert "Waiting on Ann, Bo or another signer<" in viewer.get(world.url()).text


def test_a_client_without_signers_says_that_one_is_waited_for(world: World, viewer: Browser) -> None:
    with as_firm():
        world.people.client.contacts.update(is_signer=False)
    assert "Waiting on a signer of Meridian Health" in viewer.get(world.url()).text


def test_what_is_kept_for_a_signer_is_not_shown_to_a_viewer(world: World, signer: Browser, viewer: Browser) -> None:
    for_signer, for_viewer = (body(one.get(world.url()).text) for one in (signer, viewer))
    assert "Waiting on Joan Abernethy or Priya Nair" not in for_signer
    assert "Waiting on Joan Abernethy or Priya Nair" in for_viewer
    assert (body(signer.get(world.url()).text), body(viewer.get(world.url()).text)) == (for_signer, for_viewer)


def test_before_the_first_forecast_nothing_is_promised_and_the_page_asks_for_it(world: World, signer: Browser) -> None:
    with as_firm():
        Engagement.objects.filter(pk=world.engagement.pk).update(activated_at=now())
    asked = {"HX-Request": "true", "HX-Target": "main"}
    text = signer.get(world.url()).text
    assert "The forecast is being made." in text
    assert "likely to be on time" not in text
    assert f"Due {world.b.due_on:%-d %b}" in text
    assert "Likely" not in body(text).partition('id="del"')[2]
    assert f'hx-get="{world.url()}" hx-trigger="every 3s"' in text
    assert signer.get(world.url(), headers=asked).status_code == 204
    with as_firm():
        slips.recompute(world.engagement)
    fresh = signer.get(world.url(), headers=asked)
    assert fresh.status_code == 200
    assert 'id="main"' in fresh.text
    assert "The forecast is being made." not in fresh.text
    assert "every 3s" not in fresh.text


def test_where_no_forecast_comes_the_page_stops_asking(
    world: World, signer: Browser, monday: time_machine.Traveller
) -> None:
    with as_firm():
        Engagement.objects.filter(pk=world.engagement.pk).update(activated_at=now())
    assert "every 3s" in signer.get(world.url()).text
    monday.shift(timedelta(minutes=6))
    text = signer.get(world.url(), headers={"HX-Request": "true"}).text
    assert "The forecast is being made." in text
    assert "every 3s" not in text


def test_a_first_forecast_that_is_held_back_is_not_said_to_be_in_the_making(world: World, signer: Browser) -> None:
    with as_firm():
        slips.recompute(world.engagement)
        held_back = {"health": "off_track", "client_health": "on_track", "worse_at": now(), "worse_on": TODAY}
        Plan.objects.filter(engagement=world.engagement).update(**held_back)
    text = signer.get(world.url()).text
    assert "The forecast comes with the next digest, or after one working day." in text
    assert "likely to be on time" not in text


def test_where_all_is_accepted_nothing_is_forecast(world: World, signer: Browser) -> None:
    with as_firm():
        finish(world)
    text = signer.get(world.url()).text
    assert "Nothing that is shared with you is open." in text


def test_the_date_beside_a_deliverable_says_what_it_is(world: World, signer: Browser) -> None:
    with as_firm():
        signing.accept(by=world.people.signer, deliverable=world.a, content_hash=factories.seen(world.a))
        slips.recompute(world.engagement)
    rows = signer.get(world.url()).text.partition('id="del"')[2]
    said = ["Accepted 23 Nov", "Submitted 23 Nov", "Likely "]
    assert all(f">{words}" in rows for words in said)
    assert [rows.index(words) for words in said] == sorted(rows.index(words) for words in said)
    assert "Claims triaged by the model" not in rows


@pytest.mark.parametrize("page", ["", "deliverables/", "m/60/sign/"])
def test_nothing_of_a_viewers_pages_waits_for_their_own_decision(world: World, viewer: Browser, page: str) -> None:
    text = viewer.get(world.url(page)).text
    assert "Priya Nair" in text
    assert "your sign-off" not in text
    assert "your decision" not in text


def test_the_list_of_a_viewers_engagements_says_who_signs(world: World, viewer: Browser, signer: Browser) -> None:
    with as_firm():
        Placement.objects.update(percent=10)
        factories.active(world.people, name="Second")
    listed = signer.get(world.url()).text.partition('class="todo">')[2].partition("</ul>")[0].count("<li>")
    assert f"{listed} wait for you" in signer.get("/portal/").text
    answers = viewer.get(world.url()).text.partition('class="todo">')[2].partition("</ul>")[0].count("<li>")
    text = viewer.get("/portal/").text
    assert (f"{answers} waits for you" in text) is bool(answers)
    assert f"{listed - answers} wait for Joan Abernethy or Priya Nair to decide" in text


def test_the_verdict_has_two_sentences(world: World, signer: Browser) -> None:
    text = signer.get(world.url()).text.partition('class="lede">')[2].partition("</p>")[0]
    assert "None of 3 deliverables is accepted yet, two wait for your sign-off" in text
    assert "“Claims triaged by the model” is 25% of the way to its target. " in text
    assert text.count(".") == 2


def test_bad_news_is_in_the_verdict(world: World, signer: Browser, monday: time_machine.Traveller) -> None:
    monday.move_to(datetime(2026, 12, 3, 10, tzinfo=UTC))
    text = signer.get(world.url()).text
    assert f"“Deliverable B” was due {world.b.due_on:%-d %b} and is late" in text
    assert "Off track" in text


def test_internal_deliverables_and_health_not_yet_told_stay_hidden(world: World, signer: Browser) -> None:
    with as_firm():
        Plan.objects.filter(engagement=world.engagement).update(health="off_track", client_health="on_track")
    text = signer.get(world.url()).text
    assert "Internal" not in text
    assert '<span class="pill is-ok">' in text.partition("<h1>")[0]


def test_the_dates_shown_are_those_from_before_a_worsening_that_was_not_told(world: World, signer: Browser) -> None:
    with as_firm():
        told = {world.b.public_id: {"likely": "2026-12-02", "eight_in_ten": "2026-12-04", "health": "on_track"}}
        kept = {world.b.public_id: {"likely": "2027-03-02", "eight_in_ten": "2027-04-01", "health": "off_track"}}
        ForecastRun.objects.filter(engagement=world.engagement).delete()
        for on, health, works in ((date(2026, 11, 20), "on_track", told), (TODAY, "off_track", kept)):
            ForecastRun.objects.create(
                engagement=world.engagement, client=world.people.client, on=on, plan_version=1, forecaster="x",
                health=health, works=works,
            )  # fmt: skip
        held_back = {"health": "off_track", "client_health": "on_track", "worse_at": now(), "worse_on": TODAY}
        Plan.objects.filter(engagement=world.engagement).update(**held_back)
    assert "2 Dec" in signer.get(world.of(world.b)).text
    assert "2 Mar" not in signer.get(world.of(world.b)).text


def test_the_note_specialists_and_activity_are_there(world: World, signer: Browser) -> None:
    with as_firm():
        StatusNote.objects.create(
            engagement=world.engagement, client=world.people.client, by=world.people.manager, text="<i>Good</i> week"
        )
    text = signer.get(world.url()).text
    assert "&lt;i&gt;Good&lt;/i&gt; week" in text
    assert "2 days a week" in text
    assert "Deliverable B waits: Test account" in text


def test_every_picture_has_a_title_and_a_table(world: World, signer: Browser) -> None:
    text = signer.get(world.url()).text
    assert text.count('role="img"') == text.count("<desc")
    assert text.count("as a table</summary>") == 3
    assert "style=" not in text


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, signer: Browser) -> None:
    with as_firm():
        lines = [factories.line(f"N{n}", start=n % 30, due=40 + n % 30) for n in range(60)]
        large = factories.active(world.people, lines, name="Large programme")
        slips.recompute(large)
        slips.recompute(world.engagement)
    small = counted(signer, world.url())
    assert counted(signer, f"/portal/{large.code}/") == small <= MOST_QUERIES
    assert counted(signer, world.url(), kept=True) <= 6


def test_the_list_of_a_contacts_engagements_costs_the_same_for_many(world: World, signer: Browser) -> None:
    with as_firm():
        Placement.objects.update(percent=10)
        factories.active(world.people, name="Second")
    two = counted(signer, "/portal/")
    with as_firm():
        factories.active(world.people, name="Third")
    assert counted(signer, "/portal/") == two
    assert "Third" in signer.get("/portal/").text


@pytest.mark.parametrize("state", ["on_hold", "completed", "ended_early"])
def test_an_engagement_that_does_not_run_says_so(world: World, signer: Browser, state: str) -> None:
    manager, engagement = world.people.manager, world.engagement
    with as_firm():
        if state == "on_hold":
            life.hold(by=manager, engagement=engagement, why="The budget is being decided.")
        else:
            end(world) if state == "completed" else life.end_early(by=manager, engagement=engagement, why="Sold.")
    text = signer.get(world.url()).text
    said = {
        "on_hold": "The work is on hold since 23 Nov; nothing is due until it goes on.",
        "completed": "The engagement was completed on 23 Nov.",
        "ended_early": "The engagement ended early, on 23 Nov.",
    }
    assert said[state] in text
    assert "Nothing waits on you" in text or state == "on_hold"


@pytest.mark.parametrize("state", ["on_hold", "ended_early"])
def test_nothing_is_forecast_where_the_clock_stands_still(world: World, signer: Browser, state: str) -> None:
    manager, engagement = world.people.manager, world.engagement
    seen = {"likely": "2027-03-02", "eight_in_ten": "2027-04-01", "health": "at_risk", "chance": 0.6}
    with as_firm():
        ForecastRun.objects.filter(engagement=engagement).delete()
        ForecastRun.objects.create(
            engagement=engagement, client=world.people.client, on=TODAY, plan_version=1, forecaster="x",
            health="at_risk", works={world.b.public_id: seen},
        )  # fmt: skip
        Plan.objects.filter(engagement=engagement).update(worse_on=None)
    said = {"at risk or off track", "2 Mar"}
    assert all(one in body(signer.get(world.url()).text) for one in said)
    with as_firm():
        act = life.hold if state == "on_hold" else life.end_early
        act(by=manager, engagement=engagement, why="The budget is being decided.")
    for url in (world.url(), world.of(world.b)):
        assert not [one for one in said if one in body(signer.get(url).text)]


def end(world: World) -> Engagement:
    """Bring everything to an end."""
    finish(world)
    return life.complete(by=world.people.manager, engagement=world.engagement)


def finish(world: World) -> None:
    """Have everything accepted."""
    people = world.people
    for one in world.engagement.deliverables.exclude(pk__in=[world.a.pk, world.c.pk]):
        if one.pk == world.b.pk:
            work.submit(by=people.specialist, deliverable=one)
        else:
            factories.in_review(people.specialist, one)
    for one in world.engagement.deliverables.select_related("engagement__client"):
        if one.needs_sign_off:
            signing.accept(by=people.signer, deliverable=one, content_hash=factories.seen(one))
        else:
            work.accept_internal(by=people.manager, deliverable=one)


def test_an_engagement_that_has_not_begun_says_when_it_does(world: World) -> None:
    with as_firm():
        start = date(2026, 12, 7)
        lines = [factories.line("F", start=70, due=80)]
        future = factories.active(world.people, lines, name="Future", start=start)
        assert future.start_on == start
    text = signed_in(world.people.signer).get(f"/portal/{future.code}/").text
    assert f"Starts {start:%-d Dec}" in text


def test_a_kept_page_is_drawn_anew_when_anything_on_it_changes(world: World, signer: Browser, viewer: Browser) -> None:
    people, engagement = world.people, world.engagement
    metric = engagement_metric(world)
    seen = [signer.get(world.url()).text]
    changes = [
        lambda: waits.answer(by=people.viewer, wait=world.wait, text="Sent"),
        lambda: StatusNote.objects.create(engagement=engagement, client=people.client, by=people.manager, text="Note"),
        lambda: record_reading(by=people.manager, metric=metric, on=TODAY, value=metric.target),
        lambda: signing.accept(by=people.signer, deliverable=world.a, content_hash=factories.seen(world.a)),
        lambda: Plan.objects.filter(engagement=engagement).update(client_health="at_risk"),
    ]
    for change in changes:
        with as_firm():
            change()
        seen.append(signer.get(world.url()).text)
    assert len({body(text) for text in seen}) == len(seen)
    assert body(viewer.get(world.url()).text) != body(seen[-1])


def engagement_metric(world: World) -> BusinessMetric:
    """The engagement's metric."""
    with as_firm():
        return world.engagement.metrics.get()


def body(text: str) -> str:
    """The page below its shell."""
    return text.partition("<main")[2].partition("</main>")[0]


def test_a_kept_page_is_never_another_clients(world: World, signer: Browser) -> None:
    assert "Claims intake" in signer.get(world.url()).text
    stranger = signed_in(world.people.stranger)
    response = stranger.get(world.url())
    assert response.status_code == 404
    assert "Claims intake" not in response.text


def test_pages_work_without_redis(world: World, signer: Browser) -> None:
    nowhere = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=nowhere):
        assert "Sign off: Deliverable A" in signer.get(world.url()).text


def test_where_nothing_waits_a_signer_is_promised_a_mail_and_a_viewer_none(
    world: World, signer: Browser, viewer: Browser
) -> None:
    with as_firm():
        for one in (world.a, world.c):
            signing.accept(by=world.people.signer, deliverable=one, content_hash=factories.seen(one))
        waits.close_wait(by=world.people.manager, wait=world.wait)
    assert "Nothing waits on you. You get a mail when something needs your decision." in signer.get(world.url()).text
    text = viewer.get(world.url()).text
    assert "Nothing waits on you. What does is listed here." in text
    assert "You get a mail" not in text
