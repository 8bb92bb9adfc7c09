"""When a digest is due: on the recipient's weekday and hour, on the recipient's clock, once a week."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.clock import as_of
from accounts.db import as_firm
from engagements.models import Contact
from reports.actions.digests import set_digest, unsubscribe
from reports.digest.schedule import Slot, client_slots, coming, due_at, firm_slots, made_since, make_due, next_due
from reports.models import Digest
from tests.reports.output.world import World

HELSINKI = Slot(recipient=1, engagement=1, client=1, weekday=4, hour=9, time_zone="Europe/Helsinki")


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-20T07:00", "2026-11-20T07:00"),  # 9:00 in Helsinki on a Friday
        ("2026-11-20T06:59", "2026-11-13T07:00"),
        ("2026-11-26T23:00", "2026-11-20T07:00"),
        ("2026-10-23T06:00", "2026-10-23T06:00"),  # summer time
        ("2026-10-30T06:30", "2026-10-23T06:00"),  # winter time has begun: an hour later in UTC
        ("2026-10-30T07:00", "2026-10-30T07:00"),
    ],
)
def test_the_hour_is_that_of_the_recipients_clock(at: str, due: str) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert due_at(HELSINKI, moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_the_next_one_is_after_now() -> None:
    moment = datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert next_due(HELSINKI, moment) == datetime(2026, 11, 27, 7, tzinfo=UTC)
    assert next_due(HELSINKI, moment - timedelta(minutes=1)) == moment


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-22T12:00", "2026-11-20T07:00"),  # missed on Friday: it goes with the next run
        ("2026-11-23T07:01", "2026-11-27T07:00"),  # past the time of grace
    ],
)
def test_the_list_expects_what_the_next_run_will_make(at: str, due: str) -> None:
    moment, expected = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (at, due))
    assert coming(HELSINKI, moment, frozenset()) == expected
    assert coming(HELSINKI, moment, {(1, 1, "2026-W47")}) == datetime(2026, 11, 27, 7, tzinfo=UTC)


def friday_after(world: World) -> datetime:
    return datetime.now(UTC).replace(hour=12) + timedelta(days=(4 - datetime.now(UTC).weekday()) % 7)


def test_each_contact_has_a_slot_and_the_manager_has_one(world: World) -> None:
    with as_firm():
        contacts, managers = list(client_slots()), list(firm_slots())
    assert {slot.recipient for slot in contacts} == {world.signer.user.pk, world.viewer.user.pk}
    assert {slot.engagement for slot in contacts} == {world.engagement.pk}
    assert [slot.recipient for slot in managers] == [world.manager.pk]


def test_who_left_or_unsubscribed_has_none(world: World) -> None:
    with as_firm():
        unsubscribe(by=world.viewer.user)
        Contact.objects.filter(pk=world.signer.pk).update(left_at=datetime.now(UTC))
        assert list(client_slots()) == []


def test_rows_are_made_once_however_often(world: World) -> None:
    with as_firm():
        moment = friday_after(world)
        for _again in range(3):
            make_due(moment)
        assert Digest.objects.filter(engagement=world.engagement).count() == 2
        assert Digest.objects.filter(engagement__isnull=True, recipient=world.manager).count() <= 1


def test_own_day_and_hour_win(world: World) -> None:
    with as_firm():
        set_digest(by=world.signer.user, weekday=1, hour=7)
        own = next(slot for slot in client_slots() if slot.recipient == world.signer.user.pk)
    assert (own.weekday, own.hour) == (1, 7)


def test_one_for_all_is_one_slot_without_engagement(world: World) -> None:
    with as_firm():
        set_digest(by=world.signer.user, weekday=1, hour=7, scope="all")
        own = [slot for slot in client_slots() if slot.recipient == world.signer.user.pk]
    assert [slot.engagement for slot in own] == [None]


def test_an_old_miss_is_not_sent_any_more(world: World) -> None:
    with as_firm(), as_of(friday_after(world)):
        made = make_due(friday_after(world) + timedelta(days=4))
        assert made == 0


def test_what_the_list_expects_is_what_is_made(world: World) -> None:
    at = friday_after(world) + timedelta(days=1)
    with as_firm():
        slots = [*client_slots(), *firm_slots()]
        expected = [coming(slot, at, made_since(at - timedelta(days=10))) for slot in slots]
        assert make_due(at) == sum(due <= at for due in expected) == len(slots)
        gone = made_since(at - timedelta(days=10))
        assert all(coming(slot, at, gone) > at for slot in slots)
