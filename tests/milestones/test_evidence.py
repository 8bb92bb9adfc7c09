"""Evidence is judged by its content, kept under public ids and handed out as what it is."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings as configured

from accounts.errors import DomainError, IllegalMove
from milestones import files
from milestones.actions import evidence
from milestones.models import Evidence
from tests.factories import deliverable, in_review, upload

PDF = b"%PDF-1.7\n" + b"x" * 5000


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Files go to a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path)


def attached(cast, engagement, content=PDF, name="report.pdf", title="Report"):
    return evidence.add_file(
        by=cast.specialist,
        deliverable=deliverable(engagement),
        kind="document",
        title=title,
        upload=upload(content, name),
    )


def test_a_file_is_kept_with_its_sha256_under_public_ids(cast, engagement):
    found = attached(cast, engagement, name="Q3 results (final).pdf")
    path = Path(configured.MEDIA_ROOT) / found.file.name
    assert path.read_bytes() == PDF
    assert (found.sha256, found.size) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert found.file.name == f"evidence/{found.deliverable.public_id}/{found.public_id}"
    assert (found.file_name, found.content_type) == ("Q3 results (final).pdf", "application/pdf")


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "report.pdf", "is empty"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "report.pdf", "web page"),
        (b"\xef\xbb\xbf \n<html><body>hello", "notes.txt", "web page"),
        (b'<?xml version="1.0"?><svg onload="x()">', "image.png", "web page"),
        (b"PK\x03\x04", "report.pdf", "content is something else"),
        (b"MZ\x90\x00", "report.pdf", "a program"),
        (b"\x7fELF", "tool.zip", "a program"),
        (b"%PDF-1.7", "report.exe", "not taken"),
        (b"%PDF-1.7", "report", "not taken"),
        (b"a\x00b", "notes.txt", "content is something else"),
        (b"\xc3\x28\xa0\xa1", "notes.csv", "content is something else"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(content, name, sentence):
    with pytest.raises(DomainError, match=sentence) as refused:
        files.sniff(content, name)
    assert refused.value.field == "upload"


@pytest.mark.parametrize(
    ("content", "name", "served_as"),
    [
        (b"\x89PNG\r\n\x1a\n", "a.PNG", "image/png"),
        (b"PK\x03\x04", "a.docx", files.BINARY["docx"][0]),
        (b"\x00\x00\x00\x18ftypmp42", "walkthrough.mp4", "video/mp4"),
        ("naïve, größe".encode(), "a.csv", "text/plain; charset=utf-8"),
        ("naïve".encode("utf-16"), "a.txt", "text/plain; charset=utf-16"),
        (b"print('<html>')", "a.py", "text/plain; charset=utf-8"),
        ("ä".encode()[:1], "cut.txt", "text/plain; charset=utf-8"),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(content, name, served_as):
    assert files.sniff(content, name) == served_as


@pytest.mark.parametrize(
    "name",
    ["", "..", "report\u202efdp.exe", "a\x00b.pdf", "..\\..\\evil.pdf", "a/b.pdf", "x" * 151, "<img src=x>.pdf"],
)
def test_a_hostile_name_is_refused(name):
    with pytest.raises(DomainError):
        files.checked_name(name)


def test_a_file_beyond_the_limit_is_refused_and_not_left_behind(cast, engagement, settings):
    settings.EVIDENCE_MAX_BYTES = 1_048_576
    lying = upload(PDF[:9] + b"x" * 2_000_000)
    lying.size = 10
    with pytest.raises(DomainError, match="larger than 1 MB"):
        evidence.add_file(
            by=cast.specialist, deliverable=deliverable(engagement), kind="document", title="", upload=lying
        )
    folder = Path(configured.MEDIA_ROOT) / "evidence" / deliverable(engagement).public_id
    assert list(folder.iterdir()) == []


def test_a_file_whose_row_is_refused_is_not_left_behind(cast, engagement):
    with pytest.raises(DomainError):
        attached(cast, engagement, title="x" * 201)
    folder = Path(configured.MEDIA_ROOT) / "evidence" / deliverable(engagement).public_id
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/x", "https://", "http://me:pw@a.example", "//x"],
)
def test_a_link_is_http_and_carries_no_password(cast, engagement, url):
    with pytest.raises(DomainError) as refused:
        evidence.add_link(
            by=cast.specialist, deliverable=deliverable(engagement), kind="document", title="Report", url=url
        )
    assert refused.value.field == "url"


def test_what_was_removed_stays_on_record(cast, engagement):
    found = attached(cast, engagement)
    evidence.remove(by=cast.specialist, evidence=found)
    assert Evidence.objects.get(pk=found.pk).removed_by == cast.specialist
    with pytest.raises(IllegalMove, match="already"):
        evidence.remove(by=cast.specialist, evidence=found)


def test_in_review_evidence_stays(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    with pytest.raises(IllegalMove, match="Take it back first"):
        evidence.remove(by=cast.specialist, evidence=one.evidence.get())
