"""What holds for every template: nothing inline, only icons that exist, one form look."""

import re
from pathlib import Path

import pytest
from django import forms
from django.http import HttpRequest
from django.template import engines

from accounts.glyphs import PILL_SHAPES, SHAPES, glyph
from accounts.looks import WORDS
from accounts.templatetags.ui import icon

ROOT = Path(__file__).resolve().parents[2]
# Mails and prints are read by no browser: no policy holds there.
ELSEWHERE = ("email/", "mail/", "digest", "pack", "pdf")
PAGES = [
    page
    for page in sorted((ROOT / "templates").rglob("*.html"))
    if not any(mark in page.relative_to(ROOT).as_posix() for mark in ELSEWHERE)
]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def render(source, **context):
    request = HttpRequest()
    request.path = "/here/"
    request.COOKIES.update(context.pop("cookies", {}))
    return engines["django"].from_string(source).render(context, request)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_template_has_what_the_policy_would_block(page):
    source = page.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=", source)
    assert not re.search(r"\son\w+=", source)
    for script in re.findall(r"<script\b[^>]*>", source):
        assert "src=" in script or 'type="application/json"' in script


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_icon_exists(page):
    names = re.findall(r"{% icon \"([\w-]+)\"", page.read_text(encoding="utf-8"))
    names += re.findall(r"{% nav_link \"[\w:]+\" _\(\"[^\"]+\"\) \"([\w-]+)\"", page.read_text(encoding="utf-8"))
    for name in names:
        assert icon(name).startswith('<svg class="ic"')


@pytest.mark.parametrize("state", list(SHAPES))
def test_every_state_has_a_word_a_shape_and_a_pill(state):
    assert WORDS[state]
    assert SHAPES[state][0] in PILL_SHAPES
    assert glyph(state, 0, 0).startswith("<")
    pill = render("{% status state %}", state=state)
    assert str(WORDS[state]) in pill
    assert "<svg" in pill


def test_states_that_differ_in_colour_differ_in_shape_too():
    tones: dict[str, set[str]] = {}
    for shape, tone in SHAPES.values():
        tones.setdefault(shape, set()).add(tone)
    assert tones["check"] == {"ok"}
    assert tones["square"] == {"bad"}
    assert tones["triangle"] == {"warn"}


def test_an_unknown_state_is_a_word_and_never_an_error():
    assert "Brand new" in render("{% status 'brand_new' %}")


def test_a_label_is_escaped():
    assert "&lt;b&gt;" in render("{% status 'planned' label %}{% avatar label alone=True %}", label="<b>")


def test_a_link_to_no_page_renders_nothing():
    assert render("{% nav_link 'no_such_page' 'Nowhere' 'inbox' %}") == ""


@pytest.mark.parametrize(
    ("cookie", "seen"), [("dark", "dark"), ("light", "light"), ('"><script>', "auto"), ("", "auto")]
)
def test_the_theme_comes_from_the_cookie_alone(settings, cookie, seen):
    assert render("{% theme %}", cookies={settings.THEME_COOKIE_NAME: cookie}) == seen


class Sample(forms.Form):
    """One of each control."""

    name = forms.CharField(help_text="As the client says it.")
    target = forms.CharField(widget=forms.TextInput(attrs={"data-affix": "min"}))
    reason = forms.CharField(required=False, widget=forms.Textarea)
    who = forms.ChoiceField(choices=[("i", "Internal"), ("s", "Shared")], widget=forms.RadioSelect)
    tell = forms.BooleanField(required=False, label="Tell the owner")
    stamp = forms.CharField(widget=forms.HiddenInput)


def test_a_field_says_its_help_and_its_error_where_a_reader_hears_them():
    html = Sample({"who": "i", "stamp": "1"}).as_div()
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert "This field is required." in html


def test_the_summary_leads_to_each_field_that_is_wrong():
    html = str(Sample({"who": "i", "stamp": "1"}))
    assert "2 things to put right:" in html
    assert 'href="#id_name"' in html
    assert 'href="#id_target"' in html
    assert 'role="alert"' in html


def test_a_form_without_errors_has_no_summary():
    assert "to put right" not in str(Sample())


def test_controls_carry_the_class_of_the_look():
    html = str(Sample())
    assert re.search(r'<input type="text" name="name"[^>]*class="input"', html)
    assert html.count('class="tick"') == 3
    assert "<span>min</span>" in html
    assert html.count("(optional)") == 1
    assert "<fieldset" in html


def test_a_class_of_the_widgets_own_is_kept():
    class Own(forms.Form):
        code = forms.CharField(widget=forms.TextInput(attrs={"class": "code-in"}))

    assert 'class="code-in input"' in str(Own())


def test_what_was_typed_is_escaped_and_stays():
    assert "&lt;script&gt;" in str(Sample({"name": "<script>", "who": "i"}))
