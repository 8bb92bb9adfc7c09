"""The milestone of each deliverable in a plan change's form: what may be chosen, and the due date that it proposes.

Names, by public id: `stage_<id>` is the chosen milestone's day, `was_<id>` the one that the page showed as its own,
`proposed_<id>` the due date that the page put there. A proposal gives way to the next one; what was typed stays.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy as _

from accounts.formats import day as short_day
from engagements.models import Engagement
from milestones.models import Deliverable, Milestone
from milestones.states import MAY_CHANGE_MILESTONE, DeliverableState
from milestones.windows import Window, windows


class Stages:
    """The milestones of one engagement as a form shows them, those that are over or all accepted left out.

    One query; a contact sees what is shared alone, and the action knows the rest.
    """

    def __init__(self, engagement: Engagement, milestones: Iterable[Milestone], raw: QueryDict) -> None:
        """Take what was typed (`raw`)."""
        self.engagement, self.raw = engagement, raw
        self.by_day = {one.day: one for one in milestones}
        self.by_id = {one.pk: one for one in self.by_day.values()}
        self.met = self._met()
        today = engagement.today()
        self.open = [one for one in self.by_day.values() if one.due_on >= today and one.pk not in self.met]
        self.proposals: dict[str, str] = {}

    def _met(self) -> set[int]:
        """The milestones whose deliverables are all accepted, by primary key."""
        found: dict[int, set[str]] = {}
        rows = self.engagement.deliverables.counted().order_by()
        for stage, state in rows.values_list("milestone", "state").distinct():
            found.setdefault(stage, set()).add(state)
        return {pk for pk, states in found.items() if states == {DeliverableState.ACCEPTED.value}}

    def own(self, deliverable: Deliverable) -> Milestone:
        """Return the milestone that it is due for."""
        return self.by_id[deliverable.milestone_id]

    def chosen(self, deliverable: Deliverable, values: Mapping[str, str]) -> Milestone | None:
        """Return the other milestone that was chosen; None where it stays, or where the page showed that as its own."""
        key = deliverable.public_id
        typed = values.get(f"stage_{key}", "")
        stage = self.by_day.get(int(typed)) if typed.isdecimal() and len(typed) < 5 else None
        stays = stage is None or stage.pk == deliverable.milestone_id or typed == self.raw.get(f"was_{key}")
        return None if stays else stage

    def propose(self, works: Iterable[Deliverable], values: Mapping[str, str]) -> dict[str, str]:
        """Return the due dates to put into the form: the milestone's own day, unless a day was typed."""
        found: dict[str, str] = {}
        for one in works:
            stage, name = self.chosen(one, values), f"due_{one.public_id}"
            typed, earlier = values.get(name, ""), str(self.raw.get(f"proposed_{one.public_id}", ""))
            proposal = self._day(stage, values).isoformat() if stage else ""
            if typed in {"", earlier}:
                found[name] = typed = proposal if stage or earlier else typed
            if stage and typed == proposal:
                self.proposals[one.public_id] = proposal
        return found

    def _day(self, stage: Milestone, values: Mapping[str, str]) -> date:
        """A milestone's day, or where the same change moves it to."""
        try:
            return date.fromisoformat(values.get(f"milestone_{stage.day}", ""))
        except ValueError:
            return stage.due_on

    def window(self, stage: Milestone, values: Mapping[str, str]) -> Window:
        """Return the days on which something may be due for a milestone."""
        rows = [(one.pk, self._day(one, values)) for one in self.by_day.values()]
        return windows(self.engagement.start_on, rows)[stage.pk]

    def field(self, deliverable: Deliverable, chosen: Milestone | None) -> forms.ChoiceField | None:
        """Return the choice, its own milestone first; None where there is nothing to choose."""
        own = self.own(deliverable)
        others = [one for one in self.by_day.values() if one != own and (one in self.open or one == chosen)]
        if not others or (deliverable.state not in MAY_CHANGE_MILESTONE and chosen is None):
            return None
        choices = [(str(own.day), gettext("Day %(day)d, as now") % {"day": own.day})]
        label = gettext("Day %(day)d, due %(due)s")
        choices += [(str(one.day), label % {"day": one.day, "due": short_day(one.due_on)}) for one in others]
        wrong = {"invalid_choice": _("Choose a milestone of this plan.")}
        return forms.ChoiceField(
            label=_("Milestone"), choices=choices, required=False, initial=str(own.day), error_messages=wrong
        )
