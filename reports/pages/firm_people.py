"""The list of the firm's people in words."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.states import FIRM_KINDS
from engagements.models import Engagement
from engagements.states import ENDED
from reports.pages.words import moment


@dataclass(frozen=True)
class PersonRow:
    """Somebody of the firm: who they are, and when they signed in last."""

    id: str
    name: str
    email: str
    kind: str
    is_active: bool
    manages: bool
    seen: str
    answers_for: int


def person_rows() -> list[PersonRow]:
    """Return everybody of the firm, those who left last; two queries."""
    managed = Engagement.objects.present().exclude(state__in=ENDED).values_list("manager_id", flat=True)
    answers_for = Counter(managed.order_by())
    people = User.objects.filter(kind__in=FIRM_KINDS).order_by("-is_active", "name", "pk")
    return [
        PersonRow(
            id=one.public_id,
            name=one.name,
            email=one.email,
            kind=one.get_kind_display(),
            is_active=one.is_active,
            manages=one.manages,
            seen=moment(one.last_login) if one.last_login else _("not yet"),
            answers_for=answers_for[one.pk],
        )
        for one in people
    ]
