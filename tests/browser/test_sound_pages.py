"""Every page is sound: nothing for axe to find, light or dark, wide or on a phone, and never wider than the screen.

The portal, sign-in and what is issued are looked at here; the firm's pages about the work are in
tests/reports/test_firm_in_chromium.py.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Page, expect
from pytest_django import Settings

from accounts import jobs
from accounts.db import as_firm
from engagements.actions.metrics import record_reading
from engagements.actions.risks import add_risk
from engagements.models import Engagement
from milestones import slips
from milestones.actions import changes, evidence, life, talk, waits
from milestones.actions.handovers import Successor, replace_specialist
from milestones.models import Deliverable, PlanChange, Prediction, Wait
from milestones.states import Moves
from reports.actions.packs import ask_pack
from roles.actions import add_absence
from roles.models import FailureMode, Specialist
from tests import factories
from tests.chromium import PHONE, WIDE, Opener, clean, fits
from tests.factories import TODAY

pytestmark = pytest.mark.xdist_group("browser-pages")


class World:
    """Meridian Health with A and B to sign off, C waiting on the client, a plan change, a question and two packs."""

    def __init__(self) -> None:
        self.people = factories.cast()
        lines = [factories.line(ref) for ref in "ABC"]
        self.engagement: Engagement = factories.active(self.people, lines)
        self.a, self.b, self.c = (factories.deliverable(self.engagement, ref) for ref in "ABC")
        self.wait: Wait = self._at_work()
        self.change: PlanChange = self._talked_about()

    def _at_work(self) -> Wait:
        people = self.people
        for one in (self.a, self.b):
            factories.in_review(people.specialist, one)
        factories.ready(people.specialist, self.c)
        evidence.add_file(
            by=people.manager, deliverable=self.a, kind="document", title="Evaluation", upload=factories.upload()
        )
        metric = self.engagement.metrics.get()
        record_reading(by=people.manager, metric=metric, on=date(2026, 11, 20), value=metric.start + 10)
        opened = date(2026, 11, 13)
        return waits.open_wait(by=people.manager, deliverable=self.c, on="client", what="An account", opened_on=opened)

    def _talked_about(self) -> PlanChange:
        people, engagement = self.people, self.engagement
        talk.say(by=people.signer, engagement=engagement, text="Who retrains the model?")
        moves = [changes.Move(Moves.DUE, deliverable=self.c, to_on=date(2026, 12, 7))]
        change = changes.ask(by=people.manager, engagement=engagement, what="C later", why="The vendor", moves=moves)
        slips.recompute(engagement)
        return change

    def portal(self, *rest: str) -> list[str]:
        """Addresses of the engagement's pages in the portal."""
        return [f"/portal/{self.engagement.code}/{one}" for one in rest]

    def firm(self, *rest: str) -> list[str]:
        """Addresses of the engagement's pages for the firm."""
        return [f"/engagements/{self.engagement.code}/{one}" for one in rest]


@pytest.fixture
def world(monday: time_machine.Traveller, transactional_db: None, settings: Settings, tmp_path: Path) -> World:
    """Build it as the firm; the test itself stands as nobody."""
    settings.MEDIA_ROOT = str(tmp_path)
    with as_firm():
        return World()


def sound(tab: Page, addresses: Sequence[str]) -> None:
    """Look at each page as a whole on either screen, at its colours once, and at its width.

    The tokens that meet anywhere are compared in tests/look/test_contrast.py, light and dark. Colours take longer
    than all else that axe looks at, so in the dark they are looked at on the first page, with all that stands around.
    """
    for address in addresses:
        show(tab, address)
        _turn(tab, WIDE, "light")
        clean(tab, "wide and light")
        _turn(tab, PHONE, "dark")
        clean(tab, "narrow and dark", rules={"color-contrast": {"enabled": False}})
        if address == addresses[0]:
            for size in (PHONE, WIDE):
                _turn(tab, size, "dark")
                clean(tab, f"{size[0]} wide and dark", runOnly=["color-contrast"])
        fits(tab)


def show(tab: Page, address: str) -> None:
    """Open a page that is there."""
    answer = tab.goto(address)
    assert answer is not None
    assert answer.status == 200, address


def _turn(tab: Page, size: tuple[int, int], scheme: str) -> None:
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    tab.set_viewport_size({"width": size[0], "height": size[1]})


def test_signing_in(tab_of: Opener) -> None:
    sound(tab_of(), ["/accounts/login/", "/accounts/login/code/", "/accounts/password/reset/", "/check/"])


def test_the_portal(world: World, tab_of: Opener) -> None:
    review, waits_for = f"d/{world.a.public_id}/", f"w/{world.wait.public_id}/"
    pages = ("", "deliverables/", review, f"{review}?send-back", waits_for, "m/60/sign/")
    tab = tab_of(world.people.signer)
    sound(tab, world.portal(*pages))


def test_what_is_agreed_and_said_in_the_portal(world: World, tab_of: Opener) -> None:
    pages = ("plan/", f"changes/{world.change.public_id}/", "changes/new/", "questions/", "files/")
    tab = tab_of(world.people.signer)
    sound(tab, [*world.portal(*pages), "/portal/settings/"])


def test_pages_that_have_nothing_to_show_yet(monday: object, tab_of: Opener) -> None:
    with as_firm():
        people = factories.cast()
    empty = {
        people.manager: ("/", "/needs/", "/deliverables/", "/metrics/", "/handoffs/", "/digests/", "/find/?q=zz"),
        people.unplaced: ("/me/",),
        people.stranger: ("/portal/",),
    }
    for person, addresses in empty.items():
        tab = tab_of(person)
        for address in addresses:
            show(tab, address)
            clean(tab)
            fits(tab)
            tab.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_what_is_issued_and_sent(world: World, tab_of: Opener) -> None:
    tab = tab_of(world.people.manager)
    sound(tab, world.firm("handoff/"))
    with as_firm(world.people.manager):
        pack = ask_pack(by=world.people.manager, engagement=world.engagement)
    sound(tab, world.firm("handoff/"))
    assert pack.job_id is not None
    jobs.run(pack.job_id)
    recipient = f"/digests/next/{world.people.signer.public_id}/{world.engagement.code}/"
    sound(tab, [*world.firm("handoff/"), "/handoffs/", "/digests/", "/digests/settings/", recipient])


def test_plan_changes_and_the_life_of_an_engagement(world: World, tab_of: Opener) -> None:
    with as_firm():
        other = changes.ask(
            by=world.people.manager,
            engagement=world.engagement,
            what="B later",
            why="The vendor",
            moves=[changes.Move(Moves.DUE, deliverable=world.b, to_on=date(2026, 12, 8))],
        )
        changes.decide(by=world.people.signer, change=other, approve=True)
    tab = tab_of(world.people.manager)
    asks = (f"ask/?pick={world.a.public_id}&again={world.change.public_id}", f"ask/?move={world.c.public_id}&to=90")
    forms = (*asks, "extend/", "details/", "life/hold/")
    sound(
        tab, [*world.firm(*forms, "changes/", "?against=agreed"), f"/changes/{world.change.public_id}/", "/put-away/"]
    )
    with as_firm():
        life.hold(by=world.people.manager, engagement=world.engagement, why="Change freeze")
    sound(tab, world.firm("", "life/resume/", "life/end-early/"))


def test_people_and_waits(world: World, tab_of: Opener) -> None:
    with as_firm():
        people, placement = world.people, world.engagement.placements.get()
        add_absence(
            by=people.manager,
            person=people.manager,
            deputy=people.other_manager,
            starts_on=date(2026, 11, 23),
            ends_on=date(2026, 12, 4),
        )
        add_risk(
            by=people.manager,
            engagement=world.engagement,
            text="The vendor leaves",
            failure_mode=FailureMode.objects.order_by("position")[0],
            likelihood="low",
            impact="high",
        )
        successor = Successor(
            specialist=Specialist.objects.get(user=people.unplaced),
            percent=40,
            starts_on=date(2026, 11, 26),
            ends_on=date(2027, 1, 3),
        )
        last_on = date(2026, 11, 27)
        coming = replace_specialist(
            by=people.manager, placement=placement, last_on=last_on, successor=successor, work=[world.c]
        ).coming
    tabs = (
        "team/",
        f"team/{coming.public_id}/",
        f"team/{coming.public_id}/replace/",
        "owners/",
        "risks/new/",
        "waits/",
    )
    sound(tab_of(people.manager), ["/away/", "/endings/", "/specialists/", *world.firm(*tabs)])
    sound(tab_of(people.other_manager), ["/needs/"])
    sound(tab_of(people.unplaced), ["/me/", "/away/"])


def test_forecasts_and_how_they_held(world: World, tab_of: Opener) -> None:
    with as_firm():
        for back in (14, 7, 1):
            slips.recompute(world.engagement, today=world.engagement.today() - timedelta(days=back))
        _foretold(world)
    tab = tab_of(world.people.manager)
    sound(tab, ["/forecasts/record/", *world.firm("forecast/?of=60", "forecast/?of=all"), *_giving(world)])
    for role in ("img", "table"):
        tab.goto("/forecasts/record/")
        expect(tab.get_by_role(role).first).to_be_visible()


def _foretold(world: World) -> None:
    """Forty deliverables of the past with what was said of them; every fourth was late."""
    like, due = world.a, date(2026, 11, 10)
    common = {"engagement": world.engagement, "client_id": like.client_id}
    rows = Deliverable.objects.bulk_create(
        Deliverable(
            **common, milestone=like.milestone, number=100 + n, title=f"Past {n}", due_on=due,
            start_on=due - timedelta(days=9),
        )
        for n in range(40)
    )  # fmt: skip
    Prediction.objects.bulk_create(
        Prediction(
            **common, deliverable=one, horizon=14, said_on=due - timedelta(days=14), due_on=due, likely=due,
            eight_in_ten=due + timedelta(days=2), chance=(n % 10) / 10, finished_on=due if n % 4 else TODAY,
        )
        for n, one in enumerate(rows)
    )  # fmt: skip


def _giving(world: World) -> list[str]:
    return [f"/work/{world.c.public_id}/give/"]


def test_the_week_in_the_dark(world: World, tab_of: Opener) -> None:
    sound(tab_of(world.people.specialist), ["/me/"])
