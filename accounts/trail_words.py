"""Tables and columns of the trail in words, for the page that reads it. The export keeps their names as they are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _, gettext_lazy, ngettext

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# By name alone: the tables belong to higher floors, which this one does not know.
TABLES: "Final[dict[str, StrOrPromise]]" = {
    "account_emailaddress": gettext_lazy("E-mail address"),
    "accounts_user": gettext_lazy("Person"),
    "engagements_agreement": gettext_lazy("Agreement"),
    "engagements_businessmetric": gettext_lazy("Business metric"),
    "engagements_client": gettext_lazy("Client"),
    "engagements_contact": gettext_lazy("Contact"),
    "engagements_engagement": gettext_lazy("Engagement"),
    "engagements_hold": gettext_lazy("Hold"),
    "engagements_metricreading": gettext_lazy("Reading"),
    "engagements_placement": gettext_lazy("Placement"),
    "engagements_risk": gettext_lazy("Risk"),
    "mfa_authenticator": gettext_lazy("Second factor"),
    "milestones_checkin": gettext_lazy("Weekly answer"),
    "milestones_comment": gettext_lazy("Line of a thread"),
    "milestones_deliverable": gettext_lazy("Deliverable"),
    "milestones_dependency": gettext_lazy("Dependency"),
    "milestones_doneline": gettext_lazy("Line of a definition of done"),
    "milestones_duemove": gettext_lazy("Earlier due date"),
    "milestones_evidence": gettext_lazy("Evidence"),
    "milestones_handover": gettext_lazy("Handover"),
    "milestones_handoverline": gettext_lazy("Line of a handover"),
    "milestones_milestone": gettext_lazy("Milestone"),
    "milestones_plan": gettext_lazy("Plan"),
    "milestones_planchange": gettext_lazy("Plan change"),
    "milestones_plandraft": gettext_lazy("Draft of a plan"),
    "milestones_planmove": gettext_lazy("Move of a plan change"),
    "milestones_playbook": gettext_lazy("Playbook"),
    "milestones_playbookitem": gettext_lazy("Playbook item"),
    "milestones_playbookversion": gettext_lazy("Playbook version"),
    "milestones_signoff": gettext_lazy("Sign-off"),
    "milestones_wait": gettext_lazy("Wait"),
    "reports_digestsetting": gettext_lazy("Digest setting"),
    "reports_handoffpack": gettext_lazy("Handoff pack"),
    "reports_statusnote": gettext_lazy("Status note"),
    "roles_absence": gettext_lazy("Days away"),
    "roles_failuremode": gettext_lazy("Failure mode"),
    "roles_pillar": gettext_lazy("Pillar"),
    "roles_role": gettext_lazy("Role"),
    "roles_serviceline": gettext_lazy("Service line"),
    "roles_specialist": gettext_lazy("Specialist"),
}
NAMED: Final = 3


def table_word(table: str) -> str:
    """Return what a row of this table is; a table that is gone keeps its name."""
    return str(TABLES.get(table, table))


def column_word(column: str) -> str:
    """Return a column's name as words: `due_on` is "due on", `client_id` is "client"."""
    return column.removesuffix("_id").replace("_", " ") or column


def columns_named(columns: Sequence[str]) -> str:
    """Return the first few columns of an entry, and how many more there are."""
    shown = ", ".join(column_word(name) for name in columns[:NAMED])
    more = len(columns) - NAMED
    if more <= 0:
        return shown or _("nothing that is kept")
    return ngettext("%(shown)s and %(n)d more", "%(shown)s and %(n)d more", more) % {"shown": shown, "n": more}
