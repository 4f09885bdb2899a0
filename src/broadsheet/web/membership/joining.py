"""Joining: the plans, the terms before the card, the gateway's page, and coming back from it to the story."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from broadsheet import clock
from broadsheet.accounts.rules import safe_path
from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.keys import mail_key
from broadsheet.membership.operations import Addresses, ConsentGiven, JoinError, Reader
from broadsheet.membership.ports import Checkout, GatewayError
from broadsheet.membership.queries import Contract, PlanCard
from broadsheet.web import sandbox
from broadsheet.web.gifts import SeeOther
from broadsheet.web.membership.offers import join_address
from broadsheet.web.membership.words import VERSION, Terms, leading, terms
from broadsheet.web.passes import set_pass

BACK = "membership_back"  # in the session: the page from which somebody set out to join
RUNNING = frozenset({"trialing", "active", "past_due", "unpaid", "paused"})
FAULTS = {
    "no-consent": gettext_lazy("Tick the box first: we begin nothing that you did not agree to."),
    "trial-used": gettext_lazy("You had a free trial before. These are the terms without one."),
    "offer-changed": gettext_lazy("The offer has changed in the meantime. These are the terms now."),
    "coupon": gettext_lazy("This code does not hold for this plan."),
    "gateway": gettext_lazy("The payment page cannot be reached at this moment. Nothing was charged. Try again."),
    "left": gettext_lazy("You came back without paying. Nothing was charged."),
}


def subscribe(request: HttpRequest) -> HttpResponse:
    """The plans: the same page for everybody."""
    response = render(request, "broadsheet/subscribe.html")
    response.shelf_keys = set()  # type: ignore[attr-defined]
    return response


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, plan: str) -> HttpResponse:
    """The terms of a plan, word for word, beside the button; pressed, it leads to the gateway's page."""
    card = next((card for card in queries.plans() if card.plan == plan), None)
    if card is None or sandbox.refused():
        raise Http404
    _remember_back(request)
    reader = reader_of(request)
    if _runs(reader.user_id, clock.now()):
        messages.info(request, _("You are a member already."))
        return SeeOther(reverse("account_membership"))
    if request.method == "POST" and "show" not in request.POST:
        return _begin(request, card, reader)
    return _terms_page(request, card, reader, "left" if "left" in request.GET else "")


def _runs(user: int, now: datetime) -> bool:
    """Whether somebody has a contract. Of one whose end has come the gateway is asked: its word may be on its way."""
    running = [each for each in queries.membership_of(user, now).contracts if each.status in RUNNING]
    if any(_ended(each, now) for each in running):
        with suppress(GatewayError):
            operations.returned_from_checkout(gateway=gateway(), user_id=user, now=now)
    return any(not _ended(each, now) for each in running)


def _ended(contract: Contract, now: datetime) -> bool:
    return contract.ends_at is not None and contract.ends_at <= now


def _remember_back(request: HttpRequest) -> None:
    back = request.GET.get("next", "")
    if back and safe_path(back):
        request.session[BACK] = back


def reader_of(request: HttpRequest) -> Reader:
    """Who is logged in, as membership knows them."""
    user: Any = request.user
    return Reader(int(user.pk), user.email, get_language() or settings.LANGUAGE_CODE)


def _code(request: HttpRequest) -> str:
    return (request.POST.get("coupon") or request.GET.get("coupon") or "").replace("\x00", "").strip()[:40]


def _trial_days(card: PlanCard, reader: Reader, request: HttpRequest, now: datetime) -> int:
    seen = queries.trial_seen(reader.user_id, mail_key(reader.email), now)
    return 0 if seen is not None or "paid" in request.GET else card.trial_days


def _terms_of(request: HttpRequest, card: PlanCard, reader: Reader, now: datetime) -> tuple[Terms, int, str]:
    """The terms, the days of trial, and the code of a coupon that holds."""
    days, code = _trial_days(card, reader, request, now), _code(request)
    coupon = queries.coupon(code, card.price_id, now) if code else None
    return terms(card, days, coupon, now), days, coupon.code if coupon else ""


def _terms_page(request: HttpRequest, card: PlanCard, reader: Reader, fault: str, status: int = 200) -> HttpResponse:
    found, days, code = _terms_of(request, card, reader, clock.now())
    typed = _code(request)
    if typed and not code and not fault:
        fault = "coupon"
    response = render(
        request,
        "broadsheet/membership/join.html",
        {
            "plan": card, "terms": found, "days": days, "coupon": code or typed, "fault": FAULTS.get(fault, ""),
            "no_trial": bool(card.trial_days and not days), "said": f"{card.price_id}:{days}",
        },
        status=status,
    )  # fmt: skip
    response.leads_out = True  # type: ignore[attr-defined]  # the button leads on to the gateway
    return response


def _begin(request: HttpRequest, card: PlanCard, reader: Reader) -> HttpResponse:
    """Keep the consent, open the checkout, lead there."""
    now = clock.now()
    found, days, code = _terms_of(request, card, reader, now)
    if _code(request) and not code:
        return _terms_page(request, card, reader, "coupon", 400)
    if request.POST.get("said") != f"{card.price_id}:{days}":  # another page than the one that they would get now
        return _terms_page(request, card, reader, "offer-changed", 409)
    consent = ConsentGiven(
        card.price_id, days, f"{reader.locale}/{VERSION}", found.text, reader.locale,
        agreed=request.POST.get("agreed") == "1",
    )  # fmt: skip
    try:
        return SeeOther(_checkout(reader, consent, card, code, now).url)
    except JoinError as error:
        if error.code == "member":
            return SeeOther(reverse("membership_joined"))
        return _terms_page(request, card, reader, error.code, 400)
    except GatewayError:
        return _terms_page(request, card, reader, "gateway", 503)


def _checkout(reader: Reader, consent: ConsentGiven, card: PlanCard, code: str, now: datetime) -> Checkout:
    """The gateway's page. One that was left open until it expired is begun anew."""
    to = Addresses(whole(reverse("membership_joined")), whole(join_address(card.plan) + "?left=1"))

    def begin() -> Checkout:
        return operations.start_checkout(
            gateway=gateway(), reader=reader, consent=consent, addresses=to, now=now, coupon=code
        )

    try:
        return begin()
    except GatewayError as error:
        if error.code != "expired":
            raise
        return begin()


def whole(path: str) -> str:
    """The whole address of a page of the paper."""
    return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + path


@never_cache
@login_required
def joined(request: HttpRequest) -> HttpResponse:
    """Back from the gateway: see what there is, give the pass, lead to the story. Coming here proves nothing."""
    now, user = clock.now(), int(request.user.pk or 0)
    try:
        operations.returned_from_checkout(gateway=gateway(), user_id=user, now=now)
    except GatewayError:
        return render(request, "broadsheet/membership/joined.html", {"state": "waiting"}, status=503)
    held = queries.membership_of(user, now)
    contract = leading(held)
    if contract is not None and (known := _refused(user, contract.id)):
        return _trial_refused(request, user, contract.id, known, now)
    if held.access.full:
        return _welcomed(request, now)
    if contract is not None and contract.status == "incomplete":
        owed = next((line.url for line in held.invoices if line.status == "open" and line.url), "")
        return render(request, "broadsheet/membership/joined.html", {"state": "unfinished", "url": owed})
    messages.info(request, str(FAULTS["left"]))
    return SeeOther(reverse("subscribe"))


def _welcomed(request: HttpRequest, now: datetime) -> HttpResponse:
    back = request.session.pop(BACK, "")
    if not back or not safe_path(back):
        messages.success(request, _("Welcome. Everything is open to you now."))
        back = reverse("account_membership")
    response = SeeOther(back)
    set_pass(request, response, now)
    return response


def _refused(user: int, subscription: str) -> str:
    """By what a trial that was just begun was known as a second one; empty where it was not."""
    lines = (line for line in queries.timeline(user) if line.kind == "trial_refused")
    return next((line.details.get("known", "member") for line in lines if line.subscription == subscription), "")


def _trial_refused(request: HttpRequest, user: int, subscription: str, known: str, now: datetime) -> HttpResponse:
    """A card or a reader that had a trial: it is ended uncharged, and a paid start is offered."""
    operations.push_pending(gateway=gateway(), now=now, subjects=[subscription])
    plans = [(card, join_address(card.plan) + "?paid=1") for card in queries.plans()]
    context = {"state": "refused", "by_card": known == "card", "plans": plans}
    response = render(request, "broadsheet/membership/joined.html", context)
    set_pass(request, response, now)
    return response
