"""The slip risk in words: a chance in percent, and drivers whose points sum to it.

A specialist's own record of lateness is in the number, and its words and points are shown to that specialist alone:
for everybody else it is one with the engagement's record and whatever is small, and cannot be told apart.

A line is told where its words and its sign agree. The scorecard has learnt some that do not (a long list of open work
is that of people who get through it): true in the sum, they only puzzle as a line of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _, ngettext

from milestones.forecasting.opinion import chance_of
from milestones.forecasting.risk import shares, whole_numbers
from milestones.health import whole_percent

# Fewer points than this, of a hundred, explain nothing by themselves.
WORTH_TELLING: Final = 0.01
# What everybody but the owner reads as one; what is alike is so by the record, too.
FOLDED: Final = frozenset({"record", "engagement_record", "alike"})
# Not more open deliverables than these are few.
FEW: Final = 3
DECIDED: Final = "decided"
REST: Final = "rest"
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class RiskLine:
    """One driver: its sentence and its points, in whole percent; above 0 it makes lateness likelier."""

    text: str
    points: int


@dataclass(frozen=True)
class RiskStory:
    """P(late) in whole percent: `usual` and the lines sum to it."""

    percent: int
    usual: int
    lines: tuple[RiskLine, ...]


def risk_story(facts: Facts | None, *, own: bool) -> RiskStory | None:
    """Tell the "risk" of one entry of ForecastDetail.works; `own`: to the specialist whose deliverable it is."""
    if not facts:
        return None
    base = float(facts["base"])
    told, rest = _told(_split(facts, base), facts, own=own)
    names = [REST] if rest is not None else []
    values = [
        100 * chance_of(base),
        *(100 * points for points in told.values()),
        *(100 * one for one in [rest] if one is not None),
    ]
    total = 100 - whole_percent(1 - facts["late"])
    usual, *points = whole_numbers(values, total)
    lines = zip([*told, *names], points, strict=True)
    return RiskStory(
        total,
        usual,
        tuple(RiskLine(_sentence(name, facts, own=own), n) for name, n in lines if n or (name == REST and not own)),
    )


def _split(facts: Facts, base: float) -> dict[str, float]:
    """Return each driver's share of the chance; what comes before it may have raised it beyond the pool's."""
    found = shares(base, facts["parts"])
    return {**found, DECIDED: facts["late"] - chance_of(base) - sum(found.values())}


def _told(split: Mapping[str, float], facts: Facts, *, own: bool) -> tuple[dict[str, float], float | None]:
    """Return the drivers that are told, the weightiest first, and what the others come to together.

    Whether the record is small must not show either, so for others the fold is always there.
    """
    kept = {
        name: one
        for name, one in split.items()
        if abs(one) >= WORTH_TELLING and (own or name not in FOLDED) and _agrees(name, facts, raises=one > 0)
    }
    left = [one for name, one in split.items() if name not in kept]
    return dict(sorted(kept.items(), key=lambda pair: -abs(pair[1]))), sum(left) if left else None


def _agrees(name: str, facts: Facts, *, raises: bool) -> bool:
    """Whether a reader can believe that what the line says raises the risk (or lowers it)."""
    if name == "load":
        return raises if _sign(facts, name) > FEW else True
    if name in {"sent_back", "rescoped", "blocked_by"}:
        return raises == bool(_sign(facts, name))
    if name in {"record", "engagement_record"}:
        late, of = facts["record" if name == "record" else "engagement"]
        return not of or raises == bool(late) or 0 < late < of
    if name == "alike":
        share = facts["signs"].get("alike")
        return share is None or raises == (share > chance_of(facts["base"]))
    return raises or name != DECIDED


# --- sentences -----------------------------------------------------------------------------------------------


def _sentence(name: str, facts: Facts, *, own: bool) -> str:
    if name == REST:
        return _("everything else") if own else _rest_for_others(facts)
    if name == "load" and not own:
        return _load_of_role(facts)
    return _TELLERS[name](facts)


def _rest_for_others(facts: Facts) -> str:
    """How dates were kept here, and all that is not told line by line."""
    _late, of = facts["engagement"]
    return _("how dates were kept here so far, and everything else") if of else _("everything else, taken together")


def _load_of_role(facts: Facts) -> str:
    n = _sign(facts, "load")
    known = {"n": n, "role": facts.get("role") or _("owner")}
    return ngettext("the %(role)s has %(n)s open deliverable", "the %(role)s has %(n)s open deliverables", n) % known


def _sign(facts: Facts, name: str) -> int:
    value = facts["signs"].get(name)
    return round(value) if isinstance(value, int | float) else 0


def _days_left(facts: Facts) -> str:
    n = _sign(facts, "days_left")
    if not n:
        return _("it is due today")
    return ngettext("%(n)s day is left until it is due", "%(n)s days are left until it is due", n) % {"n": n}


def _age(facts: Facts) -> str:
    n = _sign(facts, "age")
    if not n:
        return _("its planned start is still to come")
    return ngettext("open since its planned start %(n)s day ago", "open since its planned start %(n)s days ago", n) % {
        "n": n
    }


def _load(facts: Facts) -> str:
    n = _sign(facts, "load")
    return ngettext("you have %(n)s open deliverable", "you have %(n)s open deliverables", n) % {"n": n}


def _record(facts: Facts) -> str:
    late, of = facts["record"]
    if not of:
        return _("only you see this: none of your deliverables is finished yet")
    return ngettext(
        "only you see this: %(late)s of your %(n)s finished deliverable was late",
        "only you see this: %(late)s of your %(n)s finished deliverables were late",
        of,
    ) % {"late": late, "n": of}


def _engagement_record(facts: Facts) -> str:
    late, of = facts["engagement"]
    if not of:
        return _("nothing has been due in this engagement so far")
    return ngettext(
        "%(late)s of %(n)s deliverable due here so far was late",
        "%(late)s of %(n)s deliverables due here so far were late",
        of,
    ) % {"late": late, "n": of}


def _alike(facts: Facts) -> str:
    """Before the firm's first outcome it is what is usual elsewhere."""
    share = facts["signs"].get("alike")
    if share is None:
        return _("no deliverable has been judged by its due date yet")
    return _("of work like it that fell due lately, about %(n)s in 100 was late") % {"n": round(100 * share)}


def _blocks(facts: Facts) -> str:
    n = _sign(facts, "blocks")
    if not n:
        return _("no deliverable waits for it")
    return ngettext("%(n)s deliverable waits for it", "%(n)s deliverables wait for it", n) % {"n": n}


def _blocked_by(facts: Facts) -> str:
    n = _sign(facts, "blocked_by")
    if not n:
        return _("it waits for no other deliverable")
    return ngettext("it waits for %(n)s other deliverable", "it waits for %(n)s other deliverables", n) % {"n": n}


def _rescoped(facts: Facts) -> str:
    n = _sign(facts, "rescoped")
    if not n:
        return _("no plan change has touched it")
    return ngettext("%(n)s plan change has touched it", "%(n)s plan changes have touched it", n) % {"n": n}


def _sent_back(facts: Facts) -> str:
    n = _sign(facts, "sent_back")
    if not n:
        return _("it was not sent back so far")
    return ngettext("sent back once", "sent back %(n)s times", n) % {"n": n}


def _comments(facts: Facts) -> str:
    n = _sign(facts, "comments")
    if not n:
        return _("nothing is said in its thread")
    return ngettext("%(n)s line in its thread", "%(n)s lines in its thread", n) % {"n": n}


def _set_together(facts: Facts) -> str:
    n = _sign(facts, "set_together")
    if n < 2:
        return _("no other deliverable got this due date with it")
    return ngettext(
        "%(n)s deliverable got this due date at once", "%(n)s deliverables got this due date at once", n
    ) % {"n": n}


def _due_set_days(facts: Facts) -> str:
    n = _sign(facts, "due_set_days")
    if not n:
        return _("its due date was set today")
    return ngettext("its due date has stood for %(n)s day", "its due date has stood for %(n)s days", n) % {"n": n}


def _cascade(facts: Facts) -> str:
    """What the forecast says by itself, beside what it says of usual work: above that it raises the risk.

    Its waits and predecessors are told beside the likely date.
    """
    if "usual_late" not in facts:  # told by an earlier version, until the night
        return _("reckoned from the plan it is late in %(n)s of 100 draws") % {"n": round(100 * facts["own_late"])}
    late = {"n": round(100 * facts["own_late"]), "usual": round(100 * facts["usual_late"])}
    return _("reckoned from the plan it is late in %(n)s of 100 draws, usual work in %(usual)s") % late


def _decided(facts: Facts) -> str:
    del facts
    return _("what comes before it ends too late")


_TELLERS: Final = {
    "days_left": _days_left,
    "age": _age,
    "load": _load,
    "record": _record,
    "engagement_record": _engagement_record,
    "alike": _alike,
    "blocks": _blocks,
    "blocked_by": _blocked_by,
    "rescoped": _rescoped,
    "sent_back": _sent_back,
    "comments": _comments,
    "set_together": _set_together,
    "due_set_days": _due_set_days,
    "cascade": _cascade,
    DECIDED: _decided,
}
