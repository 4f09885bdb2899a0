"""Joining: a form that anybody may send, a mail that asks, a page whose button confirms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet import clock
from broadsheet.accounts import queries as accounts
from broadsheet.newsletters.keys import token_text
from broadsheet.newsletters.operations import joining
from broadsheet.newsletters.operations.joining import Wish
from broadsheet.newsletters.queries import confirming, lists
from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.web import known_lists
from broadsheet.web.gifts import SeeOther
from broadsheet.web.newsletters import private
from broadsheet.web.newsletters.words import VERSION

LIMITS = {"join": "10/m/ip,100/d/ip"}  # forms from one network; a mailbox has limits of its own
MOST_LISTS = 100


class JoinForm(forms.Form):
    """An address, the lists, and where the form stood."""

    address = forms.EmailField(max_length=254)
    lists = forms.TypedMultipleChoiceField(coerce=int)
    form = forms.RegexField(r"^(lists|list|front|story:[0-9a-f-]{36})$", required=False)
    promo = forms.IntegerField(min_value=1, max_value=2**31, required=False)

    def __init__(self, data: Any, cards: tuple[ListCard, ...]) -> None:
        super().__init__(data)
        self.fields["lists"].choices = [(card.id, card.name) for card in cards]  # type: ignore[attr-defined]

    def clean_address(self) -> str:
        """The address without what a mail's header could not hold."""
        return " ".join(str(self.cleaned_data["address"]).split())


def take(request: HttpRequest) -> HttpResponse:
    """What the form on any page sends: noted, answered the same whether the address is known or not."""
    cards = lists.lists(_language())
    form = JoinForm(request.POST, cards)
    if not form.is_valid():
        ticked = {int(value) for value in request.POST.getlist("lists")[:MOST_LISTS] if value.isdecimal()}
        context = {
            "lists": cards, "ticked": ticked, "typed": request.POST.get("address", "")[:254],
            "no_address": "address" in form.errors, "no_list": "lists" in form.errors,
        }  # fmt: skip
        return render(request, "broadsheet/newsletters/lists.html", context, status=400)
    if not ratelimit.consume(request, app="broadsheet.newsletters", action="join", config=LIMITS):
        return render(request, "429.html", status=429)
    said, now = form.cleaned_data, clock.now()
    wish = Wish(tuple(said["lists"]), VERSION, said["form"] or "lists", _language(), promo=said["promo"])
    user = int(request.user.pk or 0)
    if _from_here(request) and user and accounts.owner_of(said["address"]) == user:
        joined = joining.join(address=said["address"], user_id=user, wish=wish, now=now)
        if joined is not None:
            messages.success(request, _("You are on the list."))
            return SeeOther(reverse("newsletters_own"))
    joining.ask(address=said["address"], wish=wish, now=now)
    return SeeOther(reverse("newsletters_asked"))


def _from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent the form. The pages are the same for all, so they can bear no secret of a session."""
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin", "")
    same = urlsplit(origin).netloc == request.get_host() or origin in settings.CSRF_TRUSTED_ORIGINS
    return same and site in {None, "same-origin"}


def asked(request: HttpRequest) -> HttpResponse:
    """Where everybody who asked is led."""
    response = render(request, "broadsheet/newsletters/asked.html")
    response.shelf_keys = set()  # type: ignore[attr-defined]
    return response


@csrf_exempt  # the ticket is the secret; whoever has the mail may have no cookie here
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, ticket: str) -> HttpResponse:
    """Opening the link confirms nothing, for mail scanners open links too: the button does."""
    now = clock.now()
    found = confirming.asked(ticket, now)
    if found is None:
        return private.page(request, "closed", {"why": "unknown"}, status=404)
    cards = lists.by_numbers(found.lists)
    if not found.open:
        return private.page(request, "closed", {"why": "over", "lists": cards}, found.language, 410)
    if request.method != "POST":
        return private.page(request, "confirm", {"lists": cards, "address": found.address}, found.language)
    owner = accounts.owner_of(found.address)
    joined = joining.confirm(ticket=ticket, now=now, user_id=owner)
    if joined is None:
        return private.page(request, "closed", {"why": "over", "lists": cards}, found.language, 410)
    return _welcome(request, joined.reader, cards, found.language)


def _welcome(request: HttpRequest, token: bytes, cards: tuple[ListCard, ...], language: str) -> HttpResponse:
    own = token_text(token)
    reader = lists.reader_by_token(own)
    on = reader.on if reader else frozenset()
    context = {
        "lists": [card for card in cards if card.id in on], "own": own,
        "members": any(card.members for card in cards), "known": bool(reader and reader.user_id),
    }  # fmt: skip
    response = private.page(request, "confirmed", context, language)
    known_lists.say(request, response, on)
    return response


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
