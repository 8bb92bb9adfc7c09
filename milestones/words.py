"""Forecasts and findings in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _, ngettext

from accounts.formats import day
from milestones.models import ForecastRun, SlipFlag
from milestones.states import Cause, Health

# Fewer working days than this explain nothing.
WORTH_TELLING: Final = 1


def driver_sentence(driver: Mapping[str, object], titles: Mapping[str, str] | None = None) -> str:
    """Return one driver in words, as “waiting on the client for 9 working days”; '' for one that has none.

    `titles` map public ids to the titles that the reader may see.
    """
    tell = _TELLERS.get(str(driver.get("kind", "")))
    return tell(driver, titles or {}) if tell else ""


def drivers_sentence(
    drivers: Iterable[Mapping[str, object]], titles: Mapping[str, str] | None = None, *, most: int = 3
) -> str:
    """Return the weightiest drivers in one line, divided by semicolons; what gains time is left out."""
    worth = [one for one in drivers if _number(one, "days", WORTH_TELLING) >= WORTH_TELLING]
    told = [sentence for one in worth if (sentence := driver_sentence(one, titles))]
    return "; ".join(dict.fromkeys(told).keys() if len(told) <= most else list(dict.fromkeys(told))[:most])


def _number(driver: Mapping[str, object], name: str, default: int = 0) -> int:
    value = driver.get(name, default)
    return int(value) if isinstance(value, int | float) else default


def _waiting_on_client(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    del titles
    n = _number(driver, "waited")
    if not n:
        return _("waiting on the client")
    return ngettext("waiting on the client, %(n)s working day", "waiting on the client, %(n)s working days", n) % {
        "n": n
    }


def _waiting_on_others(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    del titles
    n = _number(driver, "waited")
    if not n:
        return _("waiting on others")
    return ngettext("waiting on others, %(n)s working day", "waiting on others, %(n)s working days", n) % {"n": n}


def _load(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    """Name the role, never the person: a specialist's load is not the person's fault."""
    del titles
    known = {"n": _number(driver, "open"), "role": driver.get("role") or _("owner")}
    return (
        ngettext(
            "the %(role)s has %(n)s open deliverable",
            "the %(role)s has %(n)s open deliverables",
            _number(driver, "open"),
        )
        % known
    )


def _predecessors(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    title = titles.get(str(driver.get("after", "")))
    return _("“%(title)s” finishes late") % {"title": title} if title else _("what comes before it finishes late")


def _away(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    """Name the role, and no reason: why somebody is away is nobody else's."""
    del titles
    n = _number(driver, "away")
    sentence = ngettext("the %(role)s is away for %(n)s working day", "the %(role)s is away for %(n)s working days", n)
    return sentence % {"n": n, "role": driver.get("role") or _("owner")}


def _start(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    del titles
    n = _number(driver, "days")
    return ngettext("started %(n)s working day late", "started %(n)s working days late", n) % {"n": n}


def _overrun(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    del driver, titles
    return _("such work usually takes longer than planned")


def _late(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    del titles
    n = _number(driver, "days")
    return ngettext("was due %(n)s working day ago", "was due %(n)s working days ago", n) % {"n": n}


def _age(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    del titles
    n = _number(driver, "age")
    return _("running for %(n)s working days, longer than 85%% of such work") % {"n": n}


def _critical(driver: Mapping[str, object], titles: Mapping[str, str]) -> str:
    del titles
    n = _number(driver, "count")
    return ngettext("%(n)s critical item", "%(n)s critical items", n) % {"n": n}


_TELLERS: Final = {
    "waiting_on_client": _waiting_on_client,
    "waiting_on_others": _waiting_on_others,
    "load": _load,
    "predecessors": _predecessors,
    "away": _away,
    "start": _start,
    "overrun": _overrun,
    "late": _late,
    "age": _age,
    "critical": _critical,
}


def flag_sentence(flag: SlipFlag, titles: Mapping[str, str] | None = None) -> str:
    """Return a flag as a sentence: its cause, then its drivers."""
    why = drivers_sentence(flag.drivers, titles)
    cause = str(Cause(flag.cause).label)
    return f"{cause}: {why}." if why else f"{cause}."


def forecast_sentence(likely: date, eight_in_ten: date) -> str:
    """Return “Likely 9 Dec; 8 in 10 by 16 Dec”."""
    return _("Likely %(likely)s; 8 in 10 by %(by)s") % {"likely": day(likely), "by": day(eight_in_ten)}


# --- the verdict -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How an engagement stands: its next milestone's name, due date and forecast, and what is late or waits."""

    health: str
    milestone: str
    due_on: date
    likely: date
    eight_in_ten: date
    late: int = 0
    waiting_on_client: int = 0
    is_finished: bool = False


def standing(
    run: ForecastRun, *, health: str, milestone_id: str, name: str, due_on: date, late: int, waiting_on_client: int
) -> Standing | None:
    """Put together the standing of the milestone with this public id; None where the run does not know it."""
    facts = run.milestones.get(milestone_id)
    if facts is None:
        return None
    likely, by = date.fromisoformat(facts["likely"]), date.fromisoformat(facts["eight_in_ten"])
    finished = "finished_on" in facts
    return Standing(health, name, due_on, likely, by, late, waiting_on_client, finished)


def verdict(one: Standing) -> str:
    """Return two plain sentences, the bad news in them."""
    return f"{_first(one)} {_second(one)}".strip()


def _first(one: Standing) -> str:
    known = {"name": one.milestone, "due": day(one.due_on), "likely": day(one.likely)}
    if one.is_finished:
        return _("%(name)s is finished, and so is everything before it.") % known
    if one.health == Health.ON_TRACK:
        return _("%(name)s is on track for %(due)s.") % known
    if one.health == Health.AT_RISK:
        return _("%(name)s is at risk: due on %(due)s, likely done on %(likely)s.") % known
    return _("%(name)s is off track: due on %(due)s, likely done on %(likely)s.") % known


def _second(one: Standing) -> str:
    late = ngettext("%(n)s deliverable is late", "%(n)s deliverables are late", one.late) % {"n": one.late}
    waits = ngettext("%(n)s waits on the client", "%(n)s wait on the client", one.waiting_on_client)
    waits = waits % {"n": one.waiting_on_client}
    if one.late and one.waiting_on_client:
        return _("%(late)s and %(waits)s.") % {"late": late, "waits": waits}
    if one.late or one.waiting_on_client:
        return f"{late if one.late else waits}."
    if one.is_finished:
        return ""
    return _("8 in 10 chances that it is done by %(by)s.") % {"by": day(one.eight_in_ten)}
