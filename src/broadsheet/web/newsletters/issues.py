"""Issues on the web: what everybody was sent, what members were sent at their door, and where an issue's links lead.

The web version is what went to readers who are no members: it leads to the stories, which ask the paywall. What went
to members stands at an address of its own, answered by Django after the same decision as a story, and kept by nobody.
"""

from __future__ import annotations

import re

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from broadsheet import clock
from broadsheet.membership import queries as membership
from broadsheet.membership.rules.values import Benefit
from broadsheet.newsletters.operations.clicking import count_click
from broadsheet.newsletters.queries import archive
from broadsheet.newsletters.queries.archive import FREE, MEMBER, IssueCard
from broadsheet.newsletters.queries.lists import ListCard
from broadsheet.paywall import queries as paywall
from broadsheet.paywall import rules
from broadsheet.paywall.robots import is_robot
from broadsheet.paywall.rules import Access, Decision, Terms, Visit
from broadsheet.readers import Standing
from broadsheet.web.gifts import SeeOther
from broadsheet.web.middleware import POLICY
from broadsheet.web.newsletters import private
from broadsheet.web.newsletters.lists import found
from broadsheet.web.passes import standing

# A mail bears its look in itself.
MAIL_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
PLACE = re.compile(r"%%(UNSUBSCRIBE|PREFERENCES|ARM)%%|%%PASS:\d+%%/?")
ARMS = frozenset({"a", "b", "w"})  # the first subject, the second, the web


@require_http_methods(["GET", "HEAD"])
def issue(request: HttpRequest, slug: str, issue: str) -> HttpResponse:
    """What went to readers who are no members."""
    card, sent = _issue(slug, issue)
    if issue != sent.slug:
        return SeeOther(address(card, sent))
    markup = archive.words(sent.id, FREE)
    if not markup:
        raise Http404
    response = _mail(request, card, sent, markup, full=False)
    response.shelf_keys = {f"newsletter:{card.id}", f"issue:{sent.id}"}  # type: ignore[attr-defined]
    return response


@require_http_methods(["GET", "HEAD"])
def full(request: HttpRequest, slug: str, issue: str) -> HttpResponse:
    """What went to members, to those who are; others are led to what went to everybody."""
    card, sent = _issue(slug, issue)
    decision = _decide(request)
    may = card.full_for_members and decision.full and issue == sent.slug
    markup = archive.words(sent.id, MEMBER, decision) if may else ""
    found = _mail(request, card, sent, markup, full=True) if markup else SeeOther(address(card, sent))
    found.headers["Cache-Control"], found.headers["X-Robots-Tag"] = "private, no-store", "noindex, noarchive"
    return found


def _decide(request: HttpRequest) -> Decision:
    """As a story for members would be: by what its reader is now. What a benefit does not open stays shut.

    An institution opens stories; the newsletters for members are for those who have them by a plan or a grant.
    """
    who, now = Standing.STRANGER, clock.now()
    if request.user.is_authenticated:
        who, _ = standing(request.user, now)
        if (
            who in {Standing.MEMBER, Standing.INSTITUTION}
            and Benefit.NEWSLETTERS not in membership.standing_of(int(request.user.pk), now).benefits
        ):
            who = Standing.REGISTERED
    return rules.decide(Visit(who), Access.MEMBERS, Terms())


def _issue(slug: str, issue: str) -> tuple[ListCard, IssueCard]:
    """The list and its issue. The number before the words finds it, so that an address with other words leads there."""
    card, number = found(slug), issue.partition("-")[0]
    sent = archive.issue(card.id, int(number)) if number.isdecimal() and len(number) < 8 else None
    if sent is None:
        raise Http404
    return card, sent


def address(card: ListCard, sent: IssueCard) -> str:
    """The path of an issue's page."""
    with translation.override(card.language):
        return reverse("newsletter_issue", args=[card.slug, sent.slug])


def _mail(request: HttpRequest, card: ListCard, sent: IssueCard, markup: str, *, full: bool) -> HttpResponse:
    """The mail as a page: its readers' own places lead to where everybody may go, and above it stands the way back."""
    own = {"UNSUBSCRIBE": reverse("newsletter", args=[card.slug]), "PREFERENCES": reverse("newsletters"), "ARM": "w"}
    plain = PLACE.sub(lambda place: own.get(place[1] or "", ""), markup)
    context = {"list": card, "issue": sent, "full": full, "address": address(card, sent)}
    bar = render_to_string("broadsheet/newsletters/issue_bar.html", context, request)
    head = render_to_string("broadsheet/newsletters/issue_head.html", context, request)
    plain = re.sub(r"</head>", lambda _: head + "</head>", plain, count=1, flags=re.IGNORECASE)
    whole = re.sub(r"<body\b[^>]*>", lambda body: body[0] + bar, plain, count=1, flags=re.IGNORECASE)
    return HttpResponse(whole, headers={"Content-Security-Policy": MAIL_POLICY})


@require_http_methods(["GET", "HEAD"])
def go(request: HttpRequest, issue: str, number: int, arm: str, token: str = "") -> HttpResponse:
    """Lead on to where the issue's link leads, which is written nowhere in the address, and count that it was used.

    With the token of a letter's link, which opens the story for its reader, the way goes by where such links land.
    """
    target = archive.leads_to(issue, number)
    if target is None or arm not in ARMS:
        raise Http404
    link, url = target
    if request.method == "GET" and not is_robot(request.headers.get("User-Agent", "").encode()):
        count_click(link_id=link, arm=arm)
    if token and _is_letter(token):
        url = reverse("gift", args=[token])
    return private.discreet(SeeOther(url))


def _is_letter(token: str) -> bool:
    link, _ = paywall.link_of(token, clock.now())
    return link is not None
