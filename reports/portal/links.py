"""Addresses of the portal's pages: a contact's own, or the same under a manager's look as that contact."""

from django.urls import reverse

from reports.access import Reader

ID = "0portal0id0"


def to(reader: Reader, name: str, **places: object) -> str:
    """Return the address of a portal page for this reader."""
    if reader.looked_on:
        places["contact"] = reader.user.public_id
    return reverse(name, kwargs=places)


class Many:
    """Addresses that differ in their last id alone: resolved once, filled in for each row."""

    def __init__(self, reader: Reader, name: str, code: str) -> None:
        self._before, _id, self._after = to(reader, name, code=code, public_id=ID).partition(ID)

    def __getitem__(self, public_id: str) -> str:
        return f"{self._before}{public_id}{self._after}"
