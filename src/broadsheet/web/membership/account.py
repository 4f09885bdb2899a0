"""A reader's membership on their account's page: what they have and why, and what they may do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet import clock
from broadsheet.membership import operations, queries
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.operations import ChangeError, ConsentGiven
from broadsheet.membership.ports import GatewayError, Preview
from broadsheet.membership.queries import Contract, Membership, PlanCard
from broadsheet.membership.rules import Interval
from broadsheet.web.gifts import SeeOther
from broadsheet.web.membership import words
from broadsheet.web.membership.joining import whole
from broadsheet.web.passes import set_pass

PAUSES = (1, 2, 3)  # months
OVER = frozenset({"canceled", "incomplete_expired"})
OPEN = frozenset({"open", "uncollectible"})
FAULTS = {
    "none": gettext_lazy("There is no membership that this could be done to."),
    "not-now": gettext_lazy("This cannot be done now: a payment is owed, or the end is planned."),
    "too-late": gettext_lazy("It is too late for that: the membership has ended."),
    "same": gettext_lazy("You have this plan already."),
    "consent": gettext_lazy("Tick the box first: we change nothing that you did not agree to."),
    "gateway": gettext_lazy("The payment provider cannot be reached at this moment. Nothing was changed. Try again."),
    "later": gettext_lazy("It is noted, and will be carried out as soon as the payment provider can be reached."),
}


class Panel(NamedTuple):
    """A room's part of the account page: a template, and the value that it gets as `panel`."""

    template: str
    value: Any


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panel and the page show."""

    told: words.Told
    contract: Contract | None
    held: Membership
    owed: str  # the open invoice's page, where something is owed
    switches: tuple[PlanCard, ...]
    now: datetime

    @property
    def runs(self) -> bool:
        """Whether there is a contract that could be ended."""
        if self.contract is None or self.contract.status in OVER:
            return False
        return self.contract.ends_at is None or self.now < self.contract.ends_at

    @property
    def may_cancel(self) -> bool:
        """Whether it could be ended and is not yet."""
        return self.runs and self.contract is not None and not self.contract.cancelling

    @property
    def may_resume(self) -> bool:
        """Whether an end or a pause can be taken back."""
        if not self.runs or self.contract is None:
            return False
        return self.contract.cancelling or self.contract.status == "paused" or self.pausing

    @property
    def pausing(self) -> bool:
        """Whether nothing is collected for now."""
        found = self.contract.access.notice if self.contract else None
        return found == "collection-paused" or (found == "resume" and self.runs)

    @property
    def may_pause(self) -> bool:
        """Whether payments can be paused."""
        return self.may_cancel and self.contract is not None and self.contract.status == "active" and not self.pausing


def shown(user: int, now: datetime) -> Shown:
    """A reader's membership for their pages."""
    held = queries.membership_of(user, now)
    contract = words.leading(held)
    owing = contract is not None and contract.status in {"past_due", "unpaid", "incomplete"}
    owed = next((line.url for line in held.invoices if line.status in OPEN and line.url), "") if owing else ""
    return Shown(words.told(held), contract, held, owed, _switches(contract), now)


def _switches(contract: Contract | None) -> tuple[PlanCard, ...]:
    if contract is None or contract.status not in {"active", "trialing"} or contract.cancelling:
        return ()
    cards = queries.plans(contract.price.currency)
    same = (contract.plan, contract.interval)
    return tuple(
        card for card in cards if (card.tier, card.interval) != same and card.price.currency == contract.price.currency
    )


def panel(request: HttpRequest) -> Panel | None:
    """The part of membership on the account's page."""
    return Panel("broadsheet/membership/panel.html", shown(int(request.user.pk or 0), clock.now()))


@never_cache
@login_required
@require_http_methods(["GET", "HEAD"])
def page(request: HttpRequest) -> HttpResponse:
    """Everything about a reader's membership on one page."""
    now, user = clock.now(), int(request.user.pk or 0)
    context = {
        "shown": shown(user, now), "gifts": queries.gifts_of(user), "groups": queries.groups_of(user, now),
        "pauses": PAUSES,
    }  # fmt: skip
    response = render(request, "broadsheet/membership/account.html", context)
    response.leads_out = True  # type: ignore[attr-defined]  # “Change the card” leads on to the gateway
    return response


@never_cache
@login_required
@require_POST
def card(request: HttpRequest) -> HttpResponse:
    """The gateway's own page for cards and invoices."""
    back = whole(reverse("account_membership"))
    try:
        url = operations.portal(
            gateway=gateway(), user_id=int(request.user.pk or 0), return_url=back, locale=get_language() or ""
        )
    except GatewayError:
        messages.error(request, str(FAULTS["gateway"]))
        url = ""
    return SeeOther(url or reverse("account_membership"))


@never_cache
@login_required
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Take a cancellation or a pause back."""
    return _changed(request, lambda user, now: operations.resume(user_id=user, now=now), _("Your membership goes on."))


@never_cache
@login_required
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    """Collect nothing for some months."""
    typed = request.POST.get("months", "")
    months = int(typed) if typed.isdecimal() and int(typed) in PAUSES else PAUSES[0]

    def do(user: int, now: datetime) -> str:
        return operations.pause(user_id=user, now=now, until=now + timedelta(days=30 * months))

    return _changed(request, do, _("Your payments are paused."))


def _changed(request: HttpRequest, do: Callable[[int, datetime], str], said: str) -> HttpResponse:
    """Do it here, then at the gateway; where that cannot be reached, it is done as soon as it can."""
    now, user = clock.now(), int(request.user.pk or 0)
    try:
        subscription = do(user, now)
    except ChangeError as error:
        messages.error(request, str(FAULTS[error.code]))
    else:
        done = operations.push_pending(gateway=gateway(), now=now, subjects=[subscription])
        messages.success(request, said if done else str(FAULTS["later"]))
    response = SeeOther(reverse("account_membership"))
    set_pass(request, response, now)
    return response


# Another plan


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest, plan: str) -> HttpResponse:
    """What another plan would cost, now and later; confirmed, the plan is changed."""
    target = next((card for card in queries.plans() if card.plan == plan), None)
    if target is None:
        raise Http404
    now, user = clock.now(), int(request.user.pk or 0)
    at = _previewed_at(request, now)
    try:
        preview = operations.preview_switch(gateway=gateway(), user_id=user, price_id=target.price_id, now=at)
        if request.method != "POST":
            return _switch_page(request, target, preview, at)
        consent = _agreed(request, target, preview)
        subscription = operations.switch(gateway=gateway(), user_id=user, consent=consent, previewed_at=at, now=now)
    except ChangeError as error:
        if error.code == "consent":
            return _switch_page(request, target, preview, at, str(FAULTS["consent"]), 400)
        messages.error(request, str(FAULTS[error.code]))
        return SeeOther(reverse("account_membership"))
    except GatewayError:
        messages.error(request, str(FAULTS["gateway"]))
        return SeeOther(reverse("account_membership"))
    return _changed(request, lambda *_: subscription, _("Your plan is changed."))


def _previewed_at(request: HttpRequest, now: datetime) -> datetime:
    """The moment for which the page reckoned: what is charged is what was shown, for ten minutes."""
    try:
        at = datetime.fromisoformat(request.POST.get("at", ""))
    except ValueError:
        return now
    return at if at.tzinfo and timedelta(0) <= now - at < timedelta(minutes=10) else now


def _switch_lines(target: PlanCard, preview: Preview) -> tuple[str, ...]:
    """What is due now, what was credited, what follows."""
    said = {
        "due": words.amount(preview.due_now), "credit": words.amount(preview.credit),
        "price": words.per(preview.next_charge, target.interval),
        "day": words.day(preview.next_charge_at) if preview.next_charge_at else "",
    }  # fmt: skip
    lines = []
    if preview.due_now.minor:
        lines.append(_("You pay %(due)s now.") % said)
    else:
        lines.append(_("Nothing is charged now.") % said)
    if preview.credit.minor:
        lines.append(_("%(credit)s of what you have paid already is credited.") % said)
    if preview.next_charge_at:
        lines.append(_("The next charge is on %(day)s: %(price)s, until you cancel.") % said)
    return tuple(lines)


def _switch_consent(target: PlanCard) -> str:
    price = words.per(target.price, target.interval)
    return _("I agree to change my plan to %(price)s, until I cancel it.") % {"price": price}


def _agreed(request: HttpRequest, target: PlanCard, preview: Preview) -> ConsentGiven:
    text = "\n".join((*_switch_lines(target, preview), _switch_consent(target)))
    locale = get_language() or ""
    version = f"{locale}/{words.VERSION}"
    return ConsentGiven(target.price_id, 0, version, text, locale, agreed=request.POST.get("agreed") == "1")


def _switch_page(
    request: HttpRequest, target: PlanCard, preview: Preview, at: datetime, fault: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "plan": target, "lines": _switch_lines(target, preview), "consent": _switch_consent(target),
        "at": at.isoformat(), "fault": fault, "yearly": target.interval == Interval.YEAR,
    }  # fmt: skip
    return render(request, "broadsheet/membership/switch.html", context, status=status)
