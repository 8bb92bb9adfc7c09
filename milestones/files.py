"""Uploaded files: judged by their content, streamed to disk, stored under public ids."""

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from accounts.errors import DomainError

HEAD_BYTES: Final = 65_536
NAME_LENGTH: Final = 150

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# By ending: the type that we serve it as, and what its first bytes (from an offset) must be.
BINARY: Final[dict[str, tuple[str, int, tuple[bytes, ...]]]] = {
    "pdf": ("application/pdf", 0, (b"%PDF-",)),
    "png": ("image/png", 0, (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", 0, (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", 0, (b"\xff\xd8\xff",)),
    "gif": ("image/gif", 0, (b"GIF87a", b"GIF89a")),
    "webp": ("image/webp", 8, (b"WEBP",)),
    "docx": (_OFFICE + "wordprocessingml.document", 0, _ZIP[:1]),
    "xlsx": (_OFFICE + "spreadsheetml.sheet", 0, _ZIP[:1]),
    "pptx": (_OFFICE + "presentationml.presentation", 0, _ZIP[:1]),
    "odt": (_OPEN + "text", 0, _ZIP[:1]),
    "ods": (_OPEN + "spreadsheet", 0, _ZIP[:1]),
    "odp": (_OPEN + "presentation", 0, _ZIP[:1]),
    "zip": ("application/zip", 0, _ZIP),
    "gz": ("application/gzip", 0, (b"\x1f\x8b",)),
    "parquet": ("application/octet-stream", 0, (b"PAR1",)),
    "mp4": ("video/mp4", 4, (b"ftyp",)),
    "m4a": ("audio/mp4", 4, (b"ftyp",)),
    "mov": ("video/quicktime", 4, (b"ftyp", b"moov", b"mdat", b"wide", b"free")),
    "webm": ("video/webm", 0, (b"\x1aE\xdf\xa3",)),
    "mkv": ("video/x-matroska", 0, (b"\x1aE\xdf\xa3",)),
}  # fmt: skip
# Text is served as plain text, whatever it is: nothing in it runs in a browser.
TEXT: Final = frozenset(
    {
        "txt", "md", "rst", "csv", "tsv", "json", "jsonl", "yaml", "yml", "toml", "ini", "cfg", "log", "sql",
        "py", "ipynb", "r", "sh", "tf", "java", "go", "ts", "js", "diff", "patch", "eml",
    }
)  # fmt: skip
_PAGE_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<svg", b"<iframe")
_PROGRAM_MARKS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


@dataclass(frozen=True)
class Stored:
    """A file on disk: path below MEDIA_ROOT, the person's name for it, size in bytes, SHA-256 in hexadecimal."""

    path: str
    name: str
    content_type: str
    size: int
    sha256: str


def store(upload: "UploadedFile[bytes]", path: str) -> Stored:
    """Check an upload and stream it to `path` below MEDIA_ROOT (made of public ids, never of its name).

    Raises DomainError with field="upload" for an empty or too large file, a hostile name, and a content that is not
    what the name says. A half-written file never stands under its path.
    """
    name = checked_name(upload.name or "")
    if upload.size is not None and upload.size > settings.EVIDENCE_MAX_BYTES:
        raise too_large()
    chunks = upload.chunks()
    head = next(chunks, b"")
    content_type = sniff(head[:HEAD_BYTES], name)
    final = Path(settings.MEDIA_ROOT) / path
    final.parent.mkdir(parents=True, exist_ok=True)
    half = final.with_name(f"{final.name}.part")
    try:
        size, digest = _write(half, head, chunks)
        half.replace(final)
    finally:
        half.unlink(missing_ok=True)
    return Stored(path, name, content_type, size, digest)


def _write(half: Path, head: bytes, chunks: Iterator[bytes]) -> tuple[int, str]:
    hashed, size = sha256(), 0
    with half.open("wb") as out:
        for chunk in _all(head, chunks):
            size += len(chunk)
            if size > settings.EVIDENCE_MAX_BYTES:
                raise too_large()
            hashed.update(chunk)
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    return size, hashed.hexdigest()


def _all(head: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from chunks


def discard(path: str) -> None:
    """Remove a stored file whose row was not kept."""
    (Path(settings.MEDIA_ROOT) / path).unlink(missing_ok=True)


def _refused(sentence: str) -> DomainError:
    return DomainError(sentence, field="upload")


def too_large() -> DomainError:
    """Return the refusal of a file beyond the limit."""
    limit = settings.EVIDENCE_MAX_BYTES // 1_048_576
    return _refused(_("The file is larger than %(limit)s MB. Attach a link to it instead.") % {"limit": limit})


def checked_name(name: str) -> str:
    """Return the file's name as it may be shown. Raises DomainError for names that hide what they are."""
    if not name.strip(" ."):
        raise _refused(_("The file has no name. Rename it and try again."))
    if len(name) > NAME_LENGTH:
        raise _refused(_("The file's name is longer than %(n)s characters. Shorten it.") % {"n": NAME_LENGTH})
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in name):
        raise _refused(_("The file's name holds invisible characters. Rename it and try again."))
    if any(char in name for char in '/\\<>:"|?*'):
        raise _refused(_("The file's name holds characters such as / or <. Rename it and try again."))
    return unicodedata.normalize("NFC", name).strip()


def sniff(head: bytes, name: str) -> str:
    """Return the content type to serve a file as; `head` are its first bytes.

    Raises DomainError where it is empty, of a kind that is not taken, or not what its name says.
    """
    if not head:
        raise _refused(_("The file is empty. Choose another one."))
    if _is_page(head):
        raise _refused(_("This file is a web page, whatever its name says. Save it as PDF, or attach a link."))
    if head.startswith(_PROGRAM_MARKS):
        raise _refused(_("This file is a program. Attach a link to where it is released instead."))
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in BINARY:
        return _binary(head, ending)
    if ending in TEXT:
        return _text(head, ending)
    raise _refused(
        _("Files like this are not taken. Use PDF, an office document, an image, a video, text, CSV or a ZIP.")
    )


def _is_page(head: bytes) -> bool:
    start = head[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if start.startswith((b"<?xml", b"<!--")):
        return any(mark in start for mark in _PAGE_MARKS)
    return start.startswith(_PAGE_MARKS)


def _mismatch(ending: str) -> DomainError:
    return _refused(
        _("The file is named .%(ending)s, but its content is something else. Save it anew.") % {"ending": ending}
    )


def _binary(head: bytes, ending: str) -> str:
    content_type, offset, marks = BINARY[ending]
    if not head[offset:].startswith(marks):
        raise _mismatch(ending)
    return content_type


def _text(head: bytes, ending: str) -> str:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    if encoding == "utf-8" and b"\x00" in head:
        raise _mismatch(ending)
    # The head may end in the middle of a character.
    if not any(_decodes(head[: len(head) - cut], encoding) for cut in range(4)):
        raise _mismatch(ending)
    return "text/plain; charset=utf-8" if encoding == "utf-8" else "text/plain; charset=utf-16"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
