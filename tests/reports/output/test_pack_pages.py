"""What the handoff pack's PDF is."""

import io

import pytest
from pypdf import PdfReader

from accounts.db import as_firm
from reports.pack import render
from reports.pack.read import read
from tests.reports.output.world import World


@pytest.fixture
def drawn(world: World) -> render.Drawn:
    """The pack of the world, as version 3."""
    with as_firm():
        pack = read(world.engagement)
    return render.draw(render.lay_out(render.html(pack, 3)), render.attachments(pack))


def test_it_is_a_tagged_pdf_with_bookmarks_and_data(drawn: render.Drawn) -> None:
    pdf = PdfReader(io.BytesIO(drawn.body))
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert {"engagement.json", "deliverables.csv"} <= set(pdf.attachments)
    assert [item["/Title"] for item in pdf.outline if not isinstance(item, list)][:2] == ["Outcomes", "x"]
