"""The few papers that the demo needs as real files."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import format_html
from weasyprint import HTML

from reports.pack.fetcher import AllowList

PAGE = (
    "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title}</title></head>"
    "<body><h1>{title}</h1><p>Statement of work, signed for the client by {signer}.</p>"
    "<p>The deliverables and their dates are those of the plan.</p></body></html>"
)


def statement_of_work(name: str, signer: str) -> SimpleUploadedFile:
    """Return a one-page signed statement of work as a PDF upload."""
    html = format_html(PAGE, title=name, signer=signer)
    pdf = HTML(string=html, url_fetcher=AllowList()).write_pdf()
    return SimpleUploadedFile("statement-of-work.pdf", pdf, content_type="application/pdf")
