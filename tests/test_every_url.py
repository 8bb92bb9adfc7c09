"""Every address, GET and POST: whoever is not meant to see something is refused, new views included.

An address is asked as nobody, as another client's contact and as a specialist who is placed nowhere. What answers
must be on one of the short lists below; everything else has to refuse. No address may answer with a 500.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.db import as_firm
from tests import factories
from tests.conftest import CAST
from tests.ground import Ground, begins_with
from tests.two_clients import BOTH, Side, signed_in

pytestmark = pytest.mark.early

REFUSALS = frozenset({400, 401, 403, 404, 405})
SIGN_IN = "/accounts/login/"

# Each kind of person is led home from the start page.
HOMES = ("/start/", "/portal/", "/me/")

# Signs of life, the choice of a theme, the check of a pack; the list of mails is there in a demo alone (and in tests).
PUBLIC = frozenset({"healthz", "readyz", "theme", "check", "mails"})
# Everybody who is signed in: where to start, and own settings.
EVERYBODY = PUBLIC | {"root", "home"}
# A contact's own pages; they show own things alone (tests/test_walls_portal.py).
CONTACTS = EVERYBODY | {"portal", "portal_settings"}
# Pages that list what the reader may see: for a specialist who is placed nowhere, nothing of any client.
SPECIALISTS = EVERYBODY | {
    "portfolio", "portfolio_csv", "me", "me_rest", "me_evidence", "needs_you", "deliverables", "deliverables_csv",
    "metrics", "metrics_csv", "find", "catalogue", "handoffs", "digest_settings", "clients", "clients_csv",
    "specialists", "specialists_csv", "away",
}  # fmt: skip
# Sign-in's pages are allauth's own; the admin's are Django's. Both are asked as whole trees.
NOT_OURS = ("accounts/", "admin/")


@dataclass(frozen=True)
class Address:
    """A pattern with the names of its places."""

    name: str
    route: str
    pattern: URLPattern

    @property
    def places(self) -> list[str]:
        """What has to be filled in."""
        return [place for _whole, place, _group in self._holes()]

    @property
    def is_open(self) -> bool:
        """Whether it says of itself that it asks for no sign-in."""
        return not getattr(self.pattern.callback, "login_required", True)

    def _holes(self) -> list[tuple[str, str, str]]:
        """The holes of a route as text, name and (of a regular expression) what may stand there."""
        plain = re.findall(r"(<(?:\w+:)?(\w+)>)()", self.route)
        return re.findall(r"(\(\?P<(\w+)>(.*?)\))", self.route) or plain

    def filled(self, values: Mapping[str, list[str]]) -> Iterator[str]:
        """Every path that the given values make of it."""
        holes = self._holes()
        for choice in product(*(_choices(group) or values.get(place, ["1"]) for _whole, place, group in holes)):
            path = self.route.replace("^", "").removesuffix("$")
            for (whole, _place, _group), value in zip(holes, choice, strict=True):
                path = path.replace(whole, value, 1)
            yield f"/{path}"


def _choices(group: str) -> list[str]:
    """The words that a regular expression offers, where it does."""
    return group.split("|") if re.fullmatch(r"\w+(\|\w+)+", group) else []


def addresses() -> list[Address]:
    """Every address of the product."""
    found = [Address(one.name or "", route, one) for route, one in walked(get_resolver().url_patterns, "")]
    return [one for one in found if not one.route.startswith(NOT_OURS)]


def walked(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[tuple[str, URLPattern]]:
    """Walk the tree of patterns."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from walked(one.url_patterns, route)
        else:
            yield route, one


@pytest.fixture
@begins_with(CAST)
def people(monday: time_machine.Traveller, db: None, ground: Ground) -> factories.Cast:
    """Everybody."""
    return ground.of(CAST)


@pytest.fixture
@begins_with(BOTH)
def theirs(people: factories.Cast, ground: Ground) -> Side:
    """The client whose things must stay hidden."""
    return ground.of(BOTH)[0]


@pytest.fixture
def values(theirs: Side) -> dict[str, list[str]]:
    """Real ids for every place of an address, all of that one client."""
    with as_firm():
        ids = theirs.public_ids()
    return {
        "code": [theirs.engagement.code],
        "public_id": ids,
        "contact": [theirs.signer.public_id],
        "user_id": [theirs.signer.public_id],
        "recipient": [theirs.signer.public_id],
        "day": ["60"],
        "step": ["plan"],
        "what": ["hold"],
        "token": ["0" * 43],
    }


def is_refusal(response: Any) -> bool:
    """Whether an answer gives nothing away."""
    if response.status_code in {302, 303}:
        return response["Location"] in HOMES or bool(response["Location"].startswith(SIGN_IN))
    return response.status_code in REFUSALS


def answers(browser: Browser, path: str) -> Iterator[tuple[str, Any]]:
    """Ask with both methods, the second as a form with something in it."""
    yield "GET", browser.get(path)
    yield "POST", browser.post(path, {"text": "x", "decision": "accept", "content_hash": "0" * 64, "ticked": "on"})


def everywhere(_address: Address) -> bool:
    return True


def faults(
    browser: Browser,
    values: Mapping[str, list[str]],
    allowed: frozenset[str],
    secret: str,
    only: Callable[[Address], bool] = everywhere,
) -> list[str]:
    """Return every address that let somebody in who is not meant to be there, gave a secret away, or broke."""
    found = []
    for address in filter(only, addresses()):
        for path in address.filled(values):
            for method, response in answers(browser, path):
                if response.status_code >= 500:
                    found.append(f"{method} {path} broke")
                elif not is_refusal(response) and (address.name not in allowed or address.places):
                    found.append(f"{method} {path} ({address.name}) answered {response.status_code}")
                elif secret in response.getvalue().decode(errors="replace"):
                    found.append(f"{method} {path} names what it must not")
    return found


def rows(side: Side) -> list[Any]:
    """The work as it is stored now: asking must not change it."""
    with as_firm():
        return list(side.engagement.deliverables.order_by("pk").values())


def test_nobody_gets_no_further_than_the_sign_in(values: dict[str, list[str]]) -> None:
    """Sent there, or told so with what was typed kept, before anything is looked up: one id stands for all."""
    nobody = Browser(raise_request_exception=False)
    one_each = {place: ids[:1] for place, ids in values.items()}
    for address in (one for one in addresses() if not one.is_open):
        for path in address.filled(one_each):
            for method, response in answers(nobody, path):
                refused = response.status_code == 401 or response.get("Location", "").startswith(SIGN_IN)
                assert refused, f"{method} {path} ({address.name}) answered {response.status_code}"


def test_what_asks_for_no_sign_in_gives_nothing_away(theirs: Side, values: dict[str, list[str]]) -> None:
    found = faults(Browser(raise_request_exception=False), values, PUBLIC, theirs.word, only=lambda one: one.is_open)
    assert found == [], "\n".join(found)


def test_another_clients_contact_is_refused_everywhere(
    people: factories.Cast, theirs: Side, values: dict[str, list[str]]
) -> None:
    before = rows(theirs)
    found = faults(signed_in(people.stranger), values, frozenset(CONTACTS), theirs.word)
    assert found == [], "\n".join(found)
    assert rows(theirs) == before


def test_a_specialist_placed_nowhere_is_refused_everywhere(
    people: factories.Cast, theirs: Side, values: dict[str, list[str]]
) -> None:
    before = rows(theirs)
    found = faults(signed_in(people.unplaced), values, frozenset(SPECIALISTS), theirs.word)
    assert found == [], "\n".join(found)
    assert rows(theirs) == before


@pytest.mark.parametrize("who", ["manager", "specialist", "signer", "unplaced"])
def test_the_admin_is_for_administrators(people: factories.Cast, who: str) -> None:
    browser = signed_in(getattr(people, who))
    for path in ("/admin/", "/admin/roles/role/", "/admin/milestones/playbook/", "/audit/"):
        # Followed: who is signed in must not be sent to the sign-in page and back for ever.
        assert browser.get(path, follow=True).status_code in REFUSALS, path


def test_the_walk_would_notice_an_open_view(people: factories.Cast, theirs: Side, values: dict[str, list[str]]) -> None:
    placed = signed_in(people.specialist)
    assert faults(
        placed,
        values,
        frozenset(SPECIALISTS),
        "nothing secret",
        only=lambda one: one.route.startswith("engagements/<slug:code>/"),
    )
