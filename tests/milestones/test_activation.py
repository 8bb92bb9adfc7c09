"""From draft to running."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser

from accounts.db import as_firm, as_portal
from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.models import Event, Job
from engagements.models import Agreement, Engagement
from engagements.states import EngagementState
from milestones.actions import activation, plans, work
from milestones.content import hash_of
from tests import factories
from tests.conftest import at_once
from tests.factories import Cast, line


def seen(engagement: Engagement) -> str:
    """What a signer sees now."""
    return hash_of(activation.plan_content(engagement))


def test_signers_acceptance_freezes_the_agreed_dates(cast: Cast) -> None:
    engagement = factories.draft(cast)
    activation.offer_plan(by=cast.manager, engagement=engagement)
    assert Job.objects.filter(kind="mail_plan_offer").count() == 2
    activation.accept_plan(by=cast.signer, engagement=engagement, content_hash=seen(engagement))
    engagement.refresh_from_db()
    assert engagement.is_active
    for one in [*engagement.deliverables.all(), *engagement.milestones.all()]:
        assert one.agreed_on == one.due_on
    assert engagement.metrics.get().agreed_target == 50
    agreement = Agreement.objects.get()
    assert agreement.content_hash == hash_of(agreement.content)
    assert agreement.signer is not None
    assert agreement.signer.user == cast.signer
    event = Event.objects.get(verb="engagement_activated")
    assert event.shared
    assert str(event) == "Priya Nair accepted the plan; Claims intake is active"


def test_nobody_but_a_signer_of_that_client_accepts(cast: Cast) -> None:
    engagement = factories.draft(cast)
    activation.offer_plan(by=cast.manager, engagement=engagement)
    for who in (cast.manager, cast.administrator, cast.specialist, cast.viewer, cast.stranger):
        with pytest.raises(NotAllowed):
            activation.accept_plan(by=who, engagement=engagement, content_hash=seen(engagement))


def test_what_was_not_offered_is_not_accepted(cast: Cast) -> None:
    engagement = factories.draft(cast)
    with pytest.raises(NotAllowed):
        activation.accept_plan(by=cast.signer, engagement=engagement, content_hash=seen(engagement))
    activation.offer_plan(by=cast.manager, engagement=engagement)
    activation.withdraw_offer(by=cast.manager, engagement=engagement)
    with pytest.raises(IllegalMove):
        activation.withdraw_offer(by=cast.manager, engagement=engagement)
    with pytest.raises(NotAllowed):
        activation.accept_plan(by=cast.signer, engagement=engagement, content_hash=seen(engagement))


def test_a_plan_changed_meanwhile_is_read_again(cast: Cast) -> None:
    engagement = factories.draft(cast)
    activation.offer_plan(by=cast.manager, engagement=engagement)
    before = seen(engagement)
    plans.add_deliverable(by=cast.manager, engagement=engagement, line=line("C"))
    with pytest.raises(StaleEdit):
        activation.accept_plan(by=cast.signer, engagement=engagement, content_hash=before)
    activation.accept_plan(by=cast.signer, engagement=engagement, content_hash=seen(engagement))


def test_the_portal_sees_the_same_content(cast: Cast) -> None:
    lines = [line("A"), line("Internal", shared=False, needs_sign_off=False)]
    engagement = factories.draft(cast, lines)
    activation.offer_plan(by=cast.manager, engagement=engagement)
    content = activation.plan_content(engagement)
    assert "Internal" not in str(content)
    with as_portal([cast.client.pk], cast.signer):
        same = activation.plan_content(Engagement.objects.get(pk=engagement.pk))
    assert same == content


def test_without_a_signer_nothing_is_offered(cast: Cast) -> None:
    engagement = factories.draft(cast)
    cast.client.contacts.update(is_signer=False)
    with pytest.raises(IllegalMove) as refused:
        activation.offer_plan(by=cast.manager, engagement=engagement)
    assert "has no signer yet" in str(refused.value)


def test_signed_statement_activates(cast: Cast) -> None:
    engagement = factories.draft(cast)
    activation.attach_statement(
        by=cast.manager,
        engagement=engagement,
        signer_name="Priya Nair",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        upload=factories.upload(),
    )
    agreement = Agreement.objects.get()
    assert agreement.engagement.state == EngagementState.ACTIVE
    assert agreement.statement_name == "report.pdf"
    assert len(agreement.statement_sha256) == 64
    assert (Path(settings.MEDIA_ROOT) / str(agreement.statement.name)).read_bytes() == b"%PDF-1.7 report"


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "a.pdf"), (b"<html><script>", "a.pdf"), (b"MZ", "a.pdf"), (b"%PDF-", "../a.pdf")]
)
def test_a_statement_is_judged_by_its_content(cast: Cast, content: bytes, name: str) -> None:
    engagement = factories.draft(cast)
    upload: Any = factories.upload(content, "a.pdf")
    upload._name = name  # past Django's own cleaning
    with pytest.raises(DomainError):
        activation.attach_statement(
            by=cast.manager,
            engagement=engagement,
            signer_name="X",
            at=datetime(2026, 11, 20, tzinfo=UTC),
            upload=upload,
        )
    engagement.refresh_from_db()
    assert engagement.is_draft


def test_two_signers_at_once_activate_once(really: None) -> None:
    with as_firm():
        cast = factories.cast()
        engagement = factories.draft(cast)
        activation.offer_plan(by=cast.manager, engagement=engagement)
        hashed = seen(engagement)

    def accept(who: object) -> Engagement:
        mine = Engagement.objects.select_related("client").get(pk=engagement.pk)
        return activation.accept_plan(by=who, engagement=mine, content_hash=hashed)  # type: ignore[arg-type]

    results = at_once([lambda: accept(cast.signer), lambda: accept(cast.other_signer)])
    assert sum(isinstance(one, Engagement) for one in results) == 1
    assert sum(isinstance(one, IllegalMove) for one in results) == 1
    with as_firm():
        assert Agreement.objects.count() == 1


def test_who_comes_second_is_told_who_agreed_and_when(cast: Cast) -> None:
    engagement = factories.draft(cast)
    activation.offer_plan(by=cast.manager, engagement=engagement)
    hashed = seen(engagement)
    activation.accept_plan(by=cast.signer, engagement=engagement, content_hash=hashed)
    with pytest.raises(IllegalMove, match=r"^Priya Nair accepted the plan on 23 Nov, so it is agreed already\.$"):
        activation.accept_plan(by=cast.other_signer, engagement=engagement, content_hash=hashed)
    day = datetime(2026, 11, 20, tzinfo=UTC)
    with pytest.raises(IllegalMove, match="Priya Nair accepted the plan on 23 Nov"):
        activation.attach_statement(
            by=cast.manager, engagement=engagement, signer_name="X", at=day, upload=factories.upload()
        )


def test_work_waits_for_the_agreement(cast: Cast) -> None:
    engagement = factories.draft(cast)
    with pytest.raises(IllegalMove):
        work.start(by=cast.specialist, deliverable=factories.deliverable(engagement))


@pytest.fixture
def manager(monday: object, db: None, client: Browser) -> tuple[Browser, Cast, Engagement]:
    """The manager's browser and a draft."""
    with as_firm():
        cast = factories.cast()
        engagement = factories.draft(cast)
    client.force_login(cast.manager)
    return client, cast, engagement


def test_pages_offer_and_attach(manager: tuple[Browser, Cast, Engagement]) -> None:
    browser, _cast, engagement = manager
    address = f"/engagements/{engagement.code}/activate/"
    assert b"Offer the plan" in browser.get(address).content
    assert b"Offer again" in browser.post(f"/engagements/{engagement.code}/offer/", follow=True).content
    browser.post(f"/engagements/{engagement.code}/offer/withdraw/")
    wrong = browser.post(address, {"signer_name": "", "signed_on": "9999-12-31"})
    assert wrong.status_code == 422
    html = {"signer_name": "P", "signed_on": "2026-11-20", "upload": factories.upload(b"<html>", "sow.pdf")}
    refused = browser.post(address, html)
    assert refused.status_code == 422
    assert b"web page" in refused.content
    sent = {"signer_name": "Priya Nair", "signed_on": "2026-11-20", "upload": factories.upload()}
    assert browser.post(address, sent).status_code == 303
    with as_firm():
        engagement.refresh_from_db()
    assert engagement.is_active
    assert browser.get(address).status_code == 303


def test_pages_are_for_managers(manager: tuple[Browser, Cast, Engagement]) -> None:
    browser, cast, engagement = manager
    address = f"/engagements/{engagement.code}/activate/"
    browser.force_login(cast.specialist)
    assert browser.get(address).status_code == 403
    browser.force_login(cast.signer)
    assert browser.get(address).status_code == 404
