"""Forms answer in our words."""

from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from accounts.forms import Form
from milestones.draft_forms import MAX_ROWS, MetricFormSet


class Sample(Form):
    """One of each kind, and one with a sentence of its own."""

    name = forms.CharField(max_length=4)
    count = forms.IntegerField(min_value=1, max_value=100)
    value = forms.DecimalField(max_digits=6, decimal_places=2)
    day = forms.DateField()
    mail = forms.EmailField()
    link = forms.URLField(assume_scheme="https")
    one = forms.ChoiceField(choices=[("a", "A")])
    some = forms.MultipleChoiceField(choices=[("a", "A")])
    file = forms.FileField(max_length=8)
    own = forms.CharField(error_messages={"required": "Say what it is."})


def with_file(name: str, content: bytes) -> Sample:
    return Sample({}, MultiValueDict({"file": [SimpleUploadedFile(name, content)]}))


def said(form: forms.Form, name: str) -> str:
    return " ".join(str(sentence) for sentence in form.errors.get(name, []))


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("name", "", "This is empty. Fill it in."),
        ("name", "abcde", "Use at most 4 characters; this has 5."),
        ("name", "a\0", "a character that cannot be kept"),
        ("count", "1e9", "Write a whole number, for example 40."),
        ("count", "33.3 %", "Write a whole number, for example 40."),
        ("count", "0", "Use 1 or more."),
        ("count", "101", "Use 100 or less."),
        ("value", "NaN", "Write a number, for example 12.5."),
        ("value", "1e30", "too long to keep"),
        ("value", "1.123", "at most 2 digits behind the point"),
        ("day", "", "No day is chosen. Choose one."),
        ("day", "soon", "Write the date as year-month-day"),
        ("mail", "nobody", "This is no e-mail address."),
        ("link", "javascript:alert(1)", "This is no link."),
        ("one", "", "Nothing is chosen. Choose one."),
        ("one", "b", "not one of the choices"),
        ("some", "", "Nothing is chosen. Choose at least one."),
        ("some", ["b"], "One of these is not among the choices."),
        ("own", "", "Say what it is."),
    ],
)
def test_a_field_answers_in_our_words(name, typed, sentence):
    answer = said(Sample({name: typed}), name)
    assert sentence in answer
    assert not any(word in answer for word in ("Ensure", "valid", "required", "Select"))


def test_a_file_is_answered_too():
    assert said(Sample({}), "file") == "No file is chosen. Choose one."
    assert said(with_file("a.csv", b""), "file") == "The file is empty. Choose another one."
    assert (
        said(with_file("a-long-one.csv", b"x"), "file")
        == "The file’s name has 14 characters. Give it one of at most 8."
    )


def test_a_field_that_a_form_adds_to_itself_is_answered_too():
    form = Sample({})
    form.fields["more"] = forms.IntegerField()
    assert said(form, "more") == "This is empty. Fill it in."


def test_a_list_that_is_too_long_is_answered_too():
    rows = {f"metrics-{n}-name": "x" for n in range(MAX_ROWS + 2)}
    typed = {**rows, "metrics-TOTAL_FORMS": str(MAX_ROWS + 2), "metrics-INITIAL_FORMS": "0"}
    told = [str(one) for one in MetricFormSet(typed, prefix="metrics").non_form_errors()]
    assert told == [f"Use at most {MAX_ROWS} lines."]


def test_every_form_of_the_project_speaks_so():
    base = Path(settings.BASE_DIR)
    found = [
        path
        for app in ("accounts", "roles", "engagements", "milestones", "reports")
        for path in (base / app).rglob("*.py")
    ]
    bare = [path for path in found if "(forms.Form)" in path.read_text(encoding="utf-8")]
    assert bare == [base / "accounts" / "forms.py"]
