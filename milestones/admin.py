"""Playbooks in the admin. A version that an engagement was made from stays as it is; the next one is a copy."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from milestones.catalogue import add_version, items_hash, items_of
from milestones.models import Plan, Playbook, PlaybookItem, PlaybookVersion

if TYPE_CHECKING:
    _Playbooks = admin.ModelAdmin[Playbook]
    _Versions = admin.ModelAdmin[PlaybookVersion]
    _Items = admin.StackedInline[PlaybookItem, PlaybookVersion]
else:
    _Playbooks = _Versions = admin.ModelAdmin
    _Items = admin.StackedInline


def is_used(version: PlaybookVersion | None) -> bool:
    """Whether an engagement was made from this version."""
    return version is not None and Plan.objects.filter(playbook_version=version).exists()


@admin.register(Playbook)
class PlaybookAdmin(_Playbooks):
    """A playbook's name and summary; its deliverables are in its versions."""

    list_display = ("name", "key", "position")

    def get_readonly_fields(self, request: HttpRequest, obj: Playbook | None = None) -> tuple[str, ...]:
        """The key of a playbook that exists stays."""
        del request
        return ("key",) if obj is not None else ()


class ItemInline(_Items):
    """The deliverables of a version."""

    model = PlaybookItem
    extra = 0
    show_change_link = False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only while no engagement was made from the version."""
        return super().has_change_permission(request, obj) and not is_used(obj)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Likewise."""
        return super().has_add_permission(request, obj) and not is_used(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Likewise."""
        return super().has_delete_permission(request, obj) and not is_used(obj)


@admin.register(PlaybookVersion)
class PlaybookVersionAdmin(_Versions):
    """A version: open to changes until an engagement was made from it, then copied into the next one."""

    list_display = ("playbook", "number", "made_at", "note")
    list_filter = ("playbook",)
    list_select_related = ("playbook",)
    readonly_fields = ("playbook", "number", "content_hash", "made_at")
    inlines = (ItemInline,)
    actions = ("copy",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Versions come from copying one, or from `load_catalogue`."""
        del request
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PlaybookVersion | None = None) -> bool:
        """One that an engagement was made from stays."""
        return super().has_delete_permission(request, obj) and not is_used(obj)

    def save_related(
        self, request: HttpRequest, form: "BaseModelForm[PlaybookVersion]", formsets: Any, change: bool
    ) -> None:
        """Keep the hash true to the items."""
        super().save_related(request, form, formsets, change)
        version: PlaybookVersion = form.instance
        version.content_hash = items_hash(items_of(version))
        version.save(update_fields=["content_hash"])

    @admin.action(description=gettext_lazy("Copy into a new version"))
    def copy(self, request: HttpRequest, queryset: QuerySet[PlaybookVersion]) -> None:
        """Make the next version of each playbook out of the chosen ones."""
        made = [
            add_version(one.playbook, items_of(one), note=_("Copied from version %(n)d") % {"n": one.number})
            for one in queryset.select_related("playbook")
        ]
        said = ngettext("%(n)d new version.", "%(n)d new versions.", len(made)) % {"n": len(made)}
        self.message_user(request, said, messages.SUCCESS)
