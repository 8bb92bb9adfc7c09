"""People of the firm: added, let go once nothing hangs on them, taken back; always by an administrator."""

import pytest

from accounts.db import as_firm, as_portal
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import Event, Job, TrailEntry, User
from accounts.states import Kind
from engagements.actions.people import add_person, hand_over, let_go, send_welcome, take_back
from engagements.models import Engagement
from tests import factories
from tests.accounts.conftest import browser_of
from tests.conftest import at_once


def added(by: User, kind: Kind = Kind.ADMINISTRATOR, email: str = "nia@firm.example") -> User:
    return add_person(by=by, name="Nia New", email=email, kind=kind, time_zone="Europe/Oslo")


def test_who_is_added_gets_a_mail_and_an_event(cast: factories.Cast) -> None:
    made = added(cast.administrator, Kind.MANAGER)
    job = Job.objects.get(kind="mail_welcome")
    assert (job.args["person"], job.key) == (made.pk, made.public_id)
    assert (made.manages, made.is_superuser, made.has_usable_password()) == (True, False, False)
    send_welcome(by=cast.administrator, person=made)
    assert Job.objects.filter(kind="mail_welcome").count() == 1
    assert str(Event.objects.filter(verb="person_added").first()) == "Ada Admin added Nia New"


def test_an_address_or_a_time_zone_that_does_not_fit_is_said_at_its_field(cast: factories.Cast) -> None:
    with pytest.raises(DomainError) as taken:
        added(cast.administrator, email="MIA@firm.example")
    assert "already signs in" in str(taken.value)
    with pytest.raises(DomainError) as zone:
        add_person(by=cast.administrator, name="Nia", email="n@x.example", kind=Kind.MANAGER, time_zone="Mars/Base")
    assert zone.value.field == "time_zone"
    assert not Job.objects.filter(kind="mail_welcome").exists()


@pytest.mark.parametrize("who", ["manager", "specialist", "signer"])
def test_only_administrators_do_any_of_it(cast: factories.Cast, who: str) -> None:
    by = getattr(cast, who)
    for move in (let_go, take_back, send_welcome):
        with pytest.raises(NotAllowed):
            move(by=by, person=cast.other_manager)
    with pytest.raises(NotAllowed):
        added(by)
    assert User.objects.get(pk=cast.other_manager.pk).is_active


def test_a_contact_is_no_person_of_the_firm(cast: factories.Cast) -> None:
    with pytest.raises(NotAllowed):
        let_go(by=cast.administrator, person=cast.signer)


def test_who_answers_for_a_running_engagement_stays(cast: factories.Cast, engagement: Engagement) -> None:
    with pytest.raises(IllegalMove, match=f"still answers for “{engagement.name}”"):
        let_go(by=cast.administrator, person=cast.manager)
    with pytest.raises(IllegalMove, match="is still placed at"):
        let_go(by=cast.administrator, person=cast.specialist)
    assert let_go(by=cast.administrator, person=cast.unplaced).is_active is False


def test_the_last_administrator_stays(cast: factories.Cast) -> None:
    with pytest.raises(IllegalMove, match="is the last administrator"):
        let_go(by=cast.administrator, person=cast.administrator)
    second = added(cast.administrator)
    let_go(by=second, person=cast.administrator)
    with pytest.raises(IllegalMove, match="is the last administrator"):
        let_go(by=second, person=second)


def test_going_and_coming_back_happen_once_and_are_kept(cast: factories.Cast) -> None:
    let_go(by=cast.administrator, person=cast.other_manager)
    with pytest.raises(IllegalMove, match="has left already"):
        let_go(by=cast.administrator, person=cast.other_manager)
    with pytest.raises(IllegalMove, match="Take them back first"):
        send_welcome(by=cast.administrator, person=cast.other_manager)
    take_back(by=cast.administrator, person=cast.other_manager)
    with pytest.raises(IllegalMove, match="has not left"):
        take_back(by=cast.administrator, person=cast.other_manager)
    told = Event.objects.filter(verb__in=["person_left", "person_back"]).order_by("pk")
    assert [str(one) for one in told] == ["Ada Admin let Max Manager go", "Ada Admin took Max Manager back"]
    kept = TrailEntry.objects.filter(table="accounts_user", row=cast.other_manager.pk, op="UPDATE").order_by("pk")
    assert [(entry.before, entry.after) for entry in kept] == [
        ({"is_active": True}, {"is_active": False}),
        ({"is_active": False}, {"is_active": True}),
    ]


def test_sessions_end_and_do_not_come_back_with_the_person(db: None) -> None:
    with as_firm():
        cast = factories.cast()
    browser = browser_of(cast.other_manager)
    assert browser.get("/needs/").status_code == 200
    with as_firm():
        let_go(by=cast.administrator, person=cast.other_manager)
    assert browser.get("/needs/").status_code == 302
    with as_firm():
        take_back(by=cast.administrator, person=cast.other_manager)
    answer = browser.get("/needs/")
    assert answer.status_code == 302
    assert not answer.wsgi_request.user.is_authenticated


def test_two_administrators_who_let_each_other_go_do_not_both_succeed(really: None) -> None:
    with as_firm():
        cast = factories.cast()
        second = added(cast.administrator)
    one, other = cast.administrator, second
    found = at_once([lambda: let_go(by=one, person=other), lambda: let_go(by=other, person=one)])
    assert sum(isinstance(result, IllegalMove) for result in found) == 1
    with as_firm():
        assert User.objects.filter(kind=Kind.ADMINISTRATOR, is_active=True).count() == 1


def test_the_portal_role_lets_nobody_go(cast: factories.Cast) -> None:
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError), transaction.atomic(), as_portal([cast.client.pk], cast.signer):
        User.objects.filter(pk=cast.other_manager.pk).update(is_active=False)


def test_what_somebody_answers_for_is_handed_over_before_they_go(cast: factories.Cast, engagement: Engagement) -> None:
    given = hand_over(by=cast.administrator, person=cast.manager, to=cast.other_manager)
    assert [one.pk for one in given] == [engagement.pk]
    engagement.refresh_from_db()
    assert engagement.manager == cast.other_manager
    assert let_go(by=cast.administrator, person=cast.manager).is_active is False
    with pytest.raises(DomainError, match="Choose another manager who signs in"):
        hand_over(by=cast.administrator, person=cast.other_manager, to=cast.manager)
    with pytest.raises(DomainError, match="Choose another manager who signs in"):
        hand_over(by=cast.administrator, person=cast.other_manager, to=cast.specialist)
    with pytest.raises(NotAllowed):
        hand_over(by=cast.other_manager, person=cast.other_manager, to=cast.administrator)
