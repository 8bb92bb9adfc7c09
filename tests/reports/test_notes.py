"""The manager's weekly note."""

from django.test import Client as Browser

from accounts.db import as_firm
from reports.models import StatusNote
from tests.reports.conftest import Firm


def write(browser: Browser, firm: Firm, text: str) -> int:
    return browser.post(firm.url("notes/new/"), {"text": text}).status_code


def only(firm: Firm) -> StatusNote:
    with as_firm():
        return StatusNote.objects.get(engagement=firm.engagement)


def test_a_note_is_written_and_read(at_work: Firm, manager: Browser) -> None:
    assert write(manager, at_work, "Shadow mode runs.") == 303
    assert "Shadow mode runs." in manager.get(at_work.url()).text


def test_an_empty_or_endless_note_is_refused(at_work: Firm, manager: Browser) -> None:
    for text in ("", "   ", "x" * 4001, "NUL \x00"):
        assert write(manager, at_work, text) == 422
    with as_firm():
        assert not StatusNote.objects.exists()


def test_a_specialist_writes_none(at_work: Firm, specialist: Browser) -> None:
    assert write(specialist, at_work, "Hello") == 403


def test_a_note_is_put_right(at_work: Firm, manager: Browser) -> None:
    write(manager, at_work, "Shadow mod")
    note = only(at_work)
    address = at_work.url(f"notes/{note.public_id}/")
    assert manager.post(address, {"text": "Shadow mode", "version": "1"}).status_code == 303
    assert only(at_work).text == "Shadow mode"


def test_a_stale_edit_shows_both_texts_and_then_saves(at_work: Firm, manager: Browser) -> None:
    write(manager, at_work, "First")
    address = at_work.url(f"notes/{only(at_work).public_id}/")
    manager.post(address, {"text": "Second", "version": "1"})
    response = manager.post(address, {"text": "Third", "version": "1"})
    assert response.status_code == 409
    assert "Second" in response.text
    assert "Third" in response.text
    assert 'name="version" value="2"' in response.text
    assert manager.post(address, {"text": "Third", "version": "2"}).status_code == 303
    assert only(at_work).text == "Third"


def test_an_unknown_note_is_404(at_work: Firm, manager: Browser) -> None:
    assert manager.get(at_work.url("notes/nonsense/")).status_code == 404
