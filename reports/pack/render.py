"""Drawing a pack: HTML from the template, PDF from the HTML, and the data as attachments."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext as _, ngettext
from weasyprint import HTML, Attachment, Document

from accounts.glyphs import pill_shape
from accounts.tables import csv_text
from milestones.states import EvidenceKind
from reports import ledger
from reports.pack.fetcher import AllowList
from reports.pack.glyphs import unshown
from reports.pack.parts import Item, Pack
from reports.pack.picture import forecasts, timelines
from reports.pack.read import at_target, gaps

COVER_GAPS: Final = 6
VARIANT: Final = "pdf/ua-1"
EVIDENCE_SECTIONS: Final = {
    "models": (EvidenceKind.MODEL_CARD, EvidenceKind.DOCUMENT, EvidenceKind.RECORD, EvidenceKind.CODE),
    "dashboards": (EvidenceKind.DASHBOARD,),
    "runbooks": (EvidenceKind.RUNBOOK,),
    "walkthroughs": (EvidenceKind.WALKTHROUGH,),
}


@dataclass(frozen=True)
class Drawn:
    """A finished PDF."""

    body: bytes
    pages: int
    sha256: str


def pack_name(pack: Pack, number: int) -> str:
    """Return what the pack is called: "Handoff pack, version 3"."""
    del pack
    return _("Handoff pack, version %(number)d") % {"number": number}


def html(pack: Pack, number: int) -> str:
    """Return the pack as one HTML document; it names our own files alone."""
    sections = {name: pack.evidence_of(*kinds) for name, kinds in EVIDENCE_SECTIONS.items()}
    missing = gaps(pack)
    missing["cover"] = [*unshown_gap(pack), *missing["cover"]]
    context = {
        "pack": pack,
        "pack_name": pack_name(pack, number),
        "language": get_language() or settings.LANGUAGE_CODE,
        "firm_name": settings.FIRM_NAME,
        "accepted": sum(item.is_accepted for item in pack.items),
        "at_target": at_target(pack.outcomes),
        "pictures": timelines(pack),
        "forecasts": forecasts(pack),
        "health_shape": mark_safe(pill_shape(pack.health or pack.engagement.state)),  # noqa: S308 - constant markup
        "systems": systems(pack),
        "check_url": f"{settings.BASE_URL}{reverse('check')}",
        "ledger": pack.ledger,
        "ledger_said": ledger.told_to_firm(pack.ledger, pack.engagement.client.name),
        "ledger_counted": ledger.overlaps(pack.ledger),
        "missing": missing,
        "missing_more": max(0, len(missing["cover"]) - COVER_GAPS),
        "missing_title": _("Missing from this pack"),
        **sections,
    }
    with timezone.override(pack.engagement.client.time_zone):
        return render_to_string("reports/pack/pack.html", context)


def systems(pack: Pack) -> list[tuple[str, str]]:
    """Return the client's systems that the work runs on, with their addresses."""
    engagement = pack.engagement
    named = (
        (_("Backlog"), engagement.backlog_url),
        (_("Release control"), engagement.release_url),
        (_("Definition of done"), engagement.done_url),
    )
    return [(name, where) for name, where in named if where]


def unshown_gap(pack: Pack) -> Iterator[str]:
    """Say which characters of the pack no font of this installation shows."""
    lost = unshown(json.dumps(data(pack), ensure_ascii=False, default=str))
    if lost:
        yield ngettext(
            "%(count)d character cannot be shown, since no font here has it: %(codes)s.",
            "%(count)d characters cannot be shown, since no font here has them: %(codes)s.",
            len(lost),
        ) % {"count": len(lost), "codes": ", ".join(f"U+{ord(char):04X}" for char in lost[:12])}


def lay_out(document: str) -> Document:
    """Return the laid-out pages. Raises MissingAssetError where one of our files is not there."""
    return HTML(string=document, url_fetcher=AllowList()).render(
        presentational_hints=True, pdf_variant=VARIANT, pdf_tags=True
    )


def draw(document: Document, attachments: Iterable[Attachment]) -> Drawn:
    """Return the PDF with its attachments."""
    document.metadata.attachments = [*document.metadata.attachments, *attachments]
    body = document.write_pdf(pdf_variant=VARIANT, pdf_tags=True)
    return Drawn(body, len(document.pages), sha256(body).hexdigest())


def attachments(pack: Pack) -> list[Attachment]:
    """Return the pack's data as engagement.json and deliverables.csv."""
    return [
        _attachment("engagement.json", json.dumps(data(pack), indent=2, default=_plain), _("The engagement as data")),
        _attachment("deliverables.csv", table(pack.items), _("The register of deliverables")),
    ]


def _attachment(name: str, text: str, description: str) -> Attachment:
    return Attachment(
        string=text.encode(), name=name, description=description, url_fetcher=AllowList(), relationship="Data"
    )


def data(pack: Pack) -> dict[str, object]:
    """Return what the pack says as plain data."""
    engagement = pack.engagement
    return {
        "engagement": {
            "code": engagement.code,
            "name": engagement.name,
            "client": engagement.client.name,
            "goal": engagement.goal,
            "state": engagement.state,
            "start_on": engagement.start_on,
            "ended_on": engagement.ended_on,
            "manager": engagement.manager.name,
        },
        "made_at": pack.made_at,
        "verdict": pack.verdict,
        "health": pack.health,
        "agreement": _agreement(pack),
        "milestones": [asdict(stage) for stage in pack.stages],
        "deliverables": [asdict(item) for item in pack.items],
        "metrics": [asdict(outcome) for outcome in pack.outcomes],
        "team": [asdict(person) for person in pack.people],
        "signers": list(pack.signers),
        "acceptances": [asdict(signature) for signature in pack.signatures],
        "plan_changes": [asdict(change) for change in pack.changes],
        "open_waits": [asdict(wait) for wait in pack.waits],
        "forecasts": [asdict(day) for day in pack.forecasts.history.days],
        "waits": [asdict(wait) for wait in pack.ledger.entries],
        "waited": {side: asdict(sum_) for side, sum_ in pack.ledger.sides.items()},
        "risks": [asdict(risk) for risk in pack.risks],
        "missing": gaps(pack)["cover"],
    }


def _agreement(pack: Pack) -> dict[str, object] | None:
    if pack.agreement is None:
        return None
    row = pack.agreement
    return {"how": row.how, "by": row.signer_name, "at": row.at, "sha256": row.content_hash}


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no plain form")


COLUMNS: Final = (
    "number", "title", "milestone_day", "owner", "state", "serves", "start_on", "agreed_on", "due_on",
    "started_on", "accepted_on", "likely_on", "signed_by", "signed_hash", "before_emplace",
)  # fmt: skip


def table(items: Iterable[Item]) -> str:
    """Return the register as CSV that no spreadsheet runs (RFC 4180)."""
    return csv_text([*COLUMNS, "evidence"], (tuple(_cells(item)) for item in items))


def _cells(item: Item) -> Iterator[object]:
    for column in COLUMNS:
        yield getattr(item, column)
    yield "; ".join(f"{proof.title} ({proof.where})" for proof in item.evidence)
