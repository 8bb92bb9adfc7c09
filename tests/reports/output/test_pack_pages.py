"""What the handoff pack's PDF is: tagged, bookmarked, with its data, and fit for any name."""

import csv
import io
import json
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.db import as_firm
from engagements.models import Engagement
from reports.pack import render
from reports.pack.glyphs import unshown
from reports.pack.picture import Forecasts
from reports.pack.read import gaps, read
from tests.reports.output.world import World, build


def draw(engagement: Engagement) -> render.Drawn:
    with as_firm():
        pack = read(engagement)
    return render.draw(render.lay_out(render.html(pack, 3)), render.attachments(pack))


def text_of(pdf: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


@pytest.fixture
def pdf(world: World) -> PdfReader:
    return PdfReader(io.BytesIO(draw(world.engagement).body))


def test_it_is_tagged_titled_and_bookmarked(pdf: PdfReader) -> None:
    root: Any = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    titles = [str(item["/Title"]) for item in pdf.outline if not isinstance(item, list)]
    assert titles == [
        "Claims triage", "Outcomes", "The plan: agreed against actual", "Deliverables", "Models, data and monitoring",
        "Runbooks", "Team and access to revoke", "Open risks, waits and decisions", "Acceptance",
    ]  # fmt: skip


def test_its_pictures_have_words(world: World) -> None:
    with as_firm():
        html = render.html(read(world.engagement), 1)
    assert html.count('role="img"') == html.count("<desc") > 0


def test_it_prints_version_verdict_and_the_signatures_hash(world: World, pdf: PdfReader) -> None:
    said = text_of(pdf)
    assert "Handoff pack, version 3" in said
    assert "3 of 8 deliverables are accepted." in said
    with as_firm():
        signed = world.one(1).sign_off
    assert signed is not None
    assert signed.content_hash[:30] in said


def test_what_is_missing_is_printed_and_red(world: World, pdf: PdfReader) -> None:
    assert "No runbook is attached: nobody can run the service from this pack." in text_of(pdf)
    with as_firm():
        pack = read(world.engagement)
        html = render.html(pack, 1)
    for gap in gaps(pack)["cover"]:
        assert gap.replace("'", "&#x27;") in html
    assert '<span class="gap">not signed</span>' in html


def test_its_data_is_attached(world: World, pdf: PdfReader) -> None:
    data = json.loads(pdf.attachments["engagement.json"][0])
    assert data["engagement"]["code"] == world.engagement.code
    assert len(data["deliverables"]) == 8
    rows = list(csv.DictReader(io.StringIO(pdf.attachments["deliverables.csv"][0].decode(), newline="")))
    assert [row["title"] for row in rows] == [item["title"] for item in data["deliverables"]]
    assert rows[0]["signed_hash"] == data["deliverables"][0]["signed_hash"] != ""


TITLES = ("=cmd()|' /C calc'!A0", "عقد البيانات", "数据访问", "🚀 Launch", "X" * 150, '<b>bold</b> & "quoted"')


def test_any_title_is_printed_as_text_on_pages_that_hold_it(db: None) -> None:
    with as_firm():
        world = build(titles=TITLES, count=40)
        assert "&lt;b&gt;bold&lt;/b&gt; &amp; &quot;quoted&quot;" in render.html(read(world.engagement), 3)
    drawn = draw(world.engagement)
    pdf = PdfReader(io.BytesIO(drawn.body))
    assert drawn.pages <= 20
    rows = pdf.attachments["deliverables.csv"][0].decode()
    assert "'=cmd()|" in rows
    assert pdf.attachments["engagement.json"][0].decode().count('"title"') >= 40


def test_what_no_font_shows_is_said(world: World) -> None:
    nowhere = "\U0010fffd"  # a private character that no font draws
    assert unshown(f"Claims {nowhere} Ωμέγα") == [nowhere]
    with as_firm():
        Engagement.objects.filter(pk=world.engagement.pk).update(goal=f"Half {nowhere}")
        engagement = Engagement.objects.select_related("client", "manager").get(pk=world.engagement.pk)
        html = render.html(read(engagement), 1)
    assert "1 character cannot be shown, since no font here has it: U+10FFFD." in html


def test_reading_takes_the_same_queries_whatever_the_rows(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with as_firm():
        world = build(count=30)
        with django_assert_max_num_queries(37):
            read(world.engagement)


@pytest.mark.parametrize("above", range(0, 200, 16))
def test_the_forecasts_numbers_are_printed_once_wherever_they_fall(above: int) -> None:
    rows = tuple((f"Day {n}", "7 Jan", "15 Jan", "5 Jan", "37%") for n in range(9))
    picture = mark_safe('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 160"><path d="M0 0h9"/></svg>')
    shown = Forecasts("It moved.", picture, rows, "1.12", "Each day earns more of the plan than it was given.", picture)
    part = render_to_string("reports/pack/_forecasts.html", {"forecasts": shown})
    filler = f'<div style="height: {above}mm"></div>'
    document = (
        f'<html lang="en"><link rel="stylesheet" href="emplace:pack.css"><title>x</title><body>{filler}{part}</body>'
    )
    pages = PdfReader(io.BytesIO(render.draw(render.lay_out(document), []).body)).pages
    text = "".join(page.extract_text() for page in pages)
    assert text.count("Earned schedule") == 1
    assert text.count("Each day earns") == 1
    assert [text.count(row[0]) for row in rows] == [1] * len(rows)
