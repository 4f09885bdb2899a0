"""Pages that are no Wagtail pages: topics, places, people, search."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from broadsheet.newsroom import queries

MOST_LETTERS = 200


def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Stories about one topic."""
    return _gathered(request, queries.topic(slug, _language(), request.GET.get("page")), "broadsheet/topic.html")


def place(request: HttpRequest, slug: str) -> HttpResponse:
    """Stories from one place."""
    return _gathered(request, queries.place(slug, _language(), request.GET.get("page")), "broadsheet/place.html")


def person(request: HttpRequest, slug: str) -> HttpResponse:
    """One person's stories."""
    return _gathered(request, queries.person(slug, _language(), request.GET.get("page")), "broadsheet/person.html")


def search(request: HttpRequest) -> HttpResponse:
    """Search headlines, deks and leads; without a query, the form."""
    query = request.GET.get("q", "").replace("\x00", "").strip()[:MOST_LETTERS]
    found = queries.search(query, _language(), request.GET.get("page")) if query else None
    return render(request, "broadsheet/search.html", {"query": query, "found": found})


def _gathered(request: HttpRequest, gathered: queries.Gathered | None, template: str) -> HttpResponse:
    if gathered is None:
        raise Http404
    response = render(request, template, {"gathered": gathered})
    response.shelf_keys = gathered.keys  # type: ignore[attr-defined]
    return response


def _language() -> str:
    return get_language() or "en"
