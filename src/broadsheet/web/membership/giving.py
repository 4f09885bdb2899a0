"""Memberships as gifts, and seats in a group: bought, handed on, redeemed."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet import clock
from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.operations import Addresses, GiftError, SeatError, Wish
from broadsheet.membership.ports import GatewayError
from broadsheet.membership.queries import PlanCard
from broadsheet.membership.rules import Interval
from broadsheet.web import sandbox
from broadsheet.web.gifts import SeeOther
from broadsheet.web.membership import words
from broadsheet.web.membership.joining import FAULTS, reader_of, whole
from broadsheet.web.passes import set_pass

GIFT_FAULTS = {
    "unknown": gettext_lazy("We do not know this code. Look at it again, letter by letter."),
    "unpaid": gettext_lazy("We do not know this code. Look at it again, letter by letter."),
    "used": gettext_lazy("This gift was redeemed already."),
    "lapsed": gettext_lazy("This gift can be redeemed no more."),
}
SEAT_FAULTS = {
    "unknown": gettext_lazy("We do not know this invitation."),
    "over": gettext_lazy("This invitation was taken back, or the group has ended."),
    "taken": gettext_lazy("Somebody else has taken this place."),
    "lapsed": gettext_lazy("This invitation has lapsed. Ask for another one."),
    "full": gettext_lazy("All places are taken."),
}
MOST_ASKED = 5  # gifts that are looked up at the gateway when a buyer comes back


class CodeForm(forms.Form):
    """A gift's code."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip


class GiveForm(forms.Form):
    """What is given, to whom, with which words, when."""

    plan = forms.ChoiceField(label=gettext_lazy("What you give"), widget=forms.RadioSelect)
    recipient = forms.EmailField(
        label=gettext_lazy("Mail address of whom you give it to (left empty: you hand the code over yourself)"),
        max_length=254, required=False,
    )  # fmt: skip
    message = forms.CharField(
        label=gettext_lazy("Your words"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )  # fmt: skip
    deliver_on = forms.DateField(
        label=gettext_lazy("To be sent on (left empty: at once)"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip

    def __init__(self, *args: Any, cards: tuple[PlanCard, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].choices = [(card.plan, _gift_name(card)) for card in cards]  # type: ignore[attr-defined]
        if cards:
            self.fields["plan"].initial = cards[-1].plan


def _gift_name(card: PlanCard) -> str:
    span = _("one year") if card.interval == Interval.YEAR else _("one month")
    return f"{words.isolated(card.tier)} · {span} · {words.amount(card.price)}"


class InviteForm(forms.Form):
    """Whom to invite."""

    group = forms.IntegerField(widget=forms.HiddenInput)
    email = forms.EmailField(label=gettext_lazy("Mail address"), max_length=254)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def redeem(request: HttpRequest) -> HttpResponse:
    """Redeem a gift by its code, which stands in no address."""
    form, now = CodeForm(request.POST or None), clock.now()
    if form.is_valid():
        try:
            until = operations.redeem_gift(code=form.cleaned_data["code"], user_id=int(request.user.pk or 0), now=now)
        except GiftError as error:
            form.add_error("code", GIFT_FAULTS[error.code])
        else:
            said = _("Your gift is redeemed. Everything is open to you until %(day)s.") % {"day": words.day(until)}
            return _opened(request, said, now)
    return render(request, "broadsheet/membership/redeem.html", {"form": form}, status=400 if form.is_bound else 200)


def _opened(request: HttpRequest, said: str, now: datetime) -> HttpResponse:
    messages.success(request, said)
    response = SeeOther(reverse("account_membership"))
    set_pass(request, response, now)
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """Buy a membership for somebody else, with one payment that never renews."""
    cards = queries.plans()
    if not cards or sandbox.refused():
        raise Http404
    form, fault, status = GiveForm(request.POST or None, cards=cards), "", 200
    if form.is_valid():
        try:
            return SeeOther(_buy(request, form.cleaned_data, cards))
        except (GatewayError, GiftError):
            fault, status = str(FAULTS["gateway"]), 503
    elif form.is_bound:
        status = 400
    response = render(request, "broadsheet/membership/give.html", {"form": form, "fault": fault}, status=status)
    response.leads_out = True  # type: ignore[attr-defined]
    return response


def _buy(request: HttpRequest, said: dict[str, Any], cards: tuple[PlanCard, ...]) -> str:
    card = next(card for card in cards if card.plan == said["plan"])
    due = datetime.combine(said["deliver_on"], time(8), UTC) if said["deliver_on"] else None
    wish = Wish(card.price_id, said["recipient"], said["message"], due)
    to = Addresses(whole(reverse("membership_given")), whole(reverse("membership_give")))
    return operations.buy_gift(
        gateway=gateway(), buyer=reader_of(request), wish=wish, addresses=to, now=clock.now()
    ).url


@never_cache
@login_required
def given(request: HttpRequest) -> HttpResponse:
    """Back from paying for a gift: ask whether it is paid, and show its code."""
    now, user = clock.now(), int(request.user.pk or 0)
    waiting = [gift.reference for gift in queries.gifts_of(user) if gift.state == "waiting"][:MOST_ASKED]
    try:
        paid = [operations.settle_gift(gateway=gateway(), reference=reference, now=now) for reference in waiting]
    except GatewayError:
        messages.info(
            request, _("We cannot ask the payment provider at this moment. Your gift’s code follows by mail.")
        )
    else:
        if any(paid):
            messages.success(request, _("Thank you. Your gift is paid; its code stands below, and comes by mail."))
    return SeeOther(reverse("account_membership") + "#gifts")


# Seats


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seat(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation to a seat: opening it takes nothing, the button does."""
    now = clock.now()
    offer, fault = queries.seat_offer(token, now), ""
    if offer is None or not offer.holds:
        fault = "unknown" if offer is None else "over"
    elif request.method == "POST" and request.user.is_authenticated:
        try:
            operations.accept(token=token, user_id=int(request.user.pk or 0), now=now)
        except SeatError as error:
            fault = error.code
        else:
            return _opened(request, _("The place is yours. Everything is open to you now."), now)
    context = {"offer": offer, "fault": SEAT_FAULTS.get(fault, "")}
    response = render(request, "broadsheet/membership/seat.html", context, status=410 if fault else 200)
    response.headers["Referrer-Policy"], response.headers["X-Robots-Tag"] = "strict-origin", "noindex, noarchive"
    response._has_been_logged = True  # type: ignore[attr-defined]  # Django would write the path into its log
    return response


@never_cache
@login_required
@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody to a seat of one's own group."""
    form, now = InviteForm(request.POST), clock.now()
    own = {group.pk for group in queries.groups_of(int(request.user.pk or 0), now)}
    if not form.is_valid() or form.cleaned_data["group"] not in own:
        messages.error(request, _("Write a mail address."))
    else:
        said = form.cleaned_data
        try:
            operations.invite(group=said["group"], email=said["email"], now=now, locale=reader_of(request).locale)
        except SeatError as error:
            messages.error(request, str(SEAT_FAULTS[error.code]))
        else:
            messages.success(request, _("The invitation is on its way."))
    return SeeOther(reverse("account_membership") + "#groups")


@never_cache
@login_required
@require_POST
def uninvite(request: HttpRequest) -> HttpResponse:
    """Take a seat back."""
    now = clock.now()
    own = {str(each.reference) for group in queries.groups_of(int(request.user.pk or 0), now) for each in group.seats}
    typed = request.POST.get("seat", "")
    if typed in own and operations.revoke_seat(reference=UUID(typed), now=now):
        messages.success(request, _("The place is free again."))
    return SeeOther(reverse("account_membership") + "#groups")
