"""Files that managers have, and files that somebody tries."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

from milestones.importing import MAX_BYTES, MAX_LINES, MESSAGES, PlanFile, read_plan

DATA = Path(__file__).parents[2] / "data"


def read(text: str, **more) -> PlanFile:
    return read_plan(text.encode(), **more)


def codes(file: PlanFile) -> list[tuple[str, int | None]]:
    return [(one.code, one.line) for one in file.problems]


def test_the_sample_plan_is_understood_whole():
    file = read_plan((DATA / "plan.csv").read_bytes())
    assert file.ok, [one.sentence() for one in file.problems]
    assert len(file.rows) == 16
    assert file.ignored == ()
    assert {column.field for column in file.columns} == {
        *("title", "milestone", "role", "owner", "start", "due", "effort_days", "metric", "depends_on", "status")
    }
    by_title = {row.title: row for row in file.rows}
    console = by_title["Adjuster console integration"]
    assert console.due == date(2026, 11, 27)
    assert console.milestone == 60
    assert console.role == "ml_engineer"
    assert console.owner == "adaeze.okafor@vantage.example"
    assert console.depends_on == (by_title["Routing model, first version"].line,)
    assert len(by_title["Two regions live"].depends_on) == 2
    due = {row.line: row.due for row in file.rows}
    assert all(row.start > due[before] for row in file.rows if row.start for before in row.depends_on)
    assert min(row.start for row in file.rows if row.start) == date(2026, 10, 6)


def test_a_german_spreadsheet_with_work_under_way():
    file = read_plan((DATA / "plan_semicolon.csv").read_bytes())
    assert file.ok, [one.sentence() for one in file.problems]
    assert (file.encoding, file.delimiter) == ("utf-8", "semicolon")
    assert file.ignored == ("Colour",)
    assert [row.status for row in file.rows[:6]] == [*["accepted"] * 3, "in_progress", "in_progress", "in_review"]
    assert [row.blocked for row in file.rows[:6]] == [False] * 4 + [True, False]
    assert file.rows[2].done_on == date(2026, 10, 29)
    assert {row.milestone for row in file.rows} == {30, 60, 90}


def test_dates_that_read_two_ways_are_asked_and_the_answer_is_taken():
    data = (DATA / "plan_ambiguous.csv").read_bytes()
    file = read_plan(data)
    assert not file.ok
    assert file.problems == ()
    assert file.ambiguous is not None
    assert (file.ambiguous.line, file.ambiguous.column, file.ambiguous.value) == (2, "Start", "10/6/26")
    assert (file.ambiguous.dmy, file.ambiguous.mdy) == (date(2026, 6, 10), date(2026, 10, 6))
    answered = read_plan(data, date_order="mdy")
    assert answered.ok
    assert answered.rows[2].due == date(2026, 12, 11)
    assert [note.code for note in answered.notes] == ["milestone_by_date"] * 3
    other = read_plan(data, date_order="dmy")
    assert other.rows[0].start == date(2026, 6, 10)


def test_one_day_above_twelve_decides_for_the_whole_file():
    file = read("Title,Start,Due\nA,10/6/2026,10/20/2026\n")
    assert file.ok
    assert file.date_order == "mdy"
    assert file.rows[0].start == date(2026, 10, 6)
    assert read("Title,Due\nA,6/10/2026\nB,20/10/2026\n").rows[0].due == date(2026, 10, 6)


def test_a_file_in_two_orders_is_asked_about():
    file = read("Title,Due\nA,6/10/2026\nB,20/10/2026\nC,10/20/2026\n")
    assert file.ambiguous is not None
    answered = read("Title,Due\nA,6/10/2026\nB,20/10/2026\nC,10/20/2026\n", date_order="dmy")
    assert codes(answered) == [("date_impossible", 4)]


def test_what_is_wrong_either_way_is_named_beside_the_question():
    file = read(
        "Title,Start,Due,Status\nA,,11/12/2026,\nB,,31.02.2027,\nC,2026-12-05,2026-11-05,\nD,,2026-12-01,Lost\n"
        "E,2/3/2027,1/3/2026,\nF,5/4/2026,4/5/2026,\n"
    )
    assert file.ambiguous is not None
    assert codes(file) == [
        ("date_impossible", 3),
        ("due_before_start", 4),
        ("status_unknown", 5),
        ("due_before_start", 6),
    ]
    assert file.problems[1].sentence() == (
        "The due date 2026-11-05 is before the start 2026-12-05. Exchange or correct them."
    )
    # Neither reading of line 6 is the right one yet: it says what the file says.
    assert "The due date 1/3/2026 is before the start 2/3/2027." in file.problems[3].sentence()


def test_the_same_day_and_month_need_no_question():
    assert read("Title,Due\nA,5/5/2026\n").ok


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_delimiters_and_line_ends(encoding, delimiter, newline):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=newline)
    writer.writerows(
        [["Due", "TITLE", "Owner"], ["2026-10-06", "Plan, für; Räksmörgås\tund\nmehr", "Mei <MEI@x.example>"]]
    )
    file = read_plan(out.getvalue().encode(encoding))
    assert file.ok, [one.sentence() for one in file.problems]
    assert file.rows[0].title == "Plan, für; Räksmörgås\tund\nmehr"
    assert file.rows[0].owner == "mei@x.example"


def test_excels_own_separator_line_and_a_heading_above_the_names():
    file = read('sep=;\nOur plan;;\n\nTask;Deadline\n"Two\nlines";2026-10-06\nLast;2026-10-07\n')
    assert file.ok
    assert [row.line for row in file.rows] == [5, 7]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\ufeff \n\n", "empty"),
        ("a,b,c\n1,2,3\n", "no_header"),
        ("Ship it,2026-10-06\nShip more,2026-10-07\n", "no_header"),
        ("Title,Owner\nA,a@b.example\n", "missing_column"),
        ("Due,Status\n2026-10-06,Done\n", "missing_column"),
        ("Title,Due\n", "no_rows"),
        ('Title,Due\n"never closed,2026-10-06\n', "broken_csv"),
        ('Title,Due\n"' + "x" * 140_000 + '",2026-10-06\n', "broken_csv"),
        ("%PDF-1.7 ...", "not_csv"),
        ("PK\x03\x04....", "not_csv"),
    ],
)
def test_files_that_are_no_plan_get_a_sentence(text, code):
    file = read(text)
    assert [problem.code for problem in file.problems] == [code]
    assert not file.ok
    assert file.problems[0].sentence().endswith(".")


def test_a_file_without_header_hears_what_is_needed():
    sentence = read("a,b,c\n1,2,3\n").problems[0].sentence()
    assert "Title, Due" in sentence
    assert "Depends on" in sentence


def test_bytes_that_are_no_text_are_named_by_line():
    file = read_plan(b"Title,Due\nA,2026-10-06\n\xff\xfeB\xe4r,2026-10-07\n")
    assert file.problems[0].params == {"line": 3}
    assert read_plan(bytes(range(256)) * 40).problems


def test_limits_are_sentences():
    line = "A,2026-10-06\n"
    assert read("Title,Due\n" + line * MAX_LINES).ok
    file = read("Title,Due\n" + line * 50_000)
    assert file.problems[0].code == "too_many_lines"
    assert file.rows == ()
    assert "50001 lines" in file.problems[0].sentence()
    assert read("Title,Due\n" + line * (MAX_BYTES // 10)).problems[0].code == "too_big"


def test_every_bad_cell_is_named_by_line_column_and_reason():
    file = read(
        "Title,Start,Due,Role,Owner,Status,Effort,Done on\n"
        "Good,2026-10-06,2026-10-09,DS,a@b.example,To do,2.5 d,\n"
        ",2026-10-06,2026-10-09,,,,,\n"
        "No due,2026-10-06,,,,,,\n"
        "Backwards,2026-10-09,2026-10-06,,,,,\n"
        "Odd,soon,2026-02-29,Wizard,nobody,Maybe,lots,\n"
        "Far,,9999-01-01,,,,-5,\n"
        "Done,2026-10-06,2026-10-09,,,Done,,\n"
        "Open,2026-10-06,2026-10-09,,,To do,,2026-10-08\n"
        "Nul\0,,2026-10-09,,,,1e9,\n" + "x" * 10_000 + ",,2026-10-09,,,,,\n"
    )
    assert codes(file) == [
        ("missing", 3),
        ("missing", 4),
        ("due_before_start", 5),
        ("date_impossible", 6),
        ("status_unknown", 6),
        ("date_unknown", 6),
        ("role_unknown", 6),
        ("owner_not_email", 6),
        ("effort_unknown", 6),
        ("date_far", 7),
        ("effort_unknown", 7),
        ("done_without_date", 8),
        ("done_but_open", 9),
        ("control_character", 10),
        ("effort_unknown", 10),
        ("too_long", 11),
    ]
    assert [row.title for row in file.rows] == ["Good"]
    assert [one.column for one in file.problems[:4]] == ["Title", "Due", "Due", "Due"]
    for problem in file.problems:
        assert "{" not in problem.sentence()


def test_formulas_html_and_emoji_stay_plain_text():
    title = '=HYPERLINK("http://x.example") <b>שלום</b> 🚀'
    out = io.StringIO()
    csv.writer(out).writerows([["Title", "Due"], [title, "2026-10-06"], ["'+1 guarded", "2026-10-06"]])
    file = read(out.getvalue())
    assert [row.title for row in file.rows] == [title, "+1 guarded"]


def test_dependencies_by_code_title_and_line():
    file = read(
        "ID,Title,Due,Depends on\n"
        "A-1,First,2026-10-06,\n"
        'A-2,"Second, long",2026-10-07,a-1\n'
        'A-3,Third,2026-10-08,"second, LONG"\n'
        'A-4,Fourth,2026-10-09,"A-1; second, long; line 4"\n'
        'A-5,Fifth,2026-10-09,"First, A-3"\n'
    )
    assert file.ok, [one.sentence() for one in file.problems]
    assert [row.depends_on for row in file.rows] == [(), (2,), (3,), (2, 3, 4), (2, 4)]


def test_dependencies_that_lead_nowhere():
    file = read(
        "Title,Due,Depends on\nA,2026-10-06,Nothing\nB,2026-10-06,B\nC,2026-10-06,D\nD,2026-10-06,\nD,2026-10-06,99\n"
    )
    assert codes(file) == [("depends_unknown", 2), ("depends_self", 3), ("depends_many", 4), ("depends_unknown", 6)]
    assert "(5, 6)" in file.problems[2].sentence()


def test_a_circle_is_spelled_out():
    file = read("Title,Due,Depends on\nA,2026-10-06,C\nB,2026-10-06,A\nC,2026-10-06,B\n")
    assert [one.code for one in file.problems] == ["circle"]
    sentence = file.problems[0].sentence()
    for name in ("A (line 2)", "B (line 3)", "C (line 4)"):
        assert name in sentence


def test_a_dropped_line_is_left_out_with_a_note_and_so_is_waiting_on_it():
    file = read("Title,Due,Status,Depends on\nA,2026-10-06,Cancelled,\nB,2026-10-06,,A\n")
    assert file.ok
    assert [row.title for row in file.rows] == ["B"]
    assert file.rows[0].depends_on == ()
    assert [note.code for note in file.notes] == ["dropped", "depends_dropped"]


def test_a_line_with_a_problem_may_still_be_waited_on():
    file = read("Title,Due,Depends on\nA,nonsense,\nB,2026-10-06,A\n")
    assert codes(file) == [("date_unknown", 2)]


def test_short_and_long_lines_are_read():
    file = read("Title,Due,Owner\nA,2026-10-06\nB,2026-10-06,a@b.example,surplus,cells\n")
    assert file.ok
    assert [row.owner for row in file.rows] == ["", "a@b.example"]


def test_templates_may_be_translated():
    problem = read("Title,Due\nA,soon\n").problems[0]
    assert problem.sentence("”{value}” ei ole päivämäärä.") == "”soon” ei ole päivämäärä."


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_message_is_a_sentence_with_named_places(code):
    template = MESSAGES[code]
    assert template[0].isupper() or template[0] in "“{"
    assert template.endswith(".")
    assert all(name is None or name.isidentifier() for _, name, _, _ in Formatter().parse(template))


def test_nothing_is_ok_while_something_is_asked():
    file = read("Title,Due\nA,2026-10-06\n")
    assert file.ok
    assert not replace(file, rows=()).ok
