"""Engagements as a contract."""

from datetime import date

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from engagements.actions import engagements
from engagements.models import Engagement
from roles.models import ServiceLine
from tests import factories
from tests.conftest import at_once
from tests.factories import Cast


def log(cast: Cast, **more: object) -> Engagement:
    """Log one for Meridian Health."""
    fields = {
        "client": cast.client,
        "name": "Claims",
        "goal": "",
        "service_line": ServiceLine.objects.get(key="data_science_ml"),
        "manager": cast.manager,
        "start_on": date(2026, 10, 6),
    }
    return engagements.create_engagement(by=cast.manager, **(fields | more))  # type: ignore[arg-type]


def test_codes_count_up_by_the_clients_name(cast: Cast) -> None:
    assert [log(cast).code, log(cast).code, log(cast, client=cast.other_client).code] == ["MER-01", "MER-02", "HAL-01"]


def test_a_name_without_latin_letters_has_a_code_by_its_mark(cast: Cast) -> None:
    cast.client.name = "北方 123"
    assert log(cast).code == "ME-01"


@pytest.mark.parametrize(("name", "code"), [("Østerby", "OST-01"), ("Łódź Gaz", "LOD-01"), ("Æther", "AET-01")])
def test_letters_with_a_stroke_stay_in_the_code(cast: Cast, name: str, code: str) -> None:
    cast.client.name = name
    assert log(cast).code == code


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start_on", date(9999, 12, 31)),
        ("start_on", date(1999, 12, 31)),
        ("name", ""),
        ("name", "N" * 10_000),
        ("backlog_url", "javascript:alert(1)"),
        ("backlog_url", "ftp://files.example/x"),
        ("done_url", "no link"),
    ],
)
def test_what_does_not_hold_is_refused(cast: Cast, field: str, value: object) -> None:
    with pytest.raises(DomainError):
        log(cast, **{field: value})


def test_leap_days_and_markup_are_fine(cast: Cast) -> None:
    made = log(cast, start_on=date(2028, 2, 29), name="<script>alert(1)</script>", goal="😀 שלום")
    assert made.start_on == date(2028, 2, 29)


def test_manager_must_manage(cast: Cast) -> None:
    with pytest.raises(DomainError) as refused:
        log(cast, manager=cast.specialist)
    assert refused.value.field == "manager"
    with pytest.raises(NotAllowed):
        engagements.remove_draft(by=cast.specialist, engagement=log(cast))


def test_second_edit_of_the_same_version_sees_the_first(cast: Cast) -> None:
    engagement = log(cast)
    again = Engagement.objects.get(pk=engagement.pk)
    engagements.change_engagement(by=cast.manager, engagement=engagement, version=1, name="First")
    with pytest.raises(StaleEdit) as stale:
        engagements.change_engagement(by=cast.other_manager, engagement=again, version=1, name="Second")
    assert stale.value.theirs["name"] == "First"
    assert Engagement.objects.get(pk=engagement.pk).name == "First"


def test_start_stays_once_it_runs(cast: Cast) -> None:
    engagement = factories.active(cast)
    with pytest.raises(IllegalMove):
        engagements.change_engagement(
            by=cast.manager, engagement=engagement, version=engagement.version, start_on=date(2026, 12, 1)
        )
    with pytest.raises(IllegalMove):
        engagements.remove_draft(by=cast.manager, engagement=engagement)


def test_removed_draft_is_gone_from_the_client(cast: Cast) -> None:
    engagement = log(cast)
    engagements.remove_draft(by=cast.manager, engagement=engagement)
    assert not Engagement.objects.present().filter(pk=engagement.pk).exists()
    with pytest.raises(IllegalMove):
        engagements.remove_draft(by=cast.manager, engagement=engagement)


def test_two_at_once_get_two_codes(really: None) -> None:
    from accounts.db import as_firm

    with as_firm():
        cast = factories.cast()
    made = at_once([lambda: log(cast), lambda: log(cast)])
    assert sorted(one.code for one in made if isinstance(one, Engagement)) == ["MER-01", "MER-02"]
