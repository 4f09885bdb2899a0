"""An issue as readers would see it: free or member, by day or at night, on a phone or not, and as plain text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

from broadsheet import clock
from broadsheet.newsletters.cards import FREE, VARIANTS
from broadsheet.newsletters.desk import permissions
from broadsheet.newsletters.desk.forms import READERS
from broadsheet.newsletters.desk.issue import crumbs, issue_of
from broadsheet.newsletters.previews import preview
from broadsheet.newsletters.rendering import in_the_dark

WIDTHS = {"phone": 375, "desktop": 700}
# Nothing in it runs, and it may open nothing but a picture: it is shown inside the admin.
SHUT = "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; sandbox allow-popups"
CHOICES: tuple[tuple[str, Any, tuple[tuple[str, Any], ...]], ...] = (
    ("variant", gettext_lazy("As it goes to"), tuple(READERS)),
    ("light", gettext_lazy("Light"), (("day", gettext_lazy("by day")), ("night", gettext_lazy("at night")))),
    ("part", gettext_lazy("Part"), (("html", gettext_lazy("HTML")), ("text", gettext_lazy("plain text")))),
    ("width", gettext_lazy("Width"), (("phone", gettext_lazy("a phone")), ("desktop", gettext_lazy("a wide screen")))),
)


@dataclass(frozen=True, slots=True)
class View:
    """What was chosen to look at."""

    variant: str = FREE
    light: str = "day"
    part: str = "html"
    width: str = "desktop"

    @classmethod
    def of(cls, request: HttpRequest) -> View:
        """As the address says; what makes no sense is left at the first choice."""
        known = {name: {value for value, _label in values} for name, _title, values in CHOICES}
        said = {name: request.GET.get(name, "") for name in known}
        return cls(**{name: value for name, value in said.items() if value in known[name]})

    def but(self, name: str, value: str) -> View:
        """The same with one other choice."""
        return replace(self, **{name: value})

    @property
    def query(self) -> str:
        """The address's part that says it."""
        return urlencode({name: getattr(self, name) for name, _title, _values in CHOICES})


@never_cache
@permissions.needs(permissions.VIEW)
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The choices, and below them the letter in a frame."""
    issue, view = issue_of(pk), View.of(request)
    title = _("Preview")
    groups = [
        (heading, [(label, view.but(name, value).query, getattr(view, name) == value) for value, label in values])
        for name, heading, values in CHOICES
    ]
    context = {
        "issue": issue, "view": view, "groups": groups, "width": WIDTHS[view.width],
        "subjects": [subject for subject in (issue.subject, issue.second_subject) if subject],
        "page_title": title, "header_title": f"{title}: {issue}", "header_icon": "view",
        "breadcrumbs_items": crumbs(
            {"url": reverse("newsletters_issues:issue", args=[pk]), "label": str(issue)}, {"url": "", "label": title}
        ),
    }  # fmt: skip
    return render(request, "broadsheet/desk/newsletters/preview.html", context)


@never_cache
@xframe_options_sameorigin
@permissions.needs(permissions.VIEW)
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter itself, for the frame."""
    issue, view = issue_of(pk), View.of(request)
    assert view.variant in VARIANTS
    shown = preview(issue, view.variant, clock.now())
    if view.part == "text":
        response = HttpResponse(shown.text, content_type="text/plain; charset=utf-8")
    else:
        response = HttpResponse(in_the_dark(shown.html, dark=view.light == "night"))
    response.headers["Content-Security-Policy"] = SHUT
    return response
