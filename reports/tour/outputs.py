"""What the tour leaves behind, and whether each of it is whole."""

import email
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import policy
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from django.conf import settings
from django.test import Client as Browser, override_settings
from pypdf import PdfReader

from accounts import jobs
from accounts.db import as_firm
from accounts.models import Job, User
from accounts.states import JobState
from milestones.models import SlipFlag
from reports.actions.packs import ask_pack
from reports.models import HandoffPack
from reports.tour.alone import alone
from reports.tour.play import Stage

FILES: Final = ("dashboard.html", "digest.eml", "handoff.pdf", "flags.json", "timeline.svg")
LEAST_PAGES: Final = 8


class NotWholeError(Exception):
    """Something that the tour should leave is missing or broken; the message says what."""


def run_job(job: Job) -> None:
    """Run a job here, as a worker would. Raises NotWholeError where it did not end well."""
    jobs.run(job.pk)
    with as_firm():
        job.refresh_from_db()
    if job.state != JobState.DONE:
        raise NotWholeError(f"The job {job.kind} ended as {job.state}: {job.says}")


def slips_twice(stage: Stage) -> dict[str, object]:
    """Run the slip job twice; return what is flagged and whether the second run changed anything."""
    first, second = _slip(stage, "1"), _slip(stage, "2")
    return {"flags": first, "second_run_changed": first != second}


def _slip(stage: Stage, turn: str) -> list[dict[str, object]]:
    with as_firm():
        args = {"engagement": stage.engagement.pk}
        job = jobs.request(kind="slip_engagement", key=f"tour:{turn}", args=args, by=None)
    run_job(job)
    with as_firm():
        rows = SlipFlag.objects.filter(engagement=stage.engagement).select_related("deliverable", "milestone")
        return [_flag(row) for row in rows.order_by("pk")]


def _flag(row: SlipFlag) -> dict[str, object]:
    thing = row.deliverable.title if row.deliverable else f"Day {row.milestone.day}" if row.milestone else ""
    closed = row.closed_on.isoformat() if row.closed_on else None
    return {
        "id": row.pk,
        "on": thing,
        "cause": row.cause,
        "opened_on": row.opened_on.isoformat(),
        "closed_on": closed,
        "chance": row.chance,
        "drivers": row.drivers,
    }


def dashboard(stage: Stage) -> str:
    """Return the client's dashboard as the signer's browser shows it, in one file."""
    browser = Browser(headers={"host": "localhost"})
    user = User.objects.get(pk=stage.party.signer.user_id)
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = browser.get(f"/portal/{stage.engagement.code}/")
    if answer.status_code != 200:
        raise NotWholeError(f"The dashboard answered {answer.status_code}.")
    return alone(answer.content.decode(), settings.BASE_URL)


class _Pictures(HTMLParser):
    """Finds the first picture of a page whose id starts as asked."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = page.splitlines(keepends=True)
        self._page = page
        self._from: int | None = None
        self._depth = 0
        self.found: list[str] = []
        self.feed(page)

    def _at(self) -> int:
        line, column = self.getpos()
        return sum(len(text) for text in self._lines[: line - 1]) + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "svg":
            if self._depth == 0 and dict(attrs).get("role") == "img":
                self._from = self._at()
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag == "svg":
            self._depth -= 1
            if self._depth == 0 and self._from is not None:
                self.found.append(self._page[self._from : self._at() + len("</svg>")])
                self._from = None


def timeline(page: str) -> str:
    """Return the dashboard's timeline, a picture that stands alone."""
    pictures = _Pictures(page).found
    if not pictures:
        raise NotWholeError("The dashboard shows no picture.")
    svg = max(pictures, key=len)
    return svg if "xmlns=" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)


@contextmanager
def mail_server(folder: Path) -> Iterator[None]:
    """Hold a mail server of our own that keeps what it gets, and send by it."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "config.embedded.mail", str(folder), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own module
        try:
            assert server.stdout is not None  # noqa: S101 - asked for above
            host, _colon, port = server.stdout.readline().strip().removeprefix("smtp://").rpartition(":")
            with override_settings(EMAIL_HOST=host, EMAIL_PORT=int(port), EMAIL_USE_TLS=False, EMAIL_USE_SSL=False):
                yield
        finally:
            server.terminate()


def digest(stage: Stage, folder: Path) -> bytes:
    """Send what is due this week over SMTP and return the signer's digest as the server got it."""
    from reports.digest import send

    with mail_server(folder):
        with as_firm():
            batches = send.batches()
        for ids in batches:
            list(send.send_batch(ids))
    wanted = stage.party.signer.user.email
    for path in sorted(folder.glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
        if wanted in str(mail["To"]):
            return path.read_bytes()
    raise NotWholeError("No digest reached the signer.")


def pack(stage: Stage) -> bytes:
    """Issue the handoff pack by its job and return the file."""
    with as_firm(stage.party.manager):
        asked = ask_pack(by=stage.party.manager, engagement=stage.engagement)
        job = asked.job
    if job is None:
        raise NotWholeError("The handoff pack has no job.")
    run_job(job)
    with as_firm():
        issued = HandoffPack.objects.get(pk=asked.pk)
        with issued.file.open("rb") as file:
            body: bytes = file.read()
    return body


def check(folder: Path) -> list[str]:
    """Return a sentence for each file that is not whole; none where the tour is good."""
    checks: dict[str, Callable[[Path], object]] = {
        "dashboard.html": _check_page,
        "digest.eml": _check_mail,
        "handoff.pdf": _check_pdf,
        "flags.json": _check_flags,
        "timeline.svg": _check_svg,
    }
    found = []
    for name, look in checks.items():
        try:
            look(folder / name)
        except (NotWholeError, OSError, ValueError, ET.ParseError) as error:
            found.append(f"{name}: {error}")
    return found


def _require(condition: object, sentence: str) -> None:
    if not condition:
        raise NotWholeError(sentence)


def _check_page(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    for words in ("Claims triage automation", "Waiting on you", "</html>"):
        _require(words in page, f"it lacks “{words}”")
    _require("<style>" in page and '<link rel="stylesheet"' not in page, "its styles are not inside")


def _check_mail(path: Path) -> None:
    mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    kinds = {part.get_content_type() for part in mail.walk()}
    _require({"text/plain", "text/html", "image/png"} <= kinds, f"its parts are {sorted(kinds)}")
    _require(mail["Message-ID"] and mail["List-Unsubscribe-Post"], "it lacks a header")


def _check_pdf(path: Path) -> None:
    reader = PdfReader(path)
    _require(len(reader.pages) >= LEAST_PAGES, f"it has {len(reader.pages)} pages")
    _require({"engagement.json", "deliverables.csv"} <= set(reader.attachments), "its attachments are missing")
    _require("Claims triage automation" in reader.pages[0].extract_text(), "its cover lacks the name")


def _check_flags(path: Path) -> None:
    flags = json.loads(path.read_text(encoding="utf-8"))
    _require(flags["flags"], "nothing is flagged, though items are late")
    _require(not flags["second_run_changed"], "the second run of the slip job changed something")


def _check_svg(path: Path) -> None:
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own picture
    _require(root.tag.endswith("svg") and len(list(root.iter())) > 20, "it is no picture of a plan")
