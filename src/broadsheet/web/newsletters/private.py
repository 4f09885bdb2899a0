"""Pages that a token in a mail opens: stored by nobody, told to nobody, in no log, in their reader's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], language: str = "", status: int = 200
) -> HttpResponse:
    """Such a page."""
    known = {code for code, _ in settings.LANGUAGES}
    with translation.override(language if language in known else translation.get_language()):
        return discreet(render(request, f"broadsheet/newsletters/{template}.html", dict(context), status=status))


def discreet(response: HttpResponse) -> HttpResponse:
    """The answer, with what keeps its address from being known."""
    for name, value in PRIVATE.items():
        response.headers[name] = value
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would write the path into its log
    return response
