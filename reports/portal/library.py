"""The client's files: handoff packs as issued, and the evidence of every shared deliverable."""

from dataclasses import dataclass

from django.utils.timezone import localtime
from django.utils.translation import gettext as _, ngettext

from engagements.models import Engagement
from milestones.models import Deliverable, Evidence
from reports.access import Reader
from reports.models import HandoffPack
from reports.pages.words import file_size, moment
from reports.portal import links
from reports.portal.proof import Piece, piece
from reports.portal.words import fingerprint


@dataclass(frozen=True)
class Pack:
    """An issued handoff pack."""

    number: int
    url: str
    detail: str
    fingerprint: str
    sha256: str


@dataclass(frozen=True)
class Shelf:
    """The evidence of one deliverable."""

    title: str
    url: str
    pieces: tuple[Piece, ...]


def packs(reader: Reader, engagement: Engagement) -> list[Pack]:
    """Return the issued packs, the newest first."""
    found = HandoffPack.objects.filter(engagement=engagement, issued_at__isnull=False).order_by("-number")
    address = links.Many(reader, "portal_pack", engagement.code)
    return [_pack(one, address[one.public_id]) for one in found]


def _pack(one: HandoffPack, url: str) -> Pack:
    pages = ngettext("%(n)d page", "%(n)d pages", one.pages) % {"n": one.pages}
    issued = moment(localtime(one.issued_at)) if one.issued_at else ""
    detail = _("Issued %(when)s · PDF, %(pages)s, %(size)s")
    places = {"when": issued, "pages": pages, "size": file_size(one.size)}
    return Pack(one.number or 0, url, detail % places, fingerprint(one.sha256), one.sha256)


def shelves(reader: Reader, engagement: Engagement) -> list[Shelf]:
    """Return the evidence by deliverable, in the order of the plan; two queries."""
    shared = Deliverable.objects.visible_to(reader.user).filter(engagement=engagement).order_by("due_on", "number")
    by_deliverable: dict[int, list[Evidence]] = {}
    for one in Evidence.objects.filter(engagement=engagement, deliverable__in=shared, removed_at=None):
        by_deliverable.setdefault(one.deliverable_id, []).append(one)
    address = links.Many(reader, "portal_deliverable", engagement.code)
    return [
        Shelf(row.title, address[row.public_id], tuple(piece(reader, engagement.code, one) for one in found))
        for row in shared
        if (found := by_deliverable.get(row.pk))
    ]
