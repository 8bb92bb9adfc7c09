"""How a table stands behind the two walls; each concrete model says so in its `wall`.

The migrate command turns these declarations into grants, policies and triggers (accounts/ddl.py), so a model
without one cannot reach the database unseen: a system check refuses it.
"""

from dataclasses import dataclass
from typing import Final

APPEND_ONLY: Final = "SELECT, INSERT"
READ_WRITE: Final = "SELECT, INSERT, UPDATE, DELETE"


@dataclass(frozen=True)
class Wall:
    """What each database role may do with one table.

    portal: SQL condition under which the portal role sees a row, with {clients} for the client ids of the
        request (a bigint array); None hides the whole table from the portal.
    portal_columns: the only columns the portal may read; empty means all of them.
    login: rights of the bare login role, that is of sign-in (for example "SELECT, INSERT").
    firm: rights of the firm's role.
    trail: whether every change is kept in the trail (off for computed tables and the trail itself).
    trail_without: columns that never enter the trail (secrets, and what changes at every visit).
    client_column: column with the client's id, kept in the trail's entries; None for a table without client data.
    """

    portal: str | None = None
    portal_columns: tuple[str, ...] = ()
    login: str = ""
    firm: str = READ_WRITE
    trail: bool = True
    trail_without: tuple[str, ...] = ()
    client_column: str | None = None


OWN: Final = "client_id = ANY ({clients})"
# A child of an engagement is seen where its engagement is; the inner SELECT runs under the engagement's own policy.
OF_ENGAGEMENT: Final = f"{OWN} AND engagement_id IN (SELECT id FROM engagements_engagement)"  # noqa: S608
# A child of a deliverable likewise; what is internal is hidden with all that hangs on it.
OF_DELIVERABLE: Final = f"{OWN} AND deliverable_id IN (SELECT id FROM milestones_deliverable)"  # noqa: S608
# What belongs to an engagement and may belong to one of its deliverables.
OF_EITHER: Final = (
    f"{OF_ENGAGEMENT} AND (deliverable_id IS NULL OR deliverable_id IN (SELECT id FROM milestones_deliverable))"  # noqa: S608
)

CATALOGUE: Final = Wall(portal="true")
FIRM_ONLY: Final = Wall()


def client_table(portal: str | None = OF_ENGAGEMENT, *, trail: bool = True, firm: str = READ_WRITE) -> Wall:
    """Return the wall of a table with client data: rows by `portal`, the client's id in the trail."""
    return Wall(portal=portal, trail=trail, firm=firm, client_column="client_id")
