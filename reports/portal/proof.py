"""Evidence, definition of done and decisions of a deliverable, in lines."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import with_people
from milestones.models import Deliverable, DoneLine, Evidence, SignOff
from milestones.states import Decision, EvidenceKind
from reports.access import Reader
from reports.pages.words import file_size, moment, short
from reports.portal import links
from reports.portal.words import fingerprint

ICONS: Final = {
    EvidenceKind.DOCUMENT: "file-text",
    EvidenceKind.RUNBOOK: "book-open",
    EvidenceKind.WALKTHROUGH: "video",
    EvidenceKind.DASHBOARD: "chart-line",
    EvidenceKind.CODE: "code",
    EvidenceKind.MODEL_CARD: "notebook-text",
    EvidenceKind.RECORD: "clipboard-check",
}


@dataclass(frozen=True)
class Piece:
    """A piece of evidence; `away` is the site that a link leads to, "" for a file."""

    title: str
    url: str
    icon: str
    detail: str
    away: str
    of: str = ""
    of_url: str = ""


@dataclass(frozen=True)
class Tick:
    """A line of a definition of done."""

    text: str
    done: bool
    by: str


@dataclass(frozen=True)
class Past:
    """A decision of a signer, as recorded."""

    state: str
    sentence: str
    words: str
    fingerprint: str
    sha256: str


def piece(reader: Reader, code: str, one: Evidence) -> Piece:
    """Return a piece of evidence with its address: a download of ours, or the link itself."""
    kind = EvidenceKind(one.kind)
    if one.url:
        away = urlsplit(one.url).hostname or one.url
        detail = _("%(kind)s · %(site)s · %(day)s")
        places = {"kind": kind.label, "site": away, "day": short(localtime(one.at).date())}
        return Piece(one.title, one.url, ICONS[kind], detail % places, away)
    url = links.to(reader, "portal_file", code=code, public_id=one.public_id)
    suffix = one.file_name.rpartition(".")[2].upper()[:5]
    detail = " · ".join(part for part in (str(kind.label), suffix, file_size(one.size)) if part)
    return Piece(one.title, url, ICONS[kind], f"{detail} · {short(localtime(one.at).date())}", "")


def pieces(reader: Reader, code: str, one: Deliverable) -> list[Piece]:
    """Return the evidence of a deliverable."""
    return [piece(reader, code, row) for row in Evidence.objects.filter(deliverable=one, removed_at=None)]


def ticks(one: Deliverable) -> list[Tick]:
    """Return the definition of done."""
    return [_tick(line) for line in with_people(DoneLine.objects.filter(deliverable=one), "ticked_by")]


def _tick(line: DoneLine) -> Tick:
    if line.ticked_at is None or line.ticked_by is None:
        return Tick(line.text, done=False, by="")
    places = {"name": line.ticked_by.name, "day": short(localtime(line.ticked_at).date())}
    return Tick(line.text, done=True, by=_("%(name)s, %(day)s") % places)


def history(one: Deliverable) -> list[Past]:
    """Return what signers decided of a deliverable, the latest first."""
    found = with_people(SignOff.objects.filter(deliverable=one).order_by("-at", "-id"), "signer_user")
    return _past(found)


def _past(found: Iterable[SignOff]) -> list[Past]:
    said = {
        Decision.ACCEPTED: _("%(name)s accepted it, %(when)s"),
        Decision.SENT_BACK: _("%(name)s sent it back, %(when)s"),
    }
    return [
        Past(
            state=one.decision,
            sentence=said[Decision(one.decision)] % {"name": one.signer_user.name, "when": moment(one.at)},
            words=one.words,
            fingerprint=fingerprint(one.content_hash),
            sha256=one.content_hash,
        )
        for one in found
    ]
