"""The page of one issue: how it stands, what it would say, when it goes out, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from wagtail.admin import messages

from broadsheet import clock
from broadsheet.newsletters.cards import VARIANTS
from broadsheet.newsletters.desk import permissions, words
from broadsheet.newsletters.desk.forms import READERS, ScheduleForm, TryForm
from broadsheet.newsletters.models import Issue
from broadsheet.newsletters.operations import composing, controlling
from broadsheet.newsletters.operations.composing import OPEN, StateError
from broadsheet.newsletters.operations.controlling import NotNowError
from broadsheet.newsletters.previews import preview
from broadsheet.newsletters.queries import issues as queries
from broadsheet.newsletters.queries.progress import progress
from broadsheet.newsletters.rendering import MOST_BYTES
from broadsheet.newsletters.rules import testing
from broadsheet.newsletters.trying import send_test

State = Issue.State
MOST = MOST_BYTES // 1_000  # kB
UNDER_WAY = frozenset({State.FROZEN, State.BUILDING, State.READY, State.SENDING})


class RefusedError(Exception):
    """It was not done; says why, in words for the desk."""


def crumbs(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """The way to a page of the desk."""
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return [home, {"url": reverse("newsletters_issues:index"), "label": _("Issues")}, *more]


def issue_of(pk: int) -> Issue:
    """The issue with its list, or 404."""
    found = Issue.objects.select_related("newsletter", "approved_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@never_cache
@permissions.needs(permissions.VIEW)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """How the issue stands."""
    issue, now = issue_of(pk), clock.now()
    schedule = ScheduleForm.at(issue.due_at, issue.newsletter.zone)
    trying = TryForm(initial={"to": getattr(request.user, "email", ""), "variant": VARIANTS[0]})
    context = {
        "issue": issue, "newsletter": issue.newsletter, "tag": words.tag(issue), "sides": _sides(issue, now),
        "when": words.both(issue.due_at, issue.newsletter.zone), "test": _test(issue),
        "progress": queries.progress([pk]).get(pk), "clicks": queries.clicks(pk) if issue.frozen_at else [],
        "pace": words.pace(progress(pk, now), issue.newsletter.zone) if issue.state in UNDER_WAY else [],
        "may_write": issue.state in OPEN and request.user.has_perm(permissions.WRITE),
        "may_send": request.user.has_perm(permissions.SEND), "open": issue.state in OPEN,
        "readers": queries.active_readers(issue.newsletter_id), "schedule": schedule, "trying": trying,
        "media": schedule.media + trying.media,
        "under_way": issue.state in UNDER_WAY, "may_cancel": issue.state not in _OVER,
        "page_title": str(issue), "header_title": str(issue), "header_icon": "mail",
        "breadcrumbs_items": crumbs({"url": "", "label": str(issue)}),
    }  # fmt: skip
    return render(request, "broadsheet/desk/newsletters/issue.html", context)


_OVER = frozenset({State.DONE, State.CANCELLED, State.SKIPPED})


def _sides(issue: Issue, now: datetime) -> list[dict[str, Any]]:
    """What each kind of reader gets: how heavy it is, what was cut or left out, and why it cannot go out."""
    return [
        {"name": name, "variant": variant, "shown": shown, "size": round(shown.size / 1_000, 1), "most": MOST,
         "long": shown.size >= MOST_BYTES}
        for variant, name in READERS
        for shown in [preview(issue, variant, now)]
    ]  # fmt: skip


def _test(issue: Issue) -> dict[str, Any] | None:
    """What the test of two subjects will do, or has told."""
    if not issue.second_subject:
        return None
    sample = testing.sample(queries.active_readers(issue.newsletter_id), issue.test_share)
    first, second = queries.tried(issue.pk)
    verdict = testing.winner(first, second, issue.winner_rule)
    return {
        "said": words.test_in_words(issue, sample), "begun": issue.began_at is not None,
        "rows": [("A", issue.subject, first), ("B", issue.second_subject, second)], "winner": issue.winner.upper(),
        "why": words.WHY[verdict.why], "until": words.moment(queries.tests_until(issue), issue.newsletter.zone),
    }  # fmt: skip


def _approve(request: HttpRequest, issue: Issue) -> str:
    form = ScheduleForm(request.POST)
    if not form.is_valid():
        raise RefusedError(_("Write the day as 2026-12-31 and the time as 07:00."))
    due = form.moment(issue.newsletter.zone)
    for side in _sides(issue, clock.now()):
        if side["long"] or side["shown"].fault:
            raise RefusedError(side["shown"].fault or _("It is too long. Take a block out."))
    if not issue.subject.strip():
        raise RefusedError(_("It has no subject."))
    composing.approve(issue_id=issue.pk, user_id=request.user.pk or 0, due_at=due)
    return _("It goes out %(when)s.") % {"when": words.both(due, issue.newsletter.zone)}


def _submit(request: HttpRequest, issue: Issue) -> str:
    composing.submit(issue_id=issue.pk)
    return _("It waits for review.")


def _take_back(request: HttpRequest, issue: Issue) -> str:
    composing.take_back(issue_id=issue.pk)
    return _("It is a draft again, and does not go out.")


def _pause(request: HttpRequest, issue: Issue) -> str:
    controlling.pause(issue_id=issue.pk)
    return _("It is paused. Mails that are on their way arrive.")


def _resume(request: HttpRequest, issue: Issue) -> str:
    controlling.resume(issue_id=issue.pk)
    return _("It goes on.")


def _cancel(request: HttpRequest, issue: Issue) -> str:
    controlling.cancel(issue_id=issue.pk, now=clock.now())
    return _("It is called off. Nobody gets it any more; who has it, has it.")


def _try(request: HttpRequest, issue: Issue) -> str:
    form = TryForm(request.POST)
    if not form.is_valid():
        raise RefusedError(_("Write one mail address."))
    said = form.cleaned_data
    try:
        send_test(
            issue_id=issue.pk, variant=said["variant"], to=said["to"], second=said["second"], now=clock.now()
        )  # fmt: skip
    except (SMTPException, OSError) as error:
        raise RefusedError(_("The mail server did not take it: %(error)s") % {"error": error}) from error
    return _("It was sent to %(to)s, marked as a test. No reader got anything.") % {"to": said["to"]}


Do = Callable[[HttpRequest, Issue], str]
ACTS: dict[str, tuple[str, Do]] = {
    "submit": (permissions.WRITE, _submit),
    "approve": (permissions.SEND, _approve),
    "take-back": (permissions.SEND, _take_back),
    "pause": (permissions.SEND, _pause),
    "resume": (permissions.SEND, _resume),
    "cancel": (permissions.SEND, _cancel),
    "try": (permissions.WRITE, _try),
}
TOO_LATE = gettext_lazy("That cannot be done any more: the issue has moved on.")


@require_POST
@permissions.needs(permissions.VIEW)
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do one thing with the issue, and say what came of it."""
    issue = issue_of(pk)
    if name not in ACTS:
        raise Http404
    permission, do = ACTS[name]
    if not request.user.has_perm(permission):
        raise permissions.PermissionDenied
    try:
        messages.success(request, do(request, issue))
    except RefusedError as error:
        messages.error(request, str(error))
    except (StateError, NotNowError):
        messages.error(request, TOO_LATE)
    return HttpResponseRedirect(reverse("newsletters_issues:issue", args=[pk]))
