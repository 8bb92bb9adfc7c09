"""The exact state of a deliverable that a signer sees and signs, and its fingerprint."""

import json
from hashlib import sha256

from django.db.models import Prefetch, QuerySet

from milestones.models import Deliverable, Evidence


def with_content(rows: "QuerySet[Deliverable]") -> "QuerySet[Deliverable]":
    """Load what `state_of` reads, whatever the number of rows, in two queries more."""
    present = Evidence.objects.filter(removed_at__isnull=True)
    return rows.select_related("engagement").prefetch_related("done_lines", Prefetch("evidence", queryset=present))


def state_of(deliverable: Deliverable) -> dict[str, object]:
    """Return what a signature covers: title, definition of done, evidence, due date and version, as plain JSON."""
    return {
        "engagement": deliverable.engagement.code,
        "deliverable": deliverable.public_id,
        "title": deliverable.title,
        "due_on": deliverable.due_on.isoformat(),
        "version": deliverable.version,
        "definition_of_done": [
            {"text": line.text, "ticked": line.ticked_at is not None} for line in deliverable.done_lines.all()
        ],
        "evidence": [_proof(one) for one in deliverable.evidence.all() if one.removed_at is None],
    }


def _proof(evidence: Evidence) -> dict[str, object]:
    common: dict[str, object] = {"id": evidence.public_id, "kind": evidence.kind, "title": evidence.title}
    if evidence.url:
        return {**common, "url": evidence.url}
    return {**common, "file": evidence.file_name, "size": evidence.size, "sha256": evidence.sha256}


def hash_of(content: dict[str, object]) -> str:
    """Return SHA-256 of the canonical JSON: keys sorted, no spaces, UTF-8. As 64 hexadecimal digits."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()
