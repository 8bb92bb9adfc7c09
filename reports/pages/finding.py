"""Ctrl K: engagements, deliverables, people and clients by name or code."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from engagements.models import Client, Contact, Engagement
from milestones.models import Deliverable
from reports.filters import clean
from reports.pages.header import maybe_reverse
from reports.pages.lights import in_order, shown_health
from reports.pages.states import state_word
from reports.pages.words import short
from roles.models import Specialist

LIMIT: Final = 6


@dataclass(frozen=True)
class Hit:
    """One result: a shape of a state, or an icon."""

    url: str
    title: str
    note: str
    state: str = ""
    icon: str = ""


@dataclass(frozen=True)
class Hits:
    """The results of one kind."""

    label: str
    items: tuple[Hit, ...]


def find(user: User, words: str) -> list[Hits]:
    """What matches, by kind; nothing without words. Five queries at most."""
    q = clean(words)
    if not q:
        return []
    found = [
        Hits(_("Engagements"), tuple(_engagements(user, q))),
        Hits(_("Deliverables"), tuple(_deliverables(user, q))),
        Hits(_("Clients"), tuple(_clients(user, q)) if user.manages else ()),
        Hits(_("People"), tuple(_people(q)) if user.manages else ()),
        Hits(_("Pages"), tuple(_pages(q, user))),
    ]
    return [hits for hits in found if hits.items]


def _engagements(user: User, q: str) -> Iterable[Hit]:
    rows = Engagement.objects.visible_to(user).present().select_related("client", "plan")
    rows = rows.filter(Q(name__icontains=q) | Q(code__icontains=q) | Q(client__name__icontains=q))
    for row in in_order(rows, user)[:LIMIT]:
        health = shown_health(row.state, row.plan.health if hasattr(row, "plan") else "")
        yield Hit(row.get_absolute_url(), row.name, f"{row.client.name}, {row.code}", state=health)


def _deliverables(user: User, q: str) -> Iterable[Hit]:
    rows = Deliverable.objects.visible_to(user).filter(title__icontains=q, engagement__removed_at__isnull=True)
    for row in rows.select_related("engagement__client").order_by("due_on")[:LIMIT]:
        note = _("%(client)s, %(state)s, %(day)s") % {
            "client": row.engagement.client.name,
            "state": state_word(row).lower(),
            "day": short(row.due_on),
        }
        url = f"{row.engagement.get_absolute_url()}?open={row.public_id}#d-{row.public_id}"
        yield Hit(url, row.title, note, state=row.state)


def _clients(user: User, q: str) -> Iterable[Hit]:
    for row in Client.objects.visible_to(user).filter(Q(name__icontains=q) | Q(mark__iexact=q))[:LIMIT]:
        url = maybe_reverse("client", row.public_id) or f"{reverse('portfolio')}?q={row.name}"
        yield Hit(url, row.name, row.industry, icon="building-2")


def _people(q: str) -> Iterable[Hit]:
    for one in Specialist.objects.filter(user__name__icontains=q).select_related("user", "role")[:LIMIT]:
        yield Hit(reverse("specialist", args=[one.user.public_id]), one.user.name, one.role.name, icon="user")
    contacts = Contact.objects.filter(left_at__isnull=True).filter(
        Q(user__name__icontains=q) | Q(user__email__iexact=q)
    )
    for contact in contacts.select_related("user", "client")[:LIMIT]:
        url = maybe_reverse("client", contact.client.public_id)
        if url:
            yield Hit(url, contact.user.name, contact.client.name, icon="user")


def _pages(q: str, user: User) -> Iterable[Hit]:
    named = [
        ("portfolio", _("Portfolio"), "layout-dashboard", True),
        ("needs_you", _("Needs you"), "inbox", True),
        ("me", _("My week"), "calendar-days", False),
        ("deliverables", _("Deliverables"), "calendar-check", False),
        ("metrics", _("Metrics"), "target", False),
        ("specialists", _("Specialists"), "users", True),
        ("clients", _("Clients"), "building-2", True),
        ("digests", _("Digests"), "mail", True),
        ("handoffs", _("Handoffs"), "file-check", True),
        ("engagement_new", _("Log an engagement"), "plus", True),
    ]
    for name, label, icon, managers in named:
        url = maybe_reverse(name)
        if url and q.casefold() in label.casefold() and (user.manages or not managers):
            yield Hit(url, label, _("Page"), icon=icon)
