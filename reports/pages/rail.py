"""What stands beside the plan: the open waits and the last status note."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.prepared import Prepared, given
from engagements.models import Engagement
from milestones.models import Wait
from milestones.states import WaitOn
from reports.models import StatusNote
from reports.pages.plan import Loaded
from reports.pages.words import days, moment, short


@dataclass(frozen=True)
class WaitLine:
    """An open wait of any deliverable of the plan."""

    public_id: str
    what: str
    days: str
    note: str
    nudged: str
    can_nudge: bool


@dataclass(frozen=True)
class Note:
    """The manager's last words."""

    name: str
    when: str
    text: str


def waiting_lines(loaded: Loaded) -> list[WaitLine]:
    """The open waits, the longest first; they are loaded with the plan already."""
    found = [(wait, one.title) for one in loaded.deliverables for wait in one.open_waits]
    found.sort(key=lambda pair: pair[0].opened_on)
    return [_line(wait, title, loaded) for wait, title in found]


def _line(wait: Wait, title: str, loaded: Loaded) -> WaitLine:
    names = {WaitOn.CLIENT: loaded.engagement.client.name, WaitOn.FIRM: _("us"), WaitOn.THIRD_PARTY: _("a third party")}
    who = wait.contact.user.name if wait.contact else wait.who or names[WaitOn(wait.on)]
    waited = loaded.calendar.working_days_between(wait.opened_on, loaded.today)
    return WaitLine(
        public_id=wait.public_id,
        what=_("“%(title)s” to sign off") % {"title": title} if wait.for_sign_off else wait.what.rstrip("."),
        # Days on hold count for nothing: none may have been waited although it was opened long ago.
        days=days(waited) if waited > 0 or wait.opened_on < loaded.today else _("new"),
        note=_("%(who)s, since %(day)s") % {"who": who, "day": short(wait.opened_on)}
        if wait.for_sign_off
        else _("%(who)s, since %(day)s, for “%(title)s”") % {"who": who, "day": short(wait.opened_on), "title": title},
        nudged=_("Nudged %(day)s") % {"day": short(wait.nudged_at.date())} if wait.nudged_at else "",
        can_nudge=wait.on == WaitOn.CLIENT and loaded.engagement.is_active,
    )


NOTE = Prepared(lambda: StatusNote.objects.filter(engagement=given("engagement")).select_related("by")[:1])


def last_note(engagement: Engagement) -> Note | None:
    """The newest note; one query."""
    note = NOTE.one(engagement=engagement.pk)
    return Note(note.by.name, moment(note.at), note.text) if note else None
