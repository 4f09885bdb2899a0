"""What every page of the paper needs: its name, sections, editions, imprint. One value, built when a template asks."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from wagtail.models import Site

from broadsheet.membership import queries as membership
from broadsheet.newsroom import queries
from broadsheet.web.membership.offers import OfferShown, coming_back, offer
from broadsheet.web.stylesheet import stylesheet_url


def paper(request: HttpRequest) -> dict[str, Any]:
    """`paper`, `offer` and the addresses that may not be there yet, all lazy: the admin's pages ask for none."""
    return {
        "paper": SimpleLazyObject(lambda: _chrome(request)),
        "offer": SimpleLazyObject(lambda: _offer(request)),
        "sells": SimpleLazyObject(membership.ever_sold),
        "stylesheet": SimpleLazyObject(lambda: stylesheet_url(queries.colours())),
        "log_in_url": SimpleLazyObject(lambda: _log_in(request)),
        "subscribe_url": SimpleLazyObject(lambda: _address("subscribe")),
    }


def _chrome(request: HttpRequest) -> Any:
    return queries.chrome(Site.find_for_request(request), get_language() or "en")


def _offer(request: HttpRequest) -> OfferShown | None:
    site = Site.find_for_request(request)
    return offer(site, coming_back(request)) if site else None


def _log_in(request: HttpRequest) -> str:
    """Where one logs in, to come back to this page. The same for every reader of it, for it is kept for all."""
    address, back = _address("account_login"), coming_back(request)
    return f"{address}?next={quote(back)}" if address and back else address


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
