"""What drives a slipping milestone and what would help it: the chain and the options, in words and with buttons."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, Exists, OuterRef, QuerySet, TextField
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from accounts.clock import now
from accounts.models import Job, User
from accounts.prepared import Prepared, given
from accounts.states import OPEN_JOBS
from engagements.models import Placement
from milestones.models import Milestone, Plan, Wait, WaysOut
from milestones.states import DeliverableState, WaitOn
from reports.pages.forecasts import Outlook, outlook
from reports.pages.plan import Loaded
from reports.pages.words import moment, percent, short

# For so long after a forecast the page asks whether its options are there.
WORKED_OUT_IN: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class LinkLine:
    """One deliverable of the chain, and what it costs the milestone."""

    title: str
    url: str
    note: str
    cost: str


@dataclass(frozen=True)
class OptionLine:
    """One change worth making: what, what it gains, why it can be done, what comes of it, and where to do it.

    `gain_of` names the date that the days are gained on.
    `nudge` is a wait that the client can be reminded of right here; else `url` leads on.
    """

    title: str
    gain: str
    gain_of: str
    note: str
    after: str
    verb: str
    url: str
    nudge: str = ""


@dataclass(frozen=True)
class WaysOutView:
    """The card; `pending` while it is being worked out, and `soon` where that should take seconds."""

    title: str
    chain_title: str
    chain: tuple[LinkLine, ...]
    options: tuple[OptionLine, ...]
    note: str
    pending: bool
    soon: bool
    ask_url: str


def ways_out_of(loaded: Loaded, user: User) -> WaysOutView | None:
    """Return nothing where no milestone slips; one query, asked of every plan alike."""
    if loaded.run is None:
        return None
    found = _read(loaded)
    milestone = _slipping(loaded)
    if milestone is None:
        return None
    facts = found.milestones.get(milestone.public_id) if found is not None else None
    names = {one["id"]: one["name"] for one in found.placed} if found is not None else {}
    return WaysOutView(
        title=_("What would help day %(day)d") % {"day": milestone.day},
        chain_title=_("The chain to day %(day)d") % {"day": milestone.day},
        chain=tuple(_chain(loaded, facts["chain"])) if facts else (),
        options=tuple(_Lines(loaded, user, facts["options"], names, loaded.told(milestone)).lines()) if facts else (),
        note=_("Worked out with the plan of %(when)s.") % {"when": moment(found.made_at)} if found and facts else "",
        pending=facts is None,
        soon=facts is None and now() - loaded.run.made_at < WORKED_OUT_IN,
        ask_url=reverse("engagement_ask", args=[loaded.engagement.code]) if user.manages else "",
    )


def _slipping(loaded: Loaded) -> Milestone | None:
    """The first milestone that is not on track and has something left to do."""
    if not loaded.engagement.is_active:
        return None
    for one in loaded.milestones:
        if loaded.told(one).health in {"at_risk", "off_track"} and any(d.is_unfinished for d in loaded.of(one)):
            return one
    return None


def _kept() -> QuerySet[WaysOut]:
    engagement = given("engagement")
    asked = Job.objects.filter(kind="slip_engagement", key__startswith=given("key", TextField()), state__in=OPEN_JOBS)
    newer = Plan.objects.filter(engagement=OuterRef("engagement"), version__gt=OuterRef("plan_version"))
    placed = Placement.objects.filter(engagement=OuterRef("engagement")).order_by()
    names = ArraySubquery(placed.values(json=JSONObject(id="public_id", name="user__name")))
    found = WaysOut.objects.filter(
        engagement=engagement, on=given("on", DateField()), plan_version__gte=given("version")
    )
    return found.filter(~(Exists(asked) & Exists(newer))).annotate(placed=names)


KEPT: Final = Prepared(_kept)


def _read(loaded: Loaded) -> Any:
    """Return what is kept of the plan as the last forecast saw it; never of an older plan, nor while one is asked.

    A WaysOut with `placed`: id and name of each placement, for whoever could take work over.
    """
    run = loaded.run
    assert run is not None  # noqa: S101 - the caller looks
    pk = loaded.engagement.pk
    return KEPT.one(engagement=pk, key=f"{pk}:", on=run.on, version=run.plan_version)


def _chain(loaded: Loaded, links: Iterable[Mapping[str, Any]]) -> Iterable[LinkLine]:
    works = {one.public_id: one for one in loaded.deliverables}
    for link in links:
        work = works.get(link["work"])
        if work is not None:
            told = loaded.told(work)
            yield LinkLine(
                title=work.title,
                url=f"?open={work.public_id}#d-{work.public_id}",
                note=_("likely %(likely)s, due %(due)s") % {"likely": short(told.likely), "due": short(work.due_on)},
                cost=_("%(n)d d") % {"n": link["days"]} if link["days"] > 0 else "",
            )


class _Lines:
    """The options in words, for one reader."""

    def __init__(
        self,
        loaded: Loaded,
        user: User,
        options: Iterable[Mapping[str, Any]],
        names: Mapping[str, str],
        now: Outlook,
    ) -> None:
        """`names` of placements by id; `now`: what the milestone is forecast to be as things stand."""
        self.loaded, self.user, self.options, self.names, self.now = loaded, user, list(options), names, now
        self.works = {one.public_id: one for one in loaded.deliverables}

    def lines(self) -> Iterable[OptionLine]:
        """Every option whose deliverable is still there to be changed.

        Who could take whose work is for managers: what it gains tells of people's pace and load.
        """
        tell = {"wait": self._wait, "owner": self._owner, "move": self._move, "drop": self._drop}
        shown = [one for one in self.options if one["kind"] != "owner" or self.user.manages]
        for one in shown:
            work = self.works.get(one["work"])
            if work is not None and work.is_unfinished and (line := tell[one["kind"]](one, work)):
                yield line

    def _wait(self, one: Mapping[str, Any], work: Any) -> OptionLine | None:
        waits = [wait for wait in work.open_waits if (wait.on == WaitOn.CLIENT) == one["client"]]
        if not waits:
            return None
        wait = min(waits, key=lambda each: (each.opened_on, each.pk))
        known = {"title": work.title, "what": wait.what.rstrip("."), "by": short(date.fromisoformat(one["on"]))}
        sign = _("Get “%(title)s” signed off by %(by)s")
        title = (sign if wait.for_sign_off else _("Get “%(what)s” by %(by)s")) % known
        can_nudge = one["client"]
        return self._line(
            one,
            title,
            self._since(wait, work),
            (_("Send nudge"), "") if can_nudge else (_("Open it"), f"?open={work.public_id}#d-{work.public_id}"),
            nudge=wait.public_id if can_nudge else "",
        )

    def _since(self, wait: Wait, work: Any) -> str:
        names = {
            WaitOn.CLIENT: self.loaded.engagement.client.name,
            WaitOn.FIRM: _("us"),
            WaitOn.THIRD_PARTY: _("a third party"),
        }
        who = wait.contact.user.name if wait.contact else wait.who or names[WaitOn(wait.on)]
        known = {"title": work.title, "who": who, "since": short(wait.opened_on)}
        told = _("“%(title)s” waits on %(who)s since %(since)s.") % known
        if wait.nudged_at:
            return f"{told} " + _("Last nudged on %(day)s.") % {"day": short(wait.nudged_at.date())}
        return told

    def _owner(self, one: Mapping[str, Any], work: Any) -> OptionLine | None:
        name = self.names.get(one["to"])
        if name is None:
            return None
        known = {"title": work.title, "name": name, "n": one["load"], "m": one["owner_load"]}
        known["owner"] = work.owner.user.name if work.owner else ""
        note = ngettext(
            "%(name)s has %(n)d open deliverable, %(owner)s %(m)d; same role, placed, not away.",
            "%(name)s has %(n)d open deliverables, %(owner)s %(m)d; same role, placed, not away.",
            one["load"],
        )
        url = f"{reverse('work_give', args=[work.public_id])}?to={one['to']}"
        return self._line(one, _("Give “%(title)s” to %(name)s") % known, note % known, (_("Change owner"), url))

    def _move(self, one: Mapping[str, Any], work: Any) -> OptionLine | None:
        stage = next((stage for stage in self.loaded.milestones if stage.public_id == one["stage"]), None)
        if stage is None:
            return None
        due = date.fromisoformat(one["due"])
        known = {"title": work.title, "day": stage.day, "own": work.milestone.day, "due": short(due)}
        begun = work.state != DeliverableState.PLANNED
        said = _("Begun, nothing of it done yet; nothing due for day %(own)d waits for it.") if begun else _(
            "Not begun, nothing due for day %(own)d waits for it."
        )  # fmt: skip
        there = _("Due there %(due)s.") % known
        notes = (said % known, there, _there(one, stage.day), _("Needs a plan change that a signer approves."))
        address = reverse("engagement_ask", args=[self.loaded.engagement.code])
        return self._line(
            one,
            _("Move “%(title)s” to day %(day)d") % known,
            " ".join(note for note in notes if note),
            (_("Draft the change"), f"{address}?move={work.public_id}&to={stage.day}&due={due.isoformat()}")
            if self.user.manages
            else ("", ""),
        )

    def _drop(self, one: Mapping[str, Any], work: Any) -> OptionLine:
        url = f"{reverse('engagement_ask', args=[self.loaded.engagement.code])}?without={work.public_id}"
        return self._line(
            one,
            _("Drop “%(title)s”") % {"title": work.title},
            _("Not begun, nothing waits for it, no signer accepts it. Needs a plan change that a signer approves."),
            (_("Draft the change"), url) if self.user.manages else ("", ""),
        )

    def _line(
        self, one: Mapping[str, Any], title: str, note: str, button: tuple[str, str], nudge: str = ""
    ) -> OptionLine:
        after, now = outlook(one), self.now
        told = _("Likely %(likely)s, 8 in 10 by %(by)s, chance %(chance)s") % {
            "likely": _beside(short(after.likely), short(now.likely)),
            "by": _beside(short(after.eight_in_ten), short(now.eight_in_ten)),
            "chance": _beside(percent(after.chance), percent(now.chance)),
        }
        return OptionLine(title, *_gain(one), note, told, *button, nudge)


def _beside(then: str, now: str) -> str:
    """`2 Dec (now 10 Dec)`."""
    return _("%(then)s (as now)") % {"then": then} if then == now else _("%(then)s (now %(now)s)") % {
        "then": then, "now": now,
    }  # fmt: skip


def _there(one: Mapping[str, Any], day: int) -> str:
    """What the move does to the chance of the milestone that the work goes to; "" where it has no other work."""
    if "chance_there" not in one:
        return ""
    chances = {"day": day, "was": percent(one["chance_was"]), "chance": percent(one["chance_there"])}
    if chances["was"] == chances["chance"]:
        return _("Day %(day)d keeps its chance of %(chance)s.") % chances
    return _("Day %(day)d: chance %(chance)s, was %(was)s.") % chances


def _gain(one: Mapping[str, Any]) -> tuple[str, str]:
    """`−6 days` and the date that is so much sooner: the 8-in-10 one, or the likely one where that stands."""
    days = one["eight_days"] or max(one["days"], 0)
    if days > 0:
        of = _("8 in 10") if one["eight_days"] else _("likely")
        return ngettext("−%(n)d day", "−%(n)d days", days) % {"n": days}, of
    return _("better chance"), ""
