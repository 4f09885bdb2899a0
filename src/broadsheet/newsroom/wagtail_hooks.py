"""The newsroom in the admin."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.newsroom import queries
from broadsheet.newsroom.models import Person, Place, Publication, Topic


class PersonViewSet(SnippetViewSet):
    model = Person
    icon = "user"
    list_display = ["name", "line"]
    search_fields = ["name"]


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    list_display = ["name", "line"]
    search_fields = ["name"]


class PlaceViewSet(SnippetViewSet):
    model = Place
    icon = "site"
    list_display = ["name", "country"]
    search_fields = ["name"]


class PublicationViewSet(SnippetViewSet):
    model = Publication
    icon = "globe"
    list_display = ["name", "city", "country", "language"]
    search_fields = ["name", "city"]


class NewsroomGroup(SnippetViewSetGroup):
    menu_label = _("Newsroom")
    menu_icon = "edit"
    menu_order = 150
    items = (PersonViewSet, TopicViewSet, PlaceViewSet, PublicationViewSet)


register_snippet(NewsroomGroup)


@hooks.register("before_serve_document")
def only_published_files(document: Any, request: HttpRequest) -> None:
    """A file can be had once a page that refers to it is published; until then by those who work on it."""
    if not request.user.has_perm("wagtailadmin.access_admin") and not queries.is_published(document):
        raise Http404


@hooks.register("register_icons")
def icons(names: list[str]) -> list[str]:
    """Our own drawings for the blocks that Wagtail has none for."""
    return [*names, *(f"broadsheet/icons/{name}.svg" for name in ("chart", "gallery", "pin", "pullout"))]


@hooks.register("insert_global_admin_css")
def style() -> str:
    """The desk's own few rules."""
    return format_html('<link rel="stylesheet" href="{}">', static("broadsheet/desk.css"))
