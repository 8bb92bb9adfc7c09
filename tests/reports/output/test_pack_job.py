"""Issuing: asked for by a manager, made by a job, one document whatever is killed or run twice."""

from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles import finders

from accounts import jobs
from accounts.clock import now
from accounts.db import as_firm
from accounts.errors import IllegalMove, NotAllowed
from accounts.models import Event, Job
from accounts.states import JobState
from engagements.models import Engagement
from reports.actions.packs import ask_pack, issue
from reports.models import HandoffPack
from reports.pack.render import Drawn
from tests.reports.output.world import World


def asked(world: World) -> HandoffPack:
    with as_firm(world.manager):
        return ask_pack(by=world.manager, engagement=world.engagement)


def made(pack: HandoffPack) -> HandoffPack:
    assert pack.job_id is not None
    jobs.run(pack.job_id)
    with as_firm():
        return HandoffPack.objects.select_related("job").get(public_id=pack.public_id)


def test_it_is_issued_with_number_hash_and_file(world: World) -> None:
    pack = made(asked(world))
    assert (pack.number, pack.job.state) == (1, JobState.DONE)  # type: ignore[union-attr]
    body = Path(pack.file.path).read_bytes()
    assert body.startswith(b"%PDF-")
    assert pack.sha256 == sha256(body).hexdigest()
    assert pack.size == len(body)
    with as_firm():
        assert Event.objects.filter(verb="pack_issued", shared=True).count() == 1


def test_a_new_export_is_a_new_version_and_the_old_stays(world: World) -> None:
    first = made(asked(world))
    second = made(asked(world))
    assert (first.number, second.number) == (1, 2)
    kept = Path(first.file.path)
    assert sha256(kept.read_bytes()).hexdigest() == first.sha256


def test_asked_twice_it_is_made_once(world: World) -> None:
    assert asked(world).pk == asked(world).pk


def test_run_twice_it_is_issued_once(world: World) -> None:
    pack = made(asked(world))
    with as_firm():
        Job.objects.filter(pack=pack).update(state=JobState.QUEUED)
    again = made(pack)
    assert (again.number, again.sha256, again.issued_at) == (pack.number, pack.sha256, pack.issued_at)
    with as_firm():
        assert HandoffPack.objects.count() == 1
        assert Event.objects.filter(verb="pack_issued").count() == 1


def test_a_number_taken_meanwhile_is_not_used_twice(world: World) -> None:
    made(asked(world))
    pack = asked(world)
    with as_firm(), pytest.raises(IllegalMove, match="meanwhile"):
        issue(by=world.manager, pack=pack, drawn=Drawn(b"%PDF-", 1, "0" * 64), number=1, missing=[])


def test_only_a_manager_asks_and_a_draft_has_none(world: World) -> None:
    with as_firm():
        with pytest.raises(NotAllowed):
            ask_pack(by=world.specialist, engagement=world.engagement)
        draft = Engagement(state="draft", client=world.client, name="x", service_line=world.engagement.service_line,
                           manager=world.manager, start_on=world.start, code="draft-1")  # fmt: skip
        draft.save()
        with pytest.raises(IllegalMove, match="Activate"):
            ask_pack(by=world.manager, engagement=draft)


def test_our_own_missing_file_fails_the_job_with_a_sentence(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = finders.find
    monkeypatch.setattr(finders, "find", lambda name: None if name == "css/pack.css" else found(name))
    pack = made(asked(world))
    assert pack.issued_at is None
    assert pack.job is not None
    assert (pack.job.state, pack.job.says) == (
        JobState.FAILED, "css/pack.css is missing from this installation, so no PDF can be made.",
    )  # fmt: skip
    assert not list(Path(str(django_settings.MEDIA_ROOT)).glob("packs/*"))


def test_a_failed_export_leaves_no_gap_in_the_numbers(world: World) -> None:
    failed = asked(world)
    with as_firm():
        Job.objects.filter(pack=failed).update(state=JobState.FAILED, ended_at=now())
    assert made(asked(world)).number == 1
