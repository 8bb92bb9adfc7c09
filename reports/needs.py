"""What waits for a manager: late work, long sign-offs, questions, stale numbers, words of specialists, drafts.

Everything comes in one query, however many kinds and rows (`reports.needs_rows`); this module says it in sentences.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from django.utils.text import Truncator
from django.utils.translation import gettext as _, ngettext

from accounts.addresses import address
from accounts.models import User
from milestones.states import Cause
from reports.needs_rows import Found, found
from reports.pages.lights import Light
from reports.pages.words import from_today, listed, short

# Working days after which a client who has something of ours is worth a nudge.
LONG_WAIT: Final = 3


@dataclass(frozen=True)
class Need:
    """One line of "Needs you": who (bold), the reason as a sentence, and what its one button does.

    `post` is the address that the button posts to; without one the button is a link to `url`. `covers` says for which
    absent manager the reader stands in.
    """

    kind: str
    shape: str
    who: str
    text: str
    verb: str
    url: str
    since: date
    post: str = ""
    covers: str = ""


def needs_of(user: User, rows: Iterable[Light]) -> list[Need]:
    """What waits for this person in these engagements, oldest first; one query."""
    briefs = _told_apart(list(rows))
    grouped: defaultdict[str, list[Found]] = defaultdict(list)
    for row in found(user, list(briefs)):
        grouped[row.kind].append(row)
    needs = _slipping(grouped.pop("flag", []), briefs) + _stale(grouped.pop("stale", []), briefs)
    for kind, of_kind in grouped.items():
        needs += _said(kind, of_kind, briefs)
    return sorted(needs, key=lambda need: (need.since, need.who, need.text))


def _told_apart(rows: list[Light]) -> dict[int, Light]:
    """By id; where a client has several engagements, the sentences name the engagement too."""
    several = Counter(row.client_id for row in rows)
    return {
        row.id: replace(row, client=f"{row.client}, {row.name}") if several[row.client_id] > 1 else row for row in rows
    }


def _said(kind: str, rows: Iterable[Found], briefs: Mapping[int, Light]) -> list[Need]:
    if kind == "logged":
        return [_logged(row) for row in rows]
    say = SAY[kind]
    of_brief = [(row, briefs.get(row.engagement or 0)) for row in rows]
    return [replace(need, covers=brief.covers) for row, brief in of_brief if brief and (need := say(row, brief))]


def _slipping(rows: Iterable[Found], briefs: Mapping[int, Light]) -> list[Need]:
    """One line an engagement: its worst finding, and how many more there are."""
    return [_worst(flag, brief) for flag in rows if (brief := briefs.get(flag.engagement or 0))]


def _worst(flag: Found, brief: Light) -> Need:
    is_late, more = flag.text == Cause.LATE, (flag.n or 1) - 1
    return Need(
        kind="flag",
        shape="late" if is_late else "off_track",
        who=brief.client,
        text=_late_words(flag, more, brief) if is_late else _off_words(flag, more),
        verb=_("Re-plan"),
        url=f"{address('engagement_ask', brief.code)}?pick={flag.ref}" if flag.ref else brief.url,
        since=flag.since,
        covers=brief.covers,
    )


def _late_words(flag: Found, more: int, brief: Light) -> str:
    """`Model registry was due on 12 Nov: 10 days late, and 2 more are late.`"""
    told = _("“%(title)s” was due on %(day)s: %(late)s") % {
        "title": flag.title,
        "day": short(flag.on),
        "late": from_today(flag.on or brief.today, brief.today),
    }
    return told + (
        ngettext(", and %(n)d more is late.", ", and %(n)d more are late.", more) % {"n": more} if more else "."
    )


def _off_words(flag: Found, more: int) -> str:
    told = _("“%(title)s” is off track for %(day)s") % {"title": flag.title, "day": short(flag.on)}
    return told + (ngettext(", and %(n)d more is.", ", and %(n)d more are.", more) % {"n": more} if more else ".")


def _sign_off(row: Found, brief: Light) -> Need | None:
    waited = brief.worked_since(row.since)
    if waited < LONG_WAIT:
        return None
    text = _("has had “%(title)s” to sign off for %(n)d working days.") % {"title": row.title, "n": waited}
    return _nudge(row, brief, text)


def _wait(row: Found, brief: Light) -> Need | None:
    waited = brief.worked_since(row.since)
    if waited < LONG_WAIT:
        return None
    text = _("has kept “%(title)s” waiting for %(n)d working days: %(what)s.") % {
        "title": row.title,
        "n": waited,
        "what": row.text.rstrip("."),
    }
    return _nudge(row, brief, text)


def _nudge(row: Found, brief: Light, text: str) -> Need:
    if row.on is not None:
        text = _("%(text)s Last nudged on %(day)s.") % {"text": text, "day": short(row.on)}
    return Need(
        kind=row.kind,
        shape="waiting",
        who=row.who or brief.client,
        text=text,
        verb=_("Send nudge"),
        url=brief.url,
        since=row.since,
        post=address("wait_nudge", row.ref),
    )


def _question(row: Found, brief: Light) -> Need:
    about = f" ({row.title})" if row.title else ""
    return Need(
        kind=row.kind,
        shape="in_review",
        who=row.who,
        text=_("of %(client)s asks%(about)s: “%(words)s”")
        % {"client": brief.client, "about": about, "words": Truncator(row.text).chars(160)},
        verb=_("Answer"),
        url=brief.opened(row.ref) if row.ref else f"{address('activity', brief.code)}#thread",
        since=row.since,
    )


def _stale(rows: Iterable[Found], briefs: Mapping[int, Light]) -> list[Need]:
    """One line an engagement: which metrics nobody has read, the longest unread first."""
    made = []
    for pk, found_rows in _by_engagement(rows).items():
        if pk not in briefs:
            continue
        oldest = min(found_rows, key=lambda row: row.since)
        last = _("since %(day)s") % {"day": short(oldest.on)} if oldest.on else _("at all")
        named = listed(_("“%(name)s”") % {"name": row.title} for row in sorted(found_rows, key=lambda row: row.since))
        made.append(
            Need(
                kind="stale",
                shape="at_risk",
                who=briefs[pk].client,
                text=_("has no reading of %(metrics)s %(last)s.") % {"metrics": named, "last": last},
                verb=_("Add reading"),
                url=f"{address('outcomes', briefs[pk].code)}#m-{oldest.ref}",
                since=oldest.since,
                covers=briefs[pk].covers,
            )
        )
    return made


def _by_engagement(rows: Iterable[Found]) -> Mapping[int, list[Found]]:
    grouped: defaultdict[int, list[Found]] = defaultdict(list)
    for row in rows:
        if row.engagement is not None:
            grouped[row.engagement].append(row)
    return grouped


def _slips(row: Found, brief: Light) -> Need:
    text = _("expects “%(title)s” on %(day)s") % {"title": row.title, "day": short(row.on)}
    return Need(
        kind=row.kind,
        shape="at_risk",
        who=row.who,
        text=f"{text}: {row.text}" if row.text else f"{text}.",
        verb=_("Re-plan"),
        url=f"{address('engagement_ask', brief.code)}?pick={row.ref}",
        since=row.since,
    )


def _blocked(row: Found, brief: Light) -> Need:
    text = _("is blocked on “%(title)s”") % {"title": row.title}
    return Need(
        kind=row.kind,
        shape="waiting",
        who=row.who,
        text=f"{text}: {row.text}" if row.text else f"{text}.",
        verb=_("Look into it"),
        url=brief.opened(row.ref),
        since=row.since,
    )


def _asked(row: Found, brief: Light) -> Need | None:
    waited = brief.worked_since(row.since)
    if waited < LONG_WAIT:
        return None
    return Need(
        kind=row.kind,
        shape="waiting",
        who=brief.client,
        text=_("has had plan change %(n)d for %(days)d working days: %(what)s.")
        % {"n": row.n or 0, "days": waited, "what": row.title.rstrip(".")},
        verb=_("Look at it"),
        url=f"{brief.url}#changes",
        since=row.since,
    )


def _draft(row: Found, brief: Light) -> Need:
    """An engagement that is logged but does not run yet."""
    if row.n:
        text = _("has had the plan of “%(name)s” to accept since %(day)s.")
    else:
        text = _("has not seen the plan of “%(name)s” yet, logged on %(day)s.")
    return Need(
        kind=row.kind,
        shape="draft",
        who=brief.client,
        text=text % {"name": brief.name, "day": short(row.since)},
        verb=_("Activate"),
        url=address("engagement_activate", brief.code),
        since=row.since,
    )


def _logged(row: Found) -> Need:
    """A half-filled log that somebody may come back to."""
    return Need(
        kind=row.kind,
        shape="draft",
        who=row.title or _("An engagement without a name"),
        text=_("is half logged, last on %(day)s.") % {"day": short(row.since)},
        verb=_("Go on"),
        url=address("engagement_draft", row.ref, row.text),
        since=row.since,
    )


SAY: Final[dict[str, Callable[[Found, Light], Need | None]]] = {
    "sign_off": _sign_off,
    "wait": _wait,
    "question": _question,
    "slips": _slips,
    "blocked": _blocked,
    "asked": _asked,
    "draft": _draft,
}
