"""Files that a contact may take: evidence and handoff packs."""

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.http import AuthedHttpRequest, file_response
from reports import access
from reports.access import Reader
from reports.portal import library
from reports.views.portal_entry import portal, show


@require_safe
@portal
def files(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """List handoff packs and evidence."""
    engagement = access.engagement(reader, code)
    return show(
        request,
        reader,
        "files",
        engagement=engagement,
        here="portal_files",
        packs=library.packs(reader, engagement),
        shelves=library.shelves(reader, engagement),
    )


@require_safe
@portal
def file(_request: AuthedHttpRequest, reader: Reader, code: str, public_id: str) -> HttpResponseBase:
    """Hand out a piece of evidence; a link has no file, so its address here is nothing."""
    found = access.evidence(reader, access.engagement(reader, code), public_id)
    if not found.file:
        raise Http404
    kind = found.content_type or "application/octet-stream"
    return file_response(found.file, name=found.file_name, content_type=kind)


@require_safe
@portal
def pack(_request: AuthedHttpRequest, reader: Reader, code: str, public_id: str) -> HttpResponseBase:
    """Hand out an issued handoff pack."""
    found = access.pack(reader, access.engagement(reader, code), public_id)
    name = f"{code}-handoff-{found.number}.pdf"
    return file_response(found.file, name=name, content_type="application/pdf")
