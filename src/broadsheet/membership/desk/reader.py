"""A reader's page: what holds and why, what may be done, and the whole story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from broadsheet import clock
from broadsheet.membership.desk import permissions, words
from broadsheet.membership.desk.actions import crumbs
from broadsheet.membership.gateways.current import gateway
from broadsheet.membership.operations import returned_from_checkout
from broadsheet.membership.ports import GatewayError
from broadsheet.membership.queries import desk as queries
from broadsheet.membership.queries.account import Contract, membership_of
from broadsheet.membership.queries.story import Happening, happenings


@dataclass(frozen=True, slots=True)
class ContractLine:
    """A contract in words."""

    contract: Contract
    state: str
    why: str
    price: str
    open: bool
    running: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the story in words, with what may be done about it."""

    at: Any
    source: str
    label: str
    title: str
    detail: str
    by: str
    subscription: str
    act: str = ""
    act_label: str = ""


@never_cache
@permissions.needs(permissions.VIEW)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one reader."""
    now = clock.now()
    row = queries.reader(pk, now)
    if row is None:
        raise Http404
    held = membership_of(pk, now)
    story = happenings(pk)
    sources = [source for source in words.SOURCES if any(each.source == source for each in story)]
    chosen = request.GET.get("only", "")
    told = [_told(pk, each, request) for each in story if chosen in {"", each.source}]
    context = {
        "row": row, "person": row.person, "access": words.access_sentence(held.access), "until": held.access.until,
        "tag": words.TAGS[held.access.reason], "full": held.access.full,
        "contracts": [_contract(each) for each in held.contracts],
        "grants": [(each, words.GRANTS[each.kind]) for each in queries.grants(pk, now)],
        "invoices": [_invoice(each) for each in queries.paid(pk)], "story": told,
        "sources": [(source, words.SOURCES[source]) for source in sources], "chosen": chosen,
        "may_act": request.user.has_perm(permissions.CHANGE), "may_refund": request.user.has_perm(permissions.REFUND),
        "page_title": row.person.name or row.person.email, "header_title": row.person.email, "header_icon": "user",
        "breadcrumbs_items": [*crumbs(row.person)[:-1], {"url": "", "label": row.person.name or row.person.email}],
    }  # fmt: skip
    return render(request, "broadsheet/desk/members/reader.html", context)


def _contract(each: Contract) -> ContractLine:
    running = each.status not in {"canceled", "incomplete_expired"}
    return ContractLine(
        each, words.status(each.status), words.access_sentence(each.access), words.price(each.price, each.interval),
        bool(each.access.benefits), running,
    )  # fmt: skip


def _invoice(line: queries.PaidLine) -> dict[str, Any]:
    return {
        "line": line, "paid": words.money(line.paid),
        "refunded": words.money(line.refunded) if line.refunded.minor else "",
        "left": words.money(line.left) if line.left is not None else "",
        "state": words.INVOICES.get(line.status, line.status),
    }  # fmt: skip


def _told(pk: int, each: Happening, request: HttpRequest) -> Told:
    act, label = _act(pk, each) if request.user.has_perm(permissions.CHANGE) else ("", "")
    return Told(
        each.at, each.source, str(words.SOURCES[each.source]), words.title(each), words.detail(each), _by(each.by),
        each.subscription, act, label,
    )  # fmt: skip


def _by(word: str) -> str:
    known = {"reader": _("the reader"), "desk": _("the desk"), "gateway": _("the gateway"), "clock": _("the clock")}
    return known.get(word, word)


def _act(pk: int, each: Happening) -> tuple[str, str]:
    """The address of what may be done about a line, and its words."""
    if each.source == "mail" and each.state in {"sent", "failed", "dropped"}:
        address = reverse("broadsheet_members:act", args=[pk, "send-again"])
        return f"{address}?{urlencode({'target': str(each.pk)})}", _("Send again")
    if each.source == "event" and each.state == "parked":
        address = reverse("broadsheet_members:act_at_large", args=["replay"])
        return f"{address}?{urlencode({'target': str(each.pk), 'back': 'reader'})}", _("Take up again")
    if each.source == "operation" and each.state == "failed":
        address = reverse("broadsheet_members:act_at_large", args=["try-again"])
        return f"{address}?{urlencode({'target': str(each.pk), 'back': 'reader'})}", _("Ask again")
    return "", ""


@require_POST
@permissions.needs(permissions.CHANGE)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Fetch the reader's facts from the gateway now."""
    try:
        found = returned_from_checkout(gateway=gateway(), user_id=pk, now=clock.now())
    except GatewayError as error:
        messages.error(request, _("The gateway did not answer: %(error)s") % {"error": error})
    else:
        if found.why:
            messages.warning(request, _("There is nothing to fetch: this reader has no customer at the gateway."))
        else:
            messages.success(request, _("Fetched. %(count)s rows have changed.") % {"count": found.changed})
    return HttpResponseRedirect(reverse("broadsheet_members:reader", args=[pk]))
