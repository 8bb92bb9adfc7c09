"""Loading the catalogue, its pages and its versions."""

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from accounts.db import as_firm
from milestones.catalogue import DATA, SHIPPED, add_version, current_versions, items_of, load_playbook, read_items
from milestones.models import PlaybookItem, PlaybookVersion
from roles import catalogue
from roles.models import FailureMode, Pillar, Role, ServiceLine
from tests import factories
from tests.factories import Cast


def test_command_loads_everything_once(db: None) -> None:
    call_command("load_catalogue")
    call_command("load_catalogue")
    with as_firm():
        counts = [model.objects.count() for model in (Role, FailureMode, Pillar, ServiceLine)]
        assert counts == [4, 5, 5, 4]
        assert PlaybookVersion.objects.count() == 2
        assert PlaybookItem.objects.filter(version__playbook__key="full").count() >= 36
        assert PlaybookItem.objects.filter(version__playbook__key="short").count() >= 12


def test_words_changed_in_the_admin_stay(firm: None) -> None:
    catalogue.load()
    Role.objects.filter(key="ml_engineer").update(name="Machine learning engineer")
    assert catalogue.load() == 0
    assert Role.objects.get(key="ml_engineer").name == "Machine learning engineer"
    catalogue.load(restore=True)
    assert Role.objects.get(key="ml_engineer").name == "ML engineer"


def test_a_name_that_shipped_earlier_becomes_the_present_one(firm: None) -> None:
    catalogue.load()
    Role.objects.filter(key="mlops_engineer").update(name="MLOps / AIOps Engineer")
    assert catalogue.load() == 0
    names = ["Data scientist", "ML engineer", "MLOps/AIOps engineer", "Data engineer"]
    assert list(Role.objects.order_by("position").values_list("name", flat=True)) == names


def test_other_items_make_the_next_version(firm: None) -> None:
    catalogue.load()
    first = load_playbook(SHIPPED[0])
    assert first is not None
    second = add_version(first.playbook, items_of(first)[:5])
    assert (first.number, second.number) == (1, 2)
    assert load_playbook(SHIPPED[0]) is None
    assert [one.number for one in current_versions()] == [2]


def test_rows_survive_the_database(firm: None) -> None:
    catalogue.load()
    for shipped in SHIPPED:
        version = load_playbook(shipped)
        assert version is not None
        assert items_of(version) == read_items(DATA / shipped.file)


@pytest.fixture
def people(db: None) -> Cast:
    """Everybody, and the playbooks."""
    with as_firm():
        made = factories.cast()
        for shipped in SHIPPED:
            load_playbook(shipped)
        return made


def test_pages_are_for_the_firm(people: Cast, client: Browser, django_assert_max_num_queries: object) -> None:
    addresses = ("/catalogue/", "/catalogue/playbooks/full/", "/catalogue/playbooks/short/1/")
    client.force_login(people.specialist)
    for address in addresses:
        assert client.get(address).status_code == 200
        assert client.post(address).status_code == 405
    assert client.get("/catalogue/playbooks/none/").status_code == 404
    assert client.get("/catalogue/playbooks/full/9/").status_code == 404
    client.force_login(people.signer)
    for address in addresses:
        assert client.get(address).status_code == 404


def test_a_version_in_use_is_not_changed_in_the_admin(people: Cast, client: Browser) -> None:
    with as_firm():
        version = PlaybookVersion.objects.get(playbook__key="short")
        engagement = factories.draft(people)
        address = f"/admin/milestones/playbookversion/{version.pk}/change/"
    client.force_login(people.administrator)
    assert b"items-0-title" in client.get(address).content
    with as_firm():
        engagement.plan.playbook_version = version
        engagement.plan.save(update_fields=["playbook_version"])
    assert b'name="items-0-title"' not in client.get(address).content
    client.post(
        "/admin/milestones/playbookversion/", {"action": "copy", "_selected_action": str(version.pk)}, follow=True
    )
    with as_firm():
        assert PlaybookVersion.objects.filter(playbook__key="short").count() == 2
    client.force_login(people.manager)
    assert client.get(address).status_code in {302, 403}
