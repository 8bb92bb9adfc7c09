"""Lists as CSV."""

import csv
import io

import pytest

from accounts.tables import csv_response, csv_text, safe_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1"])
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "text"), [(-3, "-3"), (None, ""), (2.5, "2.5"), ("a-b", "a-b"), ("", "")])
def test_numbers_and_plain_text_stay(value, text):
    assert safe_cell(value) == text


def test_what_is_written_can_be_read_back():
    rows: list[list[object]] = [["a,b", 'say "no"', "two\nlines"], ["ä", None, 7]]
    read = list(csv.reader(io.StringIO(csv_text(["one", "two", "three"], rows), newline="")))
    assert read == [["one", "two", "three"], ["a,b", 'say "no"', "two\nlines"], ["ä", "", "7"]]


def test_the_download_has_a_safe_name():
    response = csv_response('x"; y\r\nz.csv', ["a"], [])
    assert "\n" not in response["Content-Disposition"]
