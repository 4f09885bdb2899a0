"""Old addresses that lead to where a thing is now."""

from __future__ import annotations

import re

from django.utils.http import urlencode
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Page

from broadsheet.interchange.rules import Report

LONGEST = 255


def lead_to_page(old: str, page: int, report: Report) -> None:
    """Send readers of an old path to a page of ours."""
    path = Redirect.normalise_path(old)
    target = Page.objects.get(pk=page)
    if path == Redirect.normalise_path(target.get_url() or ""):
        return
    _keep(path, report, redirect_page=target)


def lead_to(old: str, new: str, report: Report) -> None:
    """Send readers of an old path to another path."""
    path = Redirect.normalise_path(old)
    if path != Redirect.normalise_path(new):
        _keep(path, report, redirect_link=new)


def _keep(path: str, report: Report, **target: object) -> None:
    if len(path) > LONGEST or path in {"", "/"}:
        report.note("address", path[:80], "too long, or the front itself: no redirect")
        return
    if Redirect.objects.filter(old_path=path).exists():
        return
    Redirect.objects.create(old_path=path, is_permanent=True, **target)
    report.count("address", "imported")


def by_number(query: dict[str, str]) -> str | None:
    """Where `/?p=12`, an address of a WordPress that knows no other, leads now."""
    for name in ("p", "page_id", "attachment_id"):
        value = query.get(name, "")
        if re.fullmatch(r"\d{1,12}", value):
            found = Redirect.objects.filter(old_path=Redirect.normalise_path(f"/?{urlencode({name: value})}")).first()
            if found is not None:
                return found.link
    return None
