"""The main job, from signing in to the handoff pack: real database, Redis, Celery worker, SMTP and Chromium."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.clock import now
from accounts.db import as_firm
from accounts.models import User
from engagements.models import Engagement
from milestones.lines import PlanLine
from milestones.models import Deliverable, Evidence
from milestones.states import DeliverableState
from reports.models import HandoffPack
from tests import factories
from tests.chromium import PHONE, Opener
from tests.servers import CeleryWorker, Mailbox

PASSWORD = "a-long-enough-password"
PLAN_DAY = 49

# Notes every different thing that the line of the pack says, as a reader of the page would.
WATCH = """window.seen = [];
new MutationObserver(() => {
  const said = document.querySelector("#packs [role=status]")?.textContent;
  if (said && said !== window.seen.at(-1)) window.seen.push(said);
}).observe(document.body, {childList: true, subtree: true, characterData: true});"""


@dataclass(frozen=True)
class Work:
    """Meridian Health on plan day 49 of today's clock: a worker is another process, which no test moves in time."""

    people: factories.Cast
    engagement: Engagement
    a: Deliverable


@pytest.fixture
def work(transactional_db: None) -> Work:
    """Two planned deliverables that need sign-off; the manager, the specialist and the signer have passwords."""
    start = now().date() - timedelta(days=PLAN_DAY)
    with as_firm():
        people = factories.cast()
        for user in (people.manager, people.specialist, people.signer):
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
        engagement = factories.active(people, [_from(start - factories.START, ref) for ref in "AB"], start=start)
        return Work(people, engagement, factories.deliverable(engagement))


def _from(later: timedelta, ref: str) -> PlanLine:
    line = factories.line(ref)
    return replace(line, start_on=line.start_on + later, due_on=line.due_on + later)


def sign_in(tab: Page, user: User, address: str = "/accounts/login/") -> None:
    """Type e-mail and password, on the page that asks for them."""
    tab.goto(address)
    tab.get_by_label("E-mail").fill(user.email)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()


def test_from_sign_in_to_sign_off_handoff_pack_and_question(
    work: Work, tab_of: Opener, mailbox: Mailbox, celery_worker: CeleryWorker
) -> None:
    manager, specialist, signer = tab_of(), tab_of(), tab_of(size=PHONE)
    opens_the_engagement(manager, work)
    hands_in(specialist, work)
    link = link_in(asked_by_mail(mailbox, work.people.signer), work)
    accepts(signer, work, link)
    takes_the_pack(manager, work)
    asks(signer, work, "Who retrains the model after day 90?")
    finds_among_needs(manager, work, "Who retrains the model after day 90?")


@pytest.mark.xdist_group("browser-pages")
def test_on_a_slow_line_nothing_that_is_half_typed_is_taken_away(work: Work, tab_of: Opener) -> None:
    """Two ticks follow each other faster than the line answers, and a form stands open meanwhile."""
    tab = tab_of(work.people.specialist)
    tab.goto(f"/engagements/{work.engagement.code}/?open={work.a.public_id}")
    row = tab.locator(f"#d-{work.a.public_id}")
    row.get_by_role("button", name="Start", exact=True).click()
    expect(row).to_contain_text("In progress")
    tab.route("**/*", slowly)
    row.get_by_text("Add a link").click()
    row.get_by_label("Link").fill("https://git.example/21")
    for line in ("It runs", "It is written down"):
        row.get_by_label(line).click()
    expect(row).to_contain_text("2 of 2")
    expect(row.get_by_label("Link")).to_have_value("https://git.example/21")
    row.get_by_label("Link").press("End")
    row.get_by_label("Link").type("4")
    row.get_by_role("button", name="Add", exact=True).last.click()
    expect(row.locator(".files li")).to_have_count(1)
    expect(row.get_by_label("Link")).to_be_hidden()
    with as_firm():
        assert Evidence.objects.get(deliverable=work.a).url == "https://git.example/214"
        assert not work.a.done_lines.filter(ticked_at=None).exists()


def slowly(route: Route) -> None:
    """Answer half a second later than the server does."""
    answer = route.fetch()
    sleep(0.5)
    route.fulfill(response=answer)


def opens_the_engagement(tab: Page, work: Work) -> None:
    """Sign in, and go from the portfolio to the plan."""
    sign_in(tab, work.people.manager)
    expect(tab.get_by_role("heading", level=1)).to_be_visible()
    tab.get_by_role("main").get_by_role("link", name="Claims intake").first.click()
    expect(tab.locator(f"#d-{work.a.public_id}")).to_contain_text("Planned")


def hands_in(tab: Page, work: Work) -> None:
    """Tick what done means, attach a file and a link, submit; all in place."""
    sign_in(tab, work.people.specialist, f"/engagements/{work.engagement.code}/")
    row = tab.locator(f"#d-{work.a.public_id}")
    row.get_by_role("link", name="Deliverable A").click()
    row.get_by_role("button", name="Start", exact=True).click()
    for line in ("It runs", "It is written down"):
        row.get_by_label(line).click()
        expect(row.get_by_label(line)).to_be_checked()
    attach_file(row.page, work)
    row.get_by_text("Add a link").click()
    row.get_by_label("Link").fill("https://git.example/214")
    row.get_by_role("button", name="Add", exact=True).last.click()
    expect(row.locator(".files li")).to_have_count(2)
    row.get_by_role("button", name="Submit for sign-off").click()
    expect(row).to_contain_text("To sign off")


def attach_file(tab: Page, work: Work) -> None:
    """Upload a PDF as evidence of A, which is open."""
    row = tab.locator(f"#d-{work.a.public_id}")
    row.get_by_text("Add a file").click()
    report = {"name": "evaluation.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 the evaluation"}
    row.get_by_label("File").set_input_files(report)  # type: ignore[arg-type]
    row.locator("form", has=tab.get_by_label("File")).get_by_role("button", name="Add", exact=True).click()
    expect(row.locator(".files li")).to_have_count(1)
    with as_firm():
        assert Evidence.objects.get(deliverable=work.a).size == len(b"%PDF-1.7 the evaluation")


def asked_by_mail(mailbox: Mailbox, signer: User) -> EmailMessage:
    """Return the request that came to this signer through the worker and SMTP."""
    mails = [mail for mail in mailbox.wait_for(2, timeout=30.0) if mail["To"] == signer.email]
    assert len(mails) == 1
    return mails[0]


def link_in(mail: EmailMessage, work: Work) -> str:
    """Return the path of the link to the deliverable that a mail asks to sign off."""
    body = mail.get_body(("plain",))
    assert body is not None
    paths = [urlsplit(link).path for link in re.findall(r"https?://\S+", body.get_content())]
    (path,) = {path for path in paths if work.a.public_id in path}
    return path


def accepts(tab: Page, work: Work, link: str) -> None:
    """Open the mail's link on a phone, sign in on the way, look at the evidence, accept."""
    sign_in(tab, work.people.signer, link)
    tab.wait_for_url(f"**{link}")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Deliverable A")
    expect(tab.get_by_role("main")).to_contain_text("evaluation.pdf")
    tab.get_by_role("button", name="Accept").click()
    expect(tab.get_by_text("Accepted: “Deliverable A”")).to_be_visible()
    with as_firm():
        assert Deliverable.objects.get(pk=work.a.pk).state == DeliverableState.ACCEPTED


def takes_the_pack(tab: Page, work: Work) -> None:
    """Ask for a handoff pack, see how far it is until it is there without reloading, and take it."""
    tab.get_by_role("link", name="Handoff", exact=True).click()
    tab.evaluate(WATCH)
    tab.get_by_role("button", name="Make a new version").click()
    expect(tab.get_by_role("link", name="Download")).to_be_visible(timeout=60_000)
    seen = tab.evaluate("window.seen")
    assert len(seen) > 1, seen
    with tab.expect_download() as taken:
        tab.get_by_role("link", name="Download").click()
    body = Path(taken.value.path()).read_bytes()
    assert body.startswith(b"%PDF-")
    with as_firm():
        assert HandoffPack.objects.get().size == len(body)


def asks(tab: Page, work: Work, words: str) -> None:
    """Ask the team, from the phone's dashboard."""
    tab.goto(f"/portal/{work.engagement.code}/")
    tab.get_by_role("link", name="Ask a question").click()
    tab.get_by_label("Your question").fill(words)
    tab.get_by_role("button", name="Ask", exact=True).click()
    expect(tab.get_by_text(words)).to_be_visible()


def finds_among_needs(tab: Page, work: Work, words: str) -> None:
    """The question waits among the manager's decisions."""
    tab.goto("/needs/")
    expect(tab.get_by_role("listitem").filter(has_text=words)).to_contain_text("Priya Nair")
