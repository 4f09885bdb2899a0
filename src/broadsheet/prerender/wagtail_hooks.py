"""Where Wagtail would serve a page, the edge's request puts it on the shelf instead."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from wagtail import hooks

from broadsheet.prerender import operations


@hooks.register("before_serve_page", order=1000)  # after Wagtail's own check of private pages
def serve_by_the_edge(page: Any, request: HttpRequest, *args: Any) -> HttpResponse | None:
    """Shelve the page when the edge asks for it."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"])
    if not getattr(request, "shelving", False) or page.get_view_restrictions().exists():
        return None
    specific = page.specific
    if request.GET and not operations.is_story(specific):
        return None  # a list's other pages are Django's; a story is the same whatever its query says
    return operations.shelve(specific, request)
