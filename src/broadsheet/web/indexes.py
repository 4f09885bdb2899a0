"""What machines ask for: sitemaps, robots.txt, llms.txt, the browsers' traffic advice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from wagtail.models import Site

from broadsheet import clock
from broadsheet.newsroom import queries
from broadsheet.paywall.robots import gatherers
from broadsheet.web.newsletters.lists import lists_in_sitemap

NEWS_HOURS, NEWS_MOST = 48, 1000


def sitemap(request: HttpRequest) -> HttpResponse:
    """The index of the sitemaps."""
    parts = ["pages", *(str(number) for number in range(1, queries.sitemap_parts() + 1))]
    addresses = [request.build_absolute_uri(f"/sitemap-{part}.xml") for part in parts]
    return _xml(request, "broadsheet/machines/sitemap_index.xml", {"addresses": addresses}, _all_keys())


def sitemap_part(request: HttpRequest, part: str) -> HttpResponse:
    """Fronts, sections and pages, or a thousand stories, each with its translations."""
    if part == "pages":
        entries = [*queries.sitemap_pages(), *lists_in_sitemap(request)]
    elif part.isdecimal() and 1 <= int(part) <= queries.sitemap_parts():
        entries = queries.sitemap_stories(int(part))
    else:
        raise Http404
    return _xml(request, "broadsheet/machines/sitemap.xml", {"entries": entries}, _all_keys())


def news_sitemap(request: HttpRequest) -> HttpResponse:
    """Stories of the last two days, as news search engines ask for them."""
    since = clock.now() - timedelta(hours=NEWS_HOURS)
    site = Site.find_for_request(request)
    rows = [
        (item, paper)
        for language, _ in settings.LANGUAGES
        if (paper := queries.chrome(site, language)) is not None and paper.language == language
        for item in queries.latest_of(language, None, NEWS_MOST)
        if item.card.published and item.card.published >= since
    ]
    response = _xml(request, "broadsheet/machines/news_sitemap.xml", {"rows": rows[:NEWS_MOST]}, _all_keys())
    response.shelf_until = clock.now().timestamp() + 3600  # type: ignore[attr-defined]
    return response


def robots(request: HttpRequest) -> HttpResponse:
    """What robots may ask for."""
    maps = [request.build_absolute_uri(path) for path in ("/sitemap.xml", "/news-sitemap.xml")]
    context = {"gatherers": _refused(), "maps": maps}
    return _text(request, "broadsheet/machines/robots.txt", context)


def llms(request: HttpRequest) -> HttpResponse:
    """A short guide for programs that read."""
    paper = queries.chrome(Site.find_for_request(request), settings.LANGUAGE_CODE)
    sections = [(row.name, request.build_absolute_uri(row.url), row.line) for row in paper.sections] if paper else []
    return _text(request, "broadsheet/machines/llms.txt", {"paper": paper, "rows": sections, "gatherers": _refused()})


def _refused() -> tuple[str, ...]:
    """The robots that this paper asks to stay away."""
    return gatherers() if settings.BROADSHEET_REFUSE_GATHERERS else ()


def traffic_advice(request: HttpRequest) -> HttpResponse:
    """Private prefetch proxies are told not to: a story that nobody looks at must cost nobody a free one."""
    advice = [{"user_agent": "prefetch-proxy", "disallow": True}]
    return JsonResponse(advice, safe=False, content_type="application/trafficadvice+json")


def _xml(request: HttpRequest, template: str, context: Mapping[str, object], keys: set[str]) -> HttpResponse:
    response = render(request, template, dict(context), content_type="application/xml; charset=utf-8")
    response.shelf_keys = keys  # type: ignore[attr-defined]
    return response


def _text(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    response = render(request, template, dict(context), content_type="text/plain; charset=utf-8")
    response.shelf_keys = set()  # type: ignore[attr-defined]
    return response


def _all_keys() -> set[str]:
    return {f"latest:{language}" for language, _ in settings.LANGUAGES}
