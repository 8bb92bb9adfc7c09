"""Whether a file is a handoff pack as it was issued; asked by anybody, told without naming a client."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.db import as_login
from accounts.errors import DomainError
from reports.models import HandoffPack

MOST_BYTES: Final = 100 * 1_048_576
SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Answer:
    """What is known of a fingerprint; `number` is None for a file that was not issued here."""

    sha256: str
    number: int | None
    issued_at: datetime | None


def hash_of_upload(upload: "UploadedFile[bytes]") -> str:
    """Return the SHA-256 of a file, read piece by piece and kept nowhere. Raises DomainError for one too large."""
    if (upload.size or 0) > MOST_BYTES:
        raise DomainError(_("That file is larger than any handoff pack. Choose the PDF itself."), field="file")
    found = sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    return found.hexdigest()


def typed_hash(text: str) -> str:
    """Return a typed fingerprint in its plain form. Raises DomainError for what is none."""
    plain = "".join(text.split()).lower().removeprefix("sha256:")
    if not SHA256.fullmatch(plain):
        raise DomainError(_("A SHA-256 has 64 characters, from 0 to 9 and a to f. Check it, or upload the file."),
                          field="sha256")  # fmt: skip
    return plain


def check(fingerprint: str) -> Answer:
    """Look the fingerprint up as the bare login role, which reads numbers, days and fingerprints alone."""
    with as_login():
        rows = HandoffPack.objects.filter(sha256=fingerprint).order_by().values_list("number", "issued_at")
        found = list(rows[:1])  # first() would order by a column that this role cannot read
    number, issued_at = found[0] if found else (None, None)
    return Answer(fingerprint, number, issued_at)
