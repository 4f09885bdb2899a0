"""The newsroom in the admin."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page
from wagtail.permissions import policy_registry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from broadsheet.newsroom import queries, sentences
from broadsheet.newsroom.models import Person, Place, Publication, StoryPage, Topic


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


class StoryListing(IndexView):
    """All stories, with who may read each of them and which rule says so."""

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Wagtail's context, the gates of this page's stories found together."""
        context = super().get_context_data(*args, **kwargs)
        rows = list(context["object_list"])
        gates = StoryPage.gates(rows)
        for row in rows:
            row.gate_line = sentences.gate_line(gates[row.pk])
        return context


class StoryListingViewSet(PageListingViewSet):
    model = StoryPage
    icon = "doc-full"
    menu_label = _("Stories")
    name = url_prefix = "stories"
    add_to_admin_menu = True
    menu_order = 140
    index_view_class = StoryListing
    columns = [*IndexView.base_columns[:-1], Column("gate_line", label=_("Access")), IndexView.base_columns[-1]]


@hooks.register("register_admin_viewset")
def stories() -> StoryListingViewSet:
    """Stories in one list, whatever section they are in."""
    return StoryListingViewSet("stories")


class NewsroomGroup(SnippetViewSetGroup):
    menu_label = _("Newsroom")
    menu_icon = "edit"
    menu_order = 150
    items = (PersonViewSet, TopicViewSet, PlaceViewSet, PublicationViewSet)


register_snippet(NewsroomGroup)


@hooks.register("before_serve_document")
def only_published_files(document: Any, request: HttpRequest) -> None:
    """A file can be had once a page that refers to it is published; until then by those who work on it."""
    # Not by all who may enter the admin: the members' desk does, and has no part in drafts.
    policy = policy_registry.get_by_type(type(document))
    works = policy.user_has_any_permission_for_instance(request.user, ["change", "delete", "choose"], document)
    if not works and not queries.is_published(document):
        raise Http404


@hooks.register("construct_page_chooser_queryset")
def only_published_pages(pages: Any, request: HttpRequest) -> Any:
    """Whoever has no rights on pages may link to what is published, and is told of no draft: Wagtail asks nobody."""
    works = policy_registry.get_by_type(Page).user_has_any_permission(request.user, ["add", "change", "publish"])
    return pages if works else pages.live()


@hooks.register("register_icons")
def icons(names: list[str]) -> list[str]:
    """Our own drawings for the blocks that Wagtail has none for."""
    return [*names, *(f"broadsheet/icons/{name}.svg" for name in ("chart", "gallery", "pin", "pullout"))]


@hooks.register("insert_global_admin_css")
def style() -> str:
    """The desk's own few rules."""
    return format_html('<link rel="stylesheet" href="{}">', static("broadsheet/desk.css"))
