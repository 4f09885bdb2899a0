"""Pages that are no Wagtail pages: topics, places, people, search."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from broadsheet.newsroom import queries


def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Stories about one topic."""
    return _gathered(
        request, queries.topic(slug, get_language() or "en", request.GET.get("page")), "broadsheet/topic.html"
    )


def place(request: HttpRequest, slug: str) -> HttpResponse:
    """Stories from one place."""
    return _gathered(
        request, queries.place(slug, get_language() or "en", request.GET.get("page")), "broadsheet/place.html"
    )


def person(request: HttpRequest, slug: str) -> HttpResponse:
    """One person's stories."""
    return _gathered(
        request,
        queries.person(slug, get_language() or "en", request.GET.get("page")),
        "broadsheet/person.html",
    )


def search(request: HttpRequest) -> HttpResponse:
    """Search headlines, deks and leads."""
    found = None
    return render(request, "broadsheet/search.html", {"found": found})


def _gathered(request: HttpRequest, gathered: queries.Gathered | None, template: str) -> HttpResponse:
    if gathered is None:
        raise Http404
    return render(request, template, {"gathered": gathered})
