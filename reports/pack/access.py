"""Loaders of the firm's side: packs of engagements that the reader may see."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import User
from engagements.models import Engagement
from reports.models import HandoffPack


def packs_for(user: User) -> "QuerySet[HandoffPack]":
    """Return the packs, issued and asked for, that this person may see, the newest first."""
    visible = Engagement.objects.visible_to(user).filter(removed_at__isnull=True)
    rows = HandoffPack.objects.filter(engagement__in=visible)
    return rows.select_related("engagement__client", "asked_by", "job").order_by("-asked_at", "-id")


def packs_of(user: User, engagement: Engagement) -> "QuerySet[HandoffPack]":
    """Return the packs of one engagement."""
    return packs_for(user).filter(engagement=engagement)


def pack(user: User, engagement: Engagement, public_id: str) -> HandoffPack:
    """Return one pack of an engagement; invisible is 404."""
    return get_object_or_404(packs_of(user, engagement), public_id=public_id)


def issued_pack(user: User, engagement: Engagement, public_id: str) -> HandoffPack:
    """Return one pack that has a file; one that is still being made is 404."""
    rows = packs_of(user, engagement).filter(issued_at__isnull=False)
    return get_object_or_404(rows, public_id=public_id)
