"""A reader's own lists, by the link in every mail or by log-in; and the way out, by one click."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet import clock
from broadsheet.newsletters.keys import read_token, token_text
from broadsheet.newsletters.operations import leaving, preferences
from broadsheet.newsletters.operations.preferences import Changed, Ticked
from broadsheet.newsletters.queries import lists
from broadsheet.newsletters.queries.lists import ListCard, Reader
from broadsheet.web import known_lists
from broadsheet.web.gifts import SeeOther
from broadsheet.web.newsletters import private
from broadsheet.web.newsletters.words import VERSION

ONE_CLICK = "One-Click"


class OwnForm(forms.Form):
    """Which lists, in which language and zone."""

    had = forms.CharField(required=False, max_length=2000)
    lists = forms.TypedMultipleChoiceField(coerce=int, required=False)
    language = forms.ChoiceField(label=_("Language of these pages"), required=False)
    zone = forms.ChoiceField(label=_("Time zone"), required=False)

    def __init__(self, data: object, reader: Reader, cards: tuple[ListCard, ...]) -> None:
        super().__init__(data, initial={"language": reader.language, "zone": reader.zone})  # type: ignore[arg-type]
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
        self.fields["lists"].choices = [(card.id, card.name) for card in cards]  # type: ignore[attr-defined]
        self.fields["language"].choices = list(settings.LANGUAGES)  # type: ignore[attr-defined]
        self.fields["zone"].choices = [("", _("The paper’s")), *((zone, zone.replace("_", " ")) for zone in zones)]  # type: ignore[attr-defined]

    def clean_had(self) -> frozenset[int]:
        """The lists that were ticked when the page was shown."""
        return frozenset(int(part) for part in self.cleaned_data["had"].split(".") if part.isdecimal())


@dataclass(frozen=True, slots=True)
class Group:
    """The lists of one language on the page."""

    language: str
    cards: tuple[ListCard, ...]
    aside: bool


@login_required
def own(request: HttpRequest) -> HttpResponse:
    """The page of whoever is logged in."""
    user = request.user
    token = preferences.page_of(user_id=int(user.pk or 0), address=user.email, now=clock.now())  # type: ignore[union-attr]
    return private.discreet(SeeOther(reverse("newsletters_mine", args=[token_text(token)])))


@csrf_exempt  # the token is the secret; whoever has the mail may have no cookie here
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """The page of preferences."""
    reader = lists.reader_by_token(token)
    if reader is None:
        return private.page(request, "closed", {"why": "unknown"}, status=404)
    cards = _cards(reader)
    changed: Changed | None = None
    form = OwnForm(request.POST if request.method == "POST" else None, reader, cards)
    if form.is_valid():
        changed = _carry_out(request, token, reader, form)
        reader = lists.reader_by_token(token) or reader
        form = OwnForm(None, reader, cards)
    context = {
        "reader": reader, "lists": _by_language(cards, reader), "form": form, "changed": changed,
        "had": ".".join(str(number) for number in sorted(reader.on)),
    }  # fmt: skip
    response = private.page(request, "mine", context, reader.language, 400 if form.errors else 200)
    known_lists.say(request, response, reader.on)
    return response


def _carry_out(request: HttpRequest, token: str, reader: Reader, form: OwnForm) -> Changed | None:
    now, said = clock.now(), form.cleaned_data
    if "leave_all" in request.POST:
        return Changed(0, leaving.leave_all(subscriber_id=reader.id, by="page", now=now))
    ticked = Ticked(said["had"], frozenset(said["lists"]), said["language"] or reader.language, said["zone"], VERSION)
    return preferences.prefer(token=read_token(token) or b"", ticked=ticked, now=now)


def _cards(reader: Reader) -> tuple[ListCard, ...]:
    """What readers may join, and whatever this one is on though it is closed."""
    offered = lists.all_lists()
    closed = lists.by_numbers(reader.on - {card.id for card in offered})
    return (*offered, *closed)


def _by_language(cards: tuple[ListCard, ...], reader: Reader) -> list[Group]:
    """The reader's own language first; another one folded away, unless they are on a list of it."""
    own = reader.language or settings.LANGUAGE_CODE
    found = []
    for language in sorted({card.language for card in cards}, key=lambda code: (code != own, code)):
        group = tuple(card for card in cards if card.language == language)
        found.append(Group(language, group, language != own and reader.on.isdisjoint(card.id for card in group)))
    return found


@csrf_exempt  # RFC 8058: a mail provider's POST comes without cookie, origin or anything else of ours
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Leave one list. Opening the page leaves nothing; the button does, and so does a mail program's one click."""
    place = lists.place_of(token)
    if request.method == "POST" and read_token(token) is not None:
        return _left(request, token, place)
    if place is None:
        return private.page(request, "closed", {"why": "unknown"}, status=404)
    template = "leave" if place.on else "left"
    return private.page(request, template, {"list": place.list}, place.language)


def _left(request: HttpRequest, token: str, place: lists.Place | None) -> HttpResponse:
    """Off the list, however often this is asked; also where the place is gone, for then nothing is sent to it."""
    by = "one_click" if request.POST.get("List-Unsubscribe") == ONE_CLICK else "page"
    left = leaving.leave(token=token, by=by, now=clock.now())
    response = private.page(request, "left", {"list": place.list if place else None}, place.language if place else "")
    here = known_lists.gets(request)
    if left is not None and left.newsletter in here:
        known_lists.say(request, response, here - {left.newsletter})
    return response
