"""Handoff packs as lines of a list: issued, being made, or not issued and why."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.clock import now
from accounts.formats import moment
from accounts.models import Job, User
from accounts.states import JobState
from reports.models import HandoffPack
from reports.pages.words import file_size

# A job that nobody takes for so long waits for workers that are away.
LONG: Final = timedelta(seconds=45)


@dataclass(frozen=True)
class Running:
    """What components/job.html asks of a job."""

    public_id: str
    state: str
    step: int
    steps: int


@dataclass(frozen=True)
class PackLine:
    """One pack. `poll` and `retry` are addresses, empty where there is nothing to ask or to do again."""

    job: Running
    title: str
    text: str
    url: str
    poll: str
    retry: str
    client: str
    engagement: str
    engagement_url: str
    sha256: str

    @property
    def is_open(self) -> bool:
        """Whether it is still being made."""
        return bool(self.poll)


def line(pack: HandoffPack, user: User) -> PackLine:
    """Return one line; `engagement`, its client, `asked_by` and `job` are loaded."""
    code = pack.engagement.code
    state = _state(pack)
    is_open = state in {JobState.QUEUED, JobState.RUNNING}
    return PackLine(
        job=Running(pack.public_id, state, pack.job.step if pack.job else 0, pack.job.steps if pack.job else 0),
        title=_title(pack, state),
        text=_text(pack, state),
        url=reverse("handoff_file", args=[code, pack.public_id]) if pack.issued_at else "",
        poll=reverse("handoff_line", args=[code, pack.public_id]) if is_open else "",
        retry=reverse("handoff_ask", args=[code]) if state == JobState.FAILED and user.manages else "",
        client=pack.engagement.client.name,
        engagement=pack.engagement.name,
        engagement_url=reverse("handoff", args=[code]),
        sha256=pack.sha256,
    )


def _state(pack: HandoffPack) -> str:
    if pack.issued_at is not None:
        return JobState.DONE
    return pack.job.state if pack.job and pack.job.state != JobState.DONE else JobState.FAILED


def _title(pack: HandoffPack, state: str) -> str:
    if pack.issued_at is not None:
        return _("Version %(number)d") % {"number": pack.number or 0}
    if state == JobState.FAILED:
        return _("Not issued, %(when)s") % {"when": moment(pack.asked_at)}
    return _("The next version")


def _text(pack: HandoffPack, state: str) -> str:
    if pack.issued_at is not None:
        return " · ".join(_issued(pack))
    said = pack.job.says if pack.job else ""
    if state == JobState.FAILED:
        return _("%(why)s Nothing was issued.") % {"why": said or _("It was not finished.")}
    if state == JobState.RUNNING:
        return said or _("Reading the engagement")
    return _waits(pack.job)


def _issued(pack: HandoffPack) -> list[str]:
    said = _("Issued %(when)s by %(who)s") % {"when": moment(pack.issued_at), "who": pack.asked_by.name}
    parts = [said, _("%(count)d pages") % {"count": pack.pages}, file_size(pack.size), pack.sha256[:8]]
    if pack.missing:
        parts.insert(1, _("%(count)d missing") % {"count": len(pack.missing)})
    return parts


def _waits(job: Job | None) -> str:
    if job is not None and now() - job.due_at > LONG:
        return _("Waits for its turn. Nobody is at work on the queue just now; it starts by itself, you may leave.")
    return (job.says if job else "") or _("Waits for its turn")
