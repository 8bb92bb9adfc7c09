"""Tags of the look: icons, statuses, people, links that know where the reader is.

They are built into the template engine, so no page loads them.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, tostring  # builds our own markup, parses nothing
from zlib import crc32

import lucide
from django import template
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.glyphs import glyph, pill_shape, shape_of
from accounts.looks import PILL_CLASS, word
from accounts.remembered import by_language

register = template.Library()

THEMES = ("auto", "light", "dark")
HUES = 6
# Tags that remember do so by type as well: safe markup is equal to the same text that is to be escaped.


@lru_cache(maxsize=256)
def _icon(name: str, css: str) -> SafeString:
    source: Element = lucide._load_icon(name)  # noqa: SLF001 - its public renderer writes fixed sizes
    svg = Element(
        "svg",
        {
            "class": css,
            "aria-hidden": "true",
            "viewBox": "0 0 24 24",
            "fill": "none",
            "stroke": "currentColor",
            "stroke-linecap": "round",
            "stroke-linejoin": "round",
        },
    )
    svg.extend(source)
    return mark_safe(tostring(svg, encoding="unicode"))  # noqa: S308 - markup of a pinned package


@by_language
def _rendered(template_name: str, **parts: Hashable) -> SafeString:
    return mark_safe(render_to_string(template_name, parts).strip())  # noqa: S308 - rendered by our own template


@register.simple_tag
def remembered(template_name: str, **parts: Hashable) -> SafeString:
    """`{% remembered "row.html" row=row %}`: a row's markup, kept by all that it says.

    The template gets `parts` alone: no request, no token, no reader. The parts are frozen and hold every word of the
    row, its addresses and what its reader may do, so equal parts have equal markup, whoever reads it and whenever.
    Whoever edits such a template starts the server again to see it.
    """
    return _rendered(template_name, **parts)


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """`{% icon "plus" %}`: a lucide icon, hidden from screen readers; css adds classes (`ic-s` is 14 px)."""
    return _icon(name, f"ic {css}".strip())


@register.simple_tag
@by_language
def status(state: str, label: str = "") -> SafeString:
    """`{% status "at_risk" %}`: a pill with word, shape and colour; label replaces the usual word."""
    return format_html(
        '<span class="pill {}"><svg viewBox="0 0 12 12" aria-hidden="true">{}</svg>{}</span>',
        PILL_CLASS[shape_of(state)[1]],
        mark_safe(pill_shape(state)),  # noqa: S308 - constant markup
        label or word(state),
    )


@register.simple_tag
def status_word(state: str) -> str:
    """The word alone, in the reader's language."""
    return word(state)


@register.simple_tag
@by_language
def dot(state: str, label: bool = False) -> SafeString:
    """`{% dot "accepted" %}`: the shape alone, 12 px; `label=True` names it where no word does."""
    drawn = mark_safe(glyph(state, 0, 0))  # noqa: S308 - constant markup
    if label:
        return format_html(
            '<svg class="dot" viewBox="-7 -7 14 14" role="img" aria-label="{}">{}</svg>', word(state), drawn
        )
    return format_html('<svg class="dot" viewBox="-7 -7 14 14" aria-hidden="true">{}</svg>', drawn)


@register.simple_tag
@lru_cache(maxsize=256)
def sign(state: str) -> SafeString:
    """The shape at 18 px, for the head of a row in "Needs you"."""
    return format_html(
        '<svg class="ic" viewBox="-8 -8 16 16" aria-hidden="true">{}</svg>',
        mark_safe(glyph(state, 0, 0, radius=6.5)),  # noqa: S308 - constant markup
    )


def initials(name: str) -> str:
    """Two letters at most: first and last word's; an e-mail address gives its first letter."""
    words = re.findall(r"[^\W\d_][\w'’-]*", name.partition("@")[0])
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [w[0] for w in words[:1]]
    return "".join(letters).upper() or "?"


def hue(name: str) -> str:
    """The same name has the same colour on every page and every machine."""
    return f"h{crc32(name.casefold().encode()) % HUES + 1}"


@register.simple_tag
@lru_cache(maxsize=4096, typed=True)
def avatar(name: str, large: bool = False, alone: bool = False) -> SafeString:
    """A person's initials in a disc; `alone=True` where the name is not written beside it."""
    size = " ava-l" if large else ""
    if alone:
        return format_html(
            '<span class="mark ava{} {}" role="img" aria-label="{}" title="{}">{}</span>',
            size,
            hue(name),
            name,
            name,
            initials(name),
        )
    return format_html('<span class="mark ava{} {}" aria-hidden="true">{}</span>', size, hue(name), initials(name))


@register.simple_tag
@lru_cache(maxsize=4096, typed=True)
def client_mark(name: str, text: str = "", large: bool = False) -> SafeString:
    """A client's mark: its own two or three letters, or the initials of its name."""
    return format_html(
        '<span class="mark{} {}" aria-hidden="true">{}</span>',
        " mark-l" if large else "",
        hue(name),
        (text or initials(name))[:3],
    )


@register.simple_tag
def maybe_url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a page, or "" where this installation has no such page."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


def _is_here(request: HttpRequest | None, name: str, url: str) -> bool:
    if request is None:
        return False
    match = request.resolver_match
    return (match is not None and match.view_name == name) or (url != "/" and request.path.startswith(url))


@register.simple_tag(takes_context=True)
def nav_link(
    context: Context, name: str, label: str, icon_name: str = "", count: object = None, *args: object
) -> SafeString:
    """A link of the side bar, tab bar or tabs; renders nothing where the page does not exist."""
    url = maybe_url(name, *args)
    if not url:
        return SafeString("")
    return format_html(
        '<a href="{}"{}>{}{}{}</a>',
        url,
        SafeString(' aria-current="page"') if _is_here(context.get("request"), name, url) else "",
        _icon(icon_name, "ic") if icon_name else "",
        label,
        "" if count in {None, ""} else format_html('<span class="n">{}</span>', count),
    )


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """The reader's choice from the cookie: light, dark or auto."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get(settings.THEME_COOKIE_NAME, "auto") if request is not None else "auto"
    return chosen if chosen in THEMES else "auto"


@register.simple_tag
def firm_name() -> str:
    """The name of the firm that runs this installation."""
    return str(settings.FIRM_NAME)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's query string with some parameters changed; None takes one out. Starts with `?`."""
    request: HttpRequest = context["request"]
    data = request.GET.copy()
    for key, value in changes.items():
        if value is None:
            data.pop(key, None)
        else:
            data[key] = str(value)
    return "?" + urlencode([(key, item) for key, items in data.lists() for item in items])


@dataclass(frozen=True)
class ToFix:
    """What stands on top of a form: how many things, links (id and label) to each, and what has no field."""

    count: int
    links: list[tuple[str, str]]
    sentences: list[str]


@register.simple_tag
def things_to_fix(form: BaseForm | str | None, rows: Any = "") -> ToFix | None:
    """What a form wants put right, and a list of rows below it (a formset with `called` and `title`); None: nothing.

    Each field counts once, and so does each error of the form's own.
    """
    links, sentences = _of_form(form) if isinstance(form, BaseForm) else ([], [])
    for number, row in enumerate(rows or (), start=1):
        more, said = _of_form(row)
        name = str(rows.called) % {"n": number}
        links += [(anchor, _("%(row)s, %(field)s") % {"row": name, "field": label}) for anchor, label in more]
        sentences += said
    if rows and rows.non_form_errors():
        links.append(("rows", str(rows.title)))
    count = len(links) + len(sentences)
    return ToFix(count, links, sentences) if count else None


def _of_form(form: BaseForm) -> tuple[list[tuple[str, str]], list[str]]:
    links = [(one.id_for_label or one.auto_id, str(one.label)) for one in form.visible_fields() if one.errors]
    hidden = [str(error) for one in form.hidden_fields() for error in one.errors]
    return links, [*map(str, form.non_field_errors()), *hidden]
