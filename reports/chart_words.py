"""The words of charts in the reader's language."""

from django.utils import formats
from django.utils.translation import gettext as _

from accounts.formats import bare_day
from accounts.looks import word
from accounts.remembered import by_language
from reports.charts import Words


@by_language
def state(value: str) -> str:
    """A state inside a sentence."""
    return word(value).lower()


def number(value: float) -> str:
    """A figure in the reader's notation, whole from 10,000 on."""
    places = 0 if abs(value) >= 10_000 or float(value).is_integer() else 2
    return formats.number_format(round(value, places), places or None, use_l10n=True, force_grouping=True)


def words() -> Words:
    """Everything a chart writes, translated now."""
    return Words(
        day=bare_day,
        state=state,
        number=number,
        today=_("Today"),
        due=_("due {date}"),
        was=_("was due {date}"),
        likely=_("likely {date}"),
        eight_in_ten=_("8 in 10 by {date}"),
        finished=_("finished {date}"),
        slip=_("{days} d"),
        more=_("and {n} more"),
        nothing=_("Nothing to show yet"),
        start=_("start {value}"),
        target=_("target {value}"),
        reading=_("{date}: {value}"),
        week=_("W{n}"),
        week_is=_("week {n} {state}"),
        to_come=_("to come"),
        accepted=_("{n} accepted"),
        planned=_("planned"),
        accepted_of=_("{n} accepted of {total}; the plan said {planned} by now"),
        bin=_("said {said}%, came true {true}% of {n}"),
        load=_("week of {date}: {here}% here, {elsewhere}% elsewhere"),
    )
