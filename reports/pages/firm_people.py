"""The list of the firm's people in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.states import FIRM_KINDS
from reports.pages.words import moment


@dataclass(frozen=True)
class PersonRow:
    """Somebody of the firm: who they are, and when they signed in last."""

    id: str
    name: str
    email: str
    kind: str
    is_active: bool
    seen: str


def person_rows() -> list[PersonRow]:
    """Return everybody of the firm, those who left last; one query."""
    people = User.objects.filter(kind__in=FIRM_KINDS).order_by("-is_active", "name", "pk")
    return [
        PersonRow(
            id=one.public_id,
            name=one.name,
            email=one.email,
            kind=one.get_kind_display(),
            is_active=one.is_active,
            seen=moment(one.last_login) if one.last_login else _("not yet"),
        )
        for one in people
    ]
