"""What is remembered by language and type, and addresses that are filled in."""

from django.template import Context, Template
from django.test import override_settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override

from accounts.addresses import address
from accounts.remembered import by_language


def test_what_is_remembered_is_told_apart_by_language_and_type() -> None:
    asked: list[object] = []

    @by_language
    def told(value: object) -> str:
        asked.append(value)
        return f"{get_language()} {type(value).__name__} {value}"

    for language in ("en", "de", "en"):
        with override(language):
            assert told("a") == f"{language} str a"
            assert told(SafeString("a")) == f"{language} SafeString a"
    assert told(1) != told(True)
    assert len(asked) == 6


def test_safe_markup_remembered_first_leaves_the_same_text_escaped() -> None:
    tags = Template("{% avatar name alone=True %}{% client_mark name name %}{% status 'draft' name %}")
    safe = tags.render(Context({"name": SafeString("<b>")}))
    told = tags.render(Context({"name": "<b>"}))
    assert "<b>" in safe
    assert "<b>" not in told


def test_an_address_reads_as_reverse_writes_it() -> None:
    assert address("engagement", "MER-04") == reverse("engagement", args=["MER-04"])
    assert address("deliverable", "MER-04", "x7k2") == reverse("deliverable", args=["MER-04", "x7k2"])
    with override_settings(ROOT_URLCONF="benchmarks.urls"):
        assert address("floor") == "/floor/"
