"""Every picture is well-formed, named and escaped, whatever it is given."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree as ET

import pytest

from reports.charts import (
    PRINT,
    Band,
    ForecastDay,
    Item,
    LoadWeek,
    Metric,
    Outlook,
    Reading,
    Timeline,
    accepted_against_plan,
    driver,
    forecast_history,
    health_by_week,
    index_line,
    load,
    meter,
    metric_line,
    outlook,
    png,
    progress,
    spark,
    timeline,
)
from reports.charts.svg import width_of
from reports.charts.theme import TOKENS
from tests.look.css import tokens

START = date(2026, 10, 6)
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><image href="http://example.org/x"/>',
    "a\x00b\x1f\x0b",
    "مراجعة الدقة مع الأطباء",
    "x" * 10_000,
    "漢字" * 300,
    "🚀 go & come",
    "",
    "\ud800 lone",
]


def day(n):
    return START + timedelta(days=n)


def item(name="Routing model", state="in_progress", **more):
    given = {"start": day(28), "due": day(40), "likely": day(44), "by_8_in_10": day(50), "slip": 3}
    return Item(name, state, **(given | more))


def plan(*items, **more):
    given = {
        "title": "Plan",
        "items": items,
        "bands": (
            Band("Stabilize foundations", START, day(30), "Days 1-30", "Day 30"),
            Band("Build the production path", day(30), day(60), "31-60", "Day 60"),
            Band("Operationalize", day(60), day(90), "61-90", "Day 90"),
        ),
        "start": START,
        "end": day(90),
        "today": day(47),
        "holidays": (day(36),),
    }
    return Timeline(**(given | more))


def parsed(svg):
    return ET.fromstring(svg)


def every_chart(name="Routing model"):
    metric = Metric(name, START, 14.2, day(90), 6.0, (Reading(day(7), 13.0), Reading(day(14), 12.0)))
    return {
        "timeline": timeline(plan(item(name))),
        "compact": timeline(plan(item(name)), compact=True, uid="c"),
        "dense": timeline(plan(item(name)), dense=True, width=752),
        "metric": metric_line(metric),
        "steps": accepted_against_plan([0, 1, 2, 3], [0, 1], title=name or "Steps"),
        "weeks": health_by_week(["on_track", "at_risk", "off_track", None], title=name or "Weeks"),
        "load": load(name or "Load", [LoadWeek(START, 60, 60), LoadWeek(day(7), 40)]),
        "spark": spark([1, 2, 3], target=5),
        "progress": progress(47),
        "meter": meter(0.5, 0.6),
        "driver": driver(3, 4),
        "outlook": outlook(Outlook(day(47), day(57), day(64), day(72), "off_track")),
    }


NAMED = ("timeline", "compact", "dense", "metric", "steps", "weeks", "load")


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", list(every_chart()))
def test_hostile_names_stay_text(kind, name):
    root = parsed(every_chart(name)[kind])
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "text", "rect", "path", "circle"}
    assert "http://" not in "".join(str(v) for element in root.iter() for v in element.attrib.values())


@pytest.mark.parametrize("kind", NAMED)
def test_a_picture_that_informs_has_a_role_a_title_and_a_description(kind):
    root = parsed(every_chart()[kind])
    assert root.get("role") == "img"
    labelled_by = root.get("aria-labelledby").split()
    assert labelled_by == [root.find(f"{SVG}title").get("id"), root.find(f"{SVG}desc").get("id")]
    assert root.find(f"{SVG}title").text
    assert root.find(f"{SVG}desc").text


@pytest.mark.parametrize("kind", [k for k in every_chart() if k not in NAMED])
def test_a_picture_beside_its_figure_is_hidden_from_readers(kind):
    assert parsed(every_chart()[kind]).get("aria-hidden") == "true"


@pytest.mark.parametrize("kind", list(every_chart()))
def test_no_picture_has_a_style_that_the_policy_would_block(kind):
    assert "style=" not in every_chart()[kind]
    assert "NaN" not in every_chart()[kind].replace("Name", "")


def test_ids_are_the_callers():
    assert 'id="one-t"' in timeline(plan(item()), uid="one")
    assert 'id="a-b--c-t"' in timeline(plan(item()), uid='a b">c')


def test_a_long_name_is_cut_on_the_picture_and_in_its_description():
    svg = timeline(plan(item("x" * 10_000)))
    assert len(svg) < 8_000
    assert "…" in svg


def test_a_right_to_left_name_is_kept_apart_in_the_sentence():
    assert "\u2068مراجعة\u2069: in progress, due 15 Nov" in timeline(plan(item("مراجعة")))


def test_the_description_says_due_likely_and_8_in_10():
    assert "Routing model: in progress, due 15 Nov, likely 19 Nov, 8 in 10 by 25 Nov" in timeline(plan(item()))


def test_what_is_done_has_no_forecast():
    svg = timeline(plan(item(state="accepted", done_on=day(38))))
    assert "finished 13 Nov" in svg
    assert "8 in 10" not in svg


@pytest.mark.parametrize(
    "dates",
    [
        {"start": date.min, "due": date.max, "likely": date.max, "by_8_in_10": date.max},
        {"start": date.max, "due": date.min, "likely": None, "by_8_in_10": None},
        {"start": START, "due": START, "likely": START, "by_8_in_10": START},
    ],
)
@pytest.mark.parametrize("form", [{}, {"compact": True}, {"dense": True, "width": 752}])
def test_dates_far_out_stay_on_the_picture(dates, form):
    root = parsed(timeline(plan(item(**dates)), **form))
    width = float(root.get("width"))
    for element in root.iter(f"{SVG}rect"):
        assert float(element.get("x")) >= 0
        assert float(element.get("x")) + float(element.get("width")) <= width + 0.5


@pytest.mark.parametrize("last", [START, date.max])
def test_a_plan_of_one_day_and_one_to_the_end_of_the_calendar_are_drawn(last):
    bands = (Band("Only", START, last),)
    assert parsed(timeline(plan(item(), bands=bands, end=last, today=START))) is not None


def test_a_plan_without_rows_says_so():
    assert "Nothing to show yet" in timeline(plan())


def test_a_forecast_of_years_does_not_squeeze_the_plan():
    near = parsed(timeline(plan(item())))
    far = parsed(timeline(plan(item(by_8_in_10=day(4000)))))
    first_bar = next(float(r.get("width")) for r in near.iter(f"{SVG}rect"))
    assert next(float(r.get("width")) for r in far.iter(f"{SVG}rect")) > first_bar / 2


def test_a_slip_is_written_with_a_true_minus():
    assert ">+3 d<" in timeline(plan(item()))
    assert ">\u22122 d<" in timeline(plan(item(slip=-2)))


def test_progress_fills_its_share_of_the_bar():
    def filled(share):
        root = parsed(timeline(plan(item(progress=share), bands=(), holidays=())))
        return float(next(r for r in root.iter(f"{SVG}rect") if r.get("fill") == "var(--bar-done)").get("width"))

    assert filled(0.5) == pytest.approx(filled(1.0) / 2, abs=0.2)
    assert filled(7.0) == filled(1.0)


@pytest.mark.parametrize("values", [[], [1.0], [5.0, 5.0], [1e308, -1e308], [float("nan"), 2.0], [float("inf")]])
def test_odd_values_draw_a_line_all_the_same(values):
    svg = spark(values)
    ET.fromstring(svg)
    assert "nan" not in svg
    assert "inf" not in svg
    readings = tuple(Reading(day(i), v) for i, v in enumerate(values))
    assert "nan" not in metric_line(Metric("m", START, 0.0, day(90), 1.0, readings)).replace("Finance", "")


def test_a_metric_line_goes_from_start_over_readings_to_target():
    svg = metric_line(Metric("Triage time", START, 14.2, day(90), 6.0, (Reading(day(7), 13.0),)))
    assert "start 14.2; 13 Oct: 13; target 6" in svg


def test_accepted_against_plan_says_both_figures():
    assert "1 accepted of 12; the plan said 3 by now" in accepted_against_plan([0, 3, 12], [0, 1], title="t")
    assert "Nothing to show yet" in accepted_against_plan([], [], title="t")
    assert parsed(accepted_against_plan([0, 2], [0, 1, 1, 1], title="t")) is not None


def test_health_by_week_shows_shapes_and_says_words():
    svg = health_by_week(["on_track", "at_risk", None], title="Health by week")
    assert "week 1 on track; week 2 at risk; week 3 to come" in svg


def test_load_beyond_100_percent_is_red():
    assert "var(--bad-g)" in load("Mei", [LoadWeek(START, 60, 60)])
    assert "var(--bad-g)" not in load("Mei", [LoadWeek(START, 60, 40)])
    assert "5000% here" in load("Mei", [LoadWeek(START, 5000, -3)])


def test_progress_draws_one_bar_a_milestone():
    assert progress(47).count("var(--bar-done)") == 2
    assert progress(0).count("var(--bar-done)") == 0
    assert progress(10**9, ends=(30, 60, 90, 120)).count("var(--bar-done)") == 4
    assert 'role="img"' in progress(47, label="Day 47 of 90")


def test_print_colours_are_the_light_theme_of_the_style_sheet():
    light = {name: pair[0] for name, pair in tokens().items()}
    assert {name: light[token] for name, token in TOKENS.items()} == dict(PRINT)


def test_the_mail_picture_is_a_png_as_wide_as_asked():
    data = png(timeline(plan(item()), theme=PRINT, compact=True), 600)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 600


def test_the_mail_picture_draws_text_with_our_own_font():
    with_text = png(timeline(plan(item("Wide words")), theme=PRINT), 800)
    without = png(timeline(plan(item("")), theme=PRINT), 800)
    assert with_text != without


def test_an_earlier_due_date_is_a_hollow_mark_and_said():
    moved, still = item(was=day(33)), item("Alarms", was=day(40))
    drawn = parsed(timeline(plan(moved, still)))
    (mark,) = [one for one in drawn.iter(f"{SVG}path") if one.get("class") == "was"]
    assert mark.get("fill") != mark.get("stroke")
    assert "was due 8 Nov" in "".join(drawn.itertext())
    assert "was due 15 Nov" not in "".join(drawn.itertext())


def test_a_milestone_that_moved_has_its_earlier_date_on_top():
    bands = (Band("Stabilize foundations", START, day(36), was=day(30)),)
    drawn = timeline(plan(item(), bands=bands))
    assert drawn.count('class="was"') == 1


HISTORY = [
    ForecastDay(date(2026, 11, day), date(2026, 12, day), date(2027, 1, day), date(2026, 12, 7 if day < 9 else 14))
    for day in (2, 9, 16, 23)
]


@pytest.mark.parametrize("width", [960, 358])
def test_the_history_draws_both_lines_and_the_steps_of_the_due_date(width: int) -> None:
    svg = forecast_history(HISTORY, title="Day 60", width=width)
    ET.fromstring(svg)
    assert "likely 23 Dec, 8 in 10 by 23 Jan, due 14 Dec" in svg
    stairs = re.search(r'd="M[\d.]+ ([\d.]+)(H[^"]+V[^"]+)"', svg)
    assert stairs is not None
    before, after = float(stairs[1]), {float(one) for one in re.findall(r"V([\d.]+)", stairs[2])}
    assert len(after) == 1
    assert before > after.pop()  # up is later
    assert svg.count("8 in 10 by 23 Jan</text>") == (1 if width > 460 else 0)


def test_an_index_is_drawn_against_par() -> None:
    readings = [Reading(one.on, value) for one, value in zip(HISTORY, (1.0, 0.9, float("nan"), 0.8), strict=True)]
    svg = index_line(readings, title="SPI(t)")
    ET.fromstring(svg)
    assert "stroke-dasharray" in svg
    assert "nan" not in svg


def test_no_history_says_so() -> None:
    assert "Nothing to show yet" in forecast_history([], title="Day 60")
    assert "Nothing to show yet" in index_line([], title="SPI(t)")


def spans_of(svg: str) -> list[tuple[float, float, float]]:
    """Line, left and right of every text of a picture, about as wide as it is drawn."""
    found = []
    for one in parsed(svg).iter(f"{SVG}text"):
        x, wide = float(one.get("x", 0)), width_of("".join(one.itertext()), float(one.get("font-size", 0)))
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[one.get("text-anchor", "start")]
        found.append((float(one.get("y", 0)), left, left + wide))
    return found


@pytest.mark.parametrize("form", [{"dense": True, "width": 752}, {"dense": True}, {}, {"compact": True}])
@pytest.mark.parametrize("today", [1, 28, 33, 47, 60, 62, 89])
@pytest.mark.parametrize("ends", [(30, 60, 90), (30, 34, 90), (58, 61, 64), (60, 60, 60), (2, 3, 90), (30, 86, 90)])
def test_no_label_of_the_head_lies_over_another_or_over_today(ends, today, form):
    bands = tuple(
        Band(f"Milestone {n}", day(start), day(end), f"till {end}", f"Day {n * 30}")
        for n, (start, end) in enumerate(zip((0, *ends), ends, strict=False), 1)
    )
    svg = timeline(plan(*(item(f"Item {n}", slip=None) for n in range(20)), bands=bands, today=day(today)), **form)
    first = float(next(one for one in parsed(svg).iter(f"{SVG}text") if one.text == "Item 0").get("y", 0))
    head = [one for one in spans_of(svg) if one[0] < first - 6]
    for index, (y, left, right) in enumerate(head):
        for other_y, other_left, other_right in head[index + 1 :]:
            apart = abs(y - other_y) >= 11 or left >= other_right or right <= other_left
            assert apart, (ends, today, (y, left, right), (other_y, other_left, other_right))


@pytest.mark.parametrize("form", [{"dense": True, "width": 752}, {}, {"compact": True}])
@pytest.mark.parametrize("late", [*range(48, 61), *range(80, 140, 3)])
def test_no_line_goes_through_a_figure(late, form):
    svg = timeline(plan(item(due=day(40), likely=day(late - 2), by_8_in_10=day(late), slip=17)), **form)
    figure, *_ = [one for one in parsed(svg).iter(f"{SVG}text") if one.text == "+17 d"]
    left, wide = float(figure.get("x", 0)), width_of("+17 d", 11)
    lines = [re.match(r"M([\d.]+) [\d.]+V", one.get("d", "")) for one in parsed(svg).iter(f"{SVG}path")]
    assert not [x for x in (float(one[1]) for one in lines if one) if left - 1 < x < left + wide + 1]
    assert left + wide <= float(parsed(svg).get("viewBox").split()[2])
