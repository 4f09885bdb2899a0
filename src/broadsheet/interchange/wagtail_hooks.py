"""What came from elsewhere, in the admin and at old addresses."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSet

from broadsheet.interchange.models import ImportedComment
from broadsheet.interchange.operations import addresses


@hooks.register("before_serve_page", order=500)
def lead_numbers_on(page: Any, request: HttpRequest, *args: Any) -> HttpResponse | None:
    """`/?p=12`: the front's path, so no redirect of an unknown path would look at it."""
    if not request.GET or page.depth != 2:
        return None
    found = addresses.by_number({name: str(value) for name, value in request.GET.items()})
    return HttpResponsePermanentRedirect(found) if found else None


class CommentViewSet(ModelViewSet):
    """The comments of an imported site, to read and to delete."""

    model = ImportedComment
    icon = "comment"
    menu_label = _("Imported comments")
    menu_order = 900
    add_to_settings_menu = True
    list_display = ["author", "story", "written_at", "approved"]
    list_filter = ["approved"]
    search_fields = ["author", "text"]
    form_fields = ["text", "approved"]
    inspect_view_enabled = True


@hooks.register("register_admin_viewset")
def comments() -> CommentViewSet:
    """Staff may read what readers once wrote."""
    return CommentViewSet("imported-comments")
