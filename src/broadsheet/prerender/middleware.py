"""Puts what views mark as shelvable on the shelf, when the edge or a task asks for that."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from broadsheet.prerender import operations

SHELVED = "X-Broadsheet-Shelved"


class Shelve:
    """Outermost of all. A view marks its response with `shelf_keys`; anything else passes unchanged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and keep the answer where that was asked for."""
        scope = getattr(request, "scope", {})
        request.shelving = getattr(request, "shelving", False) or scope.get("broadsheet.edge") == "fill"  # type: ignore[attr-defined]
        if not request.shelving:  # type: ignore[attr-defined]
            return self.get_response(request)
        operations.name_publicly(request)
        since = operations.shelf().seq()
        response = self.get_response(request)
        keys = getattr(response, "shelf_keys", None)
        if keys is None or response.status_code != 200 or request.GET:
            return response
        if operations.put_response(request.path, response, frozenset(keys), since):
            return HttpResponse(headers={SHELVED: "1"})
        return response
