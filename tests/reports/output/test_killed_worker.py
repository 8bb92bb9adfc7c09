"""A real Celery worker killed in the middle of a handoff pack: picked up again, one document."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from accounts import jobs
from accounts.clock import now
from accounts.db import as_firm
from accounts.models import Event, Job
from accounts.states import JobState
from reports.actions.packs import ask_pack
from reports.models import HandoffPack
from tests.db import Run
from tests.reports.output.conftest import begun
from tests.reports.output.world import World, build
from tests.servers import CeleryWorker


@pytest.fixture
def kept_world(transactional_db: None) -> World:
    """A plan of 60 deliverables, committed, so that the worker sees it and has to draw for a while."""
    with as_firm():
        world = begun(build(count=60))
        Job.objects.all().delete()
    return world


@pytest.fixture(autouse=True)
def media(settings: "object", test_run: Run) -> None:
    """The worker's own folder for files."""
    settings.MEDIA_ROOT = str(test_run.folder / "media")  # type: ignore[attr-defined]


def until(found: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def job() -> Job:
    with as_firm():
        return Job.objects.get(kind="handoff_pack")


def test_killed_in_mid_pdf_it_is_picked_up_and_issued_once(kept_world: World, celery_worker: CeleryWorker) -> None:
    with as_firm(kept_world.manager):
        pack = ask_pack(by=kept_world.manager, engagement=kept_world.engagement)
    until(lambda: job().step >= 1, 60, "The worker did not begin.")
    celery_worker.kill()
    assert job().state == JobState.RUNNING
    with as_firm():
        assert HandoffPack.objects.get().issued_at is None
        Job.objects.update(beat_at=now() - timedelta(minutes=4))  # as if the lease had passed
    celery_worker.start()
    jobs.sweep()
    until(lambda: job().state == JobState.DONE, 120, f"It was not picked up: {job().state} {job().says}")
    with as_firm():
        issued = HandoffPack.objects.get()
        assert (issued.pk, issued.number, job().attempts) == (pack.pk, 1, 2)
        assert Event.objects.filter(verb="pack_issued").count() == 1
    files = list((Path(str(django_settings.MEDIA_ROOT)) / "packs").glob("*"))
    assert [file.name for file in files if pack.public_id in file.name] == [f"{pack.public_id}.pdf"]
