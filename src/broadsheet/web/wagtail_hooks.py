"""The paper's own doors in the admin: giving a story."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button

from broadsheet.newsroom import queries
from broadsheet.paywall.rules import Access
from broadsheet.web import giving


@hooks.register("register_admin_urls")
def urls() -> list[Any]:
    """Giving, and what was given."""
    return [
        path("gifts/", giving.given, name="broadsheet_gifts"),
        path("gifts/give/<int:pk>/", giving.give, name="broadsheet_give"),
        path("gifts/revoke/<int:pk>/", giving.revoke, name="broadsheet_revoke"),
    ]


@hooks.register("register_reports_menu_item")
def menu() -> MenuItem:
    """The list of gifts, among the reports."""
    return MenuItem(_("Gifts"), reverse("broadsheet_gifts"), name="gifts", icon_name="link", order=1100)


@hooks.register("register_page_header_buttons")
def in_the_editor(page: Any, user: Any, view_name: str, next_url: str | None = None) -> Iterator[Button]:
    """Give this story, beside its headline."""
    yield from _button(page, user)


@hooks.register("register_page_listing_more_buttons")
def in_the_list(page: Any, user: Any, next_url: str | None = None) -> Iterator[Button]:
    """Give this story, in the list of pages."""
    yield from _button(page, user)


def _button(page: Any, user: Any) -> Iterator[Button]:
    if not page.live or page.depth < 4 or not page.permissions_for_user(user).can_edit():
        return
    story = queries.story_by_id(page.pk)
    if story is not None and story.access != Access.OPEN.value:
        yield Button(_("Give this story"), reverse("broadsheet_give", args=[page.pk]), icon_name="link", priority=62)
