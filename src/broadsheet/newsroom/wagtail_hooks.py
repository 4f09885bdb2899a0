"""The newsroom in the admin."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

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


@hooks.register("register_icons")
def icons(names: list[str]) -> list[str]:
    """Our own drawings for the blocks that Wagtail has none for."""
    return [*names, *(f"broadsheet/icons/{name}.svg" for name in ("chart", "gallery", "pin", "pullout"))]


@hooks.register("insert_global_admin_css")
def style() -> str:
    """The desk's own few rules."""
    return format_html('<link rel="stylesheet" href="{}">', static("broadsheet/desk.css"))
