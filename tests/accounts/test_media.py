"""Files that no row names go a day later; what is named, fresh or not ours stays."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.db import models, transaction

from accounts import media, tasks
from accounts.clock import now
from accounts.db import as_firm, as_login
from milestones.actions import evidence
from milestones.models import Evidence
from tests.factories import deliverable, upload

PDF = b"%PDF-1.7\nhello"
OLD = timedelta(days=1, minutes=1)
FRESH = timedelta(hours=23, minutes=59)


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


def put(path: Path, age: timedelta = OLD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PDF)
    return aged(path, age)


def aged(path: Path, age: timedelta = OLD) -> Path:
    at = (now() - age).timestamp()
    os.utime(path, (at, at))
    return path


def lying(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def attached(cast, engagement, folder: Path) -> Evidence:
    """Evidence whose file is as old as the orphans."""
    found = evidence.add_file(
        by=cast.specialist,
        deliverable=deliverable(engagement),
        kind="document",
        title="Report",
        upload=upload(PDF, "report.pdf"),
    )
    aged(folder / str(found.file.name))
    return found


def test_an_old_file_that_no_row_names_goes_and_a_named_one_stays(attached, folder):
    put(folder / "evidence" / "aaaa" / "bbbb")
    put(folder / "evidence" / "aaaa" / "bbbb.part")
    put(folder / "packs" / "cccc.pdf")
    put(folder / "statements" / "dddd")
    assert media.remove_orphans(media.named()) == 4
    assert lying(folder) == {attached.file.name}


def test_removed_evidence_stays_on_record_with_its_file(cast, attached, folder):
    evidence.remove(by=cast.specialist, evidence=attached)
    assert media.remove_orphans(media.named()) == 0
    assert lying(folder) == {attached.file.name}


def test_a_fresh_file_stays_because_its_row_may_still_come(attached, folder):
    fresh = put(folder / "evidence" / "aaaa" / "bbbb", FRESH)
    assert media.remove_orphans(media.named()) == 0
    assert fresh.exists()


def test_what_lies_elsewhere_is_not_ours(attached, folder):
    others = [put(folder / "notes.txt"), put(folder / "backup" / "old.tar"), put(folder.parent / "evidence" / "x")]
    assert media.remove_orphans(media.named()) == 0
    assert all(path.exists() for path in others)


def test_links_are_neither_followed_nor_removed(attached, folder):
    outside = put(folder.parent / "outside" / "precious")
    (folder / "evidence" / "link").symlink_to(outside)
    (folder / "evidence" / "folder").symlink_to(outside.parent)
    (folder / "packs").symlink_to(outside.parent)
    assert media.remove_orphans(media.named()) == 0
    assert outside.exists()
    assert (folder / "evidence" / "link").is_symlink()


def test_a_row_that_names_something_outside_leads_nowhere(attached, folder):
    outside = put(folder.parent / "precious")
    assert media.remove_orphans({*media.named(), "../precious", "/etc/hostname", "nul\0nul"}) == 0
    assert outside.exists()


@pytest.mark.parametrize("kept", [set(), {"evidence/of/another/database"}])
def test_another_databases_folder_is_left_alone(folder, kept):
    lost = put(folder / "evidence" / "aaaa" / "bbbb")
    assert media.remove_orphans(kept) == 0
    assert lost.exists()


def test_without_a_folder_there_is_nothing_to_do(folder):
    assert media.remove_orphans({"evidence/a/b"}) == 0


def test_a_file_that_cannot_be_removed_does_not_keep_the_others(attached, folder, monkeypatch, caplog):
    for name in ("aaaa", "bbbb"):
        put(folder / "evidence" / name)
    really = os.unlink

    def unlink(path: str, **more: int) -> None:
        if path == "aaaa":
            raise PermissionError(13, "Permission denied")
        really(path, **more)

    monkeypatch.setattr(os, "unlink", unlink)
    assert media.remove_orphans(media.named()) == 1
    assert "evidence/aaaa belongs to nothing, and could not be removed." in caplog.text


def test_every_file_field_is_asked(attached):
    fields = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.FileField)
    }
    assert fields == {
        "engagements.Agreement.statement",
        "milestones.Evidence.file",
        "milestones.PlanChange.statement",
        "reports.HandoffPack.file",
    }
    assert media.named() == {attached.file.name}


def roll_back(cast, engagement) -> str:
    with as_firm():
        lost = evidence.add_file(
            by=cast.specialist, deliverable=deliverable(engagement), kind="document", title="Lost",
            upload=upload(PDF, "lost.pdf"),
        )  # fmt: skip
        transaction.set_rollback(True)
    return str(lost.file.name)


def test_the_days_tidying_takes_what_a_rolled_back_upload_left(cast, engagement, attached, folder):
    name = roll_back(cast, engagement)
    aged(folder / name, FRESH)
    with as_login():
        tasks.tidy()
    assert name in lying(folder)
    with time_machine.travel(now() + timedelta(days=1), tick=False), as_login():
        tasks.tidy()
    assert lying(folder) == {attached.file.name}


def test_what_is_stored_lies_in_a_folder_that_is_tidied(attached):
    assert attached.file.name.startswith(f"{media.EVIDENCE}/")
    assert set(media.FOLDERS) == {media.EVIDENCE, media.STATEMENTS, media.PACKS}
