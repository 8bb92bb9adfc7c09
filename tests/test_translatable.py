"""Every sentence for people can be found by makemessages: it reads the source, so it sees literals alone."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from milestones.catalogue import SHIPPED
from milestones.importing import MESSAGES

# They read the whole product: once, on one worker.
pytestmark = pytest.mark.xdist_group("sources")

APPS = ("accounts", "roles", "engagements", "milestones", "reports", "config")
# Which arguments of a function are looked at, and the names that makemessages knows them by.
ARGUMENTS = {
    "gettext": (0,),
    "gettext_lazy": (0,),
    "gettext_noop": (0,),
    "ngettext": (0, 1),
    "ngettext_lazy": (0, 1),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
# What was marked where it was written, and is translated where it is read.
MARKED_ELSEWHERE = {
    "accounts/models/events.py: self.message",
    "milestones/catalogue_page.py: one.playbook.name",
    "milestones/catalogue_page.py: one.playbook.summary",
    "milestones/catalogue_page.py: chosen.playbook.name",
    "milestones/catalogue_page.py: chosen.playbook.summary",
    "milestones/catalogue_page.py: chosen.note",
    "milestones/imports.py: MESSAGES[problem.code]",
    "reports/pages/new.py: preview.version.playbook.name",
    "reports/views/new_plan.py: version.playbook.name",
    "reports/views/new_plan.py: version.playbook.summary",
}


@cache
def sources() -> dict[str, ast.Module]:
    found = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    return {
        path.relative_to(settings.BASE_DIR).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in found
        if "migrations" not in path.parts
    }


@cache
def nodes(tree: ast.AST) -> tuple[ast.AST, ...]:
    """Every node; each test goes over all of them."""
    return tuple(ast.walk(tree))


@cache
def names_in(tree: ast.AST) -> dict[str, str]:
    """What the functions are called in a file; `gettext_noop` also where a package without Django has its own."""
    imported = {
        alias.asname or alias.name: alias.name
        for node in nodes(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in ARGUMENTS
    }
    return {"gettext_noop": "gettext_noop", **imported}


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """Let go of the trees in the end: a heap of a million nodes would slow all later tests."""
    yield
    for kept in (sources, nodes, names_in):
        kept.cache_clear()


def called(node: ast.Call, names: dict[str, str]) -> str:
    if isinstance(node.func, ast.Name):
        return names.get(node.func.id, "")
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.attr if node.func.value.id == "translation" and node.func.attr in ARGUMENTS else ""
    return ""


def messages_in(tree: ast.AST) -> Iterator[ast.expr]:
    names = names_in(tree)
    for node in nodes(tree):
        if isinstance(node, ast.Call) and (name := called(node, names)):
            yield from (node.args[at] for at in ARGUMENTS[name] if at < len(node.args))


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def beyond(tree: ast.AST) -> set[str]:
    """What is given to gettext and is no literal."""
    return {ast.unparse(one) for one in messages_in(tree) if not is_literal(one)}


def test_what_is_given_to_gettext_is_a_literal():
    found = {f"{path}: {source}" for path, tree in sources().items() for source in beyond(tree)}
    assert found == MARKED_ELSEWHERE


@pytest.mark.parametrize("given", ['f"Due {day}"', '"Due " + day', '"Due %s" % day', "sentence", '"a" if x else "b"'])
def test_that_test_sees_what_makemessages_would_not(given):
    said = f"from django.utils.translation import gettext as _\n_({given})\n"
    assert len(beyond(ast.parse(said))) == 1
    assert not beyond(ast.parse('from django.utils.translation import gettext as _\n_("Due")\n_("Due" " today")\n'))


def test_no_message_hides_within_an_f_string():
    # makemessages reads what is between the braces of one as text.
    within = {
        f"{path}: {ast.unparse(one)}"
        for path, tree in sources().items()
        for node in nodes(tree)
        if isinstance(node, ast.JoinedStr)
        for one in ast.walk(node)
        if isinstance(one, ast.Call) and called(one, names_in(tree)) and any(is_literal(given) for given in one.args)
    }
    assert not within


def test_gettext_goes_by_no_name_that_makemessages_does_not_know():
    known = {*ARGUMENTS, "_"}
    strange = {f"{path}: {name}" for path, tree in sources().items() for name in names_in(tree) if name not in known}
    assert not strange
    # `_` is found as a message without plural and context; ngettext under that name would lose both.
    assert {names_in(tree).get("_", "gettext") for tree in sources().values()} <= {"gettext", "gettext_lazy"}


def test_what_is_translated_where_it_is_read_was_marked_where_it_was_written():
    marked = {
        one.value
        for tree in sources().values()
        for one in messages_in(tree)
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    assert {*MESSAGES.values()} <= marked
    assert {text for book in SHIPPED for text in (book.name, book.summary)} <= marked
